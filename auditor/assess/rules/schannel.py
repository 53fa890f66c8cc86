"""SCHANNEL: is TLS 1.2 on, as client and as server? An absent value means Windows' default."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, windows_of
from auditor.facts.registry_value import RegistryValue
from auditor.facts.schannel import ProtocolSide, SchannelFacts


class _Switch(Enum):
    """What one value says."""

    ON = "on"
    OFF = "off"
    ABSENT = "absent"
    WRONG_TYPE = "not a REG_DWORD"
    UNCLEAR = "a number that no source names"


_SET = (_Switch.ON, _Switch.OFF)
_UNSET = (_Switch.ABSENT, _Switch.WRONG_TYPE)


class _SchannelRule(Rule):
    needs = ("schannel",)
    sources = ("hcw", "dtls")
    needs_product = False
    needs_system = True
    applies_to = "every Lync or Skype for Business server"
    side: str

    def judge(self, subject: Subject, context: Context) -> Finding:
        windows = windows_of(subject, context)
        schannel = context.rulebook.registry.schannel
        found = subject.get(SchannelFacts).find(schannel.protocol, self.side)
        required = "Enabled = 1 and DisabledByDefault = 0 (REG_DWORD)"
        if windows.schannel_tls12:
            required += f", or absent: on by default on {windows.title}"
        if found is None:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed="not reported",
                required=required,
                reason=f"The answer does not mention {schannel.path}\\{self.side}.",
            )
        switches = {
            "Enabled": _read(found.enabled, schannel.on),
            "DisabledByDefault": _read(found.disabled_by_default, schannel.on),
        }
        status, reason = _verdict(switches, default=windows.schannel_tls12, system=windows.title)
        mend = status is not Status.PASS
        return self.finding(
            subject,
            status,
            observed=f"Enabled: {_shown(found.enabled)}; "
            f"DisabledByDefault: {_shown(found.disabled_by_default)}",
            required=required,
            reason=reason,
            evidence=_evidence(subject, found),
            remediation=f"Set Enabled to 1 and DisabledByDefault to 0 (REG_DWORD) in {found.path}, "
            "then restart."
            if mend
            else "",
            actions=("enable-schannel-tls12",) if mend else (),
        )


class SchannelClient(_SchannelRule):
    """The server is the client where it connects to Office 365.

    An absent value means Windows' default: off on Windows Server 2008 R2, on from 2012. Microsoft's
    support article asks for the key only for clients on Windows 7; that a server needs TLS 1.2
    on follows from that default, and another page's registry file sets it on servers.
    """

    id = "SFB-TLS-001"
    title = "TLS 1.2 is on in SCHANNEL, as client"
    side = "Client"


class SchannelServer(_SchannelRule):
    """The server is the server where Office 365 or a partner connects to it.

    An absent value means Windows' default: off on Windows Server 2008 R2, on from 2012. Microsoft's
    support article does not mention this key; that a server needs TLS 1.2 on follows from that
    default, and another page's registry file sets it on servers.
    """

    id = "SFB-TLS-002"
    title = "TLS 1.2 is on in SCHANNEL, as server"
    side = "Server"


def _verdict(switches: Mapping[str, _Switch], *, default: bool, system: str) -> tuple[Status, str]:
    """Off wins; a value of another type never counts as set, so Windows' default decides.

    Where that default is on, what Windows makes of such a value is not documented: unknown, as
    it is of a number that is in no source. Where it is off, Microsoft's pages ask for both values.
    """
    if switches["Enabled"] is _Switch.OFF:
        return Status.FAIL, "Enabled is 0: TLS 1.2 is off for every program."
    if switches["DisabledByDefault"] is _Switch.ON:
        return Status.FAIL, "DisabledByDefault is set: TLS 1.2 is not among the defaults."
    loose = {name: switch for name, switch in switches.items() if switch not in _SET}
    said = ", ".join(f"{name} is {switch.value}" for name, switch in loose.items())
    if not loose:
        return Status.PASS, "TLS 1.2 is on."
    if not default and any(switch in _UNSET for switch in loose.values()):
        return Status.FAIL, f"{said}; {system} has TLS 1.2 off by default."
    if any(switch is not _Switch.ABSENT for switch in loose.values()):
        return Status.UNKNOWN, f"{said}; how Windows treats that is not documented."
    return Status.PASS, f"{said}; {system} has TLS 1.2 on by default."


def _read(value: RegistryValue | None, on: tuple[int, ...]) -> _Switch:
    if value is None:
        return _Switch.ABSENT
    if value.dword is None:
        return _Switch.WRONG_TYPE
    if value.dword in on:
        return _Switch.ON
    return _Switch.UNCLEAR if value.dword else _Switch.OFF


def _shown(value: RegistryValue | None) -> str:
    return "absent" if value is None else str(value)


def _evidence(subject: Subject, found: ProtocolSide) -> list[Evidence]:
    if not found.key_present:
        return [subject.evidence("schannel", found.path, "the key is absent")]
    return [
        subject.evidence("schannel", f"{found.path}\\{name}", _shown(value))
        for name, value in (
            ("Enabled", found.enabled),
            ("DisabledByDefault", found.disabled_by_default),
        )
    ]
