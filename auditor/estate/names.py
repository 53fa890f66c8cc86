"""Names of machines, as an estate may use them: lower case, DNS characters only.

Such a name can stand in a command, a path or a URL without quoting.
"""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX = 253


def host_name(text: str | None) -> str | None:
    """`text` as a host name, None where it is none. Single labels are names too."""
    name = (text or "").strip().rstrip(".").lower()
    return name if len(name) <= _MAX and _HOST.fullmatch(name) else None
