"""Build numbers in words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from auditor.errors import UsageError
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Build, Rulebook, Unnumbered
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Product, Stance, Support
from auditor.version import Version

_DOTS = 3
_DOUBTS = {Confidence.INFERRED: "inferred", Confidence.UNSURE: "not certain"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def describe_build(rulebook: Rulebook, product: str, version: Version) -> str:
    """What a build is called, such as "CU6 HF2 (Mar 2018, KB4086059)".

    A build that is not listed lies "between" two that are, is "older than" the first or
    "newer than" the last. `product` is a key; one without listed builds gives "".
    """
    same, older, newer = _around(rulebook, product, version)
    if same:
        return label(same[-1])
    if older and newer:
        return f"between {label(older)} and {label(newer)}"
    if older:
        return f"newer than {label(older)}"
    return f"older than {label(newer)}" if newer else ""


def named(rulebook: Rulebook, product: str, version: Version) -> str:
    """A build's name and number, such as "CU6 HF2 (6.0.9319.516)", or the number alone."""
    exact, _, _ = _around(rulebook, product, version)
    return f"{exact[-1].name} ({version})" if exact else str(version)


def _around(
    rulebook: Rulebook, product: str, version: Version
) -> tuple[tuple[Build, ...], Build | None, Build | None]:
    """The entries with that number, and the nearest ones before and after it."""
    known = rulebook.builds_of(product)
    number = attrgetter("version")
    first, end = bisect_left(known, version, key=number), bisect_right(known, version, key=number)
    older = known[first - 1] if first else None
    return known[first:end], older, known[end] if end < len(known) else None


def label(build: Build | Unnumbered) -> str:
    """A build's name, month and KB numbers, and what of that is in doubt.

    Such as "CU12 (Aug 2021, KB5005359; month and KB not certain)".
    """
    details = ", ".join((_month(build.month), *build.kb))
    if isinstance(build, Unnumbered):
        return f"{build.name} ({details})"
    name = f"{build.name} of {build.component}" if build.component else build.name
    doubt = build.doubt or _DOUBTS.get(build.confidence, "")
    return f"{name} ({details}; {doubt})" if doubt else f"{name} ({details})"


def _month(text: str) -> str:
    year, _, month = text.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month else year


@dataclass(frozen=True, slots=True)
class Place:
    """A build among those of one product.

    `exact` are the entries with that number; `older` and `newer` its neighbours. `policies`
    says for each policy how it stands to the minimum there.
    """

    version: Version
    product: Product
    exact: tuple[Build, ...]
    older: Build | None
    newer: Build | None
    policies: tuple[tuple[Policy, str], ...]


def product_named(rulebook: Rulebook, key: str) -> Product:
    """UsageError PRODUCT-UNKNOWN where the rulebook has no such product."""
    if key not in rulebook.products:
        known = ", ".join(rulebook.products)
        raise UsageError("PRODUCT-UNKNOWN", f"there is no product {key!r}.", f"Products: {known}.")
    return rulebook.products[key]


def updates_called(
    rulebook: Rulebook, text: str, product: Product | None = None
) -> list[Build | Unnumbered]:
    """The updates of `product`, or of all, with that KB number or name, in any case; "" is any.

    A component's KB number is one of its update; "CU6" is the name of "CU6 HF2", too.
    """
    said = " ".join(text.casefold().split())
    return [
        update
        for update in rulebook.all_updates
        if product in (None, rulebook.products[update.product])
        and (
            not said or said in _kbs(update) or f"{update.name.casefold()} ".startswith(f"{said} ")
        )
    ]


def _kbs(update: Build | Unnumbered) -> set[str]:
    """Its KB numbers and those of its components, with and without the letters."""
    whole = {kb.casefold() for kb in (*update.kb, *(part.kb for part in update.parts))}
    return whole | {kb.removeprefix("kb") for kb in whole}


def place_build(
    rulebook: Rulebook, text: str, today: date, product: Product | None = None
) -> list[Place]:
    """Where the build `text` stands in `product`, or in every product that can have it.

    Of products that share their numbers the one that has this build comes first. Support is as
    of `today`. Raises UsageError (BUILD-UNREADABLE) for what is not a build of four numbers, and
    for one of no product, or of another one than `product`.
    """
    try:
        version = Version.parse(text) if text.count(".") == _DOTS else None
    except ValueError:
        version = None
    known = list(rulebook.products.values())
    fitting = [p for p in known if version is not None and _can_have(p, version)]
    if version is None or not fitting:
        of = [product] if product else known
        lines = "; ".join(f"{p.title} ({p.key}) {p.line}.x" for p in of)
        raise UsageError(
            "BUILD-UNREADABLE",
            f"{text[:60]!r} is not a build of a known product, nor a KB number or an update.",
            f"Builds have four numbers: {lines}. Updates go by KB number or name, such as "
            "KB4086059 or CU6 HF2.",
        )
    if product is not None and product not in fitting:
        others = " or ".join(f"{p.title} (--product {p.key})" for p in fitting)
        raise UsageError(
            "BUILD-UNREADABLE",
            f"{version} is not a build of {product.title}, whose builds are {product.line}.x "
            f"from {product.base} on.",
            f"It is one of {others}.",
        )
    places = [_place(rulebook, p, version, today) for p in fitting if product in (None, p)]
    return sorted(places, key=lambda place: not place.exact)


def _can_have(product: Product, version: Version) -> bool:
    """Subscription Edition shares the numbers of 2019, and begins later among them."""
    return product.owns(version) and version >= product.base


def _place(rulebook: Rulebook, product: Product, version: Version, today: date) -> Place:
    exact, older, newer = _around(rulebook, product.key, version)
    policies = rulebook.policies.values()
    return Place(
        version=version,
        product=product,
        exact=exact,
        older=older,
        newer=newer,
        policies=tuple((p, _standing(p, product, version, today)) for p in policies),
    )


def _standing(policy: Policy, product: Product, version: Version, today: date) -> str:
    """How a build of the product stands to a policy, in words."""
    return "; ".join(
        (
            _to_minimum(policy, product, version),
            *_ruled_out(policy, product),
            *([supported(product.support, today)] if policy.support == "fail" else []),
        )
    )


def _to_minimum(policy: Policy, product: Product, version: Version) -> str:
    least = policy.least(product.key)
    if least is None:
        return "has to be migrated" if product.stance is Stance.MIGRATE else "states no minimum"
    words = [_order(version, least.build)]
    words += [f"{_order(version, own)} for pools of kind {k}" for k, own in least.kinds.items()]
    return ", ".join(words)


def _order(version: Version, least: Version) -> str:
    return f"{'meets' if version >= least else 'is below'} the minimum {least}"


def _ruled_out(policy: Policy, product: Product) -> list[str]:
    rows = [row for row in policy.excludes if row.product == product.key]
    excepted = [kind for row in rows for kind in row.except_kinds]
    but = f", except in pools of kind {', '.join(excepted)}" if excepted else ""
    if any(not row.kinds for row in rows):
        return [f"is ruled out{but}"]
    return [f"is ruled out for pools of kind {', '.join(row.kinds)}" for row in rows]


def supported(support: Support | None, today: date) -> str:
    """Whether Microsoft supports a product, to go on with after its name."""
    if support is None:
        return "no source here says until when it is supported"
    if support.ends is None:
        return "is supported, no end is named"
    if today <= support.ends:
        return (
            f"support ends on {support.ends} at the latest, or has ended"
            if support.at_latest
            else f"is supported until {support.ends}"
        )
    if support.at_latest:
        return f"support has ended, on {support.ends} at the latest (the day is not known here)"
    return f"support ended on {support.ends}"


def dated(builds: Sequence[Build], unnumbered: Sequence[Unnumbered]) -> list[Build | Unnumbered]:
    """Both, oldest first: those without a number stand in their months, after that month's builds.

    `builds` are in the order of their numbers, which is kept.
    """
    waiting = sorted(unnumbered, key=attrgetter("month"))
    told: list[Build | Unnumbered] = []
    for build in builds:
        while waiting and waiting[0].month < build.month:
            told.append(waiting.pop(0))
        told.append(build)
    return [*told, *waiting]
