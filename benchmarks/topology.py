"""Reading topology documents of 50, 150 and 500 pools: seconds and memory, and how they grow.

`make bench-topology`. Both forms, in UTF-16 as PowerShell's Out-File leaves them; each document
is read in a process of its own, whose peak of memory counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.topology_document import MACHINES, published, saved

SIZES = (50, 150, 502)  # two of them are the Edge and the SQL Server of all the others
FORMS: dict[str, Callable[[int], Iterator[str]]] = {"xml": published, "tbxml": saved}
BOUND_SECONDS = 3.0
BOUND_MB = 300.0
BOUND_GROWTH = 1.5  # seconds for each pool of the largest document, to those of the smallest
ROUNDS = 3

# The topology's own modules only: the peak is that of a program that reads a topology. This
# process stays small, for a child's peak is at least that of its parent.
_READ = """
import json, resource, sys, time
from pathlib import Path
from auditor.estate.topology import read_topology
began = time.perf_counter()
estate = read_topology(Path(sys.argv[1]))
taken = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
machines = sum(len(pool.servers) for pool in estate.pools)
print(json.dumps([taken, peak, len(estate.pools), machines]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one document costs: its MB, seconds, and MB of memory at the peak."""

    size: float
    seconds: float
    memory: float


def _cost(path: Path, pools: int) -> Cost:
    """The best of some rounds: what others do on the machine only adds to it."""
    costs = []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", _READ, str(path)], check=True, capture_output=True, text=True
        )
        seconds, memory, *read = json.loads(done.stdout)
        assert read == [pools, (pools - 2) * MACHINES + 3]
        costs.append((seconds, memory))
    seconds, memory = min(costs)[0], max(memory for _, memory in costs)
    return Cost(path.stat().st_size / 2**20, seconds, memory)


def _measured(form: str, folder: Path) -> bool:
    """Print the table of one form; whether its bounds hold."""
    costs = {}
    for pools in SIZES:
        path = folder / f"{pools}.{form}"
        with path.open("w", encoding="utf-16") as file:
            file.writelines(FORMS[form](pools))
        costs[pools] = cost = _cost(path, pools)
        print(
            f"{form:>5} {pools:>4} pools  {cost.size:5.1f} MB  {cost.seconds:5.2f} s  "
            f"{cost.memory:4.0f} MB of memory"
        )
    first, last = SIZES[0], SIZES[-1]
    growth = (costs[last].seconds / last) / (costs[first].seconds / first)
    print(f"{form:>5} each pool of {last} costs {growth:.2f} times one of {first}")
    largest = costs[last]
    return largest.seconds < BOUND_SECONDS and largest.memory < BOUND_MB and growth < BOUND_GROWTH


def main() -> int:
    """Print the tables; 1 where a bound does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        held = [_measured(form, Path(folder)) for form in FORMS]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
