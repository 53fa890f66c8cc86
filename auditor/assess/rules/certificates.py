"""Has the server a certificate with which it can prove its name today?

Which certificate is assigned to which service is not read. What is certain: one outside its
period of validity fails Windows' own check, and the services are known by the name of the server
or of its pool. One that has expired beside a valid one may be a leftover, or the one in use: worth
a look; where it alone names the pool, nobody knows. The server checks by its own clock: where that
is off, the certificate has to be valid by it, too. Microsoft lists wildcards for simple URLs
alone, so one proves nothing, either way.
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
    sources = (
        "certificate-chain",
        "sfb2015-certificates",
        "lync2013-certificates",
        "set-cscertificate",
    )
    needs_product = False
    no_fail = "One is valid today, so this is advice."

    def judge(self, subject: Subject, context: Context) -> Finding:
        facts = subject.get(CertificatesFacts)
        usable = [each for each in facts.items if _is_for_servers(each)]
        names = _names(subject)
        own = [each for each in usable if _is_for(each, names)]
        days = context.rulebook.certificates.warn_days
        status, reason, remedy = _by_both_clocks(own, facts, subject, context)
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
            remediation=remedy,
        )


_RENEW = "Renew the certificate, and assign the new one before that day."
_REQUEST = "Request a new certificate and assign it in the Deployment Wizard."
_LOOK = "Check in the Deployment Wizard which certificate is assigned, and how long it is valid."
_CLOCK = "Find out which clock is wrong; correct the time source."

_NONE_FOR_THE_POOL = (
    "None of those for its pool's name is valid today; which one the services use is not read."
)

_BAD = (Status.FAIL, Status.UNKNOWN)

_Verdict = tuple[Status, str, str]


def _verdict(
    own: Sequence[Certificate],
    facts: CertificatesFacts,
    subject: Subject,
    now: datetime,
    warn_days: int,
) -> _Verdict:
    """What the certificates are worth at an instant; `own` are those for the name."""
    verdict = _in_time(own, now, warn_days)
    if verdict[0] in _BAD:
        others = [each for each in facts.items if _is_for_servers(each) and _is_valid(each, now)]
        return _others(others, _names(subject), cut=facts.truncated) or verdict
    if _none_for_the_pool(own, subject, now):
        return Status.UNKNOWN, _NONE_FOR_THE_POOL, _LOOK
    return verdict


def _by_both_clocks(
    own: Sequence[Certificate], facts: CertificatesFacts, subject: Subject, context: Context
) -> _Verdict:
    """Windows checks by the server's clock; whether that one is wrong or ours is not known."""
    days, apart = context.rulebook.certificates.warn_days, context.rulebook.clock.max_skew
    theirs, skew = subject.reading.collected, subject.reading.clock_skew
    verdict = _verdict(own, facts, subject, context.now, days)
    if theirs is None or skew is None or abs(skew) <= apart or verdict[0] in _BAD:
        return verdict
    status, reason, _ = _verdict(own, facts, subject, theirs, days)
    if status not in _BAD:
        return verdict
    clocks = f"The server's own clock showed {_at(theirs)} when ours showed {_at(theirs - skew)}"
    return Status.UNKNOWN, f"{clocks}; by its clock: {reason}", _CLOCK


def _at(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _in_time(own: Sequence[Certificate], now: datetime, warn_days: int) -> _Verdict:
    """What the certificates for the name say by themselves."""
    valid = [each for each in own if _is_valid(each, now)]
    if valid:
        last = max(each.not_after for each in valid)
        if last - now < timedelta(days=warn_days):
            return Status.ADVICE, f"The last one expires on {last.date()}.", _RENEW
        told = f"One is valid until {last.date()}"
        gone = [each for each in own if each.not_after < now]
        if not gone:
            return Status.PASS, f"{told}.", ""
        names = "; ".join(dict.fromkeys(map(_shown, gone)))
        reason = f"{told}; expired: {names}. Which one the services use is not read."
        return Status.ADVICE, reason, f"{_LOOK} Remove those that nothing uses."
    if not own:
        reason = "No certificate with a private key carries its name or its pool's."
        return Status.UNKNOWN, reason, _LOOK
    future = [each.not_before for each in own if each.not_before > now]
    if future:
        return Status.FAIL, f"None is valid before {min(future).date()}.", _REQUEST
    expired = max(each.not_after for each in own)
    return Status.FAIL, f"The last one expired on {expired.date()}.", _REQUEST


def _others(others: Sequence[Certificate], names: set[str], *, cut: bool) -> _Verdict | None:
    """What valid certificates for other names leave in doubt, None where they leave nothing."""
    if cut:
        return Status.UNKNOWN, "The list of certificates was cut short.", _LOOK
    if any(_holds_back_names(each) for each in others):
        reason = "This Windows does not report every name of a certificate."
        return Status.UNKNOWN, reason, _LOOK
    if any(_is_for(each, _wildcards(names)) for each in others):
        reason = (
            "The only valid one is a wildcard for its domain; Microsoft lists wildcards for simple "
            "URLs, not for the name of a server or a pool."
        )
        return Status.ADVICE, reason, f"{_LOOK} {_REQUEST}"
    return None


def _none_for_the_pool(own: Sequence[Certificate], subject: Subject, now: datetime) -> bool:
    """Whether there are certificates for the pool of many servers, and none is valid."""
    pool = subject.pool.fqdn.casefold()
    named = [each for each in own if _is_for(each, {pool})]
    return bool(named) and not any(_is_valid(each, now) for each in named)


def _names(subject: Subject) -> set[str]:
    return {subject.server.fqdn.casefold(), subject.pool.fqdn.casefold()}


def _is_for_servers(certificate: Certificate) -> bool:
    uses = certificate.enhanced_key_usages
    return certificate.has_private_key and (uses is None or _SERVER_AUTHENTICATION in uses)


def _is_valid(certificate: Certificate, now: datetime) -> bool:
    return certificate.not_before <= now <= certificate.not_after


def _is_for(certificate: Certificate, names: set[str]) -> bool:
    """Whether it carries one of `names`."""
    common = _COMMON_NAME.findall(certificate.subject)
    told = {name.strip().casefold() for name in (*common, *(certificate.dns_names or ()))}
    return not told.isdisjoint(names)


def _wildcards(names: set[str]) -> set[str]:
    """What stands for one of `names`; a wildcard stands for one label."""
    return {f"*.{name.partition('.')[2]}" for name in names}


def _holds_back_names(certificate: Certificate) -> bool:
    return certificate.dns_names is None or certificate.dns_names_truncated


def _shown(certificate: Certificate) -> str:
    return shorten(
        f"{certificate.subject} ({certificate.not_before.date()} to {certificate.not_after.date()})"
    )
