"""Text as Excel can hold it: never a formula, no illegal character, not too long."""

from __future__ import annotations

import re

from reports.text import visible

CELL_LIMIT = 32_767  # UTF-16 units in one cell
_CUT = " … [cut: {:,} characters; audit.json has them all]"
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

# A carriage return that somebody pasted in; every other escape Excel's reader has undone.
_DECODED = re.compile(r"_x(005F|000D)_")


def _units(text: str) -> bytes:
    return text.encode("utf-16-le")


def cell_text(text: str) -> str:
    """`text` for one cell: controls visible, `_x0041_` kept as it is written, cut with a mark.

    Excel decodes `_xHHHH_` to the character with that number, so such an underscore is
    itself written in that form.
    """
    stored = _units(_ESCAPED.sub("_x005F_", visible(text[: CELL_LIMIT + 1])))
    if len(text) <= CELL_LIMIT and len(stored) <= 2 * CELL_LIMIT:
        return stored.decode("utf-16-le")
    mark = _CUT.format(len(text))
    return stored[: 2 * (CELL_LIMIT - len(mark))].decode("utf-16-le", "ignore") + mark


def typed_text(text: str) -> str:
    """What a person sees in a cell whose stored text is `text`: the inverse for reading back."""
    return _DECODED.sub(lambda match: "_" if match[1] == "005F" else "", text)


def footer_text(text: str) -> str:
    """Text for a page footer, where & begins a code."""
    return " ".join(visible(text[:80]).split()).replace("&", "&&")
