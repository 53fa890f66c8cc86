"""What an audit is judged by: the shipped rulebook, a person's own files over it, and policies."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.assess.engine import policy_named
from auditor.assess.rules import RULES
from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input
from auditor.estate.problems import listed
from auditor.mistakes import sentence_of
from auditor.rulebook import load

if TYPE_CHECKING:
    from auditor.rulebook.lay import Table
    from auditor.rulebook.model import Rulebook

DEFAULT_POLICY = "office365-tls12"
_HINT = "docs/policies.md says what such a file may hold."
# What stands at the top of a policy's own file, and never at that of an overlay.
_OF_A_POLICY = frozenset({"like", "title", "counts", "minimum", "max_age_days", "without"})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The rulebook with everything that was laid over it, and the policies by name.

    The first policy is the main one: readiness, plan and exit code are by it.
    """

    rulebook: Rulebook
    policies: tuple[str, ...] = (DEFAULT_POLICY,)


def rules_and_sources() -> dict[str, tuple[str, ...]]:
    """The ids of the rules that there are, with the sources they cite."""
    return {rule.id: rule.sources for rule in RULES}


def read_knowledge(overlays: Sequence[Path], policies: Sequence[str] = ()) -> Knowledge:
    """The rulebook with `overlays` over it, in their order, and the policies that were asked for.

    A policy is a name, or a TOML file with one. Raises UsageError (RULEBOOK-..., POLICY-...)
    that names every fault with its place.
    """
    laid = _Laid()
    for path in overlays:
        laid.overlay(path)
    names = [laid.policy(Path(each)) if _is_file(each) else each for each in policies]
    for name in names:
        policy_named(laid.rulebook, name)
    return Knowledge(laid.rulebook, tuple(dict.fromkeys(names)) or (DEFAULT_POLICY,))


def read_files(files: Sequence[Path]) -> Knowledge:
    """The rulebook with overlays and policies of one's own, told apart by what stands in them.

    The policies of the result are those of the files. Raises what `read_knowledge` raises.
    """
    laid = _Laid()
    own = []
    for path in files:
        if _OF_A_POLICY & set(_document(path)[0]):
            own.append(laid.policy(path))
        else:
            laid.overlay(path)
    return Knowledge(laid.rulebook, tuple(own))


def _is_file(policy: str) -> bool:
    return policy.endswith(".toml") or "/" in policy or "\\" in policy


class _Laid:
    """The shipped tables, and one file after the other over them, each proved as it comes."""

    def __init__(self) -> None:
        self.tables: Table | None = None
        self.rulebook = load()

    def overlay(self, path: Path) -> None:
        document, digest = _document(path)
        faults = self._lay(document, path, digest)
        if faults:
            raise UsageError(
                "RULEBOOK-INVALID", f"{path} cannot be laid over:{listed(faults)}", _HINT
            )

    def policy(self, path: Path) -> str:
        """Lay a policy's own file over, and give the policy's name."""
        from auditor.rulebook.overlay import OverlayError, policy_document  # noqa: PLC0415

        content = read_input(path, area="POLICY", hint=_HINT, limit=MIB)
        faults: Sequence[str]
        try:
            document = policy_document(_parsed(content), path.stem, self.rulebook.policies)
            faults = self._lay(document, path, hashlib.sha256(content).hexdigest())
        except _NotTomlError as error:
            faults = [f"it is not TOML: {error}"]
        except OverlayError as error:
            faults = error.faults
        if faults:
            own = [_in_its_file(fault, path.stem) for fault in faults]
            raise UsageError("POLICY-INVALID", f"{path} is no policy:{listed(own)}", _HINT)
        return path.stem

    def _lay(self, document: Mapping[str, Any], path: Path, digest: str) -> Sequence[str]:
        """Lay a document over; the faults that it has or makes."""
        from pydantic import ValidationError  # noqa: PLC0415 - slow to load, seldom needed

        from auditor.rulebook.check import problems  # noqa: PLC0415
        from auditor.rulebook.loader import read_tables, rulebook_of  # noqa: PLC0415
        from auditor.rulebook.model import Rulebook  # noqa: PLC0415
        from auditor.rulebook.overlay import OverlayError, lay_over  # noqa: PLC0415

        rules = rules_and_sources()
        before = self.tables if self.tables is not None else read_tables()
        faults: list[str] = []
        try:
            tables = lay_over(before, document, path.name, digest, rules)
        except OverlayError as error:
            if error.rest is None:
                return error.faults
            faults, tables = [*error.faults], error.rest
        try:
            rulebook = rulebook_of(tables)
        except ValidationError as error:  # of an entry that is like one of the document's
            return faults or [sentence_of(each, Rulebook) for each in error.errors()]
        faults += problems(rulebook, rules)
        if not faults:
            self.tables, self.rulebook = tables, rulebook
        return faults


def _in_its_file(fault: str, key: str) -> str:
    """A fault's place as it is in a policy's own file, where its sources are what it `cites`."""
    place, _, told = fault.partition(": ")
    here = place.removeprefix(f"policies.{key}.")
    if here == place:
        return fault
    told = told.replace(f"policies.{key}.", "")
    if here == "like":
        told = told.replace(", sources", ", cites")
    return f"{'cites' if here == 'sources' else here}: {told}"


def _document(path: Path) -> tuple[dict[str, Any], str]:
    """A TOML file of a person's, and its SHA-256."""
    content = read_input(path, area="RULEBOOK", hint=_HINT, limit=MIB)
    try:
        return _parsed(content), hashlib.sha256(content).hexdigest()
    except _NotTomlError as error:
        raise UsageError("RULEBOOK-INVALID", f"{path} is not TOML: {error}.", _HINT) from None


class _NotTomlError(Exception):
    """The message says why."""


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:  # no UTF-8, no TOML, or a number of thousands of digits
        reason = str(error)
    raise _NotTomlError(reason)
