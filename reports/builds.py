"""Build numbers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.rulebook.builds import Place, label
from auditor.rulebook.model import Build, Part, Product, Rulebook, Unnumbered
from auditor.rulebook.policy import Threshold
from auditor.version import Version


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
    table = Table.grid(padding=(0, 2, 0, 0))
    for key in sorted(keys):
        source = rulebook.sources[key]
        table.add_row(Text(f" {key}", "dim"), Text(f"{source.title} {source.url}".strip()))
    console.print(Text("\nSources", "bold"))
    console.print(table)


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


def print_places(places: Iterable[Place], console: Console) -> None:
    """What a build is in each product that it can belong to."""
    for place in places:
        console.print(Text(f"{place.version}: {place.product.title}", "bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
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
        for name, text in filter(itemgetter(1), rows):
            table.add_row(Text(f"  {name}", "dim"), Text(text))
        console.print(table)


def _part(part: Part) -> str:
    return " ".join(filter(None, (part.component, str(part.version or ""), part.kb)))


def _numbered(build: Build) -> str:
    return f"{build.version} {label(build)}, by {', '.join(build.sources)}"
