"""What waits for what, why, and who says so."""

from __future__ import annotations

import pytest

from auditor.estate.model import PoolKind, Site, SqlBackend
from auditor.plan.model import Plan
from tests.plan.plan_cases import (
    CU,
    KB,
    SCHANNEL,
    SP1,
    UNIDENTIFIED,
    UNREAD,
    VALUE,
    PoolCase,
    ServerCase,
    enterprise,
    front_ends,
    plan_of,
    pool,
    ready,
    short,
    standard,
    the,
    waits,
)

SQL = SqlBackend("sql1.contoso.com", "rtc")
OFFICIAL, PRACTICE, ASSUMED = "official", "practice", "assumed"


def firm(plan: Plan, waiting: str) -> dict[str, tuple[str, str]]:
    """What a step waits for -> how firm that is, and its source."""
    return {name: (wait.order_source, wait.source) for name, wait in waits(plan, waiting).items()}


def edge(**more: object) -> PoolCase:
    return pool("edge1", PoolKind.EDGE, ServerCase("e1", (VALUE,)), **more)


def director(*needs: str, **more: object) -> PoolCase:
    return pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", needs), **more)


ON_ONE_SERVER = [
    ("install-sp1 d1", "drain-server d1", OFFICIAL),
    ("install-kb3140245 d1", "install-sp1 d1", OFFICIAL),
    ("set-default-secure-protocols d1", "install-kb3140245 d1", OFFICIAL),
    ("enable-schannel-tls12 d1", "set-default-secure-protocols d1", PRACTICE),
    ("restart-server d1", "enable-schannel-tls12 d1", PRACTICE),
    ("install-cu d1", "restart-server d1", PRACTICE),
    ("return-server d1", "install-cu d1", OFFICIAL),
    ("verify-pool dir1", "return-server d1", PRACTICE),
    ("drain-server d1", "prepare-pool dir1", OFFICIAL),
    ("prepare-pool dir1", "back-up-configuration Contoso", OFFICIAL),
]


@pytest.mark.parametrize(("waiting", "awaited", "order_source"), ON_ONE_SERVER)
def test_on_one_server(waiting: str, awaited: str, order_source: str) -> None:
    plan = plan_of(director(SP1, KB, VALUE, SCHANNEL, CU))
    found = firm(plan, waiting)
    assert list(found) == [awaited]
    assert found[awaited][0] == order_source


# product -> why the second front end waits for the first
ONE_AFTER_ANOTHER = [
    ("sfb2015", "One front end at a time.", "patch-front-end-2015"),
    ("sfb2019", "One front end at a time.", "patch-front-end-2015"),
    ("lync2013", "One upgrade domain at a time.", "patch-front-end-2013"),
]


@pytest.mark.parametrize(("product", "reason", "source"), ONE_AFTER_ANOTHER)
def test_front_ends_go_one_after_another(product: str, reason: str, source: str) -> None:
    plan = plan_of(enterprise("pool1", *front_ends(3, CU, product=product), backends=(SQL,)))
    (wait,) = waits(plan, "drain-server fe2").values()
    assert firm(plan, "drain-server fe2") == {"return-server fe1": (OFFICIAL, source)}
    assert wait.reason == reason


def test_servers_of_one_upgrade_domain_are_not_together_either() -> None:
    servers = [ServerCase(f"fe{n}", (CU,), product="lync2013", domain="One") for n in (1, 2)]
    plan = plan_of(enterprise("pool1", *servers, backends=(SQL,)))
    assert firm(plan, "drain-server fe2") == {"return-server fe1": (PRACTICE, "practice")}


def test_servers_of_other_pools_go_one_after_another_by_practice() -> None:
    plan = plan_of(
        pool("med1", PoolKind.MEDIATION, ServerCase("m1", (KB,)), ServerCase("m2", (KB,)))
    )
    assert firm(plan, "drain-server m2") == {"return-server m1": (PRACTICE, "practice")}


# front ends, of them unread -> whether the first one may go before those are read
QUORUM = [
    (2, 1, False),
    (3, 1, False),
    (4, 1, True),
    (4, 2, False),
    (5, 1, True),
    (5, 2, False),
    (6, 2, True),
    (6, 3, False),
    (7, 2, True),
    (7, 3, False),
    (8, 2, True),  # 4 of the first 7, and the 3 may all be among them
    (8, 3, False),
    (12, 3, True),
    (12, 4, False),
    (13, 1, False),  # no source has a row for it
]


@pytest.mark.parametrize(("members", "unread", "may_go"), QUORUM)
def test_no_front_end_goes_while_the_quorum_is_in_doubt(
    members: int, unread: int, may_go: bool
) -> None:
    silent = [ServerCase(f"un{number}", (UNREAD,)) for number in range(unread)]
    others = [ServerCase(f"fe{number}", (VALUE,)) for number in range(members - unread)]
    plan = plan_of(enterprise("pool1", *others, *silent))
    waited = [name for name in waits(plan, "check-pool pool1") if name.startswith(UNREAD)]
    assert waited == ([] if may_go else [f"restore-access un{n}" for n in range(unread)])


def test_the_quorum_is_said_in_numbers() -> None:
    plan = plan_of(enterprise("pool1", *front_ends(2, VALUE), ServerCase("fe3", (UNREAD,))))
    wait = waits(plan, "check-pool pool1")["restore-access fe3"]
    assert wait.reason == "Of 3 front ends 2 must run; 1 could not be read and may be down."
    assert (wait.order_source, wait.source) == (OFFICIAL, "front-end-pools")


def test_a_pool_of_two_front_ends_is_warned_of() -> None:
    plan = plan_of(enterprise("pool1", *front_ends(2, VALUE)))
    assert "nothing stands in for the other" in the(plan, "drain-server fe1").impact
    plan = plan_of(enterprise("pool1", *front_ends(3, VALUE)))
    assert "nothing stands in for the other" not in the(plan, "drain-server fe1").impact


def test_a_pool_size_that_no_source_knows_is_noted() -> None:
    plan = plan_of(enterprise("pool1", *front_ends(13, VALUE)))
    assert len(plan.notes) == 1
    assert "how many of 13 front ends must run" in plan.notes[0]
    assert plan_of(enterprise("pool1", *front_ends(13, VALUE, product="sfb2019"))).notes == ()


def test_databases_wait_for_every_server_of_the_pool() -> None:
    plan = plan_of(
        enterprise(
            "pool1",
            *front_ends(2, CU),
            ServerCase("fe3", (UNREAD,)),
            ServerCase("fe4", ("migrate-os",)),
            ready("fe5"),
            ready("fe6"),
            backends=(SQL,),
            hosts_cms=True,
        )
    )
    assert firm(plan, "update-databases sql1") == {
        "return-server fe2": (OFFICIAL, "patch-back-end"),
        "migrate-os fe4": (OFFICIAL, "patch-back-end"),
        "restore-access fe3": (ASSUMED, "inference"),
    }
    assert firm(plan, "update-cms-database sql1") == {
        "update-databases sql1": (ASSUMED, "inference")
    }
    assert list(waits(plan, "verify-pool pool1")) == ["update-cms-database sql1"]


def test_a_shared_sql_server_waits_for_the_binaries_of_all_its_pools() -> None:
    plan = plan_of(
        enterprise("pool1", ServerCase("fe1", (CU,)), backends=(SQL,)),
        enterprise("pool2", ServerCase("fe2", (CU,)), backends=(SQL,)),
    )
    assert firm(plan, "update-databases sql1") == {
        "return-server fe2": (OFFICIAL, "patch-back-end"),
        "return-server fe1": (ASSUMED, "inference"),
    }


def test_a_server_is_not_touched_before_it_is_known_what_it_is() -> None:
    plan = plan_of(
        pool(
            "med1",
            PoolKind.MEDIATION,
            ServerCase("m1", (UNIDENTIFIED, SCHANNEL)),
            ServerCase("m2", (KB,)),
        )
    )
    assert firm(plan, "drain-server m2") == {}
    assert firm(plan, "drain-server m1") == {
        "return-server m2": (PRACTICE, "practice"),
        "identify-product m1": (ASSUMED, "practice"),
    }


def test_an_unread_server_holds_up_no_other() -> None:
    plan = plan_of(
        pool("med1", PoolKind.MEDIATION, ServerCase("m1", (UNREAD,)), ServerCase("m2", (KB,))),
        pool("med2", PoolKind.MEDIATION, ServerCase("m3", (UNREAD,)), edge="edge1"),
        edge(),
    )
    assert waits(plan, "restore-access m1") == {}
    assert waits(plan, "drain-server m2") == {}
    assert waits(plan, "drain-server e1") == {}


class TestPools:
    def test_the_edge_waits_for_its_next_hop_and_for_what_is_behind_it(self) -> None:
        plan = plan_of(
            edge(next_hop="dir1"),
            director(VALUE),
            standard("se1", VALUE, edge="edge1", site="Osaka"),
            standard("se2", VALUE, edge="edge2"),
        )
        assert firm(plan, "drain-server e1") == {
            "verify-pool dir1": (OFFICIAL, "dtls"),
            "verify-pool se1": (OFFICIAL, "dtls"),
        }

    def test_the_edge_waits_for_a_next_hop_that_nobody_could_read(self) -> None:
        plan = plan_of(edge(next_hop="dir1"), director(UNREAD))
        assert firm(plan, "drain-server e1") == {"restore-access d1": (ASSUMED, "dtls")}

    def test_the_edge_does_not_wait_for_a_migration(self) -> None:
        plan = plan_of(edge(next_hop="dir1"), director("migrate-product"))
        assert waits(plan, "drain-server e1") == {}

    def test_an_edge_without_links_waits_for_all_of_its_site(self) -> None:
        plan = plan_of(
            edge(), director(VALUE), standard("se1", VALUE), standard("se2", VALUE, site="Osaka")
        )
        assert firm(plan, "drain-server e1") == {
            "verify-pool dir1": (ASSUMED, "dtls"),
            "verify-pool se1": (ASSUMED, "dtls"),
        }

    def test_tiers_of_one_site_go_inside_out(self) -> None:
        plan = plan_of(
            director(VALUE),
            standard("se1", VALUE),
            standard("se2", VALUE, site="Osaka"),
            pool("med1", PoolKind.MEDIATION, ServerCase("m1", (VALUE,))),
        )
        assert firm(plan, "drain-server d1") == {"verify-pool se1": (OFFICIAL, "dtls")}
        assert firm(plan, "drain-server m1") == {"verify-pool dir1": (OFFICIAL, "dtls")}
        assert waits(plan, "drain-server se2") == {}

    def test_a_branch_belongs_to_its_central_site(self) -> None:
        branch = pool("sba1", PoolKind.SBA, ServerCase("b1", (VALUE,)), site="Sapporo")
        sites = (Site("Tokyo"), Site("Sapporo", central="Tokyo"))
        plan = plan_of(branch, standard("se1", VALUE), sites=sites)
        assert list(waits(plan, "drain-server b1")) == ["verify-pool se1"]
        assert waits(plan_of(branch, standard("se1", VALUE)), "drain-server b1") == {}

    def test_the_pool_with_the_central_management_store_waits_for_the_others(self) -> None:
        plan = plan_of(
            standard("se1", VALUE, hosts_cms=True),
            standard("se2", VALUE, site="Osaka"),
            director(VALUE),
        )
        assert firm(plan, "drain-server se1") == {"verify-pool se2": (ASSUMED, "upgrade-in-place")}
        assert list(waits(plan, "drain-server d1")) == ["verify-pool se1"]

    def test_paired_pools_are_not_worked_on_together(self) -> None:
        plan = plan_of(
            standard("se1", VALUE, paired_with="se2"),
            standard("se2", VALUE, paired_with="se1", site="Yokohama"),
        )
        assert waits(plan, "drain-server se1") == {}
        assert firm(plan, "drain-server se2") == {"verify-pool se1": (PRACTICE, "practice")}

    def test_a_pair_stated_on_one_side_alone_holds_too(self) -> None:
        plan = plan_of(
            standard("se1", VALUE, paired_with="se2"), standard("se2", VALUE, site="Yokohama")
        )
        assert list(waits(plan, "drain-server se2")) == ["verify-pool se1"]

    def test_a_circle_of_next_hops_is_broken_and_noted(self) -> None:
        edges = [
            pool(
                f"edge{n}",
                PoolKind.EDGE,
                ServerCase(f"e{n}", (VALUE,)),
                next_hop=f"edge{n % 3 + 1}",
            )
            for n in (1, 2, 3)
        ]
        plan = plan_of(*edges)
        (note,) = plan.notes
        assert note.startswith("edge1.contoso.com does not wait for edge2.contoso.com, though")
        order = [short(step) for step in plan.steps if step.action == "verify-pool"]
        assert order == ["verify-pool edge1", "verify-pool edge3", "verify-pool edge2"]

    def test_a_pool_that_is_its_own_next_hop_edge_and_partner(self) -> None:
        odd = pool(
            "edge1",
            PoolKind.EDGE,
            ServerCase("e1", (VALUE, UNIDENTIFIED)),
            next_hop="edge1",
            edge="edge1",
            paired_with="edge1",
        )
        assert list(waits(plan_of(odd), "drain-server e1")) == ["identify-product e1"]
