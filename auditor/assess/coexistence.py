"""Products that are all in one estate, of which Microsoft supports no topology with all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.assess.identify import expected_products
from auditor.assess.model import ServerVerdict
from auditor.estate.model import PoolKind
from auditor.estate.problems import some_of

if TYPE_CHECKING:
    from auditor.estate.model import Estate, Pool
    from auditor.rulebook.model import Rulebook


def notes_on_products(
    estate: Estate, servers: Iterable[ServerVerdict], rulebook: Rulebook
) -> Iterator[str]:
    """A sentence for each such set, with the pools, and who says that it is not supported."""
    there: dict[str, list[str]] = {}
    read: dict[str, dict[str, None]] = {}
    for verdict in servers:
        if verdict.product is not None:
            read.setdefault(verdict.pool, {})[verdict.product] = None
    for pool in estate.pools:
        for product in _of_pool(pool, read.get(pool.fqdn, {}), rulebook):
            there.setdefault(product, []).append(pool.fqdn)
    for row in rulebook.apart:
        if there.keys() >= set(row.products):
            titles = [
                f"{rulebook.products[key].title} ({some_of(there[key])})" for key in row.products
            ]
            said_by = "; ".join(rulebook.sources[key].title for key in row.sources)
            yield (
                "Microsoft does not support a topology that has all of these at once: "
                f"{', '.join(titles)}. [{said_by}]"
            )


def _of_pool(pool: Pool, read: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """The products that were read of a pool, else the one that the estate says, if it is one."""
    if not pool.takes_updates or pool.kind is PoolKind.TRUSTED_APPLICATION:
        return ()
    expected = expected_products(pool, rulebook)
    return tuple(read) or (expected if len(expected) == 1 else ())
