"""Has the server a certificate with which it can prove its name today?

Which certificate is assigned to which service is not read. What is certain: one that is out
of date is refused by everybody, and the services must be known by the name of the server or
of its pool.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, shorten
from auditor.facts.certificates import Certificate, CertificatesFacts

_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_COMMON_NAME = re.compile(r"(?:^|,)\s*CN=([^,]+)", re.IGNORECASE)


class CertificateIsValid(Rule):
    id = "SFB-CERT-001"
    title = "A certificate for the server's own name is valid"
    applies_to = "every Lync or Skype for Business server"
    needs = ("certificates",)
    sources = ("rfc5280", "set-cscertificate")
    needs_product = False

    def judge(self, subject: Subject, context: Context) -> Finding:
        facts = subject.get(CertificatesFacts)
        usable = [each for each in facts.items if _is_for_servers(each)]
        names = {subject.server.fqdn.casefold(), subject.pool.fqdn.casefold()}
        own = [each for each in usable if _is_for(each, names)]
        nameless = [each for each in usable if _holds_back_names(each)]
        days = context.rulebook.certificates.warn_days
        status, reason = _verdict(own, nameless, context.now, days, cut=facts.truncated)
        return self.finding(
            subject,
            status,
            observed="; ".join(_shown(each) for each in own) or "none for its name",
            required=f"a certificate with a private key for {' or '.join(sorted(names))}, "
            f"valid for {days} more days",
            reason=reason,
            evidence=[
                subject.evidence("certificates", f"{facts.path}\\{each.thumbprint}", _shown(each))
                for each in own or usable
            ]
            or [subject.evidence("certificates", facts.path, "no certificate for a server")],
            remediation=_REMEDIES[status],
        )


_REMEDIES = {
    Status.PASS: "",
    Status.ADVICE: "Renew the certificate, and assign the new one before the day.",
    Status.FAIL: "Request a new certificate and assign it in the deployment wizard.",
    Status.UNKNOWN: "Look in the deployment wizard which certificate is assigned, and how long "
    "it is valid.",
}


def _verdict(
    own: Sequence[Certificate],
    nameless: Sequence[Certificate],
    now: datetime,
    warn_days: int,
    *,
    cut: bool,
) -> tuple[Status, str]:
    valid = [each for each in own if _is_valid(each, now)]
    if valid:
        last = max(each.not_after for each in valid)
        if last - now < timedelta(days=warn_days):
            return Status.ADVICE, f"The last one expires on {last:%Y-%m-%d}."
        return Status.PASS, f"There is one until {last:%Y-%m-%d}."
    if cut:
        return Status.UNKNOWN, "The list of certificates was cut short."
    if any(_is_valid(each, now) for each in nameless):
        return Status.UNKNOWN, "This Windows does not tell every name that a certificate is for."
    if not own:
        return Status.UNKNOWN, "No certificate with a private key is for its name or its pool's."
    future = [each.not_before for each in own if each.not_before > now]
    if future:
        return Status.FAIL, f"None is valid before {min(future):%Y-%m-%d}."
    return Status.FAIL, f"The last one expired on {max(e.not_after for e in own):%Y-%m-%d}."


def _is_for_servers(certificate: Certificate) -> bool:
    uses = certificate.enhanced_key_usages
    return certificate.has_private_key and (uses is None or _SERVER_AUTHENTICATION in uses)


def _is_valid(certificate: Certificate, now: datetime) -> bool:
    return certificate.not_before <= now <= certificate.not_after


def _is_for(certificate: Certificate, names: set[str]) -> bool:
    """Whether it carries one of `names`; a wildcard stands for one label."""
    common = _COMMON_NAME.findall(certificate.subject)
    told = {name.strip().casefold() for name in (*common, *(certificate.dns_names or ()))}
    return not told.isdisjoint(names | {f"*.{name.partition('.')[2]}" for name in names})


def _holds_back_names(certificate: Certificate) -> bool:
    return certificate.dns_names is None or certificate.dns_names_truncated


def _shown(certificate: Certificate) -> str:
    return shorten(
        f"{certificate.subject} ({certificate.not_before:%Y-%m-%d} to "
        f"{certificate.not_after:%Y-%m-%d})"
    )
