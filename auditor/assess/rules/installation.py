"""How the product came onto a server: in place over the one before it, or new.

Both are inferred from what Setup leaves behind, so they word a reason and decide no row. Only a
Windows that takes one way alone makes it certain.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.assess.model import Evidence
from auditor.assess.rule import Context, Subject, product_of, shorten, windows_of
from auditor.facts.sql import SqlFacts
from auditor.rulebook.products import InPlace, SystemRow


@dataclass(frozen=True, slots=True)
class Installed:
    """In words, with what was read for it.

    `against` says that the clues speak for a way that cannot have been gone there.
    """

    sentence: str
    evidence: tuple[Evidence, ...]
    sources: tuple[str, ...]
    against: bool


@dataclass(frozen=True, slots=True)
class _Clues:
    """What speaks for an upgrade in place, and what for a new installation."""

    in_place: tuple[str, ...]
    new: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def how_installed(subject: Subject, context: Context, row: SystemRow) -> Installed | None:
    """How it came there, None for a product that nobody could install over another one."""
    product, windows = product_of(subject), windows_of(subject, context)
    known = product.in_place
    if known is None:
        return None
    over = context.rulebook.products[known.over].title
    clues = _left_behind(subject, known, over)
    branch = subject.pool.kind.value in known.never_kinds
    in_place = f"on {windows.title}, {product.title} must be an in-place upgrade"
    against = False
    if row.install == "in_place" and branch:
        sentence = f"{_begun(in_place)}, and a branch cannot be upgraded in place."
        against = True
    elif row.install == "in_place":
        sentence = f"Upgraded in place from {over}: certain, as {in_place}."
    elif row.install == "any" and not branch:
        sentence = f"{_weighed(clues, over)}; both rows require the same."
    else:
        where = "in a branch" if branch else f"on {windows.title}"
        new = f"{where}, {product.title} must be a new installation"
        sentence = f"Newly installed: certain, as {new}."
        if clues.in_place:
            found = " and ".join(clues.in_place)
            sentence = f"{_begun(new)}, yet {found}, as after an upgrade in place."
            against = True
    return Installed(sentence, clues.evidence, known.sources, against)


def _begun(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


_OPEN = "Whether it was upgraded in place or newly installed is not known"


def _weighed(clues: _Clues, over: str) -> str:
    """What is probable where both ways lead there, and why."""
    in_place, new = " and ".join(clues.in_place), " and ".join(clues.new)
    if in_place and new:
        return f"{_OPEN}, as {in_place}, yet {new}"
    if in_place:
        return f"Probably upgraded in place from {over}, as {in_place}"
    if new:
        return f"Probably newly installed, as {new}, unless it was upgraded since"
    return _OPEN


def _left_behind(subject: Subject, known: InPlace, over: str) -> _Clues:
    """What Setup left on the server; nothing where that was not read."""
    facts = subject.find(SqlFacts)
    if facts is None:
        return _Clues((), (), ())
    by_generation: dict[int, list[str]] = {known.keeps: [], known.brings: []}
    evidence = []
    for name in known.instances:
        instance = facts.find(name)
        if instance is not None and instance.id is not None:
            evidence.append(subject.evidence("sql", f"instance {name}", instance.id))
            if instance.generation in by_generation:
                by_generation[instance.generation].append(shorten(instance.id))
    if facts.lync2013_folder is not None:
        there = "there" if facts.lync2013_folder else "not there"
        evidence.append(subject.evidence("sql", "folder Microsoft Lync Server 2013", there))
    in_place = _locals(over, by_generation[known.keeps])
    if facts.lync2013_folder:
        in_place = (*in_place, "the folder of Lync Server 2013 is still there")
    new = _locals("a new installation", by_generation[known.brings])
    return _Clues(in_place, new, tuple(evidence))


def _locals(whose: str, ids: list[str]) -> tuple[str, ...]:
    """One clue for all the instances of a generation."""
    return (f"its local SQL Server is that of {whose} ({', '.join(ids)})",) if ids else ()
