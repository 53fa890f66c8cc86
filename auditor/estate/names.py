"""Names of machines, as an estate may use them: lower case, DNS characters only.

Such a name can stand in a command, a path or a URL without quoting.
"""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX = 253
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def host_name(text: str | None) -> str | None:
    """`text` as a host name, None where it is none. Single labels are names too."""
    name = (text or "").strip().rstrip(".").lower()
    return name if len(name) <= _MAX and _HOST.fullmatch(name) else None


def has_control_character(text: str) -> bool:
    """Whether `text` could not be the name of anything: tabs, line breaks, escapes."""
    return _CONTROL.search(text) is not None
