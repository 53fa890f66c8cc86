"""`sfb-audit explain`: what a change board asks, answered from the audit of a run."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from auditor.audit import (
    Audit,
    ComparedEntry,
    EvidenceEntry,
    SourceRef,
    WaiverEntry,
)
from reports.audit_json import read_audit, write_audit
from tests.cli.command import sfb_audit
from tests.cli.explained import explain, number_of, write_with
from tests.reports.entries import EDGE01, KB, finding, reached, server
from tests.reports.odd_audits import hostile
from tests.reports.sample import sample, several

FRONT_ENDS = [f"fe0{number}.contoso.com" for number in range(1, 5)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_audit(sample(), tmp_path / "audit.json")
    return tmp_path


def test_each_finding_is_told_with_all_that_it_rests_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    told = explain(capsys, run, finding.subject, "--rule", finding.rule)
    assert told.code == 0
    words = [finding.rule, finding.title, finding.observed, finding.required, finding.reason]
    words += [finding.remediation, *(s.title for s in finding.source)]
    words += [entry.value for entry in finding.evidence]
    for word in words:
        assert " ".join(word.split()) in " ".join(told.out.split())


def test_what_is_compared_stands_in_columns(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    at = next(n for n, f in enumerate(audit.findings) if f.status == "fail")
    rows = (
        ComparedEntry(name="Core Components", observed="1.2", required="1.10", note="decides"),
        ComparedEntry(name="Web", observed="1.10.3", required="not known", note="nobody knows"),
    )
    compared = audit.findings[at].model_copy(update={"compared": rows})
    findings = (*audit.findings[:at], compared, *audit.findings[at + 1 :])
    write_audit(audit.model_copy(update={"findings": findings}), run / "audit.json")
    told = explain(capsys, run, compared.subject, "--rule", compared.rule)
    assert "Core Components  1.2     1.10       decides" in told.out
    assert "Web              1.10.3  not known  nobody knows" in told.out


def test_a_note_too_long_for_its_line_stands_below(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = explain(capsys, run, "fe02", width=80).out
    assert "                  found         required\n" in told
    assert "Core Components   6.0.9319.516  6.0.9319.516  decides\n" in told
    assert "not known\n                  no source says whether it is serviced\n" in told


def test_a_long_note_that_neighbours_share_is_told_once(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = "no source says whether the update services it"
    rows = [
        ComparedEntry(name=name, observed="6.0.9319.281", required="not known", note=note)
        for name in ("Mediation Server", "Web Components Server")
    ]
    write_with(run, finding("SFB-CU-002", "fe02.contoso.com", "advice", compared=tuple(rows)))
    told = explain(capsys, run, "fe02", width=80).out
    assert told.count(note) == 1
    assert f"not known\n                  each: {note}\n" in told


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda name: name.partition(".")[0],
        lambda name: name.rpartition(".")[0],
        lambda name: f"{name}.",
    ],
)
def test_a_server_goes_by_its_name_or_its_beginning_in_any_case(
    run: Path, capsys: pytest.CaptureFixture[str], change: type[str]
) -> None:
    fqdn = sample().servers[0].fqdn
    assert explain(capsys, run, change(fqdn)).out.startswith(f"{fqdn}: ")


def test_a_pool_lists_its_servers(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pool = next(p for p in sample().pools if len(p.servers) > 1)
    told = explain(capsys, run, pool.fqdn)
    assert all(fqdn in told.out for fqdn in pool.servers)


def test_of_many_servers_those_that_need_somebody_are_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"fe{number:03}.contoso.com" for number in range(100)]
    servers = [server(name, "pool01.contoso.com") for name in names]
    servers[70] = server(names[70], "pool01.contoso.com", "work_needed", reason="Too old.")
    found = [finding("SFB-CU-001", name, "fail") for name in names]
    write_with(run, *found, servers=tuple(servers))
    told = explain(capsys, run, "hybrid").out
    first, second, *_ = told.partition("\nServers\n")[2].splitlines()
    assert first.split() == [names[70], "Work", "needed:", "Too", "old."]
    assert second.split()[:3] == ["99", "ready", f"{names[0]},"]
    assert "and 79 more\n" in told
    assert "and 80 more\n" in told
    assert told.count("\n") < 120


def test_of_many_servers_that_wait_the_first_ones_are_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = [
        server(f"fe{n:03}.contoso.com", "pool01.contoso.com", "work_needed") for n in range(100)
    ]
    write_with(run, servers=tuple(waiting))
    assert "and 60 more servers; see report.html" in explain(capsys, run, "hybrid").out


def test_a_scenario_tells_its_evidence_and_path(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    scenario = next(s for s in audit.scenarios if s.pools)
    told = explain(capsys, run, scenario.key)
    assert scenario.title in told.out
    assert scenario.evidence in told.out
    assert all(s.fqdn in told.out for s in audit.servers if s.pool in scenario.pools)


@pytest.mark.parametrize("width", [80, 100])
def test_an_address_and_a_path_are_never_cut(
    run: Path, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    path = "HKLM:" + "\\abcdefgh" * 15
    evidence = (EvidenceEntry(family="winhttp", path=path, value="absent"),)
    source = SourceRef(key="long", title="Long", url="https://example.org/" + "a" * 120)
    write_with(
        run, finding("SFB-X-001", "fe02.contoso.com", "fail", evidence=evidence, source=(source,))
    )
    told = explain(capsys, run, "fe02", width=width).out.splitlines()
    assert any(line.strip() == f"{path}" for line in told)
    assert any(line.strip() == source.url for line in told)
    assert not [line for line in told if line != line.rstrip()]
    others = [line for line in told if path not in line and source.url not in line]
    assert max(len(line) for line in others) <= width


def test_where_the_facts_come_from_and_how_old_they_are(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carried = reached("REACH-READ", origin="bundle", unauthenticated=True, age_days=3)
    servers = (server("fe01.contoso.com", "pool01.contoso.com", reached=carried),)
    write_with(run, servers=servers)
    told = " ".join(explain(capsys, run, "fe01").out.split())
    assert "From a file that was carried by hand, 3 days old; unauthenticated" in told
    assert "in a file, facts of 2018-08-20 01:02 UTC" in told


def test_a_server_that_was_not_read_is_told_shortly(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = {"evidence": (), "reason": "the server was not read: REACH-AUTH"}
    rules = ("SFB-PROD-001", "SFB-CU-001", "SFB-OS-001")
    name = "pchat01.contoso.com"
    write_with(run, *(finding(rule, name, "unknown", **missing) for rule in rules))
    told = explain(capsys, run, name).out
    assert told.count("the server was not read: REACH-AUTH") == 1
    assert f"by            {', '.join(rules)}\n" in told
    assert "not read, tried 2018-08-20 01:02 UTC (REACH-AUTH)" in told
    assert "For the evidence of a pass" not in told
    in_full = explain(capsys, run, name, "--full").out
    assert all(f"  {rule}  " in in_full for rule in rules)
    one = explain(capsys, run, name, "--rule", "SFB-CU-001").out
    assert "observed      Core Components 6.0.9319.281" in one


def test_what_is_not_applicable_for_one_reason_stands_together(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = {"SFB-A-001": "migrate", "SFB-B-001": "No need.", "SFB-C-001": "migrate"}
    found = [
        finding(rule, "fe01.contoso.com", "not_applicable", reason=reason, evidence=())
        for rule, reason in reasons.items()
    ]
    write_with(run, *found)
    told = explain(capsys, run, "fe01").out
    assert "Not applicable (3)\n" in told
    assert "  migrate: SFB-A-001, SFB-C-001\n" in told
    assert "  No need: SFB-B-001\n" in told


def test_what_does_not_apply_by_what_was_read_shows_that(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = (EvidenceEntry(family="services", path="Win32_Service", value="WinRM"),)
    reason = "Not a Lync server."
    spared = finding(
        "SFB-PROD-001", "fe01.contoso.com", "not_applicable", reason=reason, evidence=seen
    )
    write_with(run, spared)
    told = explain(capsys, run, "fe01").out
    assert "Win32_Service = WinRM" in told
    assert f"because       {reason}\n" in told


def test_a_waived_fail_says_until_when_by_whom_and_is_not_planned(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiver = WaiverEntry(who="J. Doe, CAB 4711", why="replaced soon", until=date(2018, 10, 31))
    waived = finding("SFB-CU-001", "fe02.contoso.com", "waived", waiver=waiver)
    write_with(run, waived)
    told = explain(capsys, run, "fe02").out
    assert "waived until  2018-10-31, by J. Doe, CAB 4711" in told
    assert "in the plan   not while it is waived" in told


@pytest.mark.parametrize(
    ("name", "readiness", "told"),
    [
        ("fe01.contoso.com", "not_in_scope", "no: it is not in scope"),
        ("fe01.contoso.com", "ready", "no: the policy office365-tls12 does not count this rule"),
        ("se01.contoso.com", "ready", "no: no scenario in use needs it"),
    ],
)
def test_why_a_finding_does_not_count(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, readiness: str, told: str
) -> None:
    servers = (server(name, "pool01.contoso.com", readiness),)
    write_with(run, finding("SFB-SVC-001", name, "advice", counted=False), servers=servers)
    assert f"counts        {told}" in explain(capsys, run, name).out


@pytest.mark.parametrize("name", ["pool01.contoso.com", "hybrid"])
def test_a_pool_and_a_scenario_tell_what_stands_in_their_way_and_the_steps(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = explain(capsys, run, name).out
    block = told.partition("Fail  SFB-CU-001")[2].partition("\n\n")[0]
    assert "on            fe02.contoso.com, fe03.contoso.com" in block
    assert "required      6.0.9319.516 or later" in block
    assert "to do         Install the March 2018 cumulative update" in block
    address = sample().findings[0].source[0].url
    assert f"sources       {number_of(address, told)}" in block
    assert "Pass" not in told
    assert "step 2  Install the cumulative update (S-0002)\n" in told


def test_a_scenario_tells_what_only_a_pool_on_its_path_shows(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = explain(capsys, run, "hybrid").out
    block = told.partition("Waived  SFB-POOL-001")[2].partition("\n\n")[0]
    assert "on            pool01.contoso.com" in block


def test_what_differs_on_a_pool_as_a_whole_is_told_of_the_pool(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = several()
    name = "pool01.contoso.com"
    (under,) = audit.pools[0].also
    own = under.differs[0].model_copy(update={"rule": "SFB-POOL-001", "subject": name})
    also = (under.model_copy(update={"differs": (*under.differs, own)}),)
    pools = tuple(
        pool.model_copy(update={"also": also}) if pool.fqdn == name else pool
        for pool in audit.pools
    )
    write_audit(audit.model_copy(update={"pools": pools}), run / "audit.json")
    for subject in (name, "hybrid"):
        told = explain(capsys, run, subject).out.partition("Under the policy contoso")[2]
        assert told.count("SFB-CU-001  ") == 1
        assert "fe01: fail, by the main policy pass\n" in told
        assert "SFB-POOL-001     pool01: fail, by the main policy pass\n" in told


def test_a_pool_has_findings_of_its_own(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explain(capsys, run, "pool01.contoso.com").out
    assert "Waived  SFB-POOL-001  One build per pool" in told


def test_each_policy_is_told_apart_with_the_source_of_what_differs(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_audit(several(), run / "audit.json")
    told = explain(capsys, run, "fe01.contoso.com").out
    main, _, other = told.partition("\nUnder the policy contoso: Blocked\n")
    assert "also          contoso: Blocked" in main
    assert "Under the main policy office365-tls12" in main
    assert "6.0.9319.548" not in main
    assert "  SFB-CU-001       fail, by the main policy pass\n" in other
    assert f"{several().servers[0].also[0].differs[0].reason} {number_of(KB.url, told)}\n" in other
    assert "required: 6.0.9319.548 or later: CU9\n" in other
    assert "accepts TLS 1.2 only?), the main one; beside it: contoso." in other


@pytest.mark.parametrize(
    ("name", "servers"), [("fe02", 1), ("pool01.contoso.com", 4), ("hybrid", 6)]
)
def test_as_json_it_is_that_part_of_the_audit(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, servers: int
) -> None:
    told = explain(capsys, run, name, "--json")
    (run / "part.json").write_text(told.out, "utf-8")
    part, whole = read_audit(run / "part.json"), sample()
    assert len(part.servers) == servers
    names = {s.fqdn for s in part.servers} | {p.fqdn for p in part.pools}
    assert set(part.findings) == {f for f in whole.findings if f.subject in names}
    assert part.run == whole.run
    only = explain(capsys, run, name, "--json", "--rule", "sfb-cu-001")
    assert {f["rule"] for f in json.loads(only.out)["findings"]} == {"SFB-CU-001"}


@pytest.mark.parametrize(
    ("name", "more", "numbers"),
    [
        ("fe02", (), [2]),
        ("se01", (), [4]),
        ("pool01", (), [2, 3, 5]),
        ("sql01", (), [5]),  # a machine of its own, on which steps of another pool work
        ("sql02", (), [9]),
        ("hybrid", (), [2, 3, 5, 6, 9]),
        ("federation", (), [6, 9]),
        ("pool01", ("--rule", "sfb-cu-001"), [2, 3]),
        ("hybrid", ("--rule", "SFB-TLS-002", "--rule", " SFB-POOL-001"), []),
    ],
)
def test_text_and_json_have_the_same_steps(
    run: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    more: tuple[str, ...],
    numbers: list[int],
) -> None:
    audit = sample()
    sql = audit.pools[0].model_copy(update={"fqdn": "sql01.contoso.com", "servers": ()})
    mirror = sql.model_copy(update={"fqdn": "sql02.contoso.com", "servers": ("db02.contoso.com",)})
    bare = [s.model_copy(update={"rules": ()}) if s.number == 5 else s for s in audit.steps]
    of_mirror = bare[4].model_copy(
        update={"number": 9, "target": "db02.contoso.com", "pool": EDGE01}
    )
    changed = {"pools": (*audit.pools, sql, mirror), "steps": (*bare, of_mirror)}
    write_audit(audit.model_copy(update=changed), run / "audit.json")
    part = json.loads(explain(capsys, run, name, *more, "--json").out)
    assert [step["number"] for step in part["steps"]] == numbers
    told = explain(capsys, run, name, *more).out.partition("\nIn the plan")[2]
    assert [int(n) for n in re.findall(r"^  step (\d+)  ", told, re.M)] == numbers


@pytest.mark.parametrize("name", ["fe02", "pool01.contoso.com", "hybrid"])
def test_a_rule_that_the_audit_does_not_have(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = explain(capsys, run, name, "--rule", "SFB-CU-011")
    assert (told.code, told.out) == (2, "")
    assert "error RULE-UNKNOWN" in told.err
    assert "Did you mean SFB-CU-001" in told.err


def test_one_rule_alone(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    others = {f.rule for f in audit.findings if f.subject == finding.subject} - {finding.rule}
    told = explain(capsys, run, finding.subject, "--rule", finding.rule.lower())
    assert finding.rule in told.out
    assert others
    assert not [rule for rule in others if f"  {rule}  " in told.out]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nobody", "SUBJECT-UNKNOWN", "servers and pools go by their FQDN"),
        ("medd01.contoso.com", "SUBJECT-UNKNOWN", "Did you mean med01.contoso.com"),
        ("sql01", "SUBJECT-UNKNOWN", "takes no cumulative update: listed, but never judged"),
        ("", "SUBJECT-UNKNOWN", "Scenarios: hybrid, federation, exchange_online"),
        (".", "SUBJECT-UNKNOWN", "Scenarios: hybrid"),
        ("9", "SUBJECT-UNKNOWN", "The steps of the plan go from 1 to 8."),
        ("step 0", "SUBJECT-UNKNOWN", "The steps of the plan go from 1 to 8."),
        ("hyb", "SUBJECT-UNKNOWN", "Did you mean hybrid?"),
        (
            "fe",
            "SUBJECT-AMBIGUOUS",
            f"fe could be any of {', '.join(FRONT_ENDS)}, federation.",
        ),
    ],
)
def test_a_name_that_means_nothing(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, code: str, words: str
) -> None:
    told = explain(capsys, run, name)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err
    assert words in told.err


def test_of_a_machine_that_is_never_judged_the_steps_on_it_are_told(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = several()
    machine = {"servers": (), "takes_updates": False, "readiness": "not_in_scope", "kind": "sql"}
    pools = tuple(
        audit.pools[0].model_copy(update={**machine, "fqdn": name, "reason": "No update."})
        for name in ("sql01.contoso.com", "sql02.contoso.com")
    )
    write_audit(audit.model_copy(update={"pools": (*audit.pools, *pools)}), run / "audit.json")
    told = explain(capsys, run, "sql01").out
    assert told.startswith(
        "sql01.contoso.com: Not in scope\nNo update.\n  what          SQL Server\n"
        "  in the plan   1 step: 5; 40 min (assumed)\n\nIn the plan\n  step 5  "
    )
    assert "Under the policy" not in told
    assert "in the plan   no step concerns it\n" in explain(capsys, run, "sql02").out


def test_a_host_name_of_several_servers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    twin = audit.servers[0].model_copy(
        update={"fqdn": audit.servers[0].fqdn.replace("contoso", "fabrikam")}
    )
    write_audit(audit.model_copy(update={"servers": (*audit.servers, twin)}), tmp_path / "a.json")
    told = explain(capsys, tmp_path / "a.json", twin.fqdn.partition(".")[0])
    assert told.code == 2
    assert "SUBJECT-AMBIGUOUS" in told.err
    assert twin.fqdn in told.err


def test_no_run_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explain(capsys, tmp_path, "fe01")
    assert (told.code, "AUDIT-NOT-READ" in told.err) == (2, True)


def test_without_a_run_the_demo_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "--run" not in sfb_audit(capsys, "explain", "fe01").err
    (tmp_path / "out" / "demo").mkdir(parents=True)
    write_audit(sample(), tmp_path / "out" / "demo" / "audit.json")
    told = sfb_audit(capsys, "explain", "fe01")
    assert (told.code, told.out) == (2, "")
    assert "error AUDIT-NOT-READ" in told.err
    assert f"--run {Path('out/demo')}" in told.err


def test_what_a_server_said_cannot_act_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit: Audit = hostile()
    write_audit(audit, tmp_path / "audit.json")
    for each in audit.servers:
        told = explain(capsys, tmp_path, each.fqdn)
        assert explain(capsys, tmp_path, each.fqdn, "--json").out.isascii()
        assert not [sign for sign in "\x1b\x07\x9b\u202e\x00" if sign in told.out]
