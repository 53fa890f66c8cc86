"""The one script that runs on a server: the frame with the wanted snippets in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from auditor.facts.answer import MAX_CHARACTERS, MAX_ESTATE_CHARACTERS
from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.families import FAMILIES, Family

_HASH_LINE = "$collector = ''\n"


@dataclass(frozen=True, slots=True)
class Script:
    """What is sent. `sha256` is of `text` without its one line that begins `$collector = `.

    `families` are the keys of the snippets in it; each begins after a line `#family KEY`.
    `limit` is the most characters that its answer may have.
    """

    text: str
    sha256: str
    families: tuple[str, ...]
    limit: int = MAX_CHARACTERS


def joined_script(families: Iterable[str] | None = None) -> Script:
    """The script for `families` (all where None), in the order in which families are registered.

    The same families always give the same text, pure ASCII with LF line ends. Raises
    ValueError for a key that is no family.
    """
    return _join(_ordered(families, FAMILIES))


def estate_script(families: Iterable[str] | None = None) -> Script:
    """As `joined_script`, of the estate's families: run once, where the Management Shell is."""
    return _join(_ordered(families, ESTATE_FAMILIES))


def _ordered(families: Iterable[str] | None, registered: tuple[Family, ...]) -> tuple[str, ...]:
    known = tuple(family.key for family in registered)
    wanted = set(known if families is None else families)
    if strange := wanted.difference(known):
        raise ValueError(f"no such fact family: {', '.join(sorted(strange))}")
    return tuple(key for key in known if key in wanted)


@cache
def _join(keys: tuple[str, ...]) -> Script:
    snippets = {family.key: family.snippet for family in (*FAMILIES, *ESTATE_FAMILIES)}
    calls = "\n".join(_call(key, _read(snippets[key])) for key in keys)
    frame = _read("frame.ps1")
    functions = ["reading.ps1", "serialise.ps1"]
    if any(snippets[key].startswith("estate/") for key in keys):
        functions.append("estate/values.ps1")
    frame = frame.replace("#functions\n", "\n".join(map(_read, functions)))
    frame = frame.replace("#families\n", calls)
    before, line, after = frame.partition(_HASH_LINE)
    sha256 = hashlib.sha256((before + after).encode("ascii")).hexdigest()
    text = before + line.replace("''", f"'{sha256}'") + after
    return Script(
        text, sha256, keys, MAX_ESTATE_CHARACTERS if "topology" in keys else MAX_CHARACTERS
    )


def _call(key: str, snippet: str) -> str:
    return f"#family {key}\n@{{ family = '{key}'; read = {{\n{snippet}}} }}\n"


def _read(name: str) -> str:
    text = resources.files("ps_snippets").joinpath(name).read_text("ascii")
    return text.replace("\r\n", "\n")
