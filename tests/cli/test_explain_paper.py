"""The paper that `sfb-audit explain` is: its order, what is told once, and whose each line is."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditor.audit import (
    Audit,
    DifferenceEntry,
    EvidenceEntry,
    SourceRef,
    UnderPolicyEntry,
    WaiverEntry,
)
from reports.audit_json import write_audit
from tests.cli.explained import READ, explain, number_of, write_with
from tests.reports.entries import ARTICLE, KB, PRACTICE, STARTED, finding, server, step
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
    asked = f"required: {passed.required} [1]"
    assert f"SFB-PA-001       It is set{below}{found}{below}{asked}\n" in told
    assert "For the evidence of a pass, use --rule with its ID, or --full for all." in told
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
    assert "For the evidence of a pass" not in told


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


@pytest.mark.parametrize("name", ["pool01", "hybrid"])
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
    assert "in the plan   3 steps: 2 to 3, 5; 3 h 10 min (assumed)\n" in of_pool
    assert "read          4 of 4 servers, facts from 2018-08-20 01:02 UTC\n" in of_pool


@pytest.mark.parametrize("name", ["fe02", "pool01", "hybrid"])
def test_what_to_do_says_what_the_plan_adds_to_the_remedy(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The whole pool goes to the build of its newest server, which no finding asks for."""
    fails = [
        finding("SFB-CU-001", "fe02.contoso.com", "fail", reason="Too old.", remediation="CU6."),
        finding("SFB-CU-002", "fe02.contoso.com", "fail", reason="Left", required="CU6 too"),
        finding("SFB-KB-001", "fe02.contoso.com", "fail", reason="None.", remediation="Get it."),
    ]
    fails[1] = fails[1].model_copy(update={"remediation": ""})
    more = "In pool01.contoso.com the later one is CU9"
    said = "SFB-CU-001: Too old. CU6. SFB-CU-002: Left. Required: CU6 too."
    both = ("SFB-CU-001", "SFB-CU-002")
    steps = (
        step(1, 1, "fe02.contoso.com", "Update", rules=both, reason=f"{said} {more}."),
        step(2, 1, "fe02.contoso.com", "KB", rules=("SFB-KB-001",), reason="None. Get it."),
        step(3, 1, "fe02.contoso.com", "Restart", rules=both, reason="It is restarted."),
    )
    write_with(run, *fails, steps=steps)
    out = explain(capsys, run, name).out
    block = out.partition("Fail  SFB-CU-001")[2].partition("\n\n")[0]
    assert f"to do         CU6. {more}.\n" in block
    assert f"CU6. {more}. (SFB-CU-001)\n" in out or name == "hybrid"
    assert "to do         Get it.\n" in out
    assert "added" not in out


def test_what_is_waived_stands_in_the_order_in_which_it_ends(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {"SFB-A-001": 9, "SFB-B-001": 2, "SFB-C-001": 5}
    write_with(
        run,
        *(
            finding(
                rule,
                "fe01.contoso.com",
                "waived",
                waiver=WaiverEntry(who="J. Doe", why="later", until=date(2019, month, 1)),
            )
            for rule, month in ends.items()
        ),
    )
    told = explain(capsys, run, "fe01").out
    order = [f"Waived  {rule}" for rule in ("SFB-B-001", "SFB-C-001", "SFB-A-001")]
    assert re.findall(r"^Waived  \S+", told, re.M) == order
    notes = re.findall(r"Waived until (\S+) by", told.partition("Read with care")[2])
    assert notes == ["2019-02-01", "2019-05-01", "2019-09-01"]


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
    assert f"SFB-POOL-001 is a rule of pools and does not apply here{where}\n" in told.out


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


def test_what_the_head_counts_and_nothing_tells_is_accounted_for(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = {"evidence": (), "reason": "the server was not read: REACH-AUTH"}
    found = [
        finding("SFB-CU-001", "fe02.contoso.com", "fail"),
        finding("SFB-CU-001", "edge02.contoso.com", "unknown", **missing),
        finding("SFB-KB-001", "edge02.contoso.com", "unknown", **missing),
        finding("SFB-SVC-001", "fe02.contoso.com", "unknown", counted=False),
        finding("SFB-KB-001", "fe02.contoso.com", "advice"),
        finding("SFB-KB-001", "fe03.contoso.com", "pass"),
    ]
    write_with(run, *found)
    told = "Not shown here (see its servers, or --full): "
    assert f"\n{told}3 unknown, 1 advice, 1 pass.\n" in explain(capsys, run, "hybrid").out
    assert f"\n{told}1 unknown, 1 advice, 1 pass.\n" in explain(capsys, run, "pool01").out
    for more in (("--full",), ("--rule", "SFB-KB-001")):
        assert "Not shown here" not in explain(capsys, run, "hybrid", *more).out


@pytest.mark.parametrize("name", ["hybrid", "pool01"])
def test_in_full_every_finding_server_and_step_is_told(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    names = [f"fe{number:03}.contoso.com" for number in range(60)]
    found = [
        finding(rule, each, status, observed=f"seen on {each}", reason=f"{each} said so.")
        for each in names
        for rule, status in (("SFB-CU-001", "fail"), ("SFB-TLS-002", "pass"))
    ]
    servers = [server(each, "pool01.contoso.com", "work_needed", reason="Old.") for each in names]
    steps = tuple(step(n, n, each, "Update") for n, each in enumerate(names, 1))
    write_with(run, *found, servers=tuple(servers), steps=steps)
    short, whole = (explain(capsys, run, name, *more).out for more in ((), ("--full",)))
    assert re.search(r"\n +and 48 more steps: --full, or upgrade-plan.xlsx\n", short)
    assert "more" not in whole
    for number, each in enumerate(names, 1):
        assert f"  {each}  Work needed: Old.\n" in whole
        assert whole.count(f"seen on {each}\n") == 2
        assert f"  step {number}" in whole


@pytest.mark.parametrize("name", ["6", "step 6", "S-0006", "s-0006"])
def test_a_step_is_a_paper_of_its_own(
    run: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    audit = sample()
    of_edge = audit.steps[5].model_copy(
        update={"waits_for": (*audit.steps[5].waits_for, *audit.steps[2].waits_for)}
    )
    found = [
        finding("SFB-CU-001", "edge01.contoso.com", "fail", title="It is up to date"),
        finding("SFB-KB-001", "edge01.contoso.com", "fail"),
    ]
    steps = (*audit.steps[:5], of_edge, *audit.steps[6:])
    write_with(run, *found, steps=steps)
    told = explain(capsys, run, name).out
    assert told.startswith("Install the cumulative update: step 6 of 8\n")
    for row in (
        "plan ID       S-0006 (stays when numbers change)",
        "wave          4 of 5",
        "takes         1 h 15 min (assumed)",
        "target        edge01.contoso.com of edgepool01.contoso.com, Tokyo",
        "needed for    Hybrid; Federation with Office 365 (assumed)",
        f"why           {of_edge.reason}",
        "rules         SFB-CU-001  It is up to date",
        f"impact        {of_edge.impact}",
        f"rollback      {of_edge.rollback}",
        "waits for     step 5: the Edge follows what is behind it (practice)",
        "              step 2: one front end at a time keeps the pool's quorum",
        "waits for it  step 8: Audit again",
        "sources       [1]",
    ):
        assert f"  {row}\n" in told
    assert "SFB-KB-001" not in told
    order = told.partition("\nWhat to do, in this order\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in order.splitlines()] == [
        "# powershell on edge01.contoso.com",
        "Invoke-CsComputerFailOver -ComputerName edge01.contoso.com",
        "# cmd on edge01.contoso.com",
        "SkypeServerUpdateInstaller.exe",
        "Restart the server when the installer asks for it.",
        "# powershell",
        "Invoke-CsComputerFailBack -ComputerName edge01.contoso.com",
    ]
    assert ARTICLE.url in told.partition("\nSources\n")[2]
    part = json.loads(explain(capsys, run, name, "--json").out)
    assert [step["number"] for step in part["steps"]] == [2, 5, 6, 8]
    assert [server["fqdn"] for server in part["servers"]] == ["edge01.contoso.com"]
    assert [each["rule"] for each in part["findings"]] == ["SFB-CU-001"]


def test_a_step_that_nothing_waits_for_and_a_source_of_the_order(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    wait = audit.steps[2].waits_for[0].model_copy(update={"source": KB.key})
    gone = wait.model_copy(update={"step": "S-0099", "reason": "r"})
    last = audit.steps[7].model_copy(update={"waits_for": (wait, gone), "commands": ()})
    write_with(run, steps=(*audit.steps[:7], last))
    told = explain(capsys, run, "8").out
    assert "  waits for it  nothing\n" in told
    assert "  target        Contoso, Tokyo\n" in told
    assert "  sources       [1] [2]\n" in told
    assert number_of(KB.url, told) == "[2]"
    assert "S-0099: r\n" in told
    assert "What to do" not in told
    assert "  waits for     nothing\n" in explain(capsys, run, "1").out


def test_a_command_is_never_broken(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    line = "New-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft' " * 5 + "-Force"
    command = audit.steps[0].commands[0].model_copy(update={"text": f"{line}\n\x1b[31m"})
    long = audit.steps[0].model_copy(update={"commands": (command,)})
    write_with(run, steps=(long,))
    told = explain(capsys, run, "1", width=80).out
    assert f"\n  {line}\n  \\x1b[31m\n" in told


def test_each_step_has_what_a_board_asks_shortly_or_whole(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back = "Take the update out. It takes an hour."
    audit = sample()
    third = audit.steps[2].model_copy(update={"rollback": back})
    write_with(run, steps=(*audit.steps[:2], third))
    short, whole = (explain(capsys, run, "fe03", *more).out for more in ((), ("--full",)))
    block = short.partition("\nIn the plan\n")[2]
    assert [line.strip() for line in block.splitlines()[:5]] == [
        "step 3  Install the cumulative update (S-0003)",
        "wave 2, 1 h 15 min",
        "after step 2: one front end at a time keeps the pool's quorum",
        f"impact: {third.impact}",
        "rollback: Take the update out. …",
    ]
    assert "For a whole step: sfb-audit explain with its number or ID." in block
    assert f"rollback: {back}\n" in whole


SUBJECTS = ("fe01", "fe02", "edge02", "pchat01", "pool01", "hybrid", "federation", "3")


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
