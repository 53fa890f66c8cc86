"""Several policies in one audit, from bundles to audit.json: the first is the main one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.audit import Audit
from auditor.errors import ExitCode
from reports.audit_json import read_audit
from tests.cli.carried import UPDATED, write_bundles
from tests.cli.command import sfb_audit

_MANAGEMENT = [
    {"name": name, "version": "12.2.5000.0"}
    for name in (
        "Microsoft SQL Server 2014 Management Objects  (x64)",
        "Microsoft System CLR Types for SQL Server 2014",
    )
]
MACHINES: dict[str, dict[str, Any]] = {
    "old.contoso.com": UPDATED
    | {"products": [{"set": "sfb2015-front-end", "version": "6.0.9319.281"}]},
    "cu6.contoso.com": UPDATED
    | {"products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}]},
    "cu9.contoso.com": UPDATED
    | {"products": [{"set": "sfb2015-front-end", "version": "6.0.9319.548"}, *_MANAGEMENT]},
    "cu12.contoso.com": UPDATED
    | {"products": [{"set": "sfb2015-front-end", "version": "6.0.9319.619"}, *_MANAGEMENT]},
    "lync.contoso.com": UPDATED
    | {"products": [{"set": "lync2013-front-end", "version": "5.0.8308.1182"}]},
}
POLICIES = ("office365-tls12", "tls10-disable", "cloud-moves-2022", "supported-today")

# Today every one of them is out of support, whatever it is updated to.
READINESS = {
    "old.contoso.com": ("work_needed", "work_needed", "work_needed", "blocked"),
    "cu6.contoso.com": ("ready", "work_needed", "work_needed", "blocked"),
    "cu9.contoso.com": ("ready", "unknown", "work_needed", "blocked"),
    "cu12.contoso.com": ("ready", "unknown", "ready", "blocked"),
    "lync.contoso.com": ("ready", "blocked", "ready", "blocked"),
}
EXIT_CODES = (
    ExitCode.WORK_NEEDED,
    ExitCode.INCOMPLETE,
    ExitCode.WORK_NEEDED,
    ExitCode.WORK_NEEDED,
)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the collector writes on each machine, and an estate with two pools of them."""
    folder = tmp_path_factory.mktemp("bundles")
    pools = {"pool01.contoso.com": [name for name in MACHINES if name != "lync.contoso.com"]}
    pools["lync.contoso.com"] = ["lync.contoso.com"]
    write_bundles(folder, MACHINES, pools)
    return folder


def _assessed(
    capsys: pytest.CaptureFixture[str], bundles: Path, out: Path, *arguments: object
) -> tuple[int, Audit, str]:
    files = sorted(bundles.glob("*.json"))
    estate = ("--config", bundles / "estate.toml")
    told = sfb_audit(capsys, "assess", *files, *estate, "--out", out, *arguments)
    return told.code, read_audit(out / "audit.json"), told.out


def _options(*policies: str) -> list[str]:
    return [word for policy in policies for word in ("--policy", policy)]


def test_each_server_under_each_policy_and_why(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    code, audit, _ = _assessed(capsys, bundles, tmp_path, *_options(*POLICIES))
    found = {s.fqdn: (s.readiness, *(u.readiness for u in s.also)) for s in audit.servers}
    assert found == READINESS
    assert audit.run.policy == POLICIES[0]
    assert tuple(policy.key for policy in audit.run.policies) == POLICIES
    assert tuple(policy.exit_code for policy in audit.run.policies) == EXIT_CODES
    assert [policy.main for policy in audit.run.policies] == [True, False, False, False]
    assert code == EXIT_CODES[0]
    cu9 = next(s for s in audit.servers if s.fqdn == "cu9.contoso.com")
    differs = {u.policy: {d.rule: d for d in u.differs} for u in cu9.also}
    assert set(differs["tls10-disable"]) == {"SFB-PRE-001"}
    assert set(differs["cloud-moves-2022"]) == {"SFB-CU-001"}
    assert set(differs["supported-today"]) == {"SFB-SUP-001"}
    moved = differs["cloud-moves-2022"]["SFB-CU-001"]
    assert (moved.status, moved.main_status, moved.subject) == ("fail", "pass", cu9.fqdn)
    assert moved.required.startswith("6.0.9319.619 or later")
    keys = {source.key for source in audit.sources}
    assert {"move-csuser", "dtls", "se-announcement"} <= keys


def test_a_pool_is_the_worst_of_its_members_under_each_policy(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    _, audit, _ = _assessed(capsys, bundles, tmp_path, *_options(*POLICIES))
    found = {p.fqdn: (p.readiness, *(u.readiness for u in p.also)) for p in audit.pools}
    assert found == {
        "pool01.contoso.com": ("work_needed", "work_needed", "work_needed", "blocked"),
        "lync.contoso.com": ("ready", "blocked", "ready", "blocked"),
    }
    pool = next(p for p in audit.pools if p.fqdn == "lync.contoso.com")
    assert {d.rule for u in pool.also for d in u.differs} == {"SFB-PROD-003", "SFB-SUP-001"}
    hybrid = next(s for s in audit.scenarios if s.key == "hybrid")
    assert [u.readiness for u in hybrid.also] == ["blocked", "work_needed", "blocked"]


_ACCEPTED = """
[[waivers]]
rule = "SFB-PROD-003"
subject = "*"
who = "CAB"
why = "agreed"
until = 2099-12-31
"""


def test_a_waiver_makes_no_server_ready_under_any_policy_by_what_was_not_judged(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(_ACCEPTED, encoding="utf-8")
    policies = _options("office365-tls12", "tls10-disable")
    out = tmp_path / "out"
    _, audit, _ = _assessed(capsys, bundles, out, *policies, "--waivers", waivers)
    for lync in (
        next(s for s in audit.servers if s.fqdn == "lync.contoso.com"),
        next(p for p in audit.pools if p.fqdn == "lync.contoso.com"),
    ):
        beside = lync.also[0]
        assert (lync.readiness, beside.readiness) == ("ready", "unknown")
        told = {difference.rule: difference for difference in beside.differs}
        assert told["SFB-PROD-003"].status == "waived"
        assert "SFB-PROD-003 is waived" in told["SFB-PRE-001"].reason


@pytest.mark.parametrize("main", range(len(POLICIES)))
def test_plan_findings_and_exit_code_are_those_of_the_first_policy_alone(
    main: int, capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    order = (POLICIES[main], *(p for p in POLICIES if p != POLICIES[main]))
    code, audit, _ = _assessed(capsys, bundles, tmp_path / "several", *_options(*order))
    alone = _assessed(capsys, bundles, tmp_path / "one", *_options(order[0]))
    assert code == alone[0] == EXIT_CODES[main]
    assert {s.fqdn: s.readiness for s in audit.servers} == {
        fqdn: words[main] for fqdn, words in READINESS.items()
    }
    assert [step.id for step in audit.steps] == [step.id for step in alone[1].steps]
    assert [(f.id, f.status) for f in audit.findings] == [
        (f.id, f.status) for f in alone[1].findings
    ]
    assert all(server.also == () for server in alone[1].servers)


def test_what_the_sources_say_beyond_the_servers_is_told_once_and_by_whom(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    _, audit, _ = _assessed(capsys, bundles, tmp_path, *_options(*POLICIES))
    notes = [note for note in audit.notes if "an audit of servers does not read" in note]
    assert [note[:28] for note in notes] == [
        "The article also names what ",
        "Under tls10-disable: Microso",
    ]
    (ruled_out,) = (note for note in audit.notes if "Ruled out and in use" in note)
    assert ruled_out.startswith("Under tls10-disable: Ruled out and in use: lync.contoso.com. ")


def test_a_policy_of_ones_own_beside_the_shipped_one(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    own = tmp_path / "contoso.toml"
    own.write_text(
        'like = "office365-tls12"\ntitle = "Contoso"\n[minimum.sfb2015]\nbuild = "6.0.9319.548"\n'
        'sources = ["standard"]\n[sources.standard]\ntitle = "Contoso server standard 7.2"\n',
        encoding="utf-8",
    )
    options = ["--policy", "office365-tls12", "--policy", own]
    _, audit, out = _assessed(capsys, bundles, tmp_path / "out", *options)
    found = {s.fqdn: s.also[0].readiness for s in audit.servers}
    assert found["cu6.contoso.com"] == "work_needed"
    assert found["cu9.contoso.com"] == "ready"
    assert [(o.file, o.changes[0]) for o in audit.run.overlays] == [
        ("contoso.toml", "policies.contoso added")
    ]
    assert "Overlay on the rulebook: contoso.toml" in " ".join(out.split())


def test_the_same_policy_twice_is_judged_once(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    options = _options("office365-tls12", "office365-tls12")
    _, audit, _ = _assessed(capsys, bundles, tmp_path, *options)
    assert [policy.key for policy in audit.run.policies] == ["office365-tls12"]


def test_without_a_policy_it_is_the_articles(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    _, audit, _ = _assessed(capsys, bundles, tmp_path)
    assert audit.run.policy == "office365-tls12"


_OVERLAY = """
[policies.office365-tls12.minimum.sfb2015]
build = "6.0.9319.548"
sources = ["standard"]

[sources.standard]
title = "Contoso server standard 7.2"
url = "https://wiki.contoso.com/standard"
"""


def test_an_explanation_cites_an_overlay_that_is_there_no_more(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    """audit.json holds the title and the address of every source: no file but it is needed."""
    overlay = tmp_path / "contoso.toml"
    overlay.write_text(_OVERLAY, "utf-8")
    _, audit, _ = _assessed(capsys, bundles, tmp_path / "out", "--rulebook", overlay)
    overlay.unlink()
    assert audit.run.overlays[0].file == "contoso.toml"
    told = sfb_audit(capsys, "explain", "cu6", "--run", tmp_path / "out", "--rule", "SFB-CU-001")
    assert told.code == 0
    assert "required      6.0.9319.548 or later" in told.out
    assert "Contoso server standard 7.2\n" in told.out
    assert "https://wiki.contoso.com/standard\n" in told.out
    assert f"contoso.toml (SHA-256 {audit.run.overlays[0].sha256})" in " ".join(told.out.split())


def test_what_differs_under_another_policy_is_cited_from_its_own_source(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    _, audit, _ = _assessed(capsys, bundles, tmp_path, *_options(*POLICIES[:3]))
    cu6 = next(s for s in audit.servers if s.fqdn == "cu6.contoso.com")
    moves = next(u for u in cu6.also if u.policy == "cloud-moves-2022")
    (difference,) = [d for d in moves.differs if d.rule == "SFB-CU-001"]
    cited = {source.key for source in difference.source}
    assert "move-csuser" in cited
    assert cited <= {source.key for source in audit.sources}
    told = sfb_audit(capsys, "explain", "cu6", "--run", tmp_path).out
    main, _, beside = told.partition("Under the policy tls10-disable: ")
    assert "move-csuser" not in main
    _, _, moves_told = beside.partition("Under the policy cloud-moves-2022: ")
    assert "https://learn.microsoft.com/powershell/module/skype/move-csuser\n" in moves_told
