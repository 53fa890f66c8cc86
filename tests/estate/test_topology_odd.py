"""Topology documents as they should not be: a note names what is odd, and a plain one has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estate.topology_read import SE, notes_of
from tests.estate.topology_text import (
    CENTRAL,
    Box,
    Document,
    On,
    registrar,
)

ODD: list[tuple[str, Document, str]] = [
    (
        "a role nobody knows",
        Document([Box("1", "x.contoso.com")], [On("HoloServer", "1")]),
        "What x.contoso.com is for is not known: it runs HoloServer.",
    ),
    (
        "a cluster on which nothing runs",
        Document([Box("1", "x.contoso.com")]),
        "What x.contoso.com is for is not known: it runs no service.",
    ),
    (
        "databases beside a role that nobody knows",
        Document([Box("1", "x.contoso.com")], [On("HoloServer", "1"), On("UserStore", "1", "")]),
        "What x.contoso.com is for is not known: it runs HoloServer, UserStore.",
    ),
    (
        "a database server of which set-up is not said",
        Document([Box("1", "x.contoso.com", set_up=None)], [On("UserStore", "1", sql="")]),
        (
            "The topology does not say whether the product is set up on x.contoso.com; "
            "what runs there is sql: it is not audited."
        ),
    ),
    (
        "a machine outside every cluster",
        Document([Box("1", "x.contoso.com")], SE, more='<Machine Fqdn="fe09.contoso.com" />'),
        (
            "The document has <Machine> called fe09.contoso.com in a place that is not "
            "understood: left out."
        ),
    ),
    (
        "a registrar without users at a central site",
        Document([Box("1", "x.contoso.com")], [registrar("1")]),
        "What x.contoso.com is for is not known: it runs Registrar.",
    ),
    (
        "an unknown role where nothing is set up",
        Document([Box("1", "x.contoso.com", set_up="false")], [On("HoloServer", "1")]),
        "x.contoso.com is not audited: nothing is set up there.",
    ),
    (
        "a front end that says nothing is set up",
        Document([Box("1", "x.contoso.com", set_up="false")], SE),
        (
            "The topology says that the product is not set up on x.contoso.com, "
            "but what runs there is standard: it is audited."
        ),
    ),
    (
        "a database server that says the product is set up",
        Document([Box("1", "x.contoso.com")], [On("UserStore", "1", sql="")]),
        (
            "What x.contoso.com is for is not known: it runs UserStore alone, "
            "where the product is set up."
        ),
    ),
    (
        "an office web apps server that says the product is set up",
        Document([Box("1", "x.contoso.com")], [On("WacService", "1")]),
        (
            "The topology says that the product is set up on x.contoso.com, "
            "but what runs there is wac: it is not audited."
        ),
    ),
    (
        "a registrar without users where nothing is set up",
        Document([Box("1", "x.contoso.com", set_up="false")], [registrar("1")]),
        (
            "The topology says that the product is not set up on x.contoso.com, "
            "but what runs there is Registrar: it is audited."
        ),
    ),
    (
        "an Edge Server with users",
        Document([Box("1", "x.contoso.com")], [*SE, On("EdgeServer", "1")]),
        (
            "What x.contoso.com is for is not known: it runs CentralMgmt, EdgeServer, Registrar, "
            "UserServices, UserStore."
        ),
    ),
    (
        "a machine without a name, alone",
        Document([Box("1", "x.contoso.com", ("<Machine />",))], SE),
        "Machine 1 of x.contoso.com has no usable name; it is shown as x.contoso.com.",
    ),
    (
        "a machine without a name, among others",
        Document([Box("1", "x.contoso.com", ("fe01.contoso.com", "<Machine />"))], SE),
        "Machine 2 of x.contoso.com has no usable name; it is shown as unnamed-2.x.contoso.com.",
    ),
    (
        "a machine whose name could be a command",
        Document([Box("1", "x.contoso.com", ("fe01; calc", "fe02.contoso.com"))], SE),
        "Machine 1 of x.contoso.com has no usable name; it is shown as unnamed-1.x.contoso.com.",
    ),
    (
        "a cluster without a name",
        Document([Box("1", "", ("fe01.contoso.com",))], SE),
        "Cluster 1 has no usable name; it is shown as unnamed-pool-1.",
    ),
    (
        "a cluster without machines",
        Document([Box("1", "x.contoso.com", ())], SE),
        "x.contoso.com has no machine of its own.",
    ),
    (
        "a machine twice in a cluster",
        Document([Box("1", "x.contoso.com", ("fe01.contoso.com", "FE01.contoso.com"))], SE),
        (
            "fe01.contoso.com is a machine of x.contoso.com and again of x.contoso.com; "
            "the first counts."
        ),
    ),
    (
        "two clusters of one name",
        Document([Box("1", "x.contoso.com"), Box("2", "X.contoso.com", ("fe02.contoso.com",))], SE),
        "Two clusters are called x.contoso.com; they are taken for one.",
    ),
    (
        "two clusters of one number",
        Document([Box("1", "x.contoso.com"), Box("1", "y.contoso.com")], SE),
        "x.contoso.com and y.contoso.com have the same number, 1-1.",
    ),
    (
        "a cluster of no site",
        Document([Box("1", "x.contoso.com", site="9")], SE),
        "x.contoso.com belongs to no site of the topology.",
    ),
    (
        "two sites of one name",
        Document([Box("1", "x.contoso.com")], SE, CENTRAL + CENTRAL.replace('"1"', '"2"')),
        "Two sites are called Tokyo; the second one is shown with its number.",
    ),
    (
        "two sites of one number",
        Document([Box("1", "x.contoso.com")], SE, CENTRAL + CENTRAL.replace("Tokyo", "Nara")),
        "Sites Tokyo and Nara have the same number, 1.",
    ),
    (
        "a service on no cluster",
        Document([Box("1", "x.contoso.com")], [*SE, On("WebServices", "7")]),
        "Service 1-WebServices-7 is installed on no known cluster. It is shown on missing-pool-2.",
    ),
    (
        "a database on no cluster",
        Document([Box("1", "x.contoso.com")], [*SE, On("ArchivingStore", "7")]),
        "Service 1-ArchivingStore-7 is installed on no known cluster.",
    ),
    (
        "a service without an id",
        Document([Box("1", "x.contoso.com")], SE, more="<Service />"),
        "Service 5 has no usable id.",
    ),
    (
        "two services of one id",
        Document([Box("1", "x.contoso.com")], [*SE, SE[0]]),
        "Two services are called 1-UserServices-1.",
    ),
    (
        "a service of no version",
        Document([Box("1", "x.contoso.com")], [*SE, On("WebServices", "1", version="9" * 5000)]),
        "Service 1-WebServices-1 on x.contoso.com states no version.",
    ),
    (
        "services of several versions",
        Document([Box("1", "x.contoso.com")], [*SE, On("WebServices", "1", version="6")]),
        "Services on x.contoso.com have versions 6, 7; the highest one counts.",
    ),
    (
        "a dependency on nothing",
        Document([Box("1", "x.contoso.com")], [*SE, registrar("1", needs=(("EdgeServer", "5"),))]),
        (
            "Service 1-Registrar-1 (no. 5) depends on 1-EdgeServer-5, "
            "which the topology does not have. It is shown on missing-pool-2."
        ),
    ),
    (
        "a dependency on a database that is not there",
        Document(
            [Box("1", "x.contoso.com")],
            [*SE, registrar("1", needs=(("ArchivingStore", "5"),))],
        ),
        (
            "Service 1-Registrar-1 (no. 5) depends on 1-ArchivingStore-5, "
            "which the topology does not have."
        ),
    ),
    (
        "two pools of one machine",
        Document(
            [Box("1", "x.contoso.com"), Box("2", "med.contoso.com", ("x.contoso.com",))],
            [*SE, On("MediationServer", "2")],
        ),
        "What med.contoso.com and x.contoso.com are for is not known: each claims x.contoso.com.",
    ),
    (
        "an Edge without a next hop",
        Document([Box("1", "x.contoso.com")], [On("EdgeServer", "1")]),
        "x.contoso.com names no next hop.",
    ),
    (
        "Central Management nowhere",
        Document([Box("1", "x.contoso.com")], SE[:-1]),
        "No pool is said to host the Central Management service.",
    ),
    (
        "an element among the machines that nobody knows",
        Document([Box("1", "x.contoso.com", ('<Device Fqdn="fe" />',))], SE),
        "x.contoso.com has an element <Device> called fe, which is not understood.",
    ),
    (
        "names without a domain",
        Document([Box("1", "fe01")], SE),
        "fe01 is named without a domain.",
    ),
]


@pytest.mark.parametrize(("document", "note"), [case[1:] for case in ODD], ids=[c[0] for c in ODD])
def test_what_is_odd_is_named_in_a_note(tmp_path: Path, document: Document, note: str) -> None:
    assert note in notes_of(document, tmp_path)


def test_a_plain_document_leaves_no_note(tmp_path: Path) -> None:
    assert notes_of(Document([Box("1", "x.contoso.com")], SE), tmp_path) == ()
