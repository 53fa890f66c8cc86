"""Each situation and the whole list of its steps, in working order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.assess.model import Status
from auditor.estate.model import CMS_STORE, PoolKind, SqlBackend
from tests.plan.plan_cases import (
    CU,
    KB,
    SCHANNEL,
    SP1,
    SQL_CLIENTS,
    SQL_SERVER,
    UNIDENTIFIED,
    UNREAD,
    VALUE,
    EstateCase,
    PoolCase,
    ServerCase,
    assessment,
    enterprise,
    finding,
    front_ends,
    plan_of,
    planned,
    pool,
    ready,
    short,
    standard,
    waits,
)

SQL = SqlBackend("sql1.contoso.com", "rtc")
OWN_SQL = SqlBackend("se1.contoso.com", "rtc", collocated=True)


def visit(server: str, *actions: str) -> list[str]:
    return [f"{action} {server}" for action in ("drain-server", *actions, "return-server")]


# situation -> pools, steps
SITUATIONS: dict[str, tuple[list[PoolCase], list[str]]] = {
    "nothing demanded, nothing planned": (
        [enterprise("pool1", *front_ends(3)), standard("se1")],
        [],
    ),
    "a Standard Edition server below the update": (
        [standard("se1", CU, product="lync2013")],
        [
            "back-up-configuration Contoso",
            "prepare-pool se1",
            *visit("se1", CU),
            "update-databases se1",
            "verify-pool se1",
        ],
    ),
    "the Central Management store on a Standard Edition server": (
        [standard("se1", CU, hosts_cms=True, backends=(OWN_SQL,))],
        [
            "back-up-configuration Contoso",
            "prepare-pool se1",
            *visit("se1", CU),
            "update-databases se1",
            "update-cms-database se1",
            "verify-pool se1",
        ],
    ),
    "Windows alone: no backup of databases, no database update": (
        [standard("se1", VALUE, KB, SCHANNEL)],
        [*visit("se1", KB, VALUE, SCHANNEL), "verify-pool se1"],
    ),
    "SQL Server and its clients after the update": (
        [pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (SQL_CLIENTS, SQL_SERVER, CU)))],
        [
            "back-up-configuration Contoso",
            "prepare-pool dir1",
            *visit("d1", CU, SQL_SERVER, SQL_CLIENTS),
            "verify-pool dir1",
        ],
    ),
    "SQL Server alone": (
        [pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (SQL_SERVER,)))],
        [*visit("d1", SQL_SERVER), "verify-pool dir1"],
    ),
    "Windows and the update in one visit, restarted between them": (
        [pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (CU, SCHANNEL, VALUE, KB, SP1)))],
        [
            "back-up-configuration Contoso",
            "prepare-pool dir1",
            *visit("d1", SP1, KB, VALUE, SCHANNEL, "restart-server", CU),
            "verify-pool dir1",
        ],
    ),
    "the service pack restarts by itself": (
        [pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (CU, SP1)))],
        [
            "back-up-configuration Contoso",
            "prepare-pool dir1",
            *visit("d1", SP1, CU),
            "verify-pool dir1",
        ],
    ),
    "an Enterprise pool, only those below the update": (
        [
            enterprise(
                "pool1",
                *front_ends(2, CU),
                ready("fe3"),
                ready("fe4"),
                backends=(SQL,),
                hosts_cms=True,
            )
        ],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            "check-pool pool1",
            *visit("fe1", CU),
            *visit("fe2", CU),
            "update-databases sql1",
            "update-cms-database sql1",
            "verify-pool pool1",
        ],
    ),
    "the CMS is updated on the instance that is said to hold it": (
        [
            enterprise(
                "pool1",
                ServerCase("fe1", (CU,)),
                backends=(SQL, SqlBackend("sql9.contoso.com", databases=(CMS_STORE,))),
                hosts_cms=True,
            )
        ],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            *visit("fe1", CU),
            "update-databases sql1",
            "update-databases sql9",
            "update-cms-database sql9",
            "verify-pool pool1",
        ],
    ),
    "upgrade domains in their numbers' order, not their letters'": (
        [
            enterprise(
                "pool1",
                ServerCase("fe1", (VALUE,), domain="UpgradeDomain10"),
                ServerCase("fe2", (VALUE,), domain="UpgradeDomain2"),
                ServerCase("fe3", (VALUE,), domain="UpgradeDomain1"),
            )
        ],
        [
            "check-pool pool1",
            *visit("fe3", VALUE),
            *visit("fe2", VALUE),
            *visit("fe1", VALUE),
            "verify-pool pool1",
        ],
    ),
    "two SQL Servers, the collocated instance left to the machine": (
        [
            enterprise(
                "pool1",
                *front_ends(1, CU),
                backends=(
                    SqlBackend("sql2.contoso.com"),
                    SqlBackend("sql1.contoso.com", "rtc"),
                    SqlBackend("sql1.contoso.com", "mon"),
                    SqlBackend("fe1.contoso.com", "rtclocal", collocated=True),
                ),
            )
        ],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            *visit("fe1", CU),
            "update-databases sql1",
            "update-databases sql2",
            "verify-pool pool1",
        ],
    ),
    "an Enterprise pool whose SQL Server nobody stated": (
        [enterprise("pool1", *front_ends(1, CU))],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            *visit("fe1", CU),
            "update-databases pool1",
            "verify-pool pool1",
        ],
    ),
    "pools that share a SQL Server update it once, with the last of them": (
        [
            enterprise("pool1", *front_ends(1, CU), backends=(SQL,)),
            enterprise("pool2", ServerCase("fe9", (CU,)), backends=(SQL,)),
        ],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            *visit("fe1", CU),
            "verify-pool pool1",
            "prepare-pool pool2",
            *visit("fe9", CU),
            "update-databases sql1",
            "verify-pool pool2",
        ],
    ),
    "nobody could read the server": (
        [pool("med1", PoolKind.MEDIATION, ServerCase("m1", (UNREAD,)))],
        ["restore-access m1"],
    ),
    "first what is unknown, everywhere": (
        [
            standard("se1", CU),
            pool("edge1", PoolKind.EDGE, ServerCase("e1", (UNREAD,))),
            pool("med1", PoolKind.MEDIATION, ServerCase("m1", (UNIDENTIFIED,))),
        ],
        [
            "identify-product m1",
            "restore-access e1",
            "back-up-configuration Contoso",
            "prepare-pool se1",
            *visit("se1", CU),
            "update-databases se1",
            "verify-pool se1",
        ],
    ),
    "a server that no update can mend is migrated, whatever else was found": (
        [standard("se1", CU, KB, UNIDENTIFIED, "migrate-os", "migrate-product")],
        ["migrate-product se1"],
    ),
    "the others of its pool are updated, and then it goes": (
        [
            enterprise(
                "pool1",
                ServerCase("fe1", (CU, "migrate-os")),
                ServerCase("fe2", (CU,)),
                ready("fe3"),
                backends=(SQL,),
            )
        ],
        [
            "back-up-configuration Contoso",
            "prepare-pool pool1",
            "check-pool pool1",
            *visit("fe2", CU),
            "migrate-os fe1",
            "update-databases sql1",
            "verify-pool pool1",
        ],
    ),
    "inside out, and the Central Management store last of the pools with users": (
        [
            pool("edge1", PoolKind.EDGE, ServerCase("e1", (VALUE,)), next_hop="dir1"),
            pool("chat1", PoolKind.PERSISTENT_CHAT, ServerCase("c1", (VALUE,))),
            pool("med1", PoolKind.MEDIATION, ServerCase("m1", (VALUE,))),
            pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (VALUE,))),
            standard("se1", VALUE, hosts_cms=True),
            pool("sba1", PoolKind.SBA, ServerCase("b1", (VALUE,))),
            standard("se2", VALUE),
        ],
        [
            step
            for name, server in [
                ("se2", "se2"),
                ("se1", "se1"),
                ("dir1", "d1"),
                ("med1", "m1"),
                ("chat1", "c1"),
                ("sba1", "b1"),
                ("edge1", "e1"),
            ]
            for step in (*visit(server, VALUE), f"verify-pool {name}")
        ],
    ),
    "an unknown finding without an action is settled by hand": (
        [
            pool(
                "dir1",
                PoolKind.DIRECTOR,
                ServerCase("d1", more=(finding("d1", "SFB-NET-001", Status.UNKNOWN),)),
            )
        ],
        ["settle-unknown d1"],
    ),
    "unknown findings of a server that was not read go with restoring access": (
        [
            pool(
                "dir1",
                PoolKind.DIRECTOR,
                ServerCase("d1", (UNREAD,), more=(finding("d1", "SFB-CU-001", Status.UNKNOWN),)),
            )
        ],
        ["restore-access d1"],
    ),
    "a failing finding without an action is mended by hand, during a visit": (
        [
            pool(
                "dir1",
                PoolKind.DIRECTOR,
                ServerCase("d1", (VALUE,), more=(finding("d1", "SFB-NET-001"),)),
            )
        ],
        [*visit("d1", VALUE, "mend-by-hand"), "verify-pool dir1"],
    ),
    "advice, passes, waivers and what does not count demand nothing": (
        [
            pool(
                "dir1",
                PoolKind.DIRECTOR,
                ServerCase(
                    "d1",
                    more=tuple(
                        finding("d1", rule, status, actions=(KB,), counted=counted)
                        for rule, status, counted in [
                            ("SFB-KB-001", Status.ADVICE, True),
                            ("SFB-CU-001", Status.PASS, True),
                            ("SFB-TLS-001", Status.WAIVED, True),
                            ("SFB-OS-001", Status.NOT_APPLICABLE, True),
                            ("SFB-OS-002", Status.FAIL, False),
                            ("SFB-NET-001", Status.UNKNOWN, False),
                        ]
                    ),
                ),
            )
        ],
        [],
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_steps(situation: str) -> None:
    pools, expected = SITUATIONS[situation]
    plan = plan_of(*pools)
    assert [short(step) for step in plan.steps] == expected
    assert plan.notes == ()


def test_paths_in_use_come_before_the_rest() -> None:
    pools = [standard("se1", VALUE), standard("se2", VALUE), standard("se3", VALUE)]
    plan = plan_of(*pools, in_use=("se3",), assumed=("se2",))
    verified = [short(step) for step in plan.steps if step.action == "verify-pool"]
    assert verified == ["verify-pool se3", "verify-pool se2", "verify-pool se1"]


def test_the_rest_waits_for_paths_in_use_and_says_on_which_ground() -> None:
    pools = [standard("se1", VALUE), standard("se2", VALUE), standard("se3", VALUE)]
    plan = plan_of(*pools, in_use=("se3",), assumed=("se2",))
    for name in ("se1", "se2"):
        wait = waits(plan, f"drain-server {name}")["verify-pool se3"]
        assert wait.order_source == "practice"
        assert "path of a scenario that is in use" in wait.reason
    assert waits(plan, "drain-server se3") == {}


def test_what_a_path_in_use_has_to_wait_for_comes_with_it() -> None:
    """The Edge is in use, its next hop is only behind it; the branch elsewhere can wait."""
    edge = pool("edge1", PoolKind.EDGE, ServerCase("e1", (VALUE,)), next_hop="dir1")
    director = pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", (VALUE,)))
    other = standard("se1", VALUE, site="Osaka")
    plan = plan_of(other, edge, director, in_use=("edge1",))
    verified = [short(step) for step in plan.steps if step.action == "verify-pool"]
    assert verified == ["verify-pool dir1", "verify-pool edge1", "verify-pool se1"]
    assert list(waits(plan, "drain-server se1")) == ["verify-pool edge1"]
    assert waits(plan, "drain-server d1") == {}


def test_where_nothing_is_said_to_be_in_use_nothing_waits_for_that() -> None:
    plan = plan_of(standard("se1", VALUE), standard("se2", VALUE), assumed=("se2",))
    assert waits(plan, "drain-server se1") == {}


def test_a_step_says_what_demands_it_and_what_the_remedy_is() -> None:
    found = finding(
        "d1",
        "SFB-CU-001",
        reason="Core Components 6.0.9319.281 is below 6.0.9319.516.",
        remediation="Install CU6 HF2 (Mar 2018, KB4086059) or later.",
        actions=(CU,),
    )
    plan = plan_of(pool("dir1", PoolKind.DIRECTOR, ServerCase("d1", more=(found,))))
    step = next(step for step in plan.steps if step.action == CU)
    assert step.rules == ("SFB-CU-001",)
    assert step.reason == (
        "SFB-CU-001: Core Components 6.0.9319.281 is below 6.0.9319.516. "
        "Install CU6 HF2 (Mar 2018, KB4086059) or later."
    )


def test_two_findings_share_a_step() -> None:
    plan = plan_of(standard("se1", SCHANNEL))
    (step,) = (step for step in plan.steps if step.action == SCHANNEL)
    assert step.rules == ("SFB-TLS-001", "SFB-TLS-002")


def test_a_step_that_is_only_entailed_says_why_too() -> None:
    plan = plan_of(standard("se1", CU))
    assert all(step.reason for step in plan.steps)
    assert [step.action for step in plan.steps if step.rules] == [CU]


def test_names_that_count_alike_still_have_an_order() -> None:
    one, other = ServerCase("fe1", (VALUE,)), ServerCase("fe01", (VALUE,))
    orders = [
        [step.target for step in plan_of(pool("med1", PoolKind.MEDIATION, *members)).steps]
        for members in ((one, other), (other, one))
    ]
    assert orders[0] == orders[1]


def test_a_finding_about_a_pool_is_one_about_each_of_its_servers() -> None:
    case = EstateCase((pool("med1", PoolKind.MEDIATION, ready("m1"), ready("m2")),))
    found = finding("med1", "SFB-KB-001", actions=(KB,))
    judged = assessment(case)
    judged = replace(judged, pools=(replace(judged.pools[0], findings=(found,)),))
    plan = planned(judged)
    assert [short(step) for step in plan.steps] == [
        *visit("m1", KB),
        *visit("m2", KB),
        "verify-pool med1",
    ]
