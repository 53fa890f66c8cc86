"""The one-file HTML report. Importing this loads jinja2."""

from __future__ import annotations

from reports.page.write import write_page

__all__ = ["write_page"]
