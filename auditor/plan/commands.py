"""Fills the placeholders of procedures; no other text ever reaches a command line.

{build}, {having}, {behind}, {migrate} and {target} are sentences, or parts of them: they stand in
words alone, and a command that had one would be a thing to do by hand. {again} is the whole line
by which the audit was started, which is the auditing person's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from auditor.estate.names import host_name
from auditor.plan.model import Command

if TYPE_CHECKING:
    from auditor.rulebook.procedures import CommandLine

_NAMES = ("server", "pool", "sql", "instance", "updated")
_WORDS = ("build", "having", "behind", "migrate", "target")
_AGAIN = "again"
_PLACEHOLDER = re.compile(r"\{(" + "|".join((*_NAMES, *_WORDS, _AGAIN)) + r")\}")
_INSTANCE = re.compile(r"[A-Za-z0-9_]{1,16}")
_UNUSABLE = "By hand: a name of the estate has characters that must not stand in a command."
_SAME_CALL = (
    "Audit with the same call of sfb-audit as the one that wrote this plan: the same estate, "
    "--policy, --rulebook, --waivers and --out. What was judged from files is collected anew first."
)


def fill(text: str, names: Mapping[str, str]) -> str:
    """`text` for people with the names put in; KeyError for a placeholder without a name."""
    return _PLACEHOLDER.sub(lambda match: names[match[1]], text)


def fill_command(line: CommandLine, names: Mapping[str, str]) -> Command:
    """The line as a command.

    Where a name that it needs is no plain host or instance name, a sentence takes its place; so
    it does where nobody knows how the audit was started.
    """
    run_on = fill(line.run_on, names)
    needed = {match[1] for match in _PLACEHOLDER.finditer(line.text)}
    if _AGAIN in needed and not names[_AGAIN]:
        return Command(_SAME_CALL, "gui", run_on)
    if line.shell != "gui" and not all(_usable(name, names[name]) for name in needed):
        return Command(_UNUSABLE, "gui", run_on)
    return Command(fill(line.text, names), line.shell, run_on)


def _usable(placeholder: str, name: str) -> bool:
    if placeholder in _WORDS:
        return False
    if placeholder == _AGAIN:
        return True
    if placeholder == "instance":
        return _INSTANCE.fullmatch(name) is not None
    return host_name(name) == name
