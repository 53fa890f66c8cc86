"""Text that came from elsewhere, made safe to look at.

A server can put terminal escapes, characters that no XML file may hold and characters that
turn the reading direction round into any string. Here they become visible; what each
report must do beyond that (markup, formulas) it does itself.
"""

from __future__ import annotations

import re

# Controls but tab and line feed, the C1 block, line and paragraph separators, the characters
# that embed or override a reading direction, lone surrogates and non-characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    """Line ends as LF, and every character that hides or acts written out, such as \\x1b."""
    return _INVISIBLE.sub(_shown, text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, limit: int = 500) -> str:
    """`visible`, on one line, cut at `limit` characters with a mark."""
    line = " ".join(visible(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shortened(text: str, limit: int) -> str:
    """`visible`, cut at `limit` characters; the mark says how long the whole is."""
    if len(text) <= limit:
        return visible(text)
    return f"{visible(text[:limit])} … [cut: {len(text):,} characters; audit.json has them all]"


def web_address(url: str) -> str:
    """`url` where it is a plain http or https address that may become a link, else ""."""
    return url if re.fullmatch(r"https?://[!-~]{1,2000}", url) and '"' not in url else ""
