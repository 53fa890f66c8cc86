"""`sfb-audit explain`: what a change board asks, answered from the audit of a run."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditor.audit import (
    Audit,
    ComparedEntry,
    DifferenceEntry,
    EvidenceEntry,
    FindingEntry,
    SourceRef,
    UnderPolicyEntry,
    WaiverEntry,
)
from reports.audit_json import read_audit, write_audit
from tests.cli.command import Ended, sfb_audit
from tests.reports.sample import (
    ARTICLE,
    KB,
    PRACTICE,
    STARTED,
    finding,
    hostile,
    reached,
    sample,
    server,
    several,
)

OF_A_PASS = SourceRef(key="uncited", title="Of a pass alone", url="https://example.org/pass")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_audit(sample(), tmp_path / "audit.json")
    return tmp_path


def _explain(
    capsys: pytest.CaptureFixture[str], run: Path, *arguments: str, width: int = 200
) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return sfb_audit(capsys, "explain", *arguments, "--run", run)


def test_each_finding_is_told_with_all_that_it_rests_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    told = _explain(capsys, run, finding.subject, "--rule", finding.rule)
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
    told = _explain(capsys, run, compared.subject, "--rule", compared.rule)
    assert "Core Components  1.2     1.10       decides" in told.out
    assert "Web              1.10.3  not known  nobody knows" in told.out


def test_a_note_too_long_for_its_line_stands_below(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _explain(capsys, run, "fe02", width=80).out
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
    _with(run, finding("SFB-CU-002", "fe02.contoso.com", "advice", compared=tuple(rows)))
    told = _explain(capsys, run, "fe02", width=80).out
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
    assert _explain(capsys, run, change(fqdn)).out.startswith(f"{fqdn}: ")


def test_a_pool_lists_its_servers(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pool = next(p for p in sample().pools if len(p.servers) > 1)
    told = _explain(capsys, run, pool.fqdn)
    assert all(fqdn in told.out for fqdn in pool.servers)


def test_of_many_servers_those_that_need_somebody_are_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"fe{number:03}.contoso.com" for number in range(100)]
    servers = [server(name, "pool01.contoso.com") for name in names]
    servers[70] = server(names[70], "pool01.contoso.com", "work_needed", reason="Too old.")
    found = [finding("SFB-CU-001", name, "fail") for name in names]
    _with(run, *found, servers=tuple(servers))
    told = _explain(capsys, run, "hybrid").out
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
    _with(run, servers=tuple(waiting))
    assert "and 60 more servers; see report.html" in _explain(capsys, run, "hybrid").out


def test_a_scenario_tells_its_evidence_and_path(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    scenario = next(s for s in audit.scenarios if s.pools)
    told = _explain(capsys, run, scenario.key)
    assert scenario.title in told.out
    assert scenario.evidence in told.out
    assert all(s.fqdn in told.out for s in audit.servers if s.pool in scenario.pools)


def _number_of(address: str, told: str) -> str:
    """The number under which a paper lists the source of this address."""
    before = told.partition("\nSources\n")[2].partition(f"{address}\n")[0]
    return before[before.rindex("[") : before.rindex("]") + 1]


def _with(run: Path, *findings: FindingEntry, **changes: object) -> None:
    audit = sample().model_copy(update={"findings": findings, **changes})
    write_audit(audit, run / "audit.json")


@pytest.mark.parametrize("width", [80, 100])
def test_an_address_and_a_path_are_never_cut(
    run: Path, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    path = "HKLM:" + "\\abcdefgh" * 15
    evidence = (EvidenceEntry(family="winhttp", path=path, value="absent"),)
    source = SourceRef(key="long", title="Long", url="https://example.org/" + "a" * 120)
    _with(
        run, finding("SFB-X-001", "fe02.contoso.com", "fail", evidence=evidence, source=(source,))
    )
    told = _explain(capsys, run, "fe02", width=width).out.splitlines()
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
    _with(run, servers=servers)
    told = " ".join(_explain(capsys, run, "fe01").out.split())
    assert "From a file that was carried by hand, 3 days old; unauthenticated" in told
    assert "in a file, facts of 2018-08-20 01:02 UTC" in told


def test_a_server_that_was_not_read_is_told_shortly(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = {"evidence": (), "reason": "the server was not read: REACH-AUTH"}
    rules = ("SFB-PROD-001", "SFB-CU-001", "SFB-OS-001")
    name = "pchat01.contoso.com"
    _with(run, *(finding(rule, name, "unknown", **missing) for rule in rules))
    told = _explain(capsys, run, name).out
    assert told.count("the server was not read: REACH-AUTH") == 1
    assert f"by            {', '.join(rules)}\n" in told
    assert "not read, tried 2018-08-20 01:02 UTC (REACH-AUTH)" in told
    assert "What a pass rests on" not in told
    in_full = _explain(capsys, run, name, "--full").out
    assert all(f"  {rule}  " in in_full for rule in rules)
    one = _explain(capsys, run, name, "--rule", "SFB-CU-001").out
    assert "observed      Core Components 6.0.9319.281" in one


def test_what_is_not_applicable_for_one_reason_stands_together(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = {"SFB-A-001": "migrate", "SFB-B-001": "No need.", "SFB-C-001": "migrate"}
    found = [
        finding(rule, "fe01.contoso.com", "not_applicable", reason=reason, evidence=())
        for rule, reason in reasons.items()
    ]
    _with(run, *found)
    told = _explain(capsys, run, "fe01").out
    assert "Not applicable (3)\n" in told
    assert "  migrate: SFB-A-001, SFB-C-001\n" in told
    assert "  No need: SFB-B-001\n" in told


def test_what_does_not_apply_by_what_was_read_shows_that(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = (EvidenceEntry(family="services", path="Win32_Service", value="WinRM"),)
    reason = "It is no Lync server."
    spared = finding(
        "SFB-PROD-001", "fe01.contoso.com", "not_applicable", reason=reason, evidence=seen
    )
    _with(run, spared)
    told = _explain(capsys, run, "fe01").out
    assert "Win32_Service = WinRM" in told
    assert f"because       {reason}\n" in told


def test_a_waived_fail_says_until_when_by_whom_and_is_not_planned(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiver = WaiverEntry(who="J. Doe, CAB 4711", why="replaced soon", until=date(2018, 10, 31))
    waived = finding("SFB-CU-001", "fe02.contoso.com", "waived", waiver=waiver)
    _with(run, waived)
    told = _explain(capsys, run, "fe02").out
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
    _with(run, finding("SFB-SVC-001", name, "advice", counted=False), servers=servers)
    assert f"counts        {told}" in _explain(capsys, run, name).out


@pytest.mark.parametrize("name", ["pool01.contoso.com", "hybrid"])
def test_a_pool_and_a_scenario_tell_what_stands_in_their_way_and_the_steps(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = _explain(capsys, run, name).out
    block = told.partition("Fail  SFB-CU-001")[2].partition("\n\n")[0]
    assert "on            fe02.contoso.com, fe03.contoso.com" in block
    assert "required      6.0.9319.516 or later" in block
    assert "to do         Install the March 2018 cumulative update" in block
    address = sample().findings[0].source[0].url
    assert f"sources       {_number_of(address, told)}" in block
    assert "Pass" not in told
    assert "step 2 (S-0002)  Install the cumulative update" in told


def test_a_scenario_tells_what_only_a_pool_on_its_path_shows(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _explain(capsys, run, "hybrid").out
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
        told = _explain(capsys, run, subject).out.partition("Under the policy contoso")[2]
        assert told.count("SFB-CU-001  ") == 1
        assert "fe01: fail, by the main policy pass\n" in told
        assert "SFB-POOL-001     pool01: fail, by the main policy pass\n" in told


def test_a_pool_has_findings_of_its_own(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _explain(capsys, run, "pool01.contoso.com").out
    assert "Waived  SFB-POOL-001  One build per pool" in told


def test_each_policy_is_told_apart_with_the_source_of_what_differs(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_audit(several(), run / "audit.json")
    told = _explain(capsys, run, "fe01.contoso.com").out
    main, _, other = told.partition("\nUnder the policy contoso: Blocked\n")
    assert "also          contoso: Blocked" in main
    assert "Under the main policy office365-tls12" in main
    assert "6.0.9319.548" not in main
    assert "  SFB-CU-001       fail, by the main policy pass\n" in other
    assert f"{several().servers[0].also[0].differs[0].reason} {_number_of(KB.url, told)}\n" in other
    assert "required: 6.0.9319.548 or later: CU9\n" in other
    assert "accepts TLS 1.2 only?), the main one; beside it: contoso." in other


READ = tuple(
    EvidenceEntry(family="winhttp", path=f"HKLM:\\{view}", value="absent", when=STARTED)
    for view in ("native", "wow6432")
)
MIXED = tuple(
    finding(f"SFB-{status[:2].upper()}-001", "fe01.contoso.com", status, evidence=READ)
    for status in ("pass", "advice", "not_applicable", "waived", "unknown", "fail")
)


def _statuses(told: str) -> list[str]:
    """The first word of each block, in order."""
    known = ("Fail", "Unknown", "Waived", "Advice", "Pass", "Not applicable")
    return [word for line in told.splitlines() for word in known if line.startswith(f"{word} ")]


def test_what_stands_in_the_way_comes_before_advice_and_advice_before_what_is_in_order(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _with(run, *MIXED)
    told = _explain(capsys, run, "fe01").out
    order = ["Fail", "Unknown", "Waived", "Advice", "Pass", "Not applicable"]
    assert _statuses(told) == order
    assert "findings      1 fail, 1 unknown, 1 advice, 1 waived, 1 pass, 1 not applicable" in told


def test_of_a_pool_too_what_fails_on_its_servers_comes_before_its_own_advice(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [
        finding(rule, "pool01.contoso.com", status, subject_kind="pool")
        for rule, status in (("SFB-POOL-001", "advice"), ("SFB-POOL-004", "pass"))
    ]
    _with(run, *own, finding("SFB-CU-001", "fe02.contoso.com", "fail"))
    told = _explain(capsys, run, "pool01").out
    assert _statuses(told) == ["Fail", "Advice", "Pass"]
    assert told.index("\nServers\n") < told.index("Fail  SFB-CU-001")


def test_a_pass_is_told_in_three_lines_its_places_folded(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = finding("SFB-PA-001", "fe01.contoso.com", "pass", evidence=READ, title="It is set")
    _with(run, passed)
    told = _explain(capsys, run, "fe01").out
    assert "Pass (1)  read 2018-08-20 01:02 UTC\n" in told
    below = "\n".ljust(20)
    found = f"found: {passed.observed} (winhttp: 2 places)"
    asked = f"asked: {passed.required} [1]"
    assert f"SFB-PA-001       It is set{below}{found}{below}{asked}\n" in told
    assert "What a pass rests on: --rule with its id, or --full for all." in told
    assert READ[0].path not in told


@pytest.mark.parametrize("asked", [("--full",), ("--rule", "SFB-PA-001")])
def test_in_full_a_pass_tells_all_that_it_rests_on(
    run: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    passed = finding("SFB-PA-001", "fe01.contoso.com", "pass", evidence=READ)
    _with(run, passed)
    told = _explain(capsys, run, "fe01", *asked).out
    for row in (f"observed      {passed.observed}", f"required      {passed.required}",
                f"because       {passed.reason}", "read          by winhttp, 2018-08-20 01:02 UTC:",
                f"{READ[0].path} = absent", "sources       [1]"):  # fmt: skip
        assert row in told
    assert "What a pass rests on" not in told


def test_passes_that_were_read_at_several_times_say_so_each(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = READ[0].model_copy(update={"when": STARTED + timedelta(minutes=5)})
    found = [
        finding("SFB-A-001", "fe01.contoso.com", "pass", evidence=READ),
        finding("SFB-B-001", "fe01.contoso.com", "pass", evidence=(*READ, later)),
    ]
    _with(run, *found)
    told = _explain(capsys, run, "fe01").out
    assert "(winhttp: 2 places, 2018-08-20 01:02 UTC)" in told
    assert "(winhttp: 3 places, 2018-08-20 01:02 UTC to 2018-08-20 01:07 UTC)" in told


def test_what_was_read_is_shown_once(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = (EvidenceEntry(family="os", path="Version", value="6.3.9600.0", when=STARTED),)
    found = [
        finding("SFB-A-001", "fe01.contoso.com", "fail", evidence=(*READ, *one)),
        finding("SFB-B-001", "fe01.contoso.com", "advice", evidence=(*one, *READ)),
    ]
    _with(run, *found)
    told = _explain(capsys, run, "fe01").out
    assert told.count(READ[1].path) == 1
    assert told.count("by winhttp, 2018-08-20 01:02 UTC: as under SFB-A-001\n") == 1
    assert told.count("Version = 6.3.9600.0") == 2  # a reference would be as long


def test_sources_have_numbers_and_stand_once_at_the_end(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [
        finding("SFB-A-001", "fe01.contoso.com", "fail", source=(KB, ARTICLE)),
        finding("SFB-B-001", "fe01.contoso.com", "advice", source=(PRACTICE, KB)),
        finding("SFB-C-001", "fe01.contoso.com", "pass", source=(OF_A_PASS,)),
    ]
    _with(run, *found)
    told = _explain(capsys, run, "fe01", width=80).out
    assert told.index("sources       [1] [2]\n") < told.index("sources       [1] [3]\n")
    listed = told.partition("\nSources\n")[2]
    assert [line.strip() for line in listed.splitlines() if "https:" in line] == [
        KB.url,
        ARTICLE.url,
        OF_A_PASS.url,
    ]
    assert told.count(KB.url) == 1
    assert f"  [3] {PRACTICE.title}\n" in listed
    assert f"  [4] {OF_A_PASS.title}\n" in listed
    assert OF_A_PASS.url not in _explain(capsys, run, "fe01", "--rule", "SFB-A-001").out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("edge01", "needed for    Hybrid; Federation with Office 365 (assumed)\n"),
        ("edgepool01", "needed for    Hybrid; Federation with Office 365 (assumed)\n"),
        ("federation", "in use        Assumed\n"),
    ],
)
def test_what_is_assumed_and_reconstructed_is_said(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    notes = (
        "Which pools lie on a path is reconstructed.",
        "fe01.contoso.com: its clock is wrong.",
        "Either of edgepool01.contoso.com, dir01.contoso.com counts.",
    )
    _with(run, notes=notes)
    out = " ".join(_explain(capsys, run, name).out.split())
    assert told.strip().partition("  ")[2].strip() in out
    care = out.partition("Read with care")[2]
    assert "Assumed, because nobody stated it; judged as if in use: Federation with" in care
    assert notes[0] in care
    assert notes[1] not in care
    assert notes[2] in care


def test_what_no_assumption_bears_on_says_nothing_of_it(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Assumed, because" not in _explain(capsys, run, "fe01").out


@pytest.mark.parametrize("name", ["fe01", "pool01", "hybrid"])
def test_what_is_ready_names_what_it_is_advised(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    found = [
        finding("SFB-KB-001", "fe01.contoso.com", "advice"),
        finding("SFB-SUP-001", "fe01.contoso.com", "advice"),
    ]
    ready = {"readiness": "ready", "reason": "all is met."}
    audit = sample()
    _with(
        run,
        *found,
        servers=(server("fe01.contoso.com", "pool01.contoso.com", **ready),),
        pools=tuple(pool.model_copy(update=ready) for pool in audit.pools),
        scenarios=tuple(each.model_copy(update=ready) for each in audit.scenarios),
    )
    head = _explain(capsys, run, name).out.splitlines()
    assert head[0].endswith(": Ready")
    assert head[1] == "all is met; advice: SFB-KB-001, SFB-SUP-001"


def test_of_servers_that_are_ready_those_with_waivers_and_advice_stand_apart(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"fe0{number}.contoso.com" for number in range(1, 5)]
    found = [
        finding("SFB-KB-001", names[1], "advice"),
        finding("SFB-KB-001", names[2], "advice"),
        finding("SFB-CU-001", names[2], "waived"),
    ]
    servers = tuple(server(name, "pool01.contoso.com") for name in names)
    _with(run, *found, servers=servers)
    rows = _explain(capsys, run, "pool01").out.partition("\nServers\n")[2].splitlines()[:3]
    assert [" ".join(row.split()) for row in rows] == [
        f"2 ready {names[0]}, {names[3]}",
        f"1 ready {names[1]}; advice: SFB-KB-001",
        f"1 ready {names[2]}; waived: SFB-CU-001; advice: SFB-KB-001",
    ]


def test_the_head_says_what_to_do_and_by_which_steps(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = _explain(capsys, run, "fe02").out.partition("\n\n")[0]
    assert "what          server of pool01.contoso.com (Enterprise, 4 servers)\n" in head
    told = "to do         Install the March 2018 cumulative update or a later one. (SFB-CU-001)\n"
    assert told in head
    assert "in the plan   step 2: Install the cumulative update\n" in head
    assert "its pool      Waived SFB-POOL-001: " in head
    of_pool = _explain(capsys, run, "pool01").out.partition("\n\n")[0]
    assert "to do         fe02, fe03, fe04: Install the March 2018 cumulative" in of_pool
    assert "in the plan   3 steps: 2 to 3, 5\n" in of_pool
    assert "read          4 of 4 servers, facts of 2018-08-20 01:02 UTC\n" in of_pool


def test_a_clock_that_is_wrong_is_told_where_its_instant_is(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _explain(capsys, run, "med01").out
    assert "by its own clock, 5,412 seconds behind the auditing host's\n" in told
    assert "by its own clock" not in _explain(capsys, run, "fe01").out


def test_lines_on_several_servers_say_whose_they_are(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [
        finding(
            "SFB-CU-001", f"{host}.contoso.com", "fail", required=required, remediation="Update."
        )
        for host, required in (
            ("fe02", "1.9 or later"),
            ("fe03", "1.9 or later"),
            ("edge01", "1.10"),
        )
    ]
    _with(run, *found)
    block = _explain(capsys, run, "hybrid").out.partition("Fail  SFB-CU-001")[2]
    block = block.partition("\n\n")[0]
    assert "required      fe02, fe03: 1.9 or later\n                edge01: 1.10\n" in block
    assert "to do         Update.\n" in block


def test_of_two_machines_with_one_host_name_the_whole_name_is_told(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("fe02.contoso.com", "fe02.fabrikam.com")
    servers = tuple(server(name, "pool01.contoso.com", "work_needed") for name in names)
    found = [finding("SFB-CU-001", name, "fail", required=name[-12:]) for name in names]
    _with(run, *found, servers=servers)
    assert "required      fe02.contoso.com: " in _explain(capsys, run, "pool01").out


def _differing(audit: Audit, *differs: DifferenceEntry) -> Audit:
    """The audit with these differences of fe01 under a policy contoso."""
    under = UnderPolicyEntry(
        policy="contoso", readiness="blocked", reason="SFB-A-001: Too old.", differs=differs
    )
    servers = tuple(s.model_copy(update={"also": (under,)}) for s in audit.servers)
    return audit.model_copy(update={"servers": servers})


def _difference(rule: str, **more: object) -> DifferenceEntry:
    first = several().servers[0].also[0].differs[0]
    return first.model_copy(update={"rule": rule, **more})


def test_a_reason_of_many_rules_is_told_once_under_another_policy(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unread = {"status": "unknown", "reason": "it was not read", "required": "T", "title": "T"}
    rules = ("SFB-A-001", "SFB-B-001", "SFB-C-001")
    write_audit(
        _differing(sample(), *(_difference(r, **unread) for r in rules)), run / "audit.json"
    )
    told = _explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert f"  {', '.join(rules)}\n{' ' * 19}unknown, by the main policy pass\n" in told
    assert told.count("it was not read") == 1
    assert "required" not in told


def test_a_rule_that_only_weighs_no_more_is_named_alone(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = _difference("SFB-B-001", counted=False, main_status="fail")
    write_audit(_differing(sample(), idle), run / "audit.json")
    told = _explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert "  SFB-B-001        fail (does not count), by the main policy fail\n\n" in told


def test_the_reason_of_a_policy_is_repeated_by_no_rule(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = _difference("SFB-A-001", reason="Too old.", main_status="fail", required="1.10")
    write_audit(_differing(sample(), same), run / "audit.json")
    told = _explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert told.count("Too old.") == 1
    assert "  SFB-A-001        fail, as by the main policy\n" in told
    assert f"required: 1.10 {_number_of(KB.url, told)}\n" in told


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("fe02", "; see sfb-audit explain pool01.contoso.com --rule SFB-POOL-001"),
        ("edgepool01", ""),
    ],
)
def test_a_rule_that_judges_others_says_where_to_look(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, where: str
) -> None:
    told = _explain(capsys, run, name, "--rule", "sfb-pool-001")
    assert told.code == 0
    assert f"SFB-POOL-001 is a rule of pools and judges nothing here{where}\n" in told.out


def test_what_is_required_of_a_server_that_was_not_read_is_not_the_rules_title(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unread = finding("SFB-OS-001", "pchat01.contoso.com", "unknown", evidence=(), required="A row")
    _with(run, unread.model_copy(update={"title": "A row"}))
    assert "required" not in _explain(capsys, run, "pchat01", "--rule", "SFB-OS-001").out


@pytest.mark.parametrize("name", ["Exchange Online", "exchange-online", "EXCHANGE_ONLINE"])
def test_a_scenario_goes_by_its_title_too(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert _explain(capsys, run, name).out.startswith("Exchange Online: ")
    assert _explain(capsys, run, "Hybrid (shared sip address space)").code == 0


SUBJECTS = ("fe01", "fe02", "edge02", "pchat01", "pool01", "hybrid", "federation")


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("asked", [(), ("--full",)])
def test_nothing_is_wider_than_the_paper_but_a_word_that_is(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, width: int, asked: tuple[str, ...]
) -> None:
    audit = several("A policy of somebody's own that has a reason of many words " * 3)
    write_audit(audit, run / "audit.json")
    for line in _explain(capsys, run, name, *asked, width=width).out.splitlines():
        assert len(line) <= width or " " not in line.strip()


@pytest.mark.parametrize(
    ("name", "servers"), [("fe02", 1), ("pool01.contoso.com", 4), ("hybrid", 6)]
)
def test_as_json_it_is_that_part_of_the_audit(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, servers: int
) -> None:
    told = _explain(capsys, run, name, "--json")
    (run / "part.json").write_text(told.out, "utf-8")
    part, whole = read_audit(run / "part.json"), sample()
    assert len(part.servers) == servers
    names = {s.fqdn for s in part.servers} | {p.fqdn for p in part.pools}
    assert {f.subject for f in part.findings} <= names
    assert set(part.findings) < set(whole.findings)
    assert set(part.steps) <= set(whole.steps)
    assert part.run == whole.run
    only = _explain(capsys, run, name, "--json", "--rule", "sfb-cu-001")
    assert {f["rule"] for f in json.loads(only.out)["findings"]} == {"SFB-CU-001"}


@pytest.mark.parametrize("name", ["fe02", "pool01.contoso.com", "hybrid"])
def test_a_rule_that_the_audit_does_not_have(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = _explain(capsys, run, name, "--rule", "SFB-CU-011")
    assert (told.code, told.out) == (2, "")
    assert "error RULE-UNKNOWN" in told.err
    assert "Did you mean SFB-CU-001" in told.err


def test_one_rule_alone(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    others = {f.rule for f in audit.findings if f.subject == finding.subject} - {finding.rule}
    told = _explain(capsys, run, finding.subject, "--rule", finding.rule.lower())
    assert finding.rule in told.out
    assert others
    assert not [rule for rule in others if f"  {rule}  " in told.out]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nobody", "SUBJECT-UNKNOWN", "servers and pools go by their FQDN"),
        ("medd01.contoso.com", "SUBJECT-UNKNOWN", "Did you mean med01.contoso.com"),
        ("sql01", "SUBJECT-UNKNOWN", "takes no cumulative update: listed, and never judged"),
        ("", "SUBJECT-UNKNOWN", "Scenarios: hybrid, federation, exchange_online"),
        (".", "SUBJECT-UNKNOWN", "Scenarios: hybrid"),
    ],
)
def test_a_name_that_means_nothing(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, code: str, words: str
) -> None:
    told = _explain(capsys, run, name)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err
    assert words in told.err


def test_a_host_name_of_several_servers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    twin = audit.servers[0].model_copy(
        update={"fqdn": audit.servers[0].fqdn.replace("contoso", "fabrikam")}
    )
    write_audit(audit.model_copy(update={"servers": (*audit.servers, twin)}), tmp_path / "a.json")
    told = _explain(capsys, tmp_path / "a.json", twin.fqdn.partition(".")[0])
    assert told.code == 2
    assert "SUBJECT-AMBIGUOUS" in told.err
    assert twin.fqdn in told.err


def test_no_run_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _explain(capsys, tmp_path, "fe01")
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
        told = _explain(capsys, tmp_path, each.fqdn)
        assert _explain(capsys, tmp_path, each.fqdn, "--json").out.isascii()
        assert not [sign for sign in "\x1b\x07\x9b\u202e\x00" if sign in told.out]
