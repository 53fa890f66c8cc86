"""Where servers go that no update can help: what the policy accepts, and what a source says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditor.rulebook import load
from auditor.rulebook.check import problems
from auditor.rulebook.migration import Migration, migration
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import MigrationTarget, Policy

BOOK = load()
TODAY = date(2026, 11, 27)
SE = "Skype for Business Server Subscription Edition"
SFB2015 = "Skype for Business Server 2015"
ENDED = f"Microsoft's support of {SFB2015} ended on 2025-10-14. Today it supports only {SE}."


def _from(
    product: str | None,
    policy: str | Policy = "office365-tls12",
    today: date = TODAY,
    kind: str = "standard",
    book: Rulebook = BOOK,
) -> Migration:
    chosen = book.policies[policy] if isinstance(policy, str) else policy
    return migration(book, chosen, today, product, kind)


# policy -> what to go to
TARGETS = {
    "office365-tls12": f"{SFB2015} CU6 HF2 (6.0.9319.516) or later",
    "cloud-moves-2022": f"{SFB2015} CU12 (6.0.9319.619) or later",
    "tls10-disable": f"{SFB2015} CU9 (6.0.9319.548) or later",
    "supported-today": SE,
}


@pytest.mark.parametrize(("policy", "target"), TARGETS.items())
def test_the_target_is_in_a_build_that_the_policy_accepts(policy: str, target: str) -> None:
    assert _from("lync2010", policy).target == target
    assert set(TARGETS) == set(BOOK.policies)


def test_what_a_kind_of_pool_needs_is_what_it_goes_to() -> None:
    assert _from("lync2013", "tls10-disable", kind="sba").target == TARGETS["office365-tls12"]


# policy, product, a way that a source names, or "" where none does
WAYS = [
    ("office365-tls12", "lync2013", "in place, every server of the pool, or to new pools"),
    ("office365-tls12", "lync2010", "to new pools to which its users are moved"),
    ("office365-tls12", "ocs2007r2", "to a new environment, or to Lync Server 2013 first"),
    ("supported-today", "sfb2019", "in place, or to new servers"),
    ("supported-today", "sfb2015", "to new servers to which users and services are moved"),
    ("supported-today", "lync2013", ""),
    ("supported-today", "lync2010", ""),
    ("supported-today", "ocs2007r2", ""),
]


@pytest.mark.parametrize(("policy", "product", "way"), WAYS)
def test_a_way_is_told_only_where_a_source_names_one(policy: str, product: str, way: str) -> None:
    told = _from(product, policy)
    unsettled = f"No source here says how to get from {BOOK.products[product].title} to {SE}"
    assert told.how.startswith(
        f"Migrate to {told.target}: {way}" if way else f"Migrate to {told.target}. {unsettled}: "
    )
    of_target = BOOK.policies[policy].target
    assert of_target is not None
    assert ("settle it with Microsoft" in told.how) is (product not in ("sfb2015", "sfb2019"))
    ways = BOOK.products[of_target.product].ways
    assert (product in ways) is bool(way)
    assert not way or set(ways[product].sources) <= set(told.sources)


@pytest.mark.parametrize("policy", ["office365-tls12", "cloud-moves-2022", "tls10-disable"])
def test_that_the_target_is_not_supported_is_told_with_what_is(policy: str) -> None:
    told = _from("lync2010", policy)
    assert ENDED in told.how
    assert {"lifecycle-2015", "se-announcement"} <= set(told.sources)
    on_the_last_day = _from("lync2010", policy, date(2025, 10, 14))
    assert on_the_last_day.target == told.target
    assert "support of" not in on_the_last_day.how
    assert "ended on 2025-10-14" in _from("lync2010", policy, date(2025, 10, 15)).how


def test_that_disabling_tls_1_0_names_no_subscription_edition_is_told_there_alone() -> None:
    words = "Microsoft's page on disabling TLS 1.0 and 1.1 does not mention Subscription Edition."
    assert [key for key in BOOK.policies if words in _from("lync2010", key).how] == [
        "tls10-disable"
    ]


def test_an_appliance_comes_from_its_vendor_or_is_replaced() -> None:
    told = _from("lync2013", kind="sba")
    assert told.how.startswith(f"Ask the vendor of the appliance for {told.target}, or replace it")
    assert "Migrate" not in told.how


def test_a_product_that_is_not_known_has_no_way_and_no_lack_of_one() -> None:
    assert _from(None).how == f"Migrate to {TARGETS['office365-tls12']}. {ENDED}"


def _counting_support(policy: str = "office365-tls12", **differs: object) -> Policy:
    return replace(BOOK.policies[policy], support="fail", **differs)  # type: ignore[arg-type]


def test_where_support_counts_nobody_is_sent_to_what_has_none() -> None:
    """As in a policy of somebody's own that is like the article's, and counts support."""
    policy = _counting_support()
    assert _from("lync2010", policy, date(2025, 10, 14)).target == TARGETS["office365-tls12"]
    told = _from("lync2010", policy, date(2025, 10, 15))
    assert told.target == SE
    assert SFB2015 not in told.how


@pytest.mark.parametrize(
    "policy",
    [
        replace(BOOK.policies["office365-tls12"], target=None),
        _counting_support(target=None),
    ],
)
def test_without_a_target_of_the_policy_it_is_what_is_supported(policy: Policy) -> None:
    assert _from("sfb2015", policy).target == SE


def test_where_nothing_is_supported_nothing_is_named() -> None:
    unsupported = {key: replace(p, support=None) for key, p in BOOK.products.items()}
    book = replace(BOOK, products=unsupported)
    told = _from("lync2010", _counting_support(), book=book)
    assert told.how == "Migrate to a product that the policy accepts."
    told = _from("lync2010", book=book)
    assert told.how.endswith(f"No source here says that Microsoft supports {SFB2015} today.")


# a target -> what is wrong with it
WRONG = [
    (MigrationTarget("sfb2099", ("dtls",)), "there is no product sfb2099 to migrate to"),
    (
        MigrationTarget("lync2013", ("dtls",)),
        "lync2013, its target, can never meet it: name another one",
    ),
    (
        MigrationTarget("ocs2007r2", ("dtls",)),
        "ocs2007r2, its target, can never meet it: name another one",
    ),
    (MigrationTarget("sfb2015", ("inference",)), "its target: stated by nobody"),
    (MigrationTarget("sfb2015", ()), "its target: no source"),
    (MigrationTarget("sfb2015", ("nowhere",)), "its target: nowhere is not known"),
]


@pytest.mark.parametrize(("target", "fault"), WRONG)
def test_a_target_that_cannot_be_is_a_fault(target: MigrationTarget, fault: str) -> None:
    policy = replace(BOOK.policies["tls10-disable"], target=target)
    book = replace(BOOK, policies={**BOOK.policies, policy.key: policy})
    (found,) = problems(book)
    assert fault in found
    assert "tls10-disable" in found


def test_a_way_from_a_product_that_does_not_exist_is_a_fault() -> None:
    product = BOOK.products["sfbse"]
    ways = {**product.ways, "lync2007": product.ways["sfb2015"]}
    book = replace(BOOK, products={**BOOK.products, "sfbse": replace(product, ways=ways)})
    assert problems(book) == [
        "product sfbse, ways: lync2007 is not known; did you mean 'lync2010'?"
    ]
