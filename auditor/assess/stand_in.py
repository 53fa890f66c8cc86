"""A rule that is not asked, as another one's fail says enough: only as long as that fail counts.

A waiver covers one fail, and a policy that leaves a rule out leaves out no other. What was not
judged in the stead of such a fail is unknown then, so that no server is ready by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.assess.model import Finding, Status


def unless_stood_for(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """A server's findings, weighed and waived; those that nothing stands for any more unknown.

    Where another fail blocks the server, no update can mend it anyway: that stands for them all.
    """
    if not any(finding.stead for finding in findings):
        return tuple(findings)
    if any(finding.blocks and finding.counted for finding in findings):
        return tuple(findings)
    by_rule = {finding.rule: finding for finding in findings}
    return tuple(
        _alone(finding, _fallen(by_rule.get(finding.stead)))
        if finding.stead and finding.counted
        else finding
        for finding in findings
    )


def _fallen(stead: Finding | None) -> str:
    """Why a finding stands for no other one, "" where it does."""
    if stead is None:
        return "was not asked"
    if not stead.counted:
        return "does not count under this policy"
    if stead.status is Status.WAIVED:
        return "is waived"
    return "" if stead.status in (Status.FAIL, Status.UNKNOWN) else "does not fail"


def _alone(finding: Finding, fallen: str) -> Finding:
    if not fallen:
        return finding
    return finding._replace(
        status=Status.UNKNOWN,
        observed="not judged",
        required=f"a verdict of its own, or a fail of {finding.stead} that counts",
        reason=f"Not judged: {finding.reason}. But {finding.stead} {fallen}: what this rule would "
        "say is not known.",
        remediation=f"Check it on the server, or let {finding.stead} count until the server is "
        "replaced.",
    )
