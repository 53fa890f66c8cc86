"""`sfb-audit rulebook`, and files of one's own: what they may do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.rulebook import load
from auditor.rulebook.check import problems
from auditor.rulebook.model import Build, Rulebook
from auditor.version import Version
from tests.cli.own_files import CONTOSO, CU14, file_of, told_of

RAISED = """
[policies.cloud-moves-2022.minimum.sfb2015]
build = "6.0.9319.900"
sources = ["cu14"]
"""


def test_the_shipped_rulebook_is_consistent_and_what_was_checked_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_of(capsys, "rulebook", "check")
    assert (told.code, told.err) == (0, "")
    assert "Consistent." in told.out
    for what in ("sources:", "builds:", "products:", "Windows:", "policies:", "rules:"):
        assert what in told.out
    assert f" {len(load().all_updates)}  ok  builds:" in told.out


def test_a_new_update_and_a_policy_over_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    overlay = file_of(tmp_path, CU14 + RAISED)
    policy = file_of(tmp_path, CONTOSO, "contoso.toml")
    told = told_of(capsys, "rulebook", "check", overlay, policy)
    assert told.code == 0
    assert hashlib.sha256(overlay.read_bytes()).hexdigest() in told.out
    for change in (
        "own.toml: builds: sfb2015 6.0.9319.900 (CU14) added",
        "own.toml: sources.cu14 added",
        "own.toml: policies.cloud-moves-2022 changed (minimum.sfb2015)",
        "contoso.toml: policies.contoso added",
    ):
        assert change in told.out
    builds = told_of(capsys, "builds", "6.0.9319.899", "--rulebook", overlay, "--rulebook", policy)
    assert "after it                 6.0.9319.900 CU14 (Jan 2027, KB5099999), by cu14" in builds.out
    assert "is below the minimum 6.0.9319.900" in builds.out
    assert "policy contoso           meets the minimum 6.0.9319.548" in builds.out
    shown = told_of(capsys, "rules", "show", "SFB-CLOCK-001", "--rulebook", policy)
    assert "contoso" not in next(line for line in shown.out.splitlines() if "counts in" in line)
    before = told_of(capsys, "rules", "--rulebook", policy, "show", "SFB-CU-001")
    assert "cloud-moves-2022, contoso" in before.out
    assert "contoso.toml (SHA-256" in before.out
    assert told_of(capsys, "rules", "--rulebook", overlay).code == 0
    listed = told_of(capsys, "rulebook", "policies", policy)
    assert "contoso: Contoso: nothing older than CU9" in listed.out
    assert "6.0.9319.900" not in str(load())  # nothing of it stays in this process


def test_each_policy_tells_whom_it_judges_and_what_nobody_reads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = " ".join(told_of(capsys, "rulebook", "policies").out.split())
    by_policy = {key: told.partition(f" {key}: ")[2] for key in load().policies}
    for key, of in {
        "cloud-moves-2022": "judges the servers on the paths of scenarios",
        "tls10-disable": "judges every server of the estate",
        "supported-today": "judges every server of the estate",
    }.items():
        assert by_policy[key].partition(" judges ")[2].startswith(of.removeprefix("judges "))
    disabling = by_policy["tls10-disable"]
    assert "(Skype for Business Server 2015; on Windows Server 2019) [dtls]" in disabling
    assert "besides While a server that is ruled out is in use" in disabling
    assert "besides Microsoft's page also names" in disabling


def test_an_entry_can_be_changed_and_cites_who_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = """
    [products.sfb2019]
    packages = ["Skype for Business Server 2019", "SfB Server 2019"]
    sources = ["wiki"]
    [[products.sfb2019.systems]]
    os = "2019"
    sources = ["wiki"]
    [products.sfb2015.support]
    ends = 2027-10-14
    sources = ["wiki"]
    [clock]
    max_skew_minutes = 3
    sources = ["wiki"]
    [[unnumbered]]
    product = "sfb2015"
    name = "CU3"
    month = "2016-06"
    kb = ["KB3149227"]
    sources = ["wiki", "sfb-updates"]
    [sources.wiki]
    title = "Our wiki"
    [sources.dtls]
    url = "https://learn.microsoft.com/moved"
    """
    from auditor.knowledge import read_knowledge

    book = read_knowledge([file_of(tmp_path, text)]).rulebook
    product = book.products["sfb2019"]
    assert product.sources == ("wiki", *load().products["sfb2019"].sources)
    assert product.packages[1] == "SfB Server 2019"
    row = product.system("2019")
    assert row is not None
    assert (row.confidence, row.sources) == ("stated", ("wiki",))
    assert len(product.systems) == len(load().products["sfb2019"].systems)
    assert str(book.products["sfb2015"].support).count("2027") == 1
    assert book.clock.max_skew_minutes == 3
    assert len(book.unnumbered) == len(load().unnumbered)
    assert book.sources["dtls"].title == load().sources["dtls"].title
    assert problems(book) == []
    assert told_of(capsys, "rulebook", "check", tmp_path / "own.toml").code == 0


REPEATED = """
[[builds]]
product = "sfb2015"
version = "6.0.9319.548"
name = "CU9 of ours"
month = "2019-05"
sources = ["standard"]
parts = [{ component = "Web Components Server", version = "6.0.9319.547" }]
[sources.standard]
title = "Contoso server standard 7.2"
"""


def test_a_row_that_is_said_again_keeps_what_it_does_not_say(tmp_path: Path) -> None:
    from auditor.knowledge import read_knowledge

    def build(rulebook: Rulebook) -> Build:
        known = rulebook.builds_of("sfb2015")
        return next(each for each in known if each.version == Version(6, 0, 9319, 548))

    was = build(load())
    now = build(read_knowledge([file_of(tmp_path, REPEATED)], []).rulebook)
    assert (now.name, now.sources) == ("CU9 of ours", ("standard", *was.sources))
    assert now.kb == was.kb
    web = "Web Components Server"
    assert [p for p in now.parts if p.component != web] == [
        p for p in was.parts if p.component != web
    ]
    assert [str(p.version) for p in now.parts if p.component == web] == ["6.0.9319.547"]


# a file with a list without rows
EMPTIED = """
[policies.tls10-disable]
excludes = []
prerequisites = []
sources = ["wiki"]
[updates.kb3140245]
files = []
sources = ["wiki"]
[products.sfb2015]
systems = []
sources = ["wiki"]
[sources.wiki]
title = "Our wiki"
"""


def test_no_rows_take_none_away(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from auditor.knowledge import read_knowledge

    shipped, path = load(), file_of(tmp_path, EMPTIED)
    policy = file_of(tmp_path, 'like = "tls10-disable"\ntitle = "T"\nexcludes = []', "contoso.toml")
    book = read_knowledge([path], [str(policy)]).rulebook
    for key in ("tls10-disable", "contoso"):
        assert book.policies[key].excludes == shipped.policies["tls10-disable"].excludes
        assert book.policies[key].prerequisites == shipped.policies["tls10-disable"].prerequisites
    assert book.updates["kb3140245"].files == shipped.updates["kb3140245"].files
    assert book.products["sfb2015"].systems == shipped.products["sfb2015"].systems
    told = told_of(capsys, "rulebook", "check", path)
    assert told.code == 0
    assert "updates.kb3140245 cites more" in told.out


# What servers are migrated to, in an overlay and in a policy that is like another.
OTHER_TARGET = """
[policies.office365-tls12.target]
product = "sfb2019"
note = "By our own standard."
sources = ["wiki"]
[sources.wiki]
title = "Our wiki"
"""


def test_what_servers_are_migrated_to_can_be_replaced(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from auditor.knowledge import read_knowledge

    overlay = file_of(tmp_path, OTHER_TARGET)
    like = file_of(tmp_path, 'like = "tls10-disable"\ntitle = "T"', "like.toml")
    own = 'like = "office365-tls12"\ntitle = "T"\n[target]\nproduct = "sfbse"\nsources = ["dtls"]'
    book = read_knowledge([overlay], [str(like), str(file_of(tmp_path, own, "mine.toml"))]).rulebook
    targets = {key: policy.target for key, policy in book.policies.items()}
    assert {key: target and target.product for key, target in targets.items()} == {
        "office365-tls12": "sfb2019",
        "cloud-moves-2022": "sfb2019",
        "tls10-disable": "sfb2015",
        "supported-today": "sfbse",
        "like": "sfb2015",
        "mine": "sfbse",
    }
    assert targets["cloud-moves-2022"] == targets["office365-tls12"]
    assert problems(book) == []
    listed = told_of(capsys, "rulebook", "policies", file_of(tmp_path, OTHER_TARGET))
    assert "Skype for Business Server 2019 RTM (7.0.2046.0) or later. By our own standard." in (
        " ".join(listed.out.split())
    )
    assert "policies.office365-tls12 changed (target)" in listed.out


def test_every_shipped_policy_is_listed_with_what_it_asks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_of(capsys, "rulebook", "policies")
    assert told.code == 0
    # The article asks some of it of clients only, and some not at all.
    assert "comes from the pages that each rule cites" in " ".join(told.out.split())
    for key, policy in load().policies.items():
        assert f"{key}: {policy.title}" in told.out
        assert all(str(threshold.build) in told.out for threshold in policy.minimum.values())
        assert all(rule in told.out for rule in policy.counts)
        assert all(row.why in told.out for row in policy.excludes)
        assert all(row.title in told.out for row in policy.prerequisites)
        assert policy.target is not None
        assert load().products[policy.target.product].title in " ".join(told.out.split())
