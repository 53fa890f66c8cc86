"""What the console shows of an audit, as text."""

from __future__ import annotations

import io

from rich.console import Console

from auditor.audit import Audit
from reports.console import print_summary


def printed(audit: Audit, width: int = 100, *, colour: bool = False) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
        highlight=False,
        emoji=False,
    )
    print_summary(audit, console)
    return stream.getvalue()
