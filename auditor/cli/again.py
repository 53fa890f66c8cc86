"""The command line of a command that runs, so that a plan can say how to run it again.

Nothing of it is secret: a password is never an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

_PLAIN = re.compile(r"[A-Za-z0-9_./\\:=+-]+")
# What cmd and PowerShell do not both leave alone between double quotes. PowerShell takes curly
# ones for straight ones; a backslash at the end would escape the quote.
_UNLIKE = re.compile(r'["%$`!\u201c\u201d\u201e\x00-\x1f\x7f]|\\$')


def this_call(context: click.Context) -> str:
    """The line that calls a command as it was called; cmd and PowerShell read it alike.

    "" where an argument has characters that the two read differently.
    """
    words = ("sfb-audit", str(context.command.name), *_options(context))
    if any(_UNLIKE.search(word) for word in words):
        return ""
    return " ".join(word if _PLAIN.fullmatch(word) else f'"{word}"' for word in words)


def _options(context: click.Context) -> Iterator[str]:
    """Every option that was given, with its value, in the order of the command's help."""
    for option in context.command.params:
        value, name = context.params.get(str(option.name)), option.opts[0]
        if value is True:
            yield name
        elif value is not None and value is not False:
            for each in value if isinstance(value, tuple) else (value,):
                yield from (name, str(each))
