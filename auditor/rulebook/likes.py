"""What is wrong about `like` and `without` of policies that a file adds or changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auditor.mistakes import nearest, sentence_of
from auditor.rulebook.lay import Table
from auditor.rulebook.policy import Policy

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# What a policy may hold besides its own fields; `cites` in a file of its own.
_ALSO = ("like", "without", "cites")

Policies = Mapping[str, Table]


def proved(policies: Policies, rules: Collection[str]) -> tuple[dict[str, Table], list[str]]:
    """The policies as far as they can be put together, and every fault with its place.

    `rules` are the ids that there are. What is wrong is taken out, with what rests on it.
    """
    left, faults = {key: dict(policy) for key, policy in policies.items()}, list[str]()
    for key, policy in left.items():
        wrong = _wrong_like(left, key)
        if wrong:
            faults.append(f"policies.{key}.like: {wrong}")
            policy["like"] = None
    for key, policy in left.items():
        if "without" in policy:
            wrongs = _wrong_without(left, policy, rules)
            faults += [f"policies.{key}.without: {wrong}" for wrong in wrongs]
            without, counts = _listed(policy), _counts(left, policy) or []
            policy["without"] = [rule for rule in without if rule in counts]
    return left, faults


def _wrong_like(policies: Policies, key: str) -> str:
    like = policies[key].get("like")
    if like is not None and (not isinstance(like, str) or like not in policies):
        return f"there is no policy {like!r}{nearest(str(like), policies)}"
    seen = {key}
    while isinstance(like, str) and like not in seen:
        seen.add(like)
        like = policies.get(like, {}).get("like")
    return "it ends at itself" if like == key else ""


def _wrong_without(policies: Policies, policy: Table, rules: Collection[str]) -> list[str]:
    if not isinstance(policy["without"], list):
        return ["write it as a list, in [ ]"]
    wanted, counted = _listed(policy), _counts(policies, policy)
    wrongs = [f"there is no rule {r}{nearest(r, rules)}" for r in wanted if r not in rules]
    idle = [r for r in wanted if r in rules and counted is not None and r not in counted]
    return [*wrongs, *(f"{rule} does not count anyway" for rule in idle)]


def _listed(policy: Table) -> list[str]:
    without = policy.get("without", [])
    return list(map(str, without)) if isinstance(without, list) else []


def _counts(policies: Policies, policy: Table) -> list[Any] | None:
    """The rules that count before any is left out, None where nothing says so."""
    if "counts" in policy:
        return policy["counts"] if isinstance(policy["counts"], list) else None
    if policy.get("like") is None:
        return None
    like = policies[policy["like"]]
    counts = _counts(policies, like)
    return None if counts is None else [rule for rule in counts if rule not in _listed(like)]


def policy_faults(errors: Sequence[ErrorDetails], written: Table, place: str) -> list[str]:
    """A sentence for each fault; what `like` would give is not asked for piece by piece.

    `written` is the policy before anything was taken from another one.
    """
    given = [each["loc"][0] for each in errors if _is_of_like(each)]
    faults = [sentence_of(e, Policy, place, _ALSO) for e in errors if not _is_of_like(e)]
    if given and "like" not in written and not any(nearest(key, ["like"]) for key in written):
        lacking = ", ".join(map(str, given))
        faults.append(f"{place}.like: is missing, and so is what it would give: {lacking}")
    return faults


def _is_of_like(error: ErrorDetails) -> bool:
    return error["type"] == "missing" and len(error["loc"]) == 1 and error["loc"] != ("title",)
