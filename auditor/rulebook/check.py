"""Faults of the shipped data that types cannot tell; the tests ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.integration import ServerNeed
from auditor.rulebook.model import Rulebook

_MONTH = re.compile(r"20[0-9]{2}(-(0[1-9]|1[0-2]))?")


def problems(rulebook: Rulebook) -> list[str]:
    """One sentence for every fault: unknown keys, entries without a source, disorder."""
    return [
        *_sources(rulebook),
        *_builds(rulebook),
        *_products(rulebook),
        *_windows(rulebook),
        *_thresholds(rulebook),
        *_scenarios(rulebook),
        *_integrations(rulebook),
    ]


def _cited(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every entry with the sources it cites."""
    yield "components", rulebook.components.sources
    yield "clock", rulebook.clock.sources
    yield "registry.secure_protocols", rulebook.registry.secure_protocols.sources
    yield "registry.schannel", rulebook.registry.schannel.sources
    yield "registry.strong_crypto", rulebook.registry.strong_crypto.sources
    for build in rulebook.builds:
        yield f"build {build.version}", build.sources
    for product in rulebook.products.values():
        yield f"product {product.key}", product.sources
        for row in product.systems:
            yield f"product {product.key} on {row.os}", row.sources
    for windows in rulebook.windows.values():
        yield f"windows {windows.key}", windows.sources
    for update in rulebook.updates.values():
        yield f"update {update.key}", update.sources
    for policy in rulebook.policies.values():
        yield f"policy {policy.key}", policy.sources
        for product_key, threshold in policy.minimum.items():
            yield f"policy {policy.key} for {product_key}", threshold.sources
    yield from _cited_by_scenarios(rulebook)


def _cited_by_scenarios(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    for scenario in rulebook.scenarios.values():
        yield f"scenario {scenario.key}", scenario.sources
    for client in rulebook.client_rows:
        yield f"clients {client.account}, {client.mailbox}", client.sources
    yield "integrations", rulebook.integrations.sources
    for endpoint in rulebook.integrations.endpoints:
        yield f"endpoint {endpoint.name}", endpoint.sources


def _sources(rulebook: Rulebook) -> Iterator[str]:
    for entry, keys in _cited(rulebook):
        if not keys:
            yield f"{entry}: no source"
        yield from _unknown(entry, keys, rulebook.sources)
    for source in rulebook.sources.values():
        if source.url and not source.url.startswith("https://"):
            yield f"source {source.key}: {source.url} is no https address"


def _builds(rulebook: Rulebook) -> Iterator[str]:
    for build in rulebook.builds:
        product = rulebook.products.get(build.product)
        if product is None:
            yield f"build {build.version}: no product {build.product}"
        elif not product.owns(build.version):
            yield f"build {build.version}: not in the line of {product.base}"
        if not _MONTH.fullmatch(build.month):
            yield f"build {build.version}: {build.month!r} is no month"
    for key in rulebook.products:
        for older, newer in pairwise(rulebook.builds_of(key)):
            if not older.version < newer.version:
                yield f"builds of {key}: {newer.version} stands after {older.version}"
            if older.month[:4] > newer.month[:4]:
                yield f"builds of {key}: {newer.version} is dated before {older.version}"


def _products(rulebook: Rulebook) -> Iterator[str]:
    for product in rulebook.products.values():
        systems = tuple(row.os for row in product.systems)
        yield from _unknown(f"product {product.key}", systems, rulebook.windows)
        if len(set(systems)) != len(systems):
            yield f"product {product.key}: a Windows has two rows"
        if product.systems_closed and not systems:
            yield f"product {product.key}: a closed list of no systems"
        named = {*rulebook.components.deciding, *rulebook.components.tools}
        yield from _unknown(f"product {product.key}", product.codes.values(), named)


def _windows(rulebook: Rulebook) -> Iterator[str]:
    for windows in rulebook.windows.values():
        first, last = windows.builds
        if first > last:
            yield f"windows {windows.key}: builds {first} to {last}"
    for update in rulebook.updates.values():
        systems = {file.os for file in update.files}
        yield from _unknown(f"update {update.key}", systems, rulebook.windows)


def _thresholds(rulebook: Rulebook) -> Iterator[str]:
    known = {(build.product, build.version) for build in rulebook.builds}
    for policy in rulebook.policies.values():
        for product, threshold in policy.minimum.items():
            if (product, threshold.build) not in known:
                yield f"policy {policy.key}: {threshold.build} is no build of {product}"


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


def _unknown(entry: str, keys: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for key in sorted(set(keys) - set(known)):
        yield f"{entry}: {key} is not known"
