"""report.html: one file, nothing from outside, nothing of a server's that acts."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from auditor.audit import Audit
from reports import words
from reports.page import write_page
from tests.reports.entries import empty
from tests.reports.odd_audits import hostile, large
from tests.reports.sample import sample


class Page(HTMLParser):
    """What a browser would make of it: elements, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.policy = ""
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def _page(audit: Audit, folder: Path) -> tuple[str, Page]:
    path = folder / "report.html"
    write_page(audit, path)
    text = path.read_text("utf-8")
    return text, Page(text)


def test_it_says_what_the_other_reports_say(tmp_path: Path) -> None:
    _, page = _page(sample(), tmp_path)
    for said in (
        "4 of 14 servers ready; 5 need work, 1 blocked (no update can help), 3 unknown, 1 not in",
        "12 of 14 servers read",
        "Exit code 3 means",
        "Not read: edge02.contoso.com",
        "REACH-UNREACHABLE: No answer on port 5986 within 10 seconds.",
        "Assumed, because nobody stated it",
        "sql01.contoso.com",
        "one front end at a time keeps the pool's quorum [official]",
        "SkypeServerUpdateInstaller.exe",
        "20180820T010203Z-3fa9",
    ):
        assert said in page.text
    for entry in sample().servers:
        assert entry.fqdn in page.text


@pytest.mark.parametrize("audit", [sample(), hostile(), empty()], ids=["rich", "hostile", "empty"])
def test_only_our_own_style_and_script_may_act(audit: Audit, tmp_path: Path) -> None:
    text, page = _page(audit, tmp_path)
    assert page.elements.count("script") == page.elements.count("style") == 1
    for kind in ("style", "script"):
        content = re.search(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page.policy
    assert page.policy.startswith("default-src 'none'")
    assert not {"img", "iframe", "object", "link", "base", "form"} & set(page.elements)
    names = {name for name, _ in page.attributes}
    assert not names & {"style", "src", "srcset"}
    assert not [name for name in names if name.startswith("on")]
    addresses = [value for name, value in page.attributes if name == "href"]
    assert all(re.match(r"#|https?://", address) for address in addresses)


def test_hostile_text_is_shown_as_text_bounded_and_visible(tmp_path: Path) -> None:
    text, page = _page(hostile(), tmp_path)
    assert "<script>alert('x')</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "\\x1b[2J" in page.text
    assert "abc\\u202egnp.exe" in page.text
    assert "[cut: 40,000 characters; audit.json has them all]" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ufffe\uffff]", text)


def test_findings_are_grouped_worst_first(tmp_path: Path) -> None:
    text, _ = _page(sample(), tmp_path)
    groups = re.findall(r"<summary><b>(.*?)</b>.*?</span> (.*?)</summary>", text)
    assert groups[0] == ("edge01.contoso.com", "1 fail, 1 pass")
    assert [name for name, _ in groups].index("old01.contoso.com") == 5


def test_what_a_finding_compares_stands_under_it_open_where_it_fails(tmp_path: Path) -> None:
    text, _ = _page(sample(), tmp_path)
    told = re.findall(r"<details( open)?><summary>(\d+) components compared</summary>", text)
    assert told == [(" open", "3")]
    row = "".join(f"<td>{word}</td>" for word in ("Front End Server", "6.0.9319.281"))
    assert f"<tr>{row}<td>6.0.9319.516</td><td>decides</td></tr>" in text
    group = text.partition("<summary><b>fe02.contoso.com</b>")[2].partition("</summary><b>")[0]
    assert "Mediation Server" in group


def test_waivers_in_force_are_to_be_read_with_care(tmp_path: Path) -> None:
    _, page = _page(sample(), tmp_path)
    told = "Waived until 2018-10-31 by J. Doe (replaced in October), and not counted: SFB-POOL-001"
    assert told in page.text


def test_a_pool_stands_after_the_servers_with_its_readiness(tmp_path: Path) -> None:
    text, _ = _page(sample(), tmp_path)
    groups = re.findall(r"<summary><b>(.*?)</b> <span class=.*?>(.*?)</span> (.*?)</summary>", text)
    pool = next(pool for pool in sample().pools if pool.fqdn == groups[-1][0])
    assert groups[-1][1] == words.READINESS[pool.readiness]
    assert groups[-1][2].startswith("1 waived")


def test_an_empty_estate_has_a_page(tmp_path: Path) -> None:
    _, page = _page(empty(), tmp_path)
    assert "No server was audited." in page.text
    assert "No step: the findings demand nothing." in page.text


def test_a_large_estate_has_a_page_too(tmp_path: Path) -> None:
    _, page = _page(large(300), tmp_path)
    assert "fe0299.contoso.com" in page.text
