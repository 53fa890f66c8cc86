"""Faults of the knowledge that types cannot tell: `sfb-audit rulebook check` and the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from auditor.mistakes import nearest
from auditor.rulebook.check_policies import cited_by_policies, policy_faults
from auditor.rulebook.check_registry import registry_faults
from auditor.rulebook.check_sql import cited_by_sql, sql_faults
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.integration import ServerNeed
from auditor.rulebook.model import Build, Rulebook, Unnumbered
from auditor.rulebook.products import Product

_MONTH = re.compile(r"20[0-9]{2}(-(0[1-9]|1[0-2]))?")
_KB = re.compile(r"KB[1-9][0-9]{5,6}")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is proved: of how many entries, and the faults, a sentence each."""

    title: str
    entries: Callable[[Rulebook], int]
    faults: Callable[[Rulebook], Iterable[str]]


def problems(rulebook: Rulebook, rules: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """One sentence for every fault; `rules` are the ids that there are, with their sources."""
    return [fault for check in checks(rules) for fault in check.faults(rulebook)]


def checks(rules: Mapping[str, Sequence[str]] | None = None) -> tuple[Check, ...]:
    """Everything that is checked, in the order in which it is told."""
    if rules is None:
        return _CHECKS
    return (
        *_CHECKS,
        Check(
            "rules: policies count only those that there are, and their sources are known",
            lambda _: len(rules),
            lambda rulebook: _rules(rulebook, rules),
        ),
    )


def _cited(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every entry with the sources it cites."""
    yield "components", rulebook.components.sources
    yield "signs", rulebook.signs.sources
    yield "clock", rulebook.clock.sources
    yield "disk", rulebook.disk.sources
    yield "restart", rulebook.restart.sources
    yield "certificates", rulebook.certificates.sources
    yield "registry.secure_protocols", rulebook.registry.secure_protocols.sources
    yield "registry.schannel", rulebook.registry.schannel.sources
    yield "registry.cipher_suites", rulebook.registry.cipher_suites.sources
    yield "registry.strong_crypto", rulebook.registry.strong_crypto.sources
    yield "registry.dotnet", rulebook.registry.dotnet.sources
    yield from cited_by_sql(rulebook)
    for update in rulebook.all_updates:
        yield _named(update), update.sources
    yield from _cited_by_products(rulebook)
    for windows in rulebook.windows.values():
        yield f"windows {windows.key}", windows.sources
    for hotfix in rulebook.updates.values():
        yield f"update {hotfix.key}", hotfix.sources
    yield "installer", rulebook.installer.sources
    for wanted in rulebook.installer.hotfixes:
        yield f"installer: {wanted.hotfix}", wanted.sources
    yield "appliances", rulebook.appliances.sources
    yield from cited_by_policies(rulebook)
    yield from _cited_by_scenarios(rulebook)


def _cited_by_products(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    for product in rulebook.products.values():
        yield f"product {product.key}", product.sources
        for row in product.systems:
            yield f"product {product.key} on {row.os}", row.sources
        if product.support is not None:
            yield f"support of {product.key}", product.support.sources
        if product.in_place is not None:
            yield f"upgrade to {product.key}", product.in_place.sources
        for before, way in product.ways.items():
            yield f"way from {before} to {product.key}", way.sources
    for apart in rulebook.apart:
        yield f"apart {', '.join(apart.products)}", apart.sources


def _cited_by_scenarios(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    for scenario in rulebook.scenarios.values():
        yield f"scenario {scenario.key}", scenario.sources
    for client in rulebook.client_rows:
        yield f"clients {client.account}, {client.mailbox}", client.sources
    yield "integrations", rulebook.integrations.sources
    yield "integrations.kindred", rulebook.integrations.kindred.sources
    for endpoint in rulebook.integrations.endpoints:
        yield f"endpoint {endpoint.name}", endpoint.sources


def _sources(rulebook: Rulebook) -> Iterator[str]:
    for entry, keys in _cited(rulebook):
        if not keys:
            yield f"{entry}: no source"
        yield from _unknown(entry, keys, rulebook.sources)
    for source in rulebook.sources.values():
        if not source.title.strip():
            yield f"source {source.key}: no title"
        if source.url and not source.url.startswith("https://"):
            yield f"source {source.key}: {source.url} is not an https address"


def _builds(rulebook: Rulebook) -> Iterator[str]:
    for build in rulebook.builds:
        product = rulebook.products.get(build.product)
        if product is not None and not product.owns(build.version):
            yield f"{_named(build)}: not in the line of {product.base}"
        yield from _parts(rulebook, build)
    for entry in rulebook.all_updates:
        yield from _update_words(rulebook, entry)
    for key in rulebook.products:
        for older, newer in pairwise(rulebook.builds_of(key)):
            if not older.version < newer.version:
                yield f"builds of {key}: {newer.version} stands after {older.version}"
            if older.month[:4] > newer.month[:4]:
                yield f"builds of {key}: {newer.version} is dated before {older.version}"


def _parts(rulebook: Rulebook, build: Build) -> Iterator[str]:
    """What an update services, and what of the deciding components it leaves out."""
    product = rulebook.products.get(build.product)
    for part in build.parts:
        if product is not None and part.version and not product.owns(part.version):
            yield f"{_named(build)}: {part.component} is not in the line of {product.base}"
        if part.component in build.leaves:
            yield f"{_named(build)}: {part.component} is one of its parts, and left out"
    yield from _unknown(f"{_named(build)}, left out", build.leaves, rulebook.components.deciding)


def _update_words(rulebook: Rulebook, entry: Build | Unnumbered) -> Iterator[str]:
    """Its product, its month and its KB numbers."""
    if entry.product not in rulebook.products:
        near = nearest(entry.product, rulebook.products)
        yield f"{_named(entry)}: no product {entry.product}{near}"
    if not _MONTH.fullmatch(entry.month):
        yield f"{_named(entry)}: {entry.month!r} is not a month"
    elif entry.month < "2007":
        yield f"{_named(entry)}: {entry.month} is before the products"
    for kb in (*entry.kb, *(part.kb for part in entry.parts if part.kb)):
        if not _KB.fullmatch(kb):
            yield f"{_named(entry)}: {kb!r} is not a KB number"
    names = [part.component for part in entry.parts]
    if len(set(names)) != len(names):
        yield f"{_named(entry)}: a component stands twice"


def _named(entry: Build | Unnumbered) -> str:
    if isinstance(entry, Build):
        return f"build {entry.version}"
    return f"update {entry.name} of {entry.product}"


def _products(rulebook: Rulebook) -> Iterator[str]:
    for product in rulebook.products.values():
        systems = tuple(row.os for row in product.systems)
        yield from _unknown(f"product {product.key}", systems, rulebook.windows)
        if len(set(systems)) != len(systems):
            yield f"product {product.key}: a Windows has two rows"
        builds = {build.version for build in rulebook.builds_of(product.key)}
        for row in product.systems:
            if row.least is not None and row.least not in builds:
                yield f"product {product.key} on {row.os}: {row.least} is not a build of it"
        if product.systems_closed and not systems:
            yield f"product {product.key}: a closed list of no systems"
        named = {*rulebook.components.deciding, *rulebook.components.tools}
        yield from _unknown(f"product {product.key}", product.codes.values(), named)
        if product.in_place is not None:
            over = (product.in_place.over,)
            yield from _unknown(f"product {product.key} in place", over, rulebook.products)
        yield from _unknown(f"product {product.key}, ways", product.ways, rulebook.products)
        yield from _support(rulebook, product)
    for apart in rulebook.apart:
        yield from _unknown("apart", apart.products, rulebook.products)
    for one, other in combinations(rulebook.products.values(), 2):
        for name in {n.casefold() for n in one.packages} & {n.casefold() for n in other.packages}:
            yield f"products {one.key} and {other.key}: both are called {name}"


def _support(rulebook: Rulebook, product: Product) -> Iterator[str]:
    support, known = product.support, rulebook.builds_of(product.key)
    if support is None or support.ends is None:
        return
    if known and f"{support.ends:%Y-%m}" < known[0].month:
        yield f"support of {product.key}: it ends before the product began"
    if support.extended is not None and support.extended < support.ends:
        yield f"support of {product.key}: the bought updates end before it"


def _windows(rulebook: Rulebook) -> Iterator[str]:
    for windows in rulebook.windows.values():
        first, last = windows.builds
        if first > last:
            yield f"windows {windows.key}: builds {first} to {last}"
        pack = windows.service_pack_build
        if pack is not None and not first <= pack <= last:
            yield f"windows {windows.key}: service pack build {pack} is outside its builds"
    for one, other in combinations(rulebook.windows.values(), 2):
        same = (one.version, one.workstation) == (other.version, other.workstation)
        if same and one.builds[0] <= other.builds[1] and other.builds[0] <= one.builds[1]:
            yield f"windows {one.key} and {other.key}: they share builds"


def _limits(rulebook: Rulebook) -> Iterator[str]:
    """Numbers that are compared with what a server has; beyond these they are a slip."""
    for name, number, most in (
        ("clock.max_skew_minutes", rulebook.clock.max_skew_minutes, 60),
        ("certificates.warn_days", rulebook.certificates.warn_days, 366),
        ("disk.free_gib", rulebook.disk.free_gib, 1024),
    ):
        if not 1 <= number <= most:
            yield f"{name}: it must be between 1 and {most}"


def _updates(rulebook: Rulebook) -> Iterator[str]:
    for update in rulebook.updates.values():
        systems = {file.os for file in update.files}
        yield from _unknown(f"update {update.key}", systems, rulebook.windows)
        for kb in (update.hotfix, *update.later):
            if not _KB.fullmatch(kb):
                yield f"update {update.key}: {kb!r} is not a KB number"
        for file in update.files:
            windows = rulebook.windows.get(file.os)
            number = f"{file.version.major}.{file.version.minor}"
            if windows is not None and number != windows.version:
                yield f"update {update.key}: {file.name} {file.version} is not of {windows.title}"


def _installer(rulebook: Rulebook) -> Iterator[str]:
    installer = rulebook.installer
    yield from _unknown("installer", installer.products, rulebook.products)
    for row in installer.hotfixes:
        entry = f"installer: {row.hotfix}"
        yield from _unknown(entry, (row.product,), installer.products)
        yield from _unknown(entry, (row.os,), rulebook.windows)
        if not _KB.fullmatch(row.hotfix):
            yield f"{entry} is not a KB number"
    rows = [(row.product, row.os) for row in installer.hotfixes]
    if len(set(rows)) != len(rows):
        yield "installer: a product has two rows for a Windows"


def _scenarios(rulebook: Rulebook) -> Iterator[str]:
    for scenario in rulebook.scenarios.values():
        around = rulebook.scenarios.get(scenario.within or scenario.key)
        if around is None or around.within is not None:
            yield f"scenario {scenario.key}: {scenario.within} does not stand by itself"
        if scenario.judged and (scenario.within or scenario.need is not ServerNeed.YES):
            yield f"scenario {scenario.key}: judged, and either within another or not needed"
    rows = [(row.account, row.mailbox) for row in rulebook.client_rows]
    if len(set(rows)) != len(rows):
        yield "clients: a row stands twice"


def _integrations(rulebook: Rulebook) -> Iterator[str]:
    names = set()
    for endpoint in rulebook.integrations.endpoints:
        entry = f"endpoint {endpoint.name}"
        yield from _unknown(entry, (endpoint.cloud,), rulebook.integrations.clouds)
        if endpoint.name in names:
            yield f"{entry}: stands twice"
        if endpoint.name != endpoint.name.casefold():
            yield f"{entry}: is not in lower case"
        if endpoint.sources == ("inference",) and endpoint.confidence is Confidence.STATED:
            yield f"{entry}: stated by nobody"
        names.add(endpoint.name)


def _rules(rulebook: Rulebook, rules: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for rule, sources in rules.items():
        yield from _unknown(f"rule {rule}", sources, rulebook.sources)
    for policy in rulebook.policies.values():
        for rule in policy.counts:
            if rule not in rules:
                yield f"policy {policy.key}: there is no rule {rule}{nearest(rule, rules)}"


def _unknown(entry: str, keys: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for key in sorted(set(keys) - set(known)):
        yield f"{entry}: {key} is not known{nearest(key, known)}"


_CHECKS = (
    Check(
        "sources: every entry cites one that there is; titles, https addresses",
        lambda rulebook: sum(1 for _ in _cited(rulebook)),
        _sources,
    ),
    Check(
        "builds: in order, in their product's line, dated, KB numbers well-formed",
        lambda rulebook: len(rulebook.all_updates),
        _builds,
    ),
    Check(
        "products: their systems and components exist, names are their own, dates in order",
        lambda rulebook: len(rulebook.products),
        _products,
    ),
    Check(
        "Windows: ranges of builds in order and apart",
        lambda rulebook: len(rulebook.windows),
        _windows,
    ),
    Check(
        "limits: of the clock, of certificates and of disks, each within bounds",
        lambda _: 3,
        _limits,
    ),
    Check(
        "updates: files of a Windows that there is, with its numbers",
        lambda rulebook: len(rulebook.updates),
        _updates,
    ),
    Check(
        "registry: bits are single ones, and suites have their switches",
        lambda rulebook: (
            len(rulebook.registry.secure_protocols.bits)
            + len(rulebook.registry.cipher_suites.accepted)
        ),
        registry_faults,
    ),
    Check(
        "installers: their products, their Windows, KB numbers well-formed",
        lambda rulebook: len(rulebook.installer.hotfixes),
        _installer,
    ),
    Check(
        "SQL Server: branches in order, the first build with TLS 1.2 in its own branch",
        lambda rulebook: len(rulebook.sql.branches) + len(rulebook.sql.clients),
        sql_faults,
    ),
    Check(
        "policies: every threshold is sourced and a known build, what they name exists",
        lambda rulebook: len(rulebook.policies),
        policy_faults,
    ),
    Check(
        "scenarios: each within one that stands by itself, judged where needed",
        lambda rulebook: len(rulebook.scenarios) + len(rulebook.client_rows),
        _scenarios,
    ),
    Check(
        "endpoints: once each, of a cloud that there is",
        lambda rulebook: len(rulebook.integrations.endpoints),
        _integrations,
    ),
)
