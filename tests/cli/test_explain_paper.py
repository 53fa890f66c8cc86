"""The paper that `sfb-audit explain` is: its order, what is told once, and whose each line is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from auditor.audit import (
    Audit,
    DifferenceEntry,
    EvidenceEntry,
    SourceRef,
    UnderPolicyEntry,
)
from reports.audit_json import write_audit
from tests.cli.explained import READ, explain, number_of, write_with
from tests.reports.entries import ARTICLE, KB, PRACTICE, STARTED, finding, server
from tests.reports.sample import sample, several

OF_A_PASS = SourceRef(key="uncited", title="Of a pass alone", url="https://example.org/pass")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_audit(sample(), tmp_path / "audit.json")
    return tmp_path


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
    write_with(run, *MIXED)
    told = explain(capsys, run, "fe01").out
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
    write_with(run, *own, finding("SFB-CU-001", "fe02.contoso.com", "fail"))
    told = explain(capsys, run, "pool01").out
    assert _statuses(told) == ["Fail", "Advice", "Pass"]
    assert told.index("\nServers\n") < told.index("Fail  SFB-CU-001")


def test_a_pass_is_told_in_three_lines_its_places_folded(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = finding("SFB-PA-001", "fe01.contoso.com", "pass", evidence=READ, title="It is set")
    write_with(run, passed)
    told = explain(capsys, run, "fe01").out
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
    write_with(run, passed)
    told = explain(capsys, run, "fe01", *asked).out
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
    write_with(run, *found)
    told = explain(capsys, run, "fe01").out
    assert "(winhttp: 2 places, 2018-08-20 01:02 UTC)" in told
    assert "(winhttp: 3 places, 2018-08-20 01:02 UTC to 2018-08-20 01:07 UTC)" in told


def test_what_was_read_is_shown_once(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = (EvidenceEntry(family="os", path="Version", value="6.3.9600.0", when=STARTED),)
    found = [
        finding("SFB-A-001", "fe01.contoso.com", "fail", evidence=(*READ, *one)),
        finding("SFB-B-001", "fe01.contoso.com", "advice", evidence=(*one, *READ)),
    ]
    write_with(run, *found)
    told = explain(capsys, run, "fe01").out
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
    write_with(run, *found)
    told = explain(capsys, run, "fe01", width=80).out
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
    assert OF_A_PASS.url not in explain(capsys, run, "fe01", "--rule", "SFB-A-001").out


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
    write_with(run, notes=notes)
    out = " ".join(explain(capsys, run, name).out.split())
    assert told.strip().partition("  ")[2].strip() in out
    care = out.partition("Read with care")[2]
    assert "Assumed, because nobody stated it; judged as if in use: Federation with" in care
    assert notes[0] in care
    assert notes[1] not in care
    assert notes[2] in care


def test_what_no_assumption_bears_on_says_nothing_of_it(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Assumed, because" not in explain(capsys, run, "fe01").out


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
    write_with(
        run,
        *found,
        servers=(server("fe01.contoso.com", "pool01.contoso.com", **ready),),
        pools=tuple(pool.model_copy(update=ready) for pool in audit.pools),
        scenarios=tuple(each.model_copy(update=ready) for each in audit.scenarios),
    )
    head = explain(capsys, run, name).out.splitlines()
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
    write_with(run, *found, servers=servers)
    rows = explain(capsys, run, "pool01").out.partition("\nServers\n")[2].splitlines()[:3]
    assert [" ".join(row.split()) for row in rows] == [
        f"2 ready {names[0]}, {names[3]}",
        f"1 ready {names[1]}; advice: SFB-KB-001",
        f"1 ready {names[2]}; waived: SFB-CU-001; advice: SFB-KB-001",
    ]


def test_the_head_says_what_to_do_and_by_which_steps(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = explain(capsys, run, "fe02").out.partition("\n\n")[0]
    assert "what          server of pool01.contoso.com (Enterprise, 4 servers)\n" in head
    told = "to do         Install the March 2018 cumulative update or a later one. (SFB-CU-001)\n"
    assert told in head
    assert "in the plan   step 2: Install the cumulative update\n" in head
    assert "its pool      Waived SFB-POOL-001: " in head
    of_pool = explain(capsys, run, "pool01").out.partition("\n\n")[0]
    assert "to do         fe02, fe03, fe04: Install the March 2018 cumulative" in of_pool
    assert "in the plan   3 steps: 2 to 3, 5\n" in of_pool
    assert "read          4 of 4 servers, facts of 2018-08-20 01:02 UTC\n" in of_pool


def test_a_clock_that_is_wrong_is_told_where_its_instant_is(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = explain(capsys, run, "med01").out
    assert "by its own clock, 5,412 seconds behind the auditing host's\n" in told
    assert "by its own clock" not in explain(capsys, run, "fe01").out


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
    write_with(run, *found)
    block = explain(capsys, run, "hybrid").out.partition("Fail  SFB-CU-001")[2]
    block = block.partition("\n\n")[0]
    assert "required      fe02, fe03: 1.9 or later\n                edge01: 1.10\n" in block
    assert "to do         Update.\n" in block


def test_of_two_machines_with_one_host_name_the_whole_name_is_told(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("fe02.contoso.com", "fe02.fabrikam.com")
    servers = tuple(server(name, "pool01.contoso.com", "work_needed") for name in names)
    found = [finding("SFB-CU-001", name, "fail", required=name[-12:]) for name in names]
    write_with(run, *found, servers=servers)
    assert "required      fe02.contoso.com: " in explain(capsys, run, "pool01").out


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
    told = explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert f"  {', '.join(rules)}\n{' ' * 19}unknown, by the main policy pass\n" in told
    assert told.count("it was not read") == 1
    assert "required" not in told


def test_a_rule_that_only_weighs_no_more_is_named_alone(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = _difference("SFB-B-001", counted=False, main_status="fail")
    write_audit(_differing(sample(), idle), run / "audit.json")
    told = explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert "  SFB-B-001        fail (does not count), by the main policy fail\n\n" in told


def test_the_reason_of_a_policy_is_repeated_by_no_rule(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = _difference("SFB-A-001", reason="Too old.", main_status="fail", required="1.10")
    write_audit(_differing(sample(), same), run / "audit.json")
    told = explain(capsys, run, "fe01").out.partition("\nUnder the policy contoso")[2]
    assert told.count("Too old.") == 1
    assert "  SFB-A-001        fail, as by the main policy\n" in told
    assert f"required: 1.10 {number_of(KB.url, told)}\n" in told


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
    told = explain(capsys, run, name, "--rule", "sfb-pool-001")
    assert told.code == 0
    assert f"SFB-POOL-001 is a rule of pools and judges nothing here{where}\n" in told.out


def test_what_is_required_of_a_server_that_was_not_read_is_not_the_rules_title(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unread = finding("SFB-OS-001", "pchat01.contoso.com", "unknown", evidence=(), required="A row")
    write_with(run, unread.model_copy(update={"title": "A row"}))
    assert "required" not in explain(capsys, run, "pchat01", "--rule", "SFB-OS-001").out


@pytest.mark.parametrize("name", ["Exchange Online", "exchange-online", "EXCHANGE_ONLINE"])
def test_a_scenario_goes_by_its_title_too(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert explain(capsys, run, name).out.startswith("Exchange Online: ")
    assert explain(capsys, run, "Hybrid (shared sip address space)").code == 0


SUBJECTS = ("fe01", "fe02", "edge02", "pchat01", "pool01", "hybrid", "federation")


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("asked", [(), ("--full",)])
def test_nothing_is_wider_than_the_paper_but_a_word_that_is(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, width: int, asked: tuple[str, ...]
) -> None:
    audit = several("A policy of somebody's own that has a reason of many words " * 3)
    write_audit(audit, run / "audit.json")
    for line in explain(capsys, run, name, *asked, width=width).out.splitlines():
        assert len(line) <= width or " " not in line.strip()
