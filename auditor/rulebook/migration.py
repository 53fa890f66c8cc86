"""Where a server goes that no update can help: which product, by which way, who says so.

What the policy names, in the least build that it accepts. Nothing is said of a way that no source
names, and nothing is called supported that is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from auditor.rulebook.builds import named
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Product

_NONE = "a product that the policy accepts"
_Said = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Migration:
    """`target` is the product with its least build in words, `how` whole sentences."""

    target: str
    how: str
    sources: tuple[str, ...]


def migration(
    rulebook: Rulebook, policy: Policy, today: date, product: str | None, kind: str
) -> Migration:
    """How servers of `product` (a key, None where it is not known), in pools of `kind`, migrate."""
    origin = rulebook.products.get(product or "")
    supported = [each for each in rulebook.products.values() if each.is_supported(today)]
    goal = _goal(rulebook, policy, supported)
    if goal is None:
        return Migration(_NONE, f"Migrate to {_NONE}.", policy.sources)
    own = policy.target if policy.target and policy.target.product == goal.key else None
    target, sources = goal.title, [*own.sources] if own is not None else []
    least = policy.least(goal.key, kind)
    if least is not None:
        target = f"{target} {named(rulebook, goal.key, least.build)} or later"
        sources += least.sources
    if kind in rulebook.appliances.kinds:
        how = rulebook.appliances.migrate.replace("{target}", target)
        said = [(how, rulebook.appliances.sources)]
    else:
        said = [*_way(goal, target, origin)]
    if own is not None and own.note:
        said.append((own.note, own.sources))
    if goal not in supported:
        said += _unsupported(goal, supported, origin, today)
    sources += [key for _, cited in said for key in cited]
    how = " ".join(sentence for sentence, _ in said)
    return Migration(target, how, tuple(dict.fromkeys(sources)))


def _goal(rulebook: Rulebook, policy: Policy, supported: list[Product]) -> Product | None:
    """The policy's target; where support counts and that has none, the last product that has it."""
    stated = rulebook.products.get(policy.target.product) if policy.target is not None else None
    if stated is not None and (policy.support != "fail" or stated in supported):
        return stated
    accepted = [each for each in supported if policy.excluded(each.key, None, "") is None]
    return accepted[-1] if accepted else None


def _way(goal: Product, target: str, origin: Product | None) -> Iterator[_Said]:
    way = goal.ways.get(origin.key) if origin is not None else None
    if way is not None:
        yield f"Migrate to {target}: {way.how}", way.sources
        return
    yield f"Migrate to {target}.", ()
    if origin is not None and origin != goal:
        yield _unsettled(origin, goal), ()


def _unsupported(
    goal: Product, supported: list[Product], origin: Product | None, today: date
) -> Iterator[_Said]:
    """That the target is not supported, what is, and where no source names a way to that."""
    yield _ended(goal, today), goal.support.sources if goal.support is not None else ()
    for each in supported:
        cited = each.support.sources if each.support is not None else ()
        only = "only " if len(supported) == 1 else ""
        yield f"Today it supports {only}{each.title}.", cited
        if origin is not None and origin != each and origin.key not in each.ways:
            yield _unsettled(origin, each), ()


def _ended(product: Product, today: date) -> str:
    support = product.support
    if support is None or support.ends is None or today <= support.ends:
        return f"No source here says that Microsoft supports {product.title} today."
    latest = " at the latest" if support.at_latest else ""
    return f"Microsoft's support of {product.title} ended on {support.ends}{latest}."


def _unsettled(origin: Product, goal: Product) -> str:
    return (
        f"No source here says how to get from {origin.title} to {goal.title}: "
        "settle it with Microsoft, and test it."
    )
