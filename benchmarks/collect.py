"""The collector beside what else one would take: plain threads and pypsrp, and Ansible.

    python benchmarks/collect.py [--ansible VENV] [--rounds 5] [--quick]

All contestants run the same script on the same lab hosts (NTLM over http, sealed) in the same
run, in turns, each as a process of its own, its start included. Linux only. Ends with 1 where
one of the collector's floors is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.estate import Estate, estate  # noqa: E402 - found by the line above
from benchmarks.measure import Cost, run  # noqa: E402

COLLECTOR, THREADS, ANSIBLE = "sfb-audit", "64 threads + pypsrp", "ansible psrp, 50 forks"
ANSIBLE_MOST_HOSTS = 200
FLOOR_HOSTS = 200
MOST_MEMORY = 100.0

PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.raw: "{{ lookup('ansible.builtin.file', 'script.ps1') }}"
"""

Contestant = Callable[[Estate, Path], Cost]


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds of one contestant."""

    wall: float
    cpu: float
    memory: float
    requests: float


def main() -> int:
    options = _options()
    contestants = _contestants(options.ansible)
    sizes = (FLOOR_HOSTS,) if options.quick else (50, FLOOR_HOSTS, 1000)
    missed = []
    for count in sizes:
        for think in (0.0, 1.0):
            rounds = options.rounds if count == FLOOR_HOSTS else 1
            chosen = {
                name: contestant
                for name, contestant in contestants.items()
                if name != ANSIBLE or count <= ANSIBLE_MOST_HOSTS
            }
            figures = _compete(chosen, count, think, rounds)
            _print(figures, count, think, rounds)
            if count == FLOOR_HOSTS:
                missed += _missed(figures, think)
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ansible", type=Path, help="a virtual environment with ansible-core")
    parser.add_argument("--rounds", type=int, default=5, help="rounds at 200 hosts")
    parser.add_argument("--quick", action="store_true", help="200 hosts, two rounds")
    options = parser.parse_args()
    if options.quick:
        options.rounds = min(options.rounds, 2)
    return options


def _contestants(ansible: Path | None) -> dict[str, Contestant]:
    found: dict[str, Contestant] = {
        COLLECTOR: _python("with_collector"),
        THREADS: _python("with_threads"),
    }
    playbook = ansible / "bin" / "ansible-playbook" if ansible else None
    if playbook is not None and playbook.exists():
        found[ANSIBLE] = _ansible(playbook.resolve())
    else:
        print("ansible-playbook is not there (--ansible VENV): left out\n")
    return found


def _python(module: str) -> Contestant:
    def compete(asked: Estate, folder: Path) -> Cost:
        described = folder / "estate.json"
        described.write_text(json.dumps(asked.description), "utf-8")
        command = [sys.executable, "-m", f"benchmarks.{module}", str(described)]
        cost = run(command, folder, {"PYTHONPATH": str(HERE.parent)})
        read, expected = int(cost.output.split()[-1]), len(asked.description["hosts"])
        if read != expected:
            raise RuntimeError(f"{module}: {read} of {expected} hosts were read")
        return cost

    return compete


def _ansible(playbook: Path) -> Contestant:
    def compete(asked: Estate, folder: Path) -> Cost:
        told = asked.description
        inventory = {
            "all": {
                "hosts": {
                    fqdn: {"ansible_host": address} for fqdn, address in told["hosts"].items()
                },
                "vars": {
                    "ansible_connection": "psrp",
                    "ansible_psrp_protocol": "http",
                    "ansible_psrp_auth": "ntlm",
                    "ansible_port": told["port"],
                    "ansible_user": told["username"],
                    "ansible_password": told["password"],
                },
            }
        }
        (folder / "inventory.json").write_text(json.dumps(inventory), "utf-8")
        (folder / "ansible.cfg").write_text("", "utf-8")
        (folder / "playbook.yml").write_text(PLAYBOOK, "utf-8")
        (folder / "script.ps1").write_text(told["script"], "ascii")
        environment = {
            "ANSIBLE_CONFIG": "ansible.cfg",
            "ANSIBLE_HOME": str(folder),
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        command = [str(playbook), "-i", "inventory.json", "-f", "50", "playbook.yml"]
        cost = run(command, folder, environment)
        read, expected = cost.output.count("changed=1 "), len(told["hosts"])
        if read != expected:
            raise RuntimeError(f"ansible: {read} of {expected} hosts were read")
        return cost

    return compete


def _compete(
    contestants: dict[str, Contestant], count: int, think: float, rounds: int
) -> dict[str, Figures]:
    costs: dict[str, list[tuple[Cost, int]]] = {name: [] for name in contestants}
    with estate(count, think) as asked, tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, contestant in contestants.items():
                cost = contestant(asked, Path(folder))
                costs[name].append((cost, asked.requests()))
    return {
        name: Figures(
            wall=statistics.median(cost.wall for cost, _ in of_one),
            cpu=statistics.median(cost.cpu for cost, _ in of_one),
            memory=statistics.median(cost.memory for cost, _ in of_one),
            requests=statistics.median(requests for _, requests in of_one) / count,
        )
        for name, of_one in costs.items()
    }


def _print(figures: dict[str, Figures], count: int, think: float, rounds: int) -> None:
    print(f"{count} hosts, {think:g} s think, median of {rounds}")
    print(f"  {'':24}{'wall s':>9}{'CPU s':>9}{'ms/host':>9}{'MB':>7}{'requests/host':>15}")
    for name, one in figures.items():
        each = one.cpu / count * 1000
        print(
            f"  {name:24}{one.wall:9.2f}{one.cpu:9.2f}{each:9.1f}"
            f"{one.memory:7.0f}{one.requests:15.1f}"
        )
    print(flush=True)


def _missed(figures: dict[str, Figures], think: float) -> list[str]:
    ours, threads = figures[COLLECTOR], figures[THREADS]
    floors = [
        ("wall / threads + pypsrp", ours.wall / threads.wall, 1.1),
        ("CPU / threads + pypsrp", ours.cpu / threads.cpu, 1.0),
        ("MB", ours.memory, MOST_MEMORY),
    ]
    if ANSIBLE in figures:
        floors.append(("CPU / ansible", ours.cpu / figures[ANSIBLE].cpu, 0.4))
    missed = []
    for what, is_now, at_most in floors:
        held = is_now <= at_most
        print(f"  floor {what:26}{is_now:8.2f} <= {at_most:<6g} {'held' if held else 'MISSED'}")
        if not held:
            missed.append(f"{what} at {think:g} s")
    print(flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
