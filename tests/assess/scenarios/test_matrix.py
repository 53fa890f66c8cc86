"""The need matrices with an estate's rows marked."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.assess.model import Readiness
from auditor.assess.scenarios.matrix import Matrices, matrices
from tests import estate_kinds as kinds
from tests.assess.scenarios.weighing_cases import BOOK, EDGE, FRONT, estate
from tests.estate_facts import front_end


def _matrices(
    shell: kinds.Shell, pools: dict[str, Readiness] | None = None, **stated: str
) -> Matrices:
    return matrices(estate(**stated), [front_end(shell)], BOOK, pools)


# accounts are homed, mailboxes are -> whether the row is this estate's, by kind of estate
CLIENTS: dict[str, tuple[kinds.Shell, list[str]]] = {
    "all off": (kinds.ALL_OFF, ["no", "no", "no", "unknown"]),
    "hybrid": (kinds.HYBRID, ["no", "unknown", "no", "unknown"]),
    "Exchange Online": (kinds.EXCHANGE_ONLINE_ONLY, ["no", "no", "yes", "unknown"]),
    "hybrid beside Exchange": (kinds.EXCHANGE_BESIDE, ["no", "yes", "no", "yes"]),
}


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_clients_rows(kind: str) -> None:
    shell, expected = CLIENTS[kind]
    marks = _matrices(shell).clients
    assert [(mark.row.account, mark.row.mailbox) for mark in marks] == [
        ("online", "online"),
        ("online", "on_premises"),
        ("on_premises", "online"),
        ("on_premises", "on_premises"),
    ]
    assert [mark.in_use for mark in marks] == expected


@pytest.mark.parametrize(("shell", "prepare"), [(kinds.FEDERATED, "yes"), (kinds.ALL_OFF, "no")])
def test_the_asterisk_is_federation(shell: kinds.Shell, prepare: str) -> None:
    *others, last = _matrices(shell).clients
    assert {mark.prepare for mark in others} == {"yes"}
    assert last.prepare == prepare


SOON, LATER = date(2018, 10, 31), date(2018, 12, 31)
ALL_READY = {FRONT.fqdn: Readiness.READY, EDGE.fqdn: Readiness.READY}

# readiness of the pools in an audit -> readiness of hybrid's path, pools that are not ready
READY = [
    (ALL_READY, Readiness.READY, []),
    ({**ALL_READY, EDGE.fqdn: Readiness.WORK_NEEDED}, Readiness.WORK_NEEDED, [EDGE.fqdn]),
    ({FRONT.fqdn: Readiness.READY}, Readiness.UNKNOWN, [EDGE.fqdn]),  # not in that audit
    # No Lync server is in it, which is no obstacle; where there is none at all nothing is known.
    ({**ALL_READY, EDGE.fqdn: Readiness.NOT_IN_SCOPE}, Readiness.READY, []),
    (dict.fromkeys(ALL_READY, Readiness.NOT_IN_SCOPE), Readiness.UNKNOWN, []),
    ({}, Readiness.UNKNOWN, [FRONT.fqdn, EDGE.fqdn]),
]


@pytest.mark.parametrize(("pools", "readiness", "unready"), READY)
def test_a_path_is_as_ready_as_its_pools(
    pools: dict[str, Readiness], readiness: Readiness, unready: list[str]
) -> None:
    row = _matrices(kinds.HYBRID, pools).servers[0]
    assert row.entry.key == "hybrid"
    assert row.readiness is readiness
    assert [fqdn for fqdn, _ in row.unready] == unready


# pools that are ready by a waiver, and until when -> until when the path is
WAIVED = [
    ({}, ALL_READY, None),
    ({FRONT.fqdn: LATER}, ALL_READY, LATER),
    ({FRONT.fqdn: LATER, EDGE.fqdn: SOON}, ALL_READY, SOON),
    ({FRONT.fqdn: LATER}, {**ALL_READY, EDGE.fqdn: Readiness.WORK_NEEDED}, None),
    ({"another.contoso.com": SOON}, ALL_READY, None),
]


@pytest.mark.parametrize(("waived", "pools", "until"), WAIVED)
def test_a_path_is_ready_by_a_waiver_if_a_pool_of_it_is(
    waived: dict[str, date], pools: dict[str, Readiness], until: date | None
) -> None:
    row = matrices(estate(), [front_end(kinds.HYBRID)], BOOK, pools, waived).servers[0]
    assert row.by_waiver == until
    assert dict(row.waived) == {fqdn: day for fqdn, day in waived.items() if fqdn in pools}


def test_without_an_audit_nothing_is_ready_or_not() -> None:
    assert {row.readiness for row in _matrices(kinds.HYBRID).servers} == {None}


def test_the_servers_of_a_path() -> None:
    rows = {row.entry.key: row for row in _matrices(kinds.HYBRID).servers}
    assert rows["hybrid"].servers == ("fe01.contoso.com", "edge01.contoso.com")
    assert rows["exchange_oauth"].servers == ("fe01.contoso.com",)
    assert rows["exchange_on_premises"].servers == ()


def test_the_servers_matrix_is_called_a_reconstruction() -> None:
    assert _matrices(kinds.HYBRID).reconstructed
    assert all(entry.reconstructed and entry.basis for entry in BOOK.scenarios.values())


def test_incomplete_is_what_audits_judge_and_nobody_knows() -> None:
    assert not _matrices(kinds.HYBRID).is_incomplete  # Cloud Connector is unknown, and not judged
    refused = matrices(estate(), [front_end(kinds.ALL_OFF, refused=["hosting_providers"])], BOOK)
    assert refused.is_incomplete
    assert not matrices(estate(), [], BOOK).is_incomplete  # nobody looked
