"""Family `certificates`: the computer's own certificates, `Cert:\\LocalMachine\\My`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.facts.fields import Fields

LIMIT = 100
NAMES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Certificate:
    """Algorithms and usages are object identifiers; instants are UTC.

    None means: for `dns_names` and `key_size`, that this Windows does not tell them; for
    `enhanced_key_usages`, that the certificate does not restrict its use.
    """

    thumbprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    has_private_key: bool
    signature_algorithm: str
    signature_name: str | None = None
    key_algorithm: str | None = None
    key_size: int | None = None
    dns_names: tuple[str, ...] | None = None
    dns_names_truncated: bool = False
    enhanced_key_usages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CertificatesFacts:
    """`truncated` is true where the store held more than the snippet's bound."""

    path: str
    items: tuple[Certificate, ...]
    truncated: bool = False


def decode(raw: Mapping[str, object]) -> CertificatesFacts:
    """What certificates.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return CertificatesFacts(
        path=data.text("path"),
        items=tuple(_certificate(item) for item in data.items("items", limit=LIMIT)),
        truncated=data.flag("truncated"),
    )


def _certificate(item: Fields) -> Certificate:
    return Certificate(
        thumbprint=item.text("thumbprint"),
        subject=item.text("subject"),
        issuer=item.text("issuer"),
        not_before=item.instant("not_before"),
        not_after=item.instant("not_after"),
        has_private_key=item.flag("has_private_key"),
        signature_algorithm=item.text("signature_algorithm"),
        signature_name=item.optional_text("signature_name"),
        key_algorithm=item.optional_text("key_algorithm"),
        key_size=item.optional_integer("key_size", 0, 2**20),
        dns_names=item.optional_texts("dns_names", limit=NAMES_LIMIT),
        dns_names_truncated=item.flag("dns_names_truncated"),
        enhanced_key_usages=item.optional_texts("enhanced_key_usages", limit=NAMES_LIMIT),
    )
