"""What a policy rules out or asks, where something about the server is not known."""

from __future__ import annotations

from dataclasses import replace

from auditor.rulebook import load
from tests.assess.facts_of import LYNC2013, SFBSE, judge, server

DISABLE = load().policies["tls10-disable"]


def test_a_product_that_is_ruled_out_is_so_on_any_windows() -> None:
    build = "5.0.8308.1001"
    reading = server(product=LYNC2013, core=build, front_end=build, without=["os"])
    assert judge(reading, policy=DISABLE.key).finding("SFB-PROD-003").status == "fail"


def test_windows_matters_only_where_one_is_ruled_out() -> None:
    reading = server(without=["os"])
    assert judge(reading, policy=DISABLE.key).finding("SFB-PROD-003").status == "unknown"
    products = replace(DISABLE, excludes=tuple(row for row in DISABLE.excludes if row.product))
    book = replace(load(), policies={DISABLE.key: products})
    judged = judge(reading, policy=DISABLE.key, rulebook=book)
    assert judged.finding("SFB-PROD-003").status == "pass"


def test_a_release_of_dotnet_is_asked_of_the_products_that_the_policy_names() -> None:
    reading = server("2016", "7.0.2046.820", "7.0.2046.820", product=SFBSE)
    judged = judge(reading, policy=DISABLE.key)
    assert judged.finding("SFB-NET-002").status == "not_applicable"
