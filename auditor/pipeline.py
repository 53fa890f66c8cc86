"""The way through the house after collecting: readings in, one `Audit` out."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.assemble import Judged, RunFacts, assemble
from auditor.assess.engine import assess
from auditor.assess.rule import Context
from auditor.assess.scenarios.evidence import in_time
from auditor.assess.scenarios.weighing import with_evidence
from auditor.assess.waivers import Waiver
from auditor.audit import Audit
from auditor.errors import UsageError
from auditor.estate.carried import owners
from auditor.estate.model import Estate
from auditor.estate.problems import listed
from auditor.facts.bundle import Bundle, by_server, open_bundles, taken_for
from auditor.facts.reading import Reading
from auditor.knowledge import Knowledge
from auditor.mistakes import nearest
from auditor.plan.order import make_plan
from auditor.rulebook.procedures import load_procedures

if TYPE_CHECKING:
    from auditor.rulebook.model import Rulebook


def check_estate(estate: Estate, rulebook: Rulebook) -> None:
    """UsageError where a list of servers states products that the rulebook does not know."""
    known = rulebook.products
    problems = [
        f"pool {pool.fqdn}: there is no product {pool.product!r}{nearest(pool.product, known)}"
        for pool in estate.pools
        if pool.product is not None and pool.product not in known
    ]
    if problems:
        message = f"{estate.source} cannot be used:{listed(problems)}"
        raise UsageError("PRODUCT-UNKNOWN", message, f"Products: {', '.join(known)}.")


def bundles_for(estate: Estate, paths: Iterable[Path]) -> dict[str, Bundle]:
    """The bundles in `paths` (files and folders) by the estate's names of their servers.

    UsageError where one cannot be read, or two are of one server.
    """
    found = open_bundles(paths)
    owned = owners(found, estate)
    return by_server(
        taken_for(bundle, owned[name]) if name in owned else bundle
        for name, bundle in found.items()
    )


@contextmanager
def few_cycles() -> Iterator[None]:
    """Look for cycles of values seldom: verdicts are millions of values with hardly one.

    By Python's own thresholds that is a third of the time of judging (`make bench-assess`).
    """
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def judge(
    estate: Estate,
    readings: Mapping[str, Reading],
    knowledge: Knowledge,
    run: RunFacts,
    waivers: Sequence[Waiver] = (),
    evidence: Sequence[Reading] = (),
) -> Audit:
    """Assess the readings under every policy, and plan what the first one's findings demand.

    `evidence`, and readings that hold the estate's own families, say which scenarios are in
    use, and how replicas and pools are; of those that are too old for the policy nothing counts.
    """
    rulebook = knowledge.rulebook
    context = Context(rulebook, rulebook.policies[knowledge.policies[0]], run.finished)
    told = (*readings.values(), *evidence)
    estate = with_evidence(estate, in_time(told, context), rulebook)
    with few_cycles():
        main, *others = (
            assess(estate, readings, rulebook, policy, run.finished, waivers, told)
            for policy in knowledge.policies
        )
    procedures = load_procedures()
    plan = make_plan(main, procedures, context, run.again)
    return assemble(Judged(main, tuple(others), plan), rulebook, procedures, run)
