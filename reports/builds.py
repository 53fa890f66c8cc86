"""Build numbers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.rulebook.builds import Place, label
from auditor.rulebook.model import Build, Part, Product, Rulebook, Unnumbered
from auditor.rulebook.policy import Threshold
from auditor.version import Version
from reports.rows import print_line, print_rows


def print_builds(rulebook: Rulebook, products: Iterable[Product], console: Console) -> None:
    """The known builds of each product, newest first, with the policies that demand them."""
    cited: dict[str, None] = {}
    for product in products:
        known = rulebook.builds_of(product.key)
        if not known:
            continue
        table = Table("Build", "Name", "Month", "KB", "Demanded by", "Source", box=None)
        table.header_style = "bold dim"
        table.columns[0].no_wrap = table.columns[2].no_wrap = True
        for column in table.columns:
            column.overflow = "fold"
        for build in reversed(known):
            table.add_row(*(Text(cell) for cell in _row(rulebook, product, build)))
            cited.update(dict.fromkeys(build.sources))
        for update in rulebook.unnumbered:
            if update.product == product.key:
                table.add_row(*(Text(cell) for cell in _unnumbered(update)))
                cited.update(dict.fromkeys(update.sources))
        console.print(Text(f"\n{product.title} ({product.key})", "bold"))
        console.print(table)
    _sources(rulebook, cited, console)


def _sources(rulebook: Rulebook, keys: Iterable[str], console: Console) -> None:
    print_line(Text("\nSources", "bold"), console)
    cited = [rulebook.sources[key] for key in sorted(set(keys))]
    told = [(s.key, f"{s.title}\n  {s.url}" if s.url else s.title) for s in cited]
    print_rows(told, console, max((len(source.key) for source in cited), default=0))


def _unnumbered(update: Unnumbered) -> Sequence[str]:
    return (
        "no number",
        update.name,
        update.month,
        " ".join(update.kb),
        "",
        ", ".join(update.sources),
    )


def _row(rulebook: Rulebook, product: Product, build: Build) -> Sequence[str]:
    minimum = {key: policy.minimum.get(product.key) for key, policy in rulebook.policies.items()}
    demanded = [key for key, least in minimum.items() if least and _demands(least, build.version)]
    name = f"{build.name} ({build.component})" if build.component else build.name
    firm = "" if build.confidence == "stated" else f" [{build.confidence}]"
    kb, policies, sources = " ".join(build.kb), ", ".join(demanded), ", ".join(build.sources)
    return str(build.version), name + firm, build.month, kb, policies, sources


def _demands(least: Threshold, build: Version) -> bool:
    return build in (least.build, *least.kinds.values())


def print_places(rulebook: Rulebook, places: Sequence[Place], console: Console) -> None:
    """What a build is in each product that it can belong to."""
    for place in places:
        print_line(Text(f"{place.version}: {place.product.title}", "bold"), console)
        exact = "; ".join(_numbered(build) for build in place.exact)
        rows = [
            ("is", exact or "no build that a source names; it is judged by its number"),
            ("before it", _numbered(place.older) if place.older else "none is known"),
            ("after it", _numbered(place.newer) if place.newer else "none is known"),
            (
                "known parts",
                "; ".join(_part(part) for build in place.exact for part in build.parts),
            ),
            *((f"policy {policy.key}", word) for policy, word in place.policies),
        ]
        print_rows(rows, console, max(len(name) for name, _ in rows))
    found = (b for p in places for b in (*p.exact, p.older, p.newer) if b is not None)
    _sources(rulebook, [key for build in found for key in build.sources], console)


def _part(part: Part) -> str:
    return " ".join(filter(None, (part.component, str(part.version or ""), part.kb)))


def _numbered(build: Build) -> str:
    return f"{build.version} {label(build)}, by {', '.join(build.sources)}"
