"""The collector as a file: for servers that WinRM cannot reach, and a script that is signed off."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from auditor.collect.script import joined_script

NAME = "Collect-SfbFacts.ps1"


def offline_script(families: Iterable[str] | None = None) -> bytes:
    """The whole file for `families` (all where None): ASCII with CRLF line ends.

    The same families always give the same bytes. Raises ValueError for a key that is no family.
    """
    collector = joined_script(families).text
    frame = resources.files("ps_snippets").joinpath("collector.ps1").read_text("ascii")
    text = frame.replace("\r\n", "\n").replace("#collector\n", collector)
    return text.replace("\n", "\r\n").encode("ascii")
