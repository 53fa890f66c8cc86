"""Ids: the manager's cells hang on them, so they are the same on every run, for ever."""

from __future__ import annotations

from auditor.estate.model import SqlBackend
from tests.plan.plan_cases import CU, KB, ServerCase, enterprise, plan_of, short, standard, the

SQL = SqlBackend("sql1.contoso.com", "rtc")


def test_ids_are_those_of_earlier_releases() -> None:
    plan = plan_of(standard("se1", CU))
    assert {short(step): step.id for step in plan.steps} == {
        "back-up-configuration Contoso": "92bef9a444",
        "prepare-pool se1": "5e59d4a2fb",
        "drain-server se1": "f64348534a",
        "install-cu se1": "46baf88f36",
        "return-server se1": "03200edc52",
        "update-databases se1": "e37b097aad",
        "verify-pool se1": "039e43c803",
    }


def test_an_id_depends_on_action_and_target_alone() -> None:
    alone = the(plan_of(standard("se1", CU)), "install-cu se1")
    among_others = the(
        plan_of(standard("se0", CU), standard("se1", KB, CU, site="Osaka")), "install-cu se1"
    )
    assert alone.id == among_others.id
    assert alone.wave != among_others.wave


def test_databases_of_two_pools_on_one_server_are_two_targets() -> None:
    plan = plan_of(
        enterprise("pool1", ServerCase("fe1", (CU,)), hosts_cms=True, backends=(SQL,)),
        enterprise("pool2", ServerCase("fe2", (CU,)), hosts_cms=True, backends=(SQL,)),
    )
    stores = [step.id for step in plan.steps if step.action == "update-cms-database"]
    assert len(set(stores)) == 2
