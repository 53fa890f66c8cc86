"""Topology documents in the shapes that estates have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.estate.model import InUse, Pool, PoolKind, PoolService, Server, SqlBackend
from auditor.estate.topology import read_topology
from tests.estate.topology_read import SE, notes_of, pools_of
from tests.estate.topology_text import (
    CENTRAL,
    FRONT_END,
    ROLES,
    Box,
    Document,
    On,
    registrar,
    saved,
    whole_estate,
)


@pytest.mark.parametrize(
    ("fqdn", "kind", "takes_updates", "version"),
    [
        ("pool01.contoso.com", PoolKind.ENTERPRISE, True, 7),
        ("sql01.contoso.com", PoolKind.SQL, False, 7),
        ("edgepool.contoso.com", PoolKind.EDGE, True, 7),
        ("med01.contoso.com", PoolKind.MEDIATION, True, 7),
        ("sbc01.contoso.com", PoolKind.GATEWAY, False, 7),
        ("owa01", PoolKind.WAC, False, 7),
        ("contoso.com", PoolKind.FILE_STORE, False, 7),
        ("director.contoso.com", PoolKind.DIRECTOR, True, 7),
        ("se01.contoso.com", PoolKind.STANDARD, True, 7),
        ("chat01.contoso.com", PoolKind.PERSISTENT_CHAT, True, 7),
        ("vis01.contoso.com", PoolKind.VIDEO_INTEROP, True, 7),
        ("app01.contoso.com", PoolKind.TRUSTED_APPLICATION, True, 7),
        ("sba01.contoso.com", PoolKind.SBA, True, 7),
    ],
)
def test_kind_of_a_pool_follows_from_what_runs_there(
    tmp_path: Path, fqdn: str, kind: PoolKind, takes_updates: bool, version: int
) -> None:
    pool = pools_of(whole_estate(), tmp_path)[fqdn]
    assert (pool.kind, pool.takes_updates, pool.service_version) == (kind, takes_updates, version)


def test_whole_estate_in_one_look(tmp_path: Path) -> None:
    estate = read_topology(whole_estate().written(tmp_path))
    assert (estate.name, estate.source) == ("contoso.com", "topology topology.xml")
    assert [(site.name, site.central) for site in estate.sites] == [
        ("Tokyo", None),
        ("Nara", "Tokyo"),
    ]
    assert {scenario.in_use for scenario in estate.scenarios} == {InUse.ASSUMED}
    assert [server.fqdn for server in estate.others()] == [
        "sql01.contoso.com",
        "sbc01.contoso.com",
        "owa01",
        "contoso.com",
    ]
    assert len(estate.servers()) == 11
    assert estate.notes == (
        "owa01 is named without a domain.",
        "Services on se01.contoso.com have versions 6, 7; the highest one counts.",
    )


def test_links_between_pools(tmp_path: Path) -> None:
    pools = pools_of(whole_estate(), tmp_path)
    front_ends = pools["pool01.contoso.com"]
    assert front_ends.edge == "edgepool.contoso.com"
    assert front_ends.next_hop is None
    assert pools["edgepool.contoso.com"].next_hop == "director.contoso.com"
    assert pools["edgepool.contoso.com"].edge is None
    assert pools["med01.contoso.com"].edge == "edgepool.contoso.com"
    assert pools["sba01.contoso.com"].site == "Nara"
    assert [pool.fqdn for pool in pools.values() if pool.hosts_cms] == ["pool01.contoso.com"]


def test_servers_carry_roles_and_domains_in_lower_case_names(tmp_path: Path) -> None:
    first, second = pools_of(whole_estate(), tmp_path)["pool01.contoso.com"].servers
    assert (first.fqdn, first.pool) == ("fe01.contoso.com", "pool01.contoso.com")
    assert first.roles == (*FRONT_END, "Registrar", "CentralMgmt")
    assert (second.upgrade_domain, second.fault_domain) == ("U2", "F2")


def test_databases_of_a_pool(tmp_path: Path) -> None:
    pools = pools_of(whole_estate(), tmp_path)
    assert pools["pool01.contoso.com"].backends == (
        SqlBackend(
            "sql01.contoso.com",
            always_on=True,
            databases=("UserStore",),
            primary_node="node1.contoso.com",
        ),
    )
    assert pools["se01.contoso.com"].backends == (
        SqlBackend("se01.contoso.com", "rtc", collocated=True, databases=("UserStore",)),
    )
    assert pools["chat01.contoso.com"].backends == (
        SqlBackend("sql01.contoso.com", "chat", databases=("PersistentChatStore",)),
    )
    assert pools["sql01.contoso.com"].backends == ()


def test_paired_pools_name_each_other(tmp_path: Path) -> None:
    document = Document(
        boxes=[Box("1", "se01.contoso.com"), Box("2", "se02.contoso.com")],
        services=[
            On("UserServices", "1"),
            registrar("1", needs=(("Registrar", "1"), ("Registrar", "2")), usage="Backup"),
            On("UserServices", "2"),
            registrar("2", needs=(("Registrar", "1"),), usage="Backup"),
        ],
    )
    pools = pools_of(document, tmp_path)
    assert pools["se01.contoso.com"].paired_with == "se02.contoso.com"
    assert pools["se02.contoso.com"].paired_with == "se01.contoso.com"


# Front ends with mirrored databases and an Edge pool for each purpose, and what hangs on them.
LINKED = Document(
    sites='<CentralSite SiteId="1"><Name>Tokyo</Name><FederationRoute>'
    '<ServiceId SiteId="1" RoleName="EdgeServer" Instance="4" /></FederationRoute></CentralSite>',
    boxes=[
        Box("1", "pool01.contoso.com", ("fe01.contoso.com",)),
        Box("2", "sql01.contoso.com", set_up="false"),
        Box("3", "sql02.contoso.com", set_up="false"),
        Box("4", "sip-edge.contoso.com"),
        Box("5", "media-edge.contoso.com"),
        Box("6", "dir.contoso.com"),
        Box("7", "med.contoso.com"),
        Box("8", "sbc.contoso.com", set_up="false"),
        Box("9", "app.contoso.com"),
        Box("10", "vis.contoso.com"),
        Box("11", "files.contoso.com", set_up="false"),
        Box("12", "chat.contoso.com"),
    ],
    services=[
        On(
            "UserServices",
            "1",
            needs=(("UserStore", "2"), ("UserStore", "3", "Mirror"), ("FileStore", "11")),
        ),
        registrar(
            "1",
            needs=(
                ("Registrar", "6"),
                ("EdgeServer", "4"),
                ("MonitoringStore", "2"),
                ("MonitoringStore", "3", "MirrorDatabase"),
                ("ArchivingStore", "3"),
            ),
        ),
        On("ConfServices", "1", needs=(("EdgeServer", "5"),), version="6"),
        On("UserStore", "2", sql="rtc"),
        On("UserStore", "3", sql="rtc"),
        On("MonitoringStore", "2", sql="mon"),
        On("MonitoringStore", "3", sql=""),
        On("ArchivingStore", "3", sql="arc"),
        On("EdgeServer", "4", needs=(("Registrar", "6"),)),
        On("EdgeServer", "5", needs=(("Registrar", "1"),)),
        registrar("6", director=True),
        On("MediationServer", "7", needs=(("Registrar", "1"), ("EdgeServer", "5"))),
        On("PstnGateway", "8", needs=(("MediationServer", "7"),)),
        On("ExternalServer", "9", needs=(("Registrar", "1"),)),
        On("VideoInteropServer", "10", needs=(("Registrar", "1"), ("EdgeServer", "5"))),
        On(
            "FileStore",
            "11",
            extra=f'<FileStoreService xmlns="{ROLES}" ShareName="lync" />',
        ),
        On("PersistentChatService", "12", needs=(("Registrar", "1"), ("FileStore", "11"))),
    ],
)
FORMS = [pytest.param(LINKED, id="published"), pytest.param(saved(LINKED), id="saved")]


@pytest.mark.parametrize("document", FORMS)
def test_what_a_pool_depends_on(tmp_path: Path, document: Document) -> None:
    pools = pools_of(document, tmp_path)
    front_ends = pools["pool01.contoso.com"]
    assert (front_ends.edge, front_ends.media_edge, front_ends.registrar) == (
        "sip-edge.contoso.com",
        "media-edge.contoso.com",
        "dir.contoso.com",
    )
    assert front_ends.file_stores == (r"\\files.contoso.com\lync",)
    assert front_ends.next_hop is None
    assert {name: pool.registrar for name, pool in pools.items() if pool.registrar} == {
        "pool01.contoso.com": "dir.contoso.com",
        "med.contoso.com": "pool01.contoso.com",
        "app.contoso.com": "pool01.contoso.com",
        "vis.contoso.com": "pool01.contoso.com",
        "chat.contoso.com": "pool01.contoso.com",
    }
    assert pools["med.contoso.com"].gateways == ("sbc.contoso.com",)
    assert pools["sip-edge.contoso.com"].next_hop == "dir.contoso.com"


@pytest.mark.parametrize("document", FORMS)
def test_each_instance_with_its_databases_and_its_mirror(
    tmp_path: Path, document: Document
) -> None:
    assert pools_of(document, tmp_path)["pool01.contoso.com"].backends == (
        SqlBackend(
            "sql01.contoso.com", "rtc", databases=("UserStore",), mirror=r"sql02.contoso.com\rtc"
        ),
        SqlBackend(
            "sql01.contoso.com", "mon", databases=("MonitoringStore",), mirror="sql02.contoso.com"
        ),
        SqlBackend("sql02.contoso.com", "arc", databases=("ArchivingStore",)),
    )


@pytest.mark.parametrize("document", FORMS)
def test_services_keep_the_version_that_each_states(tmp_path: Path, document: Document) -> None:
    pool = pools_of(document, tmp_path)["pool01.contoso.com"]
    assert pool.services == (
        PoolService("UserServices", 7),
        PoolService("Registrar", 7),
        PoolService("ConfServices", 6),
    )


def test_a_mirror_without_its_principal_is_a_database(tmp_path: Path) -> None:
    document = Document(
        [Box("1", "x.contoso.com", ("fe.contoso.com",)), Box("2", "sql", set_up="false")],
        [On("UserServices", "1", needs=(("UserStore", "2", "Mirror"),)), On("UserStore", "2", "")],
    )
    backends = pools_of(document, tmp_path)["x.contoso.com"].backends
    assert backends == (SqlBackend("sql", databases=("UserStore",)),)


def test_the_federation_route_of_a_site(tmp_path: Path) -> None:
    estate = read_topology(LINKED.written(tmp_path))
    assert [site.federation_route for site in estate.sites] == ["sip-edge.contoso.com"]
    lost = replace(LINKED, sites=LINKED.sites.replace('"4"', '"99"'))
    estate = read_topology(lost.written(tmp_path))
    assert [site.federation_route for site in estate.sites] == ["missing-pool-13"]
    assert (
        "The federation route of site Tokyo is 1-EdgeServer-99, which the topology does not have. "
        "It is shown on missing-pool-13." in estate.notes
    )


def test_a_branch_depends_on_the_registrar_that_backs_it_up(tmp_path: Path) -> None:
    needs = (("Registrar", "1", "Backup"),)
    document = Document(
        [Box("1", "x.contoso.com"), Box("1", "sba.contoso.com", site="2")],
        [*SE, registrar("1", site="2", needs=needs)],
        CENTRAL + '<RemoteSite SiteId="2" CentralSiteId="1"><Name>Nara</Name></RemoteSite>',
    )
    for form in (document, saved(document)):
        sba = pools_of(form, tmp_path)["sba.contoso.com"]
        assert (sba.kind, sba.registrar, sba.paired_with) == (PoolKind.SBA, "x.contoso.com", None)


def test_both_forms_of_a_document_are_one_estate(tmp_path: Path) -> None:
    published = read_topology(whole_estate().written(tmp_path))
    assert published.is_whole
    kept = read_topology(saved(whole_estate()).written(tmp_path))
    assert kept.sites == published.sites
    assert kept.pools == tuple(
        replace(pool, servers=tuple(_as_saved(server, pool) for server in pool.servers))
        for pool in published.pools
    )
    assert [note for note in kept.notes if "Topology Builder" not in note] == [*published.notes]


def _as_saved(server: Server, pool: Pool) -> Server:
    """The machine of a cluster of one has no domains in Topology Builder's form."""
    if len(pool.servers) > 1 or server.fqdn != pool.fqdn:
        return server
    return replace(server, upgrade_domain=None, fault_domain=None)


PUBLISHED = [
    ("true", "What it says was published then, but may have changed since."),
    ("false", "says that it was not published"),
    ("perhaps", "it may never have been published"),
]


@pytest.mark.parametrize(("word", "note"), PUBLISHED)
def test_a_saved_file_is_never_taken_for_the_published_topology(
    tmp_path: Path, word: str, note: str
) -> None:
    document = saved(Document([Box("1", "x.contoso.com")], SE), published=word)
    estate = read_topology(document.written(tmp_path))
    assert note in estate.notes[0]
    assert not estate.is_whole


def test_a_machine_of_the_old_topology_alone_is_named(tmp_path: Path) -> None:
    before = str(Document([Box("1", "x.contoso.com"), Box("2", "gone", ("old01.contoso.com",))]))
    notes = notes_of(saved(Document([Box("1", "x.contoso.com")], SE), before=before), tmp_path)
    assert [note for note in notes if "left out" in note] == [
        f"The file has <{kind}> called {name} in a place that is not the new topology: left out."
        for kind, name in (("Cluster", "gone"), ("Machine", "old01.contoso.com"))
    ]


def test_a_pool_of_one_front_end_is_enterprise_when_it_has_a_name_of_its_own(
    tmp_path: Path,
) -> None:
    document = Document(
        [Box("1", "pool.contoso.com", ("fe.contoso.com",))], [On("UserServices", "1")]
    )
    assert pools_of(document, tmp_path)["pool.contoso.com"].kind is PoolKind.ENTERPRISE


def test_branch_sites_within_their_central_site(tmp_path: Path) -> None:
    sites = (
        '<CentralSite SiteId="1"><Name>Tokyo</Name><RemoteSites>'
        '<RemoteSite SiteId="2"><Name>Nara</Name></RemoteSite></RemoteSites></CentralSite>'
    )
    document = Document([Box("1", "sba.contoso.com", site="2")], [registrar("1", site="2")], sites)
    estate = read_topology(document.written(tmp_path))
    assert [(site.name, site.central) for site in estate.sites] == [
        ("Tokyo", None),
        ("Nara", "Tokyo"),
    ]
    assert estate.pools[0].kind is PoolKind.SBA


@pytest.mark.parametrize(
    ("encoding", "beginning"),
    [
        ("utf-8", ""),
        ("utf-8-sig", '<?xml version="1.0" encoding="utf-16"?>\r\n'),
        ("utf-8-sig", '\r\n<?xml version="1.0"?>'),
        ("utf-16", '<?xml version="1.0" encoding="utf-16"?>\r\n'),
        ("utf-16-be", '\ufeff<?xml version="1.0" encoding="utf-16"?>\r\n'),
        ("utf-16-le", ""),
        ("utf-16-be", '<?xml version="1.0" encoding="utf-8"?>'),
    ],
)
def test_every_encoding_that_out_file_writes(tmp_path: Path, encoding: str, beginning: str) -> None:
    document = replace(whole_estate(), beginning=beginning, sites=CENTRAL.replace("Tokyo", "東京"))
    text = str(document).replace("><", ">\r\n<")
    path = tmp_path / "topology.xml"
    path.write_bytes(text.encode(encoding))
    estate = read_topology(path)
    assert estate.sites[0].name == "東京"
    assert len(estate.servers()) == 11


def test_words_of_the_document_stay_words(tmp_path: Path) -> None:
    """Control characters and endless names have no place in a report."""
    sites = f'<CentralSite SiteId="1"><Name> To\n\n kyo{"o" * 5000}</Name></CentralSite>'
    estate = read_topology(Document([Box("1", "x.contoso.com")], SE, sites).written(tmp_path))
    assert estate.sites[0].name.startswith("To kyoo")
    assert len(estate.sites[0].name) == 200
