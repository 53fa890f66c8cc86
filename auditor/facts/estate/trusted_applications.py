"""Family `trusted_applications`: pools of other makers' applications, and what runs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class TrustedApplicationPool:
    """`registrar` is such as "Registrar:pool01.contoso.com"."""

    fqdn: str
    registrar: str | None = None
    site: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class TrustedApplication:
    application_id: str
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class TrustedApplicationsFacts:
    pools: Listing[TrustedApplicationPool]
    applications: Listing[TrustedApplication]


def decode(raw: Mapping[str, object]) -> TrustedApplicationsFacts:
    """What trusted_applications.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return TrustedApplicationsFacts(
        pools=listing(data.fields("pools"), _pool, limit=2000),
        applications=listing(data.fields("applications"), _application, limit=2000),
    )


def _pool(item: Fields) -> TrustedApplicationPool:
    return TrustedApplicationPool(
        fqdn=item.text("fqdn"),
        registrar=item.optional_text("registrar"),
        site=item.optional_text("site"),
        version=item.optional_text("version"),
    )


def _application(item: Fields) -> TrustedApplication:
    return TrustedApplication(item.text("application_id"), item.optional_text("pool"))
