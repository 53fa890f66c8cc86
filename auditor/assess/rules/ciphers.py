"""Does Windows offer a cipher suite that Office 365's front door accepts?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, are
from auditor.facts.ciphers import CipherOrder, CiphersFacts, CipherSwitch
from auditor.rulebook.registry import AcceptedSuite, CipherSuites

_Switches = Mapping[str, CipherSwitch]

_CURVE = re.compile(r"_P\d+$")  # up to Windows Server 2012 R2 a suite's name may end in its curve


class AcceptedCipherSuite(Rule):
    """Microsoft's list is that of Azure Front Door, which not every service uses: advice.

    A suite in the order does not count while its cipher, hash or key exchange is switched off.

    A policy's order that is longer than Microsoft allows proves nothing: how Windows treats it is
    not documented.
    """

    id = "SFB-TLS-003"
    title = "Windows offers a cipher suite that Azure Front Door accepts"
    applies_to = "every Lync or Skype for Business server"
    needs = ("ciphers",)
    sources = ("front-door-ciphers", "schannel-order", "schannel-switches")
    needs_product = False
    no_fail = (
        "The list is that of Azure Front Door, which not every service uses, so this is advice."
    )

    def judge(self, subject: Subject, context: Context) -> Finding:
        suites = context.rulebook.registry.cipher_suites
        facts = subject.get(CiphersFacts)
        offered = _names(facts.in_force)
        told = {switch.algorithm: switch for switch in facts.switches}
        common = [_listed(each, told, suites) for each in suites.accepted if each.name in offered]
        usable = [each.name for each in common if each.usable]
        status, reason = _verdict(facts.in_force, offered, common, suites)
        return self.finding(
            subject,
            status,
            observed=", ".join(usable) or (_none(len(offered)) if offered else "not told"),
            required=f"one of {', '.join(suite.name for suite in suites.accepted)}",
            reason=reason,
            evidence=[
                *(
                    subject.evidence("ciphers", f"{each.path}, Functions", _shown(each))
                    for each in facts.orders
                ),
                *_switches(subject, told, suites),
            ],
            remediation=_remedy(common, suites) if status is Status.ADVICE else "",
        )


def _none(number: int) -> str:
    return f"none of these ({number} suite{'s' * (number != 1)} in Windows' order)"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A suite of the order: which switches take it away, and what is not known of others."""

    name: str
    off: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def usable(self) -> bool:
        return not self.off and not self.doubts


def _listed(suite: AcceptedSuite, told: _Switches, suites: CipherSuites) -> _Listed:
    off, doubts = [], []
    for algorithm in suite.switches:
        switch = told.get(algorithm)
        if _is_off(switch):
            off.append(algorithm)
        elif (doubt := _unclear(switch, suites.on)) is not None:
            doubts.append(f"{algorithm} is {doubt}")
    for algorithm in suites.unsure:
        switch = told.get(algorithm)
        doubt = "0" if _is_off(switch) else _unclear(switch, suites.on)
        if doubt is not None:
            doubts.append(f"{algorithm} is {doubt}")
    return _Listed(suite.name, tuple(off), tuple(doubts))


def _verdict(
    order: CipherOrder | None, offered: Sequence[str], common: list[_Listed], suites: CipherSuites
) -> tuple[Status, str]:
    doubt = _doubt(order, offered, suites.policy_limit)
    if doubt:
        return Status.UNKNOWN, doubt
    if any(each.usable for each in common):
        return Status.PASS, "One of these suites is in the order that Windows uses."
    unclear = [each for each in common if not each.off]
    if unclear:
        said = dict.fromkeys(doubt for each in unclear for doubt in each.doubts)
        return Status.UNKNOWN, (
            f"{are([each.name for each in unclear])} in the order; whether Windows offers that is "
            f"not known: {'; '.join(said)}."
        )
    if common:
        return Status.ADVICE, (
            f"{are([each.name for each in common])} in the order, but switched off by "
            f"{', '.join(_off(common))}."
        )
    return Status.ADVICE, "None of these suites is in the order that Windows uses."


def _remedy(common: list[_Listed], suites: CipherSuites) -> str:
    first = "Find out whether connections to Office 365 fail; if so,"
    if common:
        return (
            f"{first} remove the value Enabled of {', '.join(_off(common))} under SCHANNEL, or set "
            f"it to 0x{suites.on:X} (REG_DWORD)."
        )
    return (
        f"{first} add one of these suites to the order, or run the server on a Windows that has "
        "one."
    )


def _off(common: list[_Listed]) -> list[str]:
    return list(dict.fromkeys(algorithm for each in common for algorithm in each.off))


def _is_off(switch: CipherSwitch | None) -> bool:
    value = switch.enabled.value if switch is not None else None
    return value is not None and value.dword == 0


def _unclear(switch: CipherSwitch | None, on: int) -> str | None:
    """Why a switch that is not off says nothing, None where it is on or left to Windows."""
    if switch is None:
        return "not reported"
    if switch.enabled.state == "unreadable":
        return "unreadable"
    value = switch.enabled.value
    if value is None or value.dword == on:
        return None
    if value.dword is None:
        return "not a REG_DWORD"
    return f"0x{value.dword:X}, where 0 and 0x{on:X} are documented"


def _names(order: CipherOrder | None) -> tuple[str, ...]:
    """The suites of an order without blanks and curves."""
    if order is None or order.suites is None:
        return ()
    return _plain(order.suites)


@lru_cache(maxsize=256)
def _plain(suites: tuple[str, ...]) -> tuple[str, ...]:
    """Servers of one Windows have one and the same order."""
    names = (suite.strip().upper() for suite in suites)
    return tuple(_CURVE.sub("", name) if "_P" in name else name for name in names if name)


def _doubt(order: CipherOrder | None, offered: Sequence[str], limit: int) -> str:
    """Why the order says nothing about what Windows offers, empty where it does."""
    if order is None:
        return "Windows reports no order of cipher suites."
    if order.kind == "String" and order.length is not None and order.length > limit:
        return (
            f"The policy has {order.length:,} characters, but Microsoft limits it to {limit:,}: "
            "how Windows treats it is not known."
        )
    if order.truncated:
        return "There are more suites than the server reported."
    return "" if offered else f"{order.path}, Functions, holds no cipher suite."


def _shown(order: CipherOrder) -> str:
    if order.suites is None:
        return "absent" if order.kind is None else order.kind
    return ", ".join(order.suites)


def _switches(subject: Subject, told: _Switches, suites: CipherSuites) -> Iterator[Evidence]:
    """The switches of the accepted suites that are not left to Windows."""
    for name, switch in told.items():
        enabled = switch.enabled
        if enabled.state != "absent" and name in suites.switches:
            yield subject.evidence("ciphers", enabled.where, str(enabled.value or enabled.state))
