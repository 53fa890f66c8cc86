"""Build numbers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.rulebook.builds import Place, dated, label
from auditor.rulebook.model import Build, Part, Rulebook, Unnumbered
from auditor.rulebook.policy import Threshold
from auditor.rulebook.products import Product, Stance
from auditor.version import Version
from reports.rows import print_line, print_rows


def print_builds(
    rulebook: Rulebook, updates: Sequence[Build | Unnumbered], console: Console
) -> None:
    """The updates by product, newest first, with the policies that demand them."""
    cited: dict[str, None] = {}
    for product in rulebook.products.values():
        of_it = [update for update in updates if update.product == product.key]
        numbered = [update for update in of_it if isinstance(update, Build)]
        unnumbered = [update for update in of_it if isinstance(update, Unnumbered)]
        known = dated(numbered, unnumbered)[::-1]
        if not known:
            continue
        cited.update((key, None) for update in known for key in update.sources)
        console.print(Text(f"\n{product.title} ({product.key})", "bold"))
        console.print(_table([_row(rulebook, product, update) for update in known]))
    _sources(rulebook, cited, console)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    """Columns of words that must not be broken are as wide as the longest one in them."""
    table = Table("Build", "What it is", "Demanded by", "Source", box=None)
    table.header_style = "bold dim"
    table.columns[0].no_wrap = True
    for column in (2, 3):
        told = (word for row in rows for word in row[column].split())
        table.columns[column].min_width = max(map(len, told), default=0)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _sources(rulebook: Rulebook, keys: Iterable[str], console: Console) -> None:
    print_line(Text("\nSources", "bold"), console)
    cited = [rulebook.sources[key] for key in sorted(set(keys))]
    told = [(s.key, f"{s.title}\n  {s.url}" if s.url else s.title) for s in cited]
    print_rows(told, console, max((len(source.key) for source in cited), default=0))


def _row(rulebook: Rulebook, product: Product, update: Build | Unnumbered) -> Sequence[str]:
    if isinstance(update, Unnumbered):
        return "no number", label(update), "", "\n".join(update.sources)
    minimum = {key: policy.minimum.get(product.key) for key, policy in rulebook.policies.items()}
    demanded = [key for key, least in minimum.items() if least and _demands(least, update.version)]
    return str(update.version), label(update), "\n".join(demanded), "\n".join(update.sources)


def _demands(least: Threshold, build: Version) -> bool:
    return build in (least.build, *least.kinds.values())


def print_places(rulebook: Rulebook, places: Sequence[Place], console: Console) -> None:
    """What a build is in each product that it can belong to."""
    for place in places:
        print_line(Text(f"{place.version}: {place.product.title}", "bold"), console)
        exact = "; ".join(f"{label(build)}{_by(build)}" for build in place.exact)
        rows = [
            ("is", exact or "not a build that a source names; it is judged by its number"),
            ("before it", _numbered(place.older) if place.older else "none is known"),
            ("after it", _numbered(place.newer) if place.newer else "none is known"),
            (
                "known parts",
                "; ".join(_part(part) for build in place.exact for part in build.parts),
            ),
            (
                "does not change",
                "; ".join(name for build in place.exact for name in build.leaves),
            ),
            *((f"policy {policy.key}", word) for policy, word in place.policies),
        ]
        print_rows(rows, console, max(len(name) for name, _ in rows))
    _sources(rulebook, [key for place in places for key in _rests_on(place)], console)


def _rests_on(place: Place) -> Iterator[str]:
    """What says what a build is, and how it stands to the policies."""
    for build in (*place.exact, place.older, place.newer):
        if build is not None:
            yield from build.sources
    if place.product.stance is Stance.MIGRATE:
        yield from place.product.sources
    for policy, _ in place.policies:
        least = policy.least(place.product.key)
        if least is not None:
            yield from least.sources
        if policy.support == "fail" and place.product.support is not None:
            yield from place.product.support.sources


def _part(part: Part) -> str:
    return " ".join(filter(None, (part.component, str(part.version or ""), part.kb)))


def _numbered(build: Build) -> str:
    return f"{build.version} {label(build)}{_by(build)}"


def _by(build: Build) -> str:
    return f", by {', '.join(build.sources)}"
