"""SFB-TLS-001 and SFB-TLS-002: SCHANNEL, with Windows' defaults for what is absent."""

from __future__ import annotations

import pytest

from auditor.facts.registry_value import RegistryValue
from tests.assess.facts_of import LYNC2013, TLS12_ON, dword, judge, schannel, server, text

Values = dict[str, RegistryValue] | None
ON = {"Enabled": dword(1), "DisabledByDefault": dword(0)}

# values -> status on 2008 R2 (off by default), on 2012 and later (on by default), words
SIDES: list[tuple[Values, str, str, str]] = [
    (None, "fail", "pass", "by default"),
    ({}, "fail", "pass", "Enabled is absent, DisabledByDefault is absent"),
    (ON, "pass", "pass", "TLS 1.2 is on."),
    ({**ON, "Enabled": dword(0xFFFFFFFF)}, "pass", "pass", "TLS 1.2 is on."),
    ({**ON, "Enabled": dword(0)}, "fail", "fail", "Enabled is 0"),
    ({"Enabled": dword(0)}, "fail", "fail", "Enabled is 0"),
    ({**ON, "DisabledByDefault": dword(1)}, "fail", "fail", "DisabledByDefault is set"),
    ({**ON, "DisabledByDefault": dword(0xFFFFFFFF)}, "fail", "fail", "DisabledByDefault is set"),
    ({"DisabledByDefault": dword(1)}, "fail", "fail", "DisabledByDefault is set"),
    ({"Enabled": dword(1)}, "fail", "pass", "DisabledByDefault is absent"),
    ({"DisabledByDefault": dword(0)}, "fail", "pass", "Enabled is absent"),
    ({**ON, "Enabled": text("1")}, "fail", "unknown", "Enabled is not a REG_DWORD"),
    ({**ON, "DisabledByDefault": text("0")}, "fail", "unknown", "DisabledByDefault is not a REG"),
    ({**ON, "Enabled": RegistryValue("QWord", 1)}, "fail", "unknown", "Enabled is not a REG_DWORD"),
    ({"Enabled": dword(0), "DisabledByDefault": text("0")}, "fail", "fail", "Enabled is 0"),
    ({**ON, "Enabled": dword(2)}, "unknown", "unknown", "Enabled is a number that no source names"),
    ({**ON, "Enabled": dword(0xFFFFFFFE)}, "unknown", "unknown", "is not documented"),
    ({**ON, "DisabledByDefault": dword(2)}, "unknown", "unknown", "is not documented"),
    ({"Enabled": dword(2)}, "fail", "unknown", "DisabledByDefault is absent"),
    ({"DisabledByDefault": dword(2)}, "fail", "unknown", "Enabled is absent"),
    ({"Enabled": dword(2), "DisabledByDefault": text("0")}, "fail", "unknown", "not a REG_DWORD"),
    ({"Enabled": dword(0), "DisabledByDefault": dword(2)}, "fail", "fail", "Enabled is 0"),
    ({"Enabled": dword(2), "DisabledByDefault": dword(1)}, "fail", "fail", "is set"),
]


@pytest.mark.parametrize("windows", ["2008r2", "2012", "2012r2", "2016"])
@pytest.mark.parametrize(("values", "off_by_default", "on_by_default", "words"), SIDES)
def test_each_side_by_itself(
    windows: str, values: Values, off_by_default: str, on_by_default: str, words: str
) -> None:
    status = off_by_default if windows == "2008r2" else on_by_default
    as_client = judge(server(windows, schannel=schannel(values, ON)))
    as_server = judge(server(windows, schannel=schannel(ON, values)))
    for judged, rule, other in (
        (as_client, "SFB-TLS-001", "SFB-TLS-002"),
        (as_server, "SFB-TLS-002", "SFB-TLS-001"),
    ):
        finding = judged.finding(rule)
        assert finding.status == status
        assert words in finding.reason
        assert judged.finding(other).status == "pass"
        expected = () if status == "pass" else ("enable-schannel-tls12",)
        assert finding.actions == expected
        # The article asks it of clients on Windows 7 alone.
        assert finding.sources == ("hcw", "dtls")


def test_a_side_that_was_not_reported_is_unknown() -> None:
    judged = judge(server(schannel=schannel(protocol="TLS 1.1")))
    assert judged.finding("SFB-TLS-001").status == "unknown"
    assert judged.finding("SFB-TLS-002").status == "unknown"


def test_a_key_where_a_value_belongs_is_no_value() -> None:
    judged = judge(server("2008r2", schannel=schannel({}, {})))
    for rule in ("SFB-TLS-001", "SFB-TLS-002"):
        assert judged.finding(rule).status == "fail"
        assert "Enabled is absent" in judged.finding(rule).reason


def test_the_star_plays_no_part_here() -> None:
    judged = judge(
        server(
            "2008r2",
            product=LYNC2013,
            core="5.0.8308.1001",
            front_end="5.0.8308.1001",
            schannel=schannel(),
        )
    )
    assert judged.finding("SFB-TLS-001").status == "fail"
    assert judged.server.readiness == "work_needed"


def test_nobody_is_told_to_disable_tls_on_lync_2013() -> None:
    for windows in ("2008r2-rtm", "2008r2", "2012", "2012r2", "2016"):
        for values in (None, TLS12_ON, {"Enabled": text("1")}):
            judged = judge(
                server(
                    windows,
                    product=LYNC2013,
                    core="5.0.8308.1",
                    front_end="5.0.8308.1",
                    schannel=schannel(values, values),
                )
            )
            for finding in judged.server.findings:
                assert "disable" not in finding.remediation.lower().replace("disabledbydefault", "")
                assert not any("disable" in action for action in finding.actions)
