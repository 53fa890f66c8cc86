"""What was read of the estate's own configuration, from the bundles that an inventory names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.facts.bundle import read_bundle
from auditor.facts.estate.families import ESTATE_FAMILIES, NOT_READ
from auditor.facts.families import FamilyError, FamilyResult
from auditor.facts.reading import ReachState, Reading

_DISCOVER = "Name a bundle of the estate's snippets, or a folder of such bundles (HOST.json)."


def read_evidence(path: Path | None) -> tuple[Reading, ...]:
    """The readings in `path`, a bundle or a folder of bundles; none where it is None.

    A server that did not answer counts as asked: each of its families is an error. Several
    bundles may be of one server. Raises UsageError: EVIDENCE-UNREADABLE, EVIDENCE-EMPTY (no
    answer to the estate's snippets is among them), BUNDLE for a file that is no bundle.
    """
    if path is None:
        return ()
    readings = tuple(_asked(read_bundle(bundle)) for bundle in _bundles(path))
    if not any(reading.family(f.key) for reading in readings for f in ESTATE_FAMILIES):
        raise UsageError(
            "EVIDENCE-EMPTY", f"{path} holds no answer to the estate's snippets.", _DISCOVER
        )
    return readings


def without_facts(reading: Reading, why: str) -> Reading:
    """The reading with an error, which says why, for each of the estate's families it has."""
    keys = {family.key for family in ESTATE_FAMILIES}
    error = FamilyError(NOT_READ, why)
    families = (
        replace(result, facts=None, error=error) if result.family in keys else result
        for result in reading.families
    )
    return replace(reading, families=tuple(families))


def _asked(reading: Reading) -> Reading:
    if reading.reach.state is ReachState.READ:
        return reading
    when = reading.finished or reading.started
    families = tuple(FamilyResult(family.key, when=when) for family in ESTATE_FAMILIES)
    return without_facts(replace(reading, families=families), reading.reach.sentence)


def _bundles(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        found = sorted(inside for inside in path.iterdir() if inside.suffix.lower() == ".json")
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            "EVIDENCE-UNREADABLE",
            f"{path}, which is named as evidence, cannot be read: {reason}.",
            "Correct its name (estate.evidence in an estate file), or leave it out: what is not "
            "stated is assumed then.",
        ) from None
    if not found:
        raise UsageError("EVIDENCE-EMPTY", f"{path} holds no bundle.", _DISCOVER)
    return found
