"""A wrong password reaches few servers, and a right one is not slowed down by those that hang."""

from __future__ import annotations

import threading

import pytest

from auditor.collect.guard import Guard, GuardError
from auditor.collect.model import Secret, Target
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.collect.sign_in import PATIENCE_SECONDS, TRIALS, Accounts
from auditor.estate.zone import RunOptions
from auditor.facts.reading import ReachState
from auditor.lab.model import LabZone
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTP, NTLM_HTTPS, lab_host, targets

QUICK = RunOptions(threads=16, deadline_seconds=20, connect_seconds=5)
SECRET = Secret("CONTOSO\\audit", "right")


def _wrong(asked: list[Target]) -> list[Target]:
    return [
        Target(each.fqdn, each.zone, Secret(each.secret.username, "wrong"), each.address)
        for each in asked
    ]


def _states(asked: list[Target]) -> list[ReachState]:
    return [one.reading.reach.state for one in collect(asked, joined_script(), QUICK)]


def _refusals(lab: Lab) -> int:
    return sum(lab.rejected.values())


@pytest.mark.parametrize("zone", [NTLM_HTTP, NTLM_HTTPS, BASIC_HTTPS], ids=lambda zone: zone.name)
def test_a_wrong_password_is_tried_on_two_servers(zone: LabZone) -> None:
    hosts = [lab_host(n, zone) for n in range(12)]
    with running_lab(hosts, StateBackend()) as lab:
        states = _states(_wrong(list(targets(lab))))
        assert sorted(states) == [ReachState.AUTH] * TRIALS + [ReachState.HELD] * (12 - TRIALS)
        assert _refusals(lab) == TRIALS


def test_a_right_password_is_sent_to_all() -> None:
    hosts = [lab_host(n) for n in range(12)]
    with running_lab(hosts, StateBackend()) as lab:
        assert set(_states(list(targets(lab)))) == {ReachState.READ}


def test_once_accepted_an_account_may_be_refused_anywhere() -> None:
    faults = dict.fromkeys(range(1, 8), "password_expired")
    hosts = [lab_host(n, fault=faults.get(n)) for n in range(12)]
    one_by_one = RunOptions(threads=1, deadline_seconds=20, connect_seconds=5)
    with running_lab(hosts, StateBackend()) as lab:
        found = list(collect(list(targets(lab)), joined_script(), one_by_one))
    states = [one.reading.reach.state for one in found]
    assert (states.count(ReachState.AUTH), states.count(ReachState.HELD)) == (7, 0)


def test_servers_that_say_nothing_hold_nobody_up() -> None:
    """They never ask for the account, so they are no trial of it."""
    hosts = [lab_host(n, fault="silent" if n < 8 else None) for n in range(12)]
    options = RunOptions(threads=16, deadline_seconds=4, connect_seconds=1)
    with running_lab(hosts, StateBackend()) as lab:
        found = list(collect(list(targets(lab)), joined_script(), options))
    first = [one.reading.reach.state for one in found[:4]]
    assert first == [ReachState.READ] * 4


def test_another_password_is_another_account() -> None:
    accounts = Accounts()
    guard = Guard(5.0, 1000, connect_seconds=1.0)
    for _ in range(TRIALS):
        trial = accounts.sign_in(SECRET)
        trial.begin(guard)
        trial.end(refused=True)
    with pytest.raises(GuardError) as error:
        accounts.sign_in(SECRET).begin(guard)
    assert error.value.state is ReachState.HELD
    accounts.sign_in(Secret(SECRET.username, "another")).begin(guard)


def test_a_conversation_that_ends_undecided_frees_its_trial() -> None:
    accounts = Accounts()
    guard = Guard(30.0, 1000, connect_seconds=1.0)
    hanging = [accounts.sign_in(SECRET) for _ in range(TRIALS)]
    for each in hanging:
        each.begin(guard)
    begun = threading.Event()

    def wait_for_a_turn() -> None:
        accounts.sign_in(SECRET).begin(guard)
        begun.set()

    waiting = threading.Thread(target=wait_for_a_turn, daemon=True)
    waiting.start()
    assert not begun.is_set()
    hanging[0].end()
    assert begun.wait(5)


def test_a_server_that_cannot_decide_loses_its_trial() -> None:
    now = [0.0]
    accounts = Accounts(clock=lambda: now[0])
    guard = Guard(30.0, 1000, connect_seconds=1.0)
    for _ in range(TRIALS):
        accounts.sign_in(SECRET).begin(guard)
    now[0] = PATIENCE_SECONDS
    accounts.sign_in(SECRET).begin(guard)


@pytest.mark.parametrize("state", [ReachState.DEADLINE, ReachState.CANCELLED])
def test_waiting_for_a_turn_has_the_bounds_of_its_conversation(state: ReachState) -> None:
    accounts = Accounts()
    for _ in range(TRIALS):
        accounts.sign_in(SECRET).begin(Guard(30.0, 1000, connect_seconds=1.0))
    guard = Guard(0.1 if state is ReachState.DEADLINE else 30.0, 1000, connect_seconds=1.0)
    if state is ReachState.CANCELLED:
        guard.cancel()
    with pytest.raises(GuardError) as error:
        accounts.sign_in(SECRET).begin(guard)
    assert error.value.state is state
