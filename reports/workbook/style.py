"""How the workbook looks: cell styles by name, and colours that follow the words.

Colours of status words are conditional formats, so that they stay right when a person
changes the word. Every colour comes with its word; nothing is said by colour alone.
"""

from __future__ import annotations

from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from reports.words import IN_USE, READINESS, STATUS

INSTANT = 'yyyy-mm-dd hh:mm" UTC"'
DAY = "yyyy-mm-dd"
HOURS = '#,##0.0" h"'

DONE, IN_PROGRESS, NOT_STARTED, DEFERRED, NOT_NEEDED = (
    "Done",
    "In progress",
    "Not started",
    "Deferred",
    "Not needed",
)
STEP_STATES = (NOT_STARTED, IN_PROGRESS, DONE, DEFERRED, NOT_NEEDED)

_GREEN, _TEAL, _AMBER, _RED, _VIOLET, _BLUE, _GREY = (
    ("C6EFCE", "0B5D1E"),
    ("CDEBEE", "0B545C"),
    ("FFE699", "6B4E00"),
    ("F8CBAD", "8A1C00"),
    ("E1D5F0", "4B2A7B"),
    ("DDEBF7", "1F4E78"),
    ("E7E6E6", "4D4D4D"),
)

WORD_COLOURS: dict[str, tuple[str, str]] = {
    READINESS["ready"]: _GREEN,
    READINESS["ready_waived"]: _TEAL,
    READINESS["work_needed"]: _AMBER,
    READINESS["blocked"]: _RED,
    READINESS["unknown"]: _VIOLET,
    READINESS["not_in_scope"]: _GREY,
    STATUS["pass"]: _GREEN,
    STATUS["fail"]: _RED,
    STATUS["advice"]: _BLUE,
    STATUS["waived"]: _GREY,
    STATUS["not_applicable"]: _GREY,
    IN_USE["assumed"]: _VIOLET,
    DONE: _GREEN,
    IN_PROGRESS: _AMBER,
    DEFERRED: _GREY,
    NOT_NEEDED: _GREY,
}

CHART_COLOURS = {
    "ready": "548235",
    "ready_waived": "2E8B98",
    "work_needed": "E0A100",
    "blocked": "C0390B",
    "unknown": "7B57B2",
    "not_in_scope": "8C8C8C",
}
OPEN_COLOUR, DONE_COLOUR = "2F5D8A", "9CC3A5"

TOOL_TAB, PM_TAB, LOOK_TAB = "808080", "1F6F8B", "404040"

_THIN = Side(style="thin", color="D0D0D0")
_INK, _NAVY = "262626", "1F3247"


def _solid(colour: str) -> PatternFill:
    return PatternFill(fill_type="solid", start_color=colour, end_color=colour)


def _font(
    colour: str = _INK,
    size: int = 11,
    *,
    name: str = "Calibri",
    bold: bool = False,
    underline: Literal["single"] | None = None,
) -> Font:
    return Font(name=name, size=size, color=colour, bold=bold, underline=underline)


def _style(name: str, number_format: str = "General", **more: Any) -> NamedStyle:
    return NamedStyle(f"Audit {name}", number_format=number_format, **({"font": _font()} | more))


def _styles() -> tuple[NamedStyle, ...]:
    wrapped, line = Alignment(vertical="top", wrap_text=True), Alignment(vertical="top")
    left = Alignment(horizontal="left", vertical="top")
    right = Alignment(horizontal="right", vertical="top", indent=1)
    spaced = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
    head = Alignment(vertical="center", wrap_text=True)
    box, rule = Border(bottom=_THIN), Border(bottom=Side(style="medium", color=_NAVY))
    return (
        _style("text", alignment=wrapped, border=box),
        _style("line", alignment=line, border=box),
        _style("code", alignment=wrapped, border=box, font=_font(size=10, name="Consolas")),
        _style("number", "#,##0", alignment=right, border=box),
        _style("decimal", "#,##0.0", alignment=right, border=box),
        _style("instant", INSTANT, alignment=left, border=box),
        _style("day", DAY, alignment=left, border=box),
        _style("link", alignment=wrapped, border=box, font=_font("0563C1", underline="single")),
        _style("tool header", alignment=head, font=_font(bold=True), fill=_solid("D9D9D9")),
        _style("PM header", alignment=head, font=_font("FFFFFF", bold=True), fill=_solid(PM_TAB)),
        _style("title", font=_font(_NAVY, 20, bold=True)),
        _style("headline", font=_font(_NAVY, 13)),
        _style("section", font=_font(_NAVY, 12, bold=True), border=rule),
        _style(
            "section count",
            font=_font(_NAVY, 12, bold=True),
            border=rule,
            alignment=Alignment(horizontal="right"),
        ),
        _style(
            "section text",
            font=_font(_NAVY, 12, bold=True),
            border=rule,
            alignment=Alignment(horizontal="left", indent=1),
        ),
        _style("label", alignment=line, font=_font(bold=True), border=box),
        _style("long label", alignment=wrapped, font=_font(bold=True), border=box),
        _style("count", "#,##0", alignment=line, border=box),
        _style("hours", HOURS, alignment=line, border=box),
        _style("fact", alignment=spaced, border=box),
        _style(
            "fact hours",
            HOURS,
            alignment=Alignment(horizontal="left", vertical="top", indent=1),
            border=box,
        ),
        _style(
            "fact instant",
            INSTANT,
            alignment=Alignment(horizontal="left", vertical="top", indent=1),
            border=box,
        ),
    )


def add_styles(book: Workbook) -> None:
    for style in _styles():
        book.add_named_style(style)


def colour_words(sheet: Worksheet, area: str, *vocabularies: tuple[str, ...]) -> None:
    """Colour each cell of `area` by the word it holds."""
    for word in dict.fromkeys(word for words in vocabularies for word in words):
        if word in WORD_COLOURS:
            fill, ink = WORD_COLOURS[word]
            sheet.conditional_formatting.add(
                area,
                Rule(
                    type="cellIs",
                    operator="equal",
                    formula=[f'"{word}"'],
                    dxf=DifferentialStyle(fill=_solid(fill), font=Font(color=ink, bold=True)),
                ),
            )


def grey_out(sheet: Worksheet, area: str, condition: str) -> None:
    """Grey text in `area` where `condition` (a formula on its first row) holds."""
    _where(sheet, area, condition, Font(color="8C8C8C"))


def warn(sheet: Worksheet, area: str, condition: str) -> None:
    """Red bold text in `area` where `condition` holds."""
    _where(sheet, area, condition, Font(color="C00000", bold=True))


def _where(sheet: Worksheet, area: str, condition: str, font: Font) -> None:
    rule = Rule(type="expression", formula=[condition], dxf=DifferentialStyle(font=font))
    sheet.conditional_formatting.add(area, rule)
