"""Does Windows offer a cipher suite that Office 365's front door accepts?"""

from __future__ import annotations

import re

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.ciphers import CipherOrder, CiphersFacts

_CURVE = re.compile(r"_P\d+$")  # up to Windows Server 2012 R2 a suite's name may end in its curve


class AcceptedCipherSuite(Rule):
    """Microsoft's list is Azure Front Door's, of which not every service makes use: advice.

    A policy's order that is longer than Microsoft allows proves nothing: what Windows makes of
    it is not said.
    """

    id = "SFB-TLS-003"
    title = "Windows offers a cipher suite that Azure Front Door accepts"
    applies_to = "every Lync or Skype for Business server"
    needs = ("ciphers",)
    sources = ("front-door-ciphers", "schannel-order")
    needs_product = False

    def judge(self, subject: Subject, context: Context) -> Finding:
        suites = context.rulebook.registry.cipher_suites
        order = subject.get(CiphersFacts).in_force
        offered = _names(order)
        common = [suite for suite in suites.accepted if suite in offered]
        doubt = _doubt(order, suites.policy_limit)
        if doubt:
            status, reason = Status.UNKNOWN, doubt
        elif common:
            status, reason = Status.PASS, "Such a suite is in the order that Windows goes by."
        else:
            status = Status.ADVICE
            reason = "None of these suites is in the order that Windows goes by."
        return self.finding(
            subject,
            status,
            observed=", ".join(common) or (f"none among {len(offered)}" if offered else "not told"),
            required=f"one of {', '.join(suites.accepted)}",
            reason=reason,
            evidence=[
                subject.evidence("ciphers", f"{each.path}, Functions", _shown(each))
                for each in subject.get(CiphersFacts).orders
            ],
            remediation="Find out whether connections to Office 365 fail; if so, add one of these "
            "suites to the order, or run the server on a Windows that has one."
            if status is Status.ADVICE
            else "",
        )


def _names(order: CipherOrder | None) -> list[str]:
    """The suites of an order without blanks and curves."""
    if order is None or order.suites is None:
        return []
    names = (_CURVE.sub("", suite.strip().upper()) for suite in order.suites)
    return [name for name in names if name]


def _doubt(order: CipherOrder | None, limit: int) -> str:
    """Why the order says nothing about what Windows offers, empty where it does."""
    if order is None:
        return "Windows tells no order of cipher suites."
    if order.kind == "String" and order.length is not None and order.length > limit:
        return (
            f"The policy has {order.length:,} characters, and Microsoft limits it to {limit:,}: "
            "what Windows makes of it is not known."
        )
    if order.truncated:
        return "There are more suites than the server told."
    return "" if _names(order) else f"{order.path}, Functions, holds no cipher suite."


def _shown(order: CipherOrder) -> str:
    if order.suites is None:
        return "absent" if order.kind is None else order.kind
    return ", ".join(order.suites)
