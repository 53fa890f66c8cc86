"""Every fault of the lab, all at once in one estate, with healthy hosts between them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from auditor.collect.model import Collected
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.collect.sign_in import Accounts
from auditor.estate.zone import RunOptions
from auditor.facts.reading import ReachState
from auditor.lab.faults import FAULTS
from auditor.lab.model import LabHost
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTP, NTLM_HTTPS, PASSWORD, lab_host, targets

OPTIONS = RunOptions(
    threads=128, deadline_seconds=6.0, connect_seconds=2.0, byte_budget=2 * 1024 * 1024
)
SLACK_SECONDS = 2.0

OUTCOMES = {
    "refuse": ReachState.REFUSED,
    "silent": ReachState.DEADLINE,
    "password_expired": ReachState.AUTH,
    "tls_wrong_name": ReachState.TLS,
    "tls_unknown_ca": ReachState.TLS,
    "redirect": ReachState.PROTOCOL,
    "gzip_bomb": ReachState.PROTOCOL,
    "endless_body": ReachState.TOO_LARGE,
    "drip_body": ReachState.DEADLINE,
    "drip_headers": ReachState.DEADLINE,
    "endless_headers": ReachState.PROTOCOL,
    "truncated_body": ReachState.PROTOCOL,
    "html_200": ReachState.PROTOCOL,
    "empty_200": ReachState.PROTOCOL,
    "status_500_html": ReachState.PROTOCOL,
    "status_503": ReachState.PROTOCOL,
    "status_404": ReachState.ENDPOINT,
    "access_denied": ReachState.DENIED,
    "shell_quota": ReachState.QUOTA,
    "quota_then_ok": ReachState.QUOTA,
    "no_endpoint": ReachState.ENDPOINT,
    "hang_create": ReachState.DEADLINE,
    "hang_receive": ReachState.DEADLINE,
    "die_receive": ReachState.UNREACHABLE,
    "timed_out_forever": ReachState.DEADLINE,
    "pool_never_opens": ReachState.DEADLINE,
    "malformed_soap": ReachState.PROTOCOL,
    "wrong_relates_to": ReachState.PROTOCOL,
    "doctype": ReachState.PROTOCOL,
    "entity_bomb": ReachState.PROTOCOL,
    "deep_xml": ReachState.PROTOCOL,
    "endless_output": ReachState.TOO_LARGE,
    "endless_string": ReachState.TOO_LARGE,
    "huge_string": ReachState.TOO_LARGE,
    "verbose_trickle": ReachState.DEADLINE,
    "bad_clixml": ReachState.ANSWER,
    "deep_clixml": ReachState.PROTOCOL,
    "bad_fragment": ReachState.PROTOCOL,
    "script_throws": ReachState.SCRIPT,
    "no_output": ReachState.ANSWER,
    "garbage_answer": ReachState.ANSWER,
    "many_answers": ReachState.ANSWER,
    "wrong_schema": ReachState.ANSWER,
}
ALSO_OVER_NTLM_HTTPS = ("silent", "drip_body", "endless_body", "redirect", "die_receive")
ALSO_OVER_BASIC_HTTPS = ("hang_receive", "tls_unknown_ca", "password_expired", "endless_output")


@dataclass(frozen=True)
class Zoo:
    """What became of each host, the shells that were left, and what went over the wire."""

    hosts: tuple[LabHost, ...]
    collected: dict[str, list[Collected]]
    shells: dict[str, int]


def _hosts() -> tuple[LabHost, ...]:
    kinds = [(name, NTLM_HTTPS if name.startswith("tls") else NTLM_HTTP) for name in FAULTS]
    kinds += [(name, NTLM_HTTPS) for name in ALSO_OVER_NTLM_HTTPS]
    kinds += [(name, BASIC_HTTPS) for name in ALSO_OVER_BASIC_HTTPS]
    sick = [lab_host(n, zone, fault=fault) for n, (fault, zone) in enumerate(kinds)]
    well = [lab_host(900 + n, z) for n, z in enumerate((NTLM_HTTP, NTLM_HTTPS, BASIC_HTTPS))]
    return (*sick, *well)


HOSTS = _hosts()
FIRST = lab_host(990)  # has accepted the account, so that no fault is hidden by its brake


def _named(host: LabHost) -> str:
    return f"{host.fault or 'healthy'}-{host.zone.name}"


every_host = pytest.mark.parametrize("host", HOSTS, ids=_named)


@pytest.fixture(scope="module")
def zoo() -> Zoo:
    collected: dict[str, list[Collected]] = {host.fqdn: [] for host in HOSTS}
    accounts = Accounts()
    with running_lab((FIRST, *HOSTS), StateBackend()) as lab:
        list(collect(targets(lab, [FIRST]), joined_script(), OPTIONS, accounts=accounts))
        asked = targets(lab, HOSTS)
        for one in collect(asked, joined_script(), OPTIONS, accounts=accounts):
            collected[one.reading.fqdn].append(one)
        shells = {host.fqdn: lab.open_shells(host.fqdn) for host in HOSTS}
    return Zoo(HOSTS, collected, shells)


def test_every_fault_has_an_outcome_here() -> None:
    assert set(OUTCOMES) == set(FAULTS)


@every_host
def test_it_ends_once_and_in_a_known_way(zoo: Zoo, host: LabHost) -> None:
    (one,) = zoo.collected[host.fqdn]
    expected = OUTCOMES[host.fault] if host.fault else ReachState.READ
    assert one.reading.reach.state is expected, one.reading.reach
    assert bool(one.reading.families) == (expected is ReachState.READ)


@every_host
def test_it_ends_within_its_deadline(zoo: Zoo, host: LabHost) -> None:
    (one,) = zoo.collected[host.fqdn]
    assert one.reading.started is not None
    assert one.reading.finished is not None
    taken = (one.reading.finished - one.reading.started).total_seconds()
    assert taken < OPTIONS.deadline_seconds + SLACK_SECONDS


@every_host
def test_it_leaves_no_shell_behind(zoo: Zoo, host: LabHost) -> None:
    assert zoo.shells[host.fqdn] == 0


@every_host
def test_it_is_told_in_words_for_people(zoo: Zoo, host: LabHost) -> None:
    (one,) = zoo.collected[host.fqdn]
    reach = one.reading.reach
    assert host.fqdn in reach.sentence
    assert reach.hint or reach.state is ReachState.READ
    assert len(reach.detail) <= 300
    assert PASSWORD not in repr(one)
