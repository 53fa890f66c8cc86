"""A server that was not read: the same words, and its outcome's code, in every report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.audit import Audit
from reports import words
from reports.page.write import page_text
from reports.workbook import write_workbook
from tests.reports.entries import empty, reached, server
from tests.reports.printed import printed

_OUTCOME = "REACH-AUTH: The account is locked. Unlock it."
_PRODUCT = "Skype for Business Server 2015, per the estate, not read"


def _audit() -> Audit:
    refused = reached("REACH-AUTH", False, sentence="The account is locked.", hint="Unlock it.")
    one = server("med02.contoso.com", "med", "unknown", os=None, os_title=None, reached=refused)
    return empty().model_copy(update={"servers": (one,)})


def test_on_the_console() -> None:
    text = " ".join(printed(_audit(), 160).split())
    for said in (
        _OUTCOME,
        _PRODUCT.replace("Skype for Business Server", "SfB"),
        "Not read (REACH-AUTH): med02.contoso.com",
    ):
        assert said in text


def test_on_the_page() -> None:
    page = page_text(_audit())
    assert page.count(_OUTCOME) == 2  # under what to read with care, and in the table
    assert _PRODUCT in page


def test_in_the_workbook(tmp_path: Path) -> None:
    path = write_workbook(_audit(), tmp_path / "plan.xlsx").path
    book = load_workbook(path)
    head, row = (tuple(c.value for c in line) for line in book["Servers"].iter_rows(max_row=2))
    told = dict(zip(head, row, strict=True))
    assert told["Product"] == _PRODUCT
    assert told["Operating system"] == "Not read"
    assert told["How reading it went"] == _OUTCOME
    assert _OUTCOME in {cell.value for cell in book["Summary"]["D"]}


@pytest.mark.parametrize(
    ("more", "product", "system", "outcome"),
    [
        ({}, "Skype for Business Server 2015", "Windows Server 2012 R2", "Read."),
        (
            {"product": None, "product_title": None, "os": None, "os_title": None},
            "Not identified",
            "Not identified",
            "Read.",
        ),
        (
            {"reached": reached("REACH-DNS", False), "product": None, "product_title": None},
            "Not read",
            "Windows Server 2012 R2",
            "REACH-DNS",
        ),
        (
            {"reached": reached("REACH-EXCLUDED", False, sentence="Left out."), "excluded": "old"},
            _PRODUCT,
            "Windows Server 2012 R2",
            "Left out.",
        ),
    ],
)
def test_the_words(more: dict[str, Any], product: str, system: str, outcome: str) -> None:
    one = server("fe01.contoso.com", "pool01.contoso.com", **more)
    assert (words.product(one), words.operating_system(one)) == (product, system)
    assert words.reached(one) == outcome
