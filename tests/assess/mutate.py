"""Changes the code that judges, one place at a time, and looks whether a test notices.

`make mutate-assess`. The tests are collected once; each mutant (mutants.py) lives in a child
process of its own, in which they run until the first one fails. A mutant that no test notices
is a survivor, and has to be listed with its reason in survivors.toml (patterns). Without mutmut
or cosmic-ray: those start the tests anew for every mutant, which would take an hour.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.assess.mutants import Mutant, mutants

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CODE = [
    *sorted((ROOT / "auditor" / "assess").rglob("*.py")),
    ROOT / "auditor" / "rulebook" / "builds.py",
    ROOT / "auditor" / "rulebook" / "sql.py",
    ROOT / "auditor" / "version.py",
]
TESTS = [
    "tests/assess",
    "tests/rulebook",
    "tests/test_version.py",
    "tests/cli/test_builds.py",
    "tests/cli/test_rules.py",
    "tests/cli/test_scenarios.py",
]
CHILDREN = 2
# Seconds after which a mutant that runs on and on counts as noticed.
PATIENCE = 120
_QUIET = ["-o", "addopts=--import-mode=importlib", "-x", "-p", "no:terminal", "-p", "no:xdist"]


class Mutation:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self, born: list[Mutant]) -> None:
        self.born = born
        self.left: list[Mutant] = []
        self.sound = True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        tests = list(session.items)
        self.sound = not session.testsfailed and _first_noticing(session, tests, None) is None
        if not self.sound:
            return True
        running: dict[int, tuple[Mutant, int]] = {}
        for number, mutant in enumerate(self.born, 1):
            if len(running) == CHILDREN:
                self._reap(running, tests)
            running.update([_born(session, tests, mutant)])
            if number % 100 == 0:
                print(f"{number}/{len(self.born)}, {len(self.left)} not noticed", flush=True)
        while running:
            self._reap(running, tests)
        return True

    def _reap(self, running: dict[int, tuple[Mutant, int]], tests: list[pytest.Item]) -> None:
        """Wait for a child; the test that noticed goes first from now on."""
        process, status = os.wait()
        mutant, pipe = running.pop(process)
        with open(pipe, encoding="ascii") as end:  # noqa: PTH123  # a descriptor
            told = end.read()
        if told == "none":
            self.left.append(mutant)
        elif told and not status:
            noticing = next(test for test in tests if test.nodeid == told)
            tests.remove(noticing)
            tests.insert(0, noticing)


def _born(
    session: pytest.Session, tests: list[pytest.Item], mutant: Mutant
) -> tuple[int, tuple[Mutant, int]]:
    """A child that runs the tests on the mutant and tells the first that fails, or "none"."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, (mutant, reading)
    signal.alarm(PATIENCE)
    try:
        noticing = _first_noticing(session, tests, mutant)
        os.write(writing, (noticing.nodeid if noticing else "none").encode("ascii", "replace"))
    finally:
        os._exit(0)


def _first_noticing(
    session: pytest.Session, tests: list[pytest.Item], mutant: Mutant | None
) -> pytest.Item | None:
    if mutant is not None:
        mutant.apply()
    for number, test in enumerate(tests):
        following = tests[number + 1] if number + 1 < len(tests) else None
        test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
        if session.testsfailed:
            return test
    return None


def main(only: str = "") -> int:
    """Print what happened; 1 where a survivor is not listed, or one that is listed was noticed.

    `only` is the beginning of names, to look at some mutants alone.
    """
    listed: dict[str, str] = tomllib.loads((HERE / "survivors.toml").read_text("utf-8"))
    born = [mutant for mutant in mutants(CODE, ROOT) if mutant.name.startswith(only)]
    print(f"{len(born)} mutants:", dict(Counter(m.module for m in born)), flush=True)
    mutation = Mutation(born)
    pytest.main([*_QUIET, *TESTS], plugins=[mutation])
    if not mutation.sound:
        print("the tests fail without any mutant", file=sys.stderr)
        return 2
    return _told([mutant.name for mutant in mutation.left], listed, whole=not only)


def _told(left: list[str], listed: dict[str, str], *, whole: bool) -> int:
    """Print survivors by their reasons; `whole` says that every mutant was looked at."""
    used = set()
    strangers = 0
    for name in left:
        reasons = [pattern for pattern in listed if re.fullmatch(pattern, name)]
        used.update(reasons)
        if not reasons:
            strangers += 1
            print(f"survivor, NOT LISTED: {name}")
    for pattern in sorted(used):
        count = sum(bool(re.fullmatch(pattern, name)) for name in left)
        print(f"{count} survivors: {pattern}\n    {listed[pattern]}")
    unused = sorted(set(listed) - used) if whole else []
    for pattern in unused:
        print(f"listed, and no survivor is so called: {pattern}")
    return int(bool(strangers or unused))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
