"""What real consoles printed: a list of hotfixes, and a version that no update moves."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from auditor.facts.files import FilesFacts
from auditor.facts.hotfixes import HotfixesFacts
from auditor.rulebook import load
from auditor.rulebook.builds import describe_build, place_build
from auditor.version import Version
from tests.assess.facts_of import files, hotfixes, judge, server, system

pytestmark = pytest.mark.realdata

_OLD, _NEW = "6.1.7601.23374", "6.1.7601.23375"


def _listed(realdata: Path) -> HotfixesFacts:
    """The 183 hotfixes of a Windows 7 SP1, of the same kernel as Windows Server 2008 R2."""
    told = (realdata / "console-output" / "chatterbox_win7sp1_systeminfo.txt").read_text("utf-8")
    facts = hotfixes(*re.findall(r"\]: (KB\d+)", told))
    assert len(facts.items) == 183
    return facts


# The list names KB3140245 beside later rollups: it corroborates what the files prove, no more.
BESIDE_FILES = [
    (files(_NEW), "pass", "KB3140245 is listed"),
    (files(_OLD), "fail", "KB3140245 is listed as installed, but"),
    (files("absent"), "unknown", "Nothing can be proved"),
    (None, "unknown", "family files"),
]


@pytest.mark.parametrize(("read", "status", "words"), BESIDE_FILES)
def test_a_real_list_of_hotfixes_proves_nothing_without_the_files(
    realdata: Path, read: FilesFacts | None, status: str, words: str
) -> None:
    lacking = ["files"] if read is None else []
    judged = judge(server("2008r2", hotfixes=_listed(realdata), files=read, failed=lacking))
    finding = judged.finding("SFB-KB-001")
    assert finding.status == status
    assert words in finding.reason


def test_that_machine_is_no_server(realdata: Path) -> None:
    """Windows 7 carries the kernel's number of Windows Server 2008 R2, and is a workstation."""
    workstation = system("2008r2", product_type=1)
    judged = judge(server("2008r2", hotfixes=_listed(realdata), os_facts=workstation))
    assert judged.finding("SFB-OS-001").status == "fail"
    assert judged.server.readiness == "blocked"


def _after_cu3(realdata: Path) -> str:
    """What Get-CsServerVersion printed on a front end right after the updater of CU3."""
    told = (realdata / "console-output" / "AutomatedLab_SfBAutomatedLab_issue7.txt").read_text(
        "utf-8"
    )
    assert "Successfully installed all applicable MSPs" in told
    printed: list[str] = re.findall(r"Skype for Business Server 2015 \(([\d.]+)\)", told)
    return printed[0]


def test_the_version_that_the_cmdlet_prints_is_no_update_level(realdata: Path) -> None:
    book, printed = load(), _after_cu3(realdata)
    assert Version.parse(printed) == book.products["sfb2015"].base
    assert describe_build(book, "sfb2015", Version.parse(printed)).startswith("RTM")
    assert place_build(book, printed, date(2026, 11, 27))[0].exact


@pytest.mark.parametrize(("core", "status"), [("6.0.9319.516", "pass"), ("6.0.9319.259", "fail")])
def test_packages_decide_whatever_the_cmdlet_prints(realdata: Path, core: str, status: str) -> None:
    """A package that kept the printed number lags; the deciding ones alone tell the level."""
    printed = _after_cu3(realdata)
    judged = judge(server(core=core, front_end=core))
    assert judged.finding("SFB-CU-001").status == status
    half = judge(server(core=core, front_end=printed)).finding("SFB-CU-001")
    assert half.status == "fail"
    assert ("half-patched" in half.reason) is (status == "pass")
