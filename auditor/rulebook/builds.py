"""Build numbers in words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import attrgetter

from auditor.errors import UsageError
from auditor.rulebook.model import Build, Product, Rulebook
from auditor.rulebook.policy import Policy
from auditor.version import Version

_DOTS = 3
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


def label(build: Build) -> str:
    """A build with its number's name, month and KB numbers."""
    name = f"{build.name} of {build.component}" if build.component else build.name
    details = ", ".join((_month(build.month), *build.kb))
    return f"{name} ({details})"


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


def place_build(rulebook: Rulebook, text: str, product: Product | None = None) -> list[Place]:
    """Where the build `text` stands in `product`, or in every product whose line it is in.

    Raises UsageError (BUILD-UNREADABLE) for what is no build of four numbers, and for one of no
    product.
    """
    try:
        version = Version.parse(text) if text.count(".") == _DOTS else None
    except ValueError:
        version = None
    products = [product] if product else list(rulebook.products.values())
    fitting = [p for p in products if version is not None and p.owns(version)]
    if version is None or not fitting:
        lines = "; ".join(f"{p.title} {p.line}.x" for p in products)
        raise UsageError(
            "BUILD-UNREADABLE",
            f"{text[:60]!r} is no build of a known product.",
            f"Builds have four numbers: {lines}.",
        )
    return [_place(rulebook, p, version) for p in fitting]


def _place(rulebook: Rulebook, product: Product, version: Version) -> Place:
    exact, older, newer = _around(rulebook, product.key, version)
    return Place(
        version=version,
        product=product,
        exact=exact,
        older=older,
        newer=newer,
        policies=tuple((p, _standing(p, product, version)) for p in rulebook.policies.values()),
    )


def _standing(policy: Policy, product: Product, version: Version) -> str:
    """How a build of the product stands to a policy, in words."""
    return "; ".join(
        (
            _to_minimum(policy, product, version),
            *_ruled_out(policy, product),
            *_support(policy, product),
        )
    )


def _to_minimum(policy: Policy, product: Product, version: Version) -> str:
    least = policy.least(product.key)
    if least is None:
        return "has to be migrated" if product.stance == "migrate" else "states no minimum"
    words = [_order(version, least.build)]
    words += [f"{_order(version, own)} for pools of kind {k}" for k, own in least.kinds.items()]
    return ", ".join(words)


def _order(version: Version, least: Version) -> str:
    return f"{'meets' if version >= least else 'is below'} the minimum {least}"


def _ruled_out(policy: Policy, product: Product) -> list[str]:
    rows = [row for row in policy.excludes if row.product == product.key]
    excepted = [kind for row in rows for kind in row.except_kinds]
    but = f", but for pools of kind {', '.join(excepted)}" if excepted else ""
    if any(not row.kinds for row in rows):
        return [f"is ruled out{but}"]
    return [f"is ruled out for pools of kind {', '.join(row.kinds)}" for row in rows]


def _support(policy: Policy, product: Product) -> list[str]:
    if policy.support != "fail":
        return []
    if product.support is None:
        return ["no source here says until when it is supported"]
    ends = product.support.ends
    return [f"is supported until {ends:%Y-%m-%d}" if ends else "is supported, no end is named"]
