"""Whose a machine is, what is set up where, and what a document with gaps does not prove."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.estate.model import PoolKind
from auditor.estate.topology import read_topology
from tests.estate.topology_read import SE, notes_of, pools_of
from tests.estate.topology_text import (
    Box,
    Document,
    On,
    Saved,
    registrar,
    saved,
)


def test_a_machine_of_two_clusters_is_audited_whatever_the_order(tmp_path: Path) -> None:
    """A gateway in front of the front end it shares a machine with must not hide it."""
    document = Document(
        [
            Box("5", "sbc.contoso.com", ("x.contoso.com",), set_up="false"),
            Box("1", "x.contoso.com"),
        ],
        [*SE, On("PstnGateway", "5")],
    )
    estate = read_topology(document.written(tmp_path))
    assert [server.pool for server in estate.servers()] == ["x.contoso.com"]
    assert estate.others() == ()
    assert (
        "x.contoso.com is a machine of x.contoso.com and again of sbc.contoso.com; "
        "the first counts." in estate.notes
    )


OTHER = "other.contoso.com"
# What else claims the machine of a pool -> whose it is, and what the two are then
CLAIMS = [
    ("ExternalServer", "x.contoso.com", PoolKind.STANDARD, PoolKind.TRUSTED_APPLICATION),
    ("PstnGateway", "x.contoso.com", PoolKind.STANDARD, PoolKind.GATEWAY),
    ("WacService", "x.contoso.com", PoolKind.STANDARD, PoolKind.WAC),
    ("MediationServer", OTHER, PoolKind.UNKNOWN, PoolKind.UNKNOWN),
    ("UserServices", OTHER, PoolKind.UNKNOWN, PoolKind.UNKNOWN),
    ("EdgeServer", OTHER, PoolKind.UNKNOWN, PoolKind.UNKNOWN),
    ("HoloServer", OTHER, PoolKind.UNKNOWN, PoolKind.UNKNOWN),
    ("UserStore", OTHER, PoolKind.UNKNOWN, PoolKind.UNKNOWN),  # where the product is set up
]


@pytest.mark.parametrize("turned", [False, True], ids=["so", "the other way round"])
@pytest.mark.parametrize(
    ("role", "home", "kind", "other"), CLAIMS, ids=[claim[0] for claim in CLAIMS]
)
def test_whose_machine_it_is_does_not_hang_on_the_order(
    tmp_path: Path, role: str, home: str, kind: PoolKind, other: PoolKind, turned: bool
) -> None:
    boxes = [Box("1", "x.contoso.com"), Box("5", OTHER, ("x.contoso.com",))]
    document = Document(boxes[::-1] if turned else boxes, [*SE, On(role, "5")])
    estate = read_topology(document.written(tmp_path))
    assert {pool.fqdn: pool.kind for pool in estate.pools} == {"x.contoso.com": kind, OTHER: other}
    assert [(server.fqdn, server.pool) for server in estate.servers()] == [("x.contoso.com", home)]


def test_an_application_of_two_pools_is_one_still(tmp_path: Path) -> None:
    boxes = [
        Box("1", "b.contoso.com", ("app.contoso.com",)),
        Box("2", "a.contoso.com", ("app.contoso.com",)),
    ]
    document = Document(boxes, [On("ExternalServer", "1"), On("ExternalServer", "2")])
    estate = read_topology(document.written(tmp_path))
    assert {pool.kind for pool in estate.pools} == {PoolKind.TRUSTED_APPLICATION}
    assert [(s.fqdn, s.pool) for s in estate.servers()] == [("app.contoso.com", "a.contoso.com")]


def test_machines_of_two_clusters_of_one_name_are_kept(tmp_path: Path) -> None:
    boxes = [Box("1", "x.contoso.com", ("fe01",)), Box("2", "X.contoso.com", ("fe02",))]
    pools = pools_of(Document(boxes, SE), tmp_path)
    assert [server.fqdn for server in pools["x.contoso.com"].servers] == ["fe01", "fe02"]


def test_two_clusters_of_one_number_are_both_kept(tmp_path: Path) -> None:
    document = Document([Box("1", "x.contoso.com"), Box("1", "y.contoso.com")], SE)
    estate = read_topology(document.written(tmp_path))
    assert [(server.fqdn, server.pool) for server in estate.servers()] == [
        ("x.contoso.com", "x.contoso.com"),
        ("y.contoso.com", "y.contoso.com"),
    ]


@pytest.mark.parametrize("flag", [None, "maybe", ""])
def test_an_application_pool_of_which_set_up_is_not_said_is_audited(
    tmp_path: Path, flag: str | None
) -> None:
    document = Document([Box("1", "app.contoso.com", set_up=flag)], [On("ExternalServer", "1")])
    assert pools_of(document, tmp_path)["app.contoso.com"].takes_updates


def test_an_application_pool_without_set_up_takes_no_updates(tmp_path: Path) -> None:
    document = Document([Box("1", "app.contoso.com", set_up="false")], [On("ExternalServer", "1")])
    assert not pools_of(document, tmp_path)["app.contoso.com"].takes_updates
    assert "app.contoso.com is not audited: nothing is set up there." in notes_of(
        document, tmp_path
    )


# Roles on a cluster where nothing is set up -> its kind, and whether it is audited all the same
NOT_SET_UP = [
    (("UserServices",), PoolKind.STANDARD, True),
    (("EdgeServer",), PoolKind.EDGE, True),
    (("MediationServer",), PoolKind.MEDIATION, True),
    (("PersistentChatService",), PoolKind.PERSISTENT_CHAT, True),
    (("VideoInteropServer",), PoolKind.VIDEO_INTEROP, True),
    (("Registrar",), PoolKind.UNKNOWN, True),
    (("WebServices",), PoolKind.UNKNOWN, True),
    (("ConfServices",), PoolKind.UNKNOWN, True),
    (("ApplicationServer",), PoolKind.UNKNOWN, True),
    (("CentralMgmt",), PoolKind.UNKNOWN, True),
    (("ManagementServices",), PoolKind.UNKNOWN, True),
    (("HoloServer", "Registrar"), PoolKind.UNKNOWN, True),
    (("ExternalServer", "WebServices"), PoolKind.TRUSTED_APPLICATION, True),
    (("ExternalServer",), PoolKind.TRUSTED_APPLICATION, False),
    (("HoloServer",), PoolKind.UNKNOWN, False),
    ((), PoolKind.UNKNOWN, False),
    (("FileStore",), PoolKind.FILE_STORE, False),
    (("UserStore",), PoolKind.SQL, False),
]


@pytest.mark.parametrize("form", [Document, Saved], ids=["published", "saved"])
@pytest.mark.parametrize(("roles", "kind", "audited"), NOT_SET_UP)
def test_a_role_of_the_product_is_audited_though_nothing_is_said_to_be_set_up(
    tmp_path: Path, form: type[Document], roles: tuple[str, ...], kind: PoolKind, audited: bool
) -> None:
    boxes = [Box("1", "x.contoso.com", set_up="false")]
    document = form(boxes, [On(role, "1") for role in roles])
    pool = pools_of(document, tmp_path)["x.contoso.com"]
    assert (pool.kind, pool.takes_updates) == (kind, audited)


@pytest.mark.parametrize("flag", ["true", "false", None])
@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        (("UserStore",), PoolKind.SQL),
        (("FileStore",), PoolKind.FILE_STORE),
        (("FileStore", "UserStore"), PoolKind.SQL),
    ],
)
def test_stores_do_not_tell_what_is_set_up_beside_them(
    tmp_path: Path, roles: tuple[str, ...], kind: PoolKind, flag: str | None
) -> None:
    document = Document([Box("1", "x.contoso.com", set_up=flag)], [On(r, "1") for r in roles])
    pool = pools_of(document, tmp_path)["x.contoso.com"]
    expected = (PoolKind.UNKNOWN, True) if flag == "true" else (kind, False)
    assert (pool.kind, pool.takes_updates) == expected


# What else a document has, beside a front end -> the kind of which it is certain that none is there
GAPS = [
    ("nothing", [], "", {PoolKind.EDGE, PoolKind.GATEWAY}),
    ("a gateway's service", [On("PstnGateway", "9")], "", {PoolKind.EDGE}),
    ("an Edge service", [On("EdgeServer", "9")], "", {PoolKind.GATEWAY}),
    ("a service of front ends", [On("WebServices", "9")], "", set()),
    ("a service of no role", [], "<Service />", set()),
    ("a database", [On("UserStore", "9", sql="")], "", {PoolKind.EDGE, PoolKind.GATEWAY}),
    ("a machine out of place", [], '<Machine Fqdn="y.contoso.com" />', set()),
]


@pytest.mark.parametrize(
    ("services", "more", "lacking"), [gap[1:] for gap in GAPS], ids=[gap[0] for gap in GAPS]
)
def test_what_has_no_place_in_the_document_proves_no_absence(
    tmp_path: Path, services: list[On], more: str, lacking: set[PoolKind]
) -> None:
    document = Document([Box("1", "x.contoso.com")], [*SE, *services], more=more)
    estate = read_topology(document.written(tmp_path))
    assert {k for k in (PoolKind.EDGE, PoolKind.GATEWAY) if estate.lacks(k)} == lacking


def test_a_saved_file_does_not_say_what_it_lacks(tmp_path: Path) -> None:
    """A reference is a number there: what it led to may be anything."""
    services = [SE[0], registrar("1", needs=(("EdgeServer", "9"),))]
    pools = pools_of(saved(Document([Box("1", "x.contoso.com")], services)), tmp_path)
    assert pools["missing-pool-2"].kind is PoolKind.UNKNOWN
    assert pools["missing-pool-2"].takes_updates


def test_a_missing_edge_pool_keeps_its_links(tmp_path: Path) -> None:
    needs = (("EdgeServer", "9"),)
    edge = On("EdgeServer", "9", needs=(("Registrar", "1"),))
    services = [SE[0], registrar("1", needs=needs), On("MediationServer", "9"), edge]
    pools = pools_of(Document([Box("1", "x.contoso.com")], services), tmp_path)
    assert pools["x.contoso.com"].edge == "missing-pool-2"
    missing = pools["missing-pool-2"]
    assert (missing.kind, missing.servers) == (PoolKind.EDGE, ())
    assert missing.next_hop == "x.contoso.com"
