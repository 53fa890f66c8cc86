"""Judging many servers: CPU seconds for 1,000, 3,000 and 10,000, and whether they grow linearly.

`make bench-assess`. The answers are those of the rules' own cases, one after the other, decoded
anew for each server, so that nothing is shared that a real estate would not share.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

from auditor.assess.cases import bases, cases_of
from auditor.assess.engine import assess
from auditor.assess.rules import RULES
from auditor.collect.script import joined_script
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Scenario, Server
from auditor.estate.zone import Auth, Transport
from auditor.facts.answer import decode_answer
from auditor.facts.reading import ReachState, Reading
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from auditor.pipeline import few_cycles
from auditor.rulebook import load

SIZES = (1_000, 3_000, 10_000)
POOL_SIZE = 4
BOUND_SECONDS = 5.0
BOUND_GROWTH = 1.5  # seconds for each server of the largest estate, to those of the smallest
ROUNDS = 3
NOW = datetime.now(UTC)

# The name under which the answers are made; each server gets its own in its place.
_NAME = "fe-bench"
_FQDN = f"{_NAME}.contoso.com"


def _answers() -> list[str]:
    """What the Windows of every rule's cases answers."""
    known = {name: WindowsDescription.model_validate(table) for name, table in bases().items()}
    zone = LabZone("bench", Transport.HTTP, Auth.NTLM, 0, LabUser("u", "p"))
    answers: list[str] = []
    for case in (case for rule in RULES for case in cases_of(rule.id)):
        windows = WindowsDescription.model_validate(case.windows).over(known[case.like])
        host = LabHost(_FQDN, zone, "127.0.0.1", build_windows(windows, _FQDN))
        answers += StateBackend().run(host, joined_script().text, {}).output
    return answers


def _readings(count: int) -> Iterator[Reading]:
    for number, answer in enumerate(islice(cycle(_answers()), count)):
        name = f"fe{number:05}"
        own = answer.replace(_NAME.upper(), name.upper()).replace(_NAME, name)
        yield decode_answer(own, fqdn=f"{name}.contoso.com", started=NOW, finished=NOW)


def _estate(readings: list[Reading]) -> Estate:
    pools = []
    for start in range(0, len(readings), POOL_SIZE):
        pool = f"pool{start:05}.contoso.com"
        servers = tuple(Server(r.fqdn, pool) for r in readings[start : start + POOL_SIZE])
        pools.append(Pool(pool, PoolKind.ENTERPRISE, "Tokyo", servers))
    hybrid = Scenario("hybrid", InUse.YES, "a benchmark")
    return Estate("Contoso", "a benchmark", pools=tuple(pools), scenarios=(hybrid,))


def _seconds(count: int) -> float:
    """CPU seconds, the best of some rounds: what others do on the machine only adds to it."""
    readings = list(_readings(count))
    estate, by_name = _estate(readings), {reading.fqdn: reading for reading in readings}
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        with few_cycles():
            judged = assess(estate, by_name, load(), "office365-tls12", NOW)
        taken.append(time.process_time() - began)
        assert len(judged.servers) == count
        assert all(server.reading.reach.state is ReachState.READ for server in judged.servers)
    return min(taken)


def main() -> int:
    """Print the table; 1 where a bound does not hold."""
    load()
    seconds = {count: _seconds(count) for count in SIZES}
    for count, taken in seconds.items():
        print(f"{count:>6,} servers  {taken:6.2f} s  {taken / count * 1000:.3f} ms each")
    growth = (seconds[SIZES[-1]] / SIZES[-1]) / (seconds[SIZES[0]] / SIZES[0])
    print(f"each server of {SIZES[-1]:,} costs {growth:.2f} times one of {SIZES[0]:,}")
    return int(seconds[SIZES[-1]] > BOUND_SECONDS or growth > BOUND_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
