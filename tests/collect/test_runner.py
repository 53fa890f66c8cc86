"""Many servers at once: every one gets its reading, and stopping stops."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.collect.conversation import Way
from auditor.collect.model import Collected, Target
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.estate.zone import RunOptions
from auditor.facts.bundle import bundle_text, read_bundle
from auditor.facts.reading import ReachState
from auditor.lab.model import LabHost, ScriptResult
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTPS, lab_host, targets

QUICK = RunOptions(threads=8, deadline_seconds=20, connect_seconds=5)


class Log:
    """An observer that remembers what it was told, and from which thread."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.codes: dict[str, str] = {}
        self.threads: set[int] = set()

    def started(self, fqdn: str) -> None:
        self.events.append(("started", fqdn))
        self.threads.add(threading.get_ident())

    def finished(self, fqdn: str, code: str, sentence: str) -> None:
        self.events.append(("finished", fqdn))
        self.codes[fqdn] = code
        self.threads.add(threading.get_ident())


class Counting:
    """A backend that knows how many hosts run a script at once."""

    def __init__(self) -> None:
        self._backend = StateBackend()
        self._lock = threading.Lock()
        self._running = 0
        self.most = 0

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        time.sleep(0.02)
        with self._lock:
            self._running -= 1
        return self._backend.run(host, script, arguments)


class Saying:
    """A backend whose every script says the same."""

    def __init__(self, *output: str) -> None:
        self._result = ScriptResult(output)

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        return self._result


def test_every_target_has_one_result_in_the_order_in_which_they_end() -> None:
    thinking = {0: 0.9, 1: 0.0, 2: 0.45}
    hosts = [lab_host(n, think=seconds) for n, seconds in thinking.items()]
    with running_lab(hosts, StateBackend()) as lab:
        results = list(collect(targets(lab), joined_script(), QUICK))
    assert [one.reading.fqdn for one in results] == [hosts[n].fqdn for n in (1, 2, 0)]
    assert all(one.reading.reach.state is ReachState.READ for one in results)
    ends = [one.reading.finished for one in results if one.reading.finished]
    assert ends == sorted(ends)


def test_a_result_carries_the_text_that_the_server_sent() -> None:
    hosts = [lab_host(1), lab_host(2, fault="access_denied")]
    with running_lab(hosts, StateBackend()) as lab:
        found = {c.reading.fqdn: c for c in collect(targets(lab), joined_script(), QUICK)}
    assert (found[hosts[0].fqdn].answer or "").startswith('{"schema":1')
    assert found[hosts[1].fqdn].answer is None
    assert found[hosts[0].fqdn].reading.collector == joined_script().sha256


def test_no_more_servers_are_asked_at_once_than_there_are_threads() -> None:
    backend = Counting()
    with running_lab([lab_host(n) for n in range(12)], backend) as lab:
        options = RunOptions(threads=3, deadline_seconds=20)
        states = [c.reading.reach.state for c in collect(targets(lab), joined_script(), options)]
    assert states == [ReachState.READ] * 12
    assert 1 <= backend.most <= 3


def test_nobody_to_ask_is_no_work() -> None:
    assert list(collect([], joined_script(), QUICK)) == []


def test_the_observer_is_told_of_each_beginning_and_end_by_whoever_iterates() -> None:
    hosts = [lab_host(1), lab_host(2, NTLM_HTTPS), lab_host(3, fault="refuse")]
    log = Log()
    with running_lab(hosts, StateBackend()) as lab:
        list(collect(targets(lab), joined_script(), QUICK, log))
    assert sorted(log.events) == sorted(
        (what, host.fqdn) for what in ("started", "finished") for host in hosts
    )
    for host in hosts:
        assert log.events.index(("started", host.fqdn)) < log.events.index(("finished", host.fqdn))
    codes = ["REACH-READ", "REACH-READ", "REACH-REFUSED"]
    assert log.codes == {host.fqdn: code for host, code in zip(hosts, codes, strict=True)}
    assert log.threads == {threading.get_ident()}


def test_whoever_stops_iterating_ends_all_conversations_and_their_shells() -> None:
    hanging = [lab_host(n, fault="timed_out_forever") for n in range(4)]
    hanging += [lab_host(10 + n, BASIC_HTTPS, fault="hang_receive") for n in range(4)]
    hosts = [*hanging, lab_host(20)]
    with running_lab(hosts, StateBackend()) as lab:
        options = RunOptions(threads=16, deadline_seconds=60)
        results = collect(targets(lab), joined_script(), options)
        next(results)
        _until(lambda: all(lab.open_shells(host.fqdn) for host in hanging))
        began = time.monotonic()
        results.close()
        assert time.monotonic() - began < 1.5
        _until(lambda: not any(lab.open_shells(host.fqdn) for host in hosts))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("collect-")]


def test_an_error_of_whoever_iterates_stops_the_run_too() -> None:
    hosts = [lab_host(1, fault="silent"), lab_host(2)]
    with running_lab(hosts, StateBackend()) as lab:
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            _interrupted(targets(lab))
        assert time.monotonic() - began < 5


def _interrupted(asked: list[Target]) -> None:
    options = RunOptions(deadline_seconds=60)
    with contextlib.closing(collect(asked, joined_script(), options)) as results:
        for _ in results:
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_run_whose_threads_are_gone_waits_for_nobody() -> None:
    def gone(*_: object) -> str:
        raise SystemExit

    with running_lab([lab_host(1), lab_host(2)], StateBackend()) as lab:
        lost = collect(targets(lab), joined_script(), QUICK, way=Way("winrm", gone))
        with pytest.raises(RuntimeError, match="2 servers"):
            list(lost)


def _until(done: Callable[[], bool]) -> None:
    """Wait for what another thread is about to bring about; five seconds at most."""
    ends = time.monotonic() + 5
    while not done():
        assert time.monotonic() < ends
        threading.Event().wait(0.01)


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ("{", "not JSON"),
        ("[]", "object"),
        ('{"schema": 2}', "schema"),
        ('{"schema": 1}', "collected_utc"),
        ('{"schema": 1, "schema": 1}', "schema"),
        ("x" * 2_200_000, "longer"),
    ],
    ids=["broken", "list", "schema", "missing", "twice", "long"],
)
def test_an_answer_that_cannot_be_decoded_is_an_outcome(said: str, detail: str) -> None:
    assert _one(said).reading.reach.state is ReachState.ANSWER
    assert detail in _one(said).reading.reach.detail


def test_another_computer_that_answers_is_not_judged_as_the_one_that_was_asked() -> None:
    host = lab_host(7)
    (answer,) = StateBackend().run(host, joined_script().text, {}).output
    one = _one(answer.replace("h0007", "h0008"))
    assert one.reading.reach.state is ReachState.ANSWER
    assert "h0008" in one.reading.reach.sentence
    assert one.reading.families == ()


def _one(said: str) -> Collected:
    host = lab_host(7)
    with running_lab([host], Saying(said)) as lab:
        (one,) = collect(targets(lab), joined_script(), QUICK)
    return one


def test_the_interpreters_switch_interval_is_put_back() -> None:
    before = sys.getswitchinterval()
    with running_lab([lab_host(1, fault="silent"), lab_host(2)], StateBackend()) as lab:
        results = collect(targets(lab), joined_script(), QUICK)
        next(results)
        assert sys.getswitchinterval() > before
        results.close()
    assert sys.getswitchinterval() == before


class Volunteering:
    """A host that also tells of the estate, though nobody asked."""

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        (text,) = StateBackend().run(host, script, arguments).output
        answer = json.loads(text)
        nothing = {"ok": True, "ms": 1, "data": {"items": [], "truncated": False}}
        answer["families"]["hosting_providers"] = nothing
        return ScriptResult((json.dumps(answer),))


def test_what_nobody_asked_for_is_left_out_and_said(tmp_path: Path) -> None:
    """Else one hostile server could talk every scenario out of use."""
    with running_lab([lab_host(0)], Volunteering()) as lab:
        (one,) = collect(targets(lab), joined_script(), QUICK)
    assert [result.family for result in one.reading.families] == list(joined_script().families)
    assert "hosting_providers" in " ".join(one.reading.notes)
    saved = tmp_path / "h0000.facts.json"
    saved.write_text(bundle_text(one.reading, one.answer), "utf-8")
    assert read_bundle(saved).families == one.reading.families
