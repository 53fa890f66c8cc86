"""The shipped procedures: sound, sourced, and what the rules ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources

import pytest

import auditor.assess.rules
from auditor.errors import AuditError
from auditor.estate.model import KINDS_WITHOUT_UPDATES, PoolKind
from auditor.plan.model import OrderSource, TargetKind
from auditor.rulebook import load
from auditor.rulebook.procedures import CommandLine, Procedure, Situation, load_procedures

BOOK = load()
PROCEDURES = load_procedures()
ENTAILED = {"drain-server", "restart-server", "return-server"}
KEYS = {
    "restore-access",
    "identify-product",
    "install-sp1",
    "install-powershell",
    "install-kb3140245",
    "set-default-secure-protocols",
    "enable-schannel-tls12",
    "install-cu",
    "update-sql-server",
    "update-sql-clients",
    "migrate-product",
    "migrate-os",
    "restart-server",
}


def all_lines(procedure: Procedure) -> Iterator[CommandLine]:
    yield from procedure.commands
    for variant in procedure.variants:
        yield from variant.commands or ()


LINES = [
    (procedure.key, line)
    for procedure in PROCEDURES.procedures.values()
    for line in all_lines(procedure)
]


def actions_of_the_rules() -> set[str]:
    """Every literal that a rule gives as one of its `actions`."""
    found = set()
    for file in resources.files(auditor.assess.rules).iterdir():
        if file.name.endswith(".py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "actions":
                    inner = ast.walk(node.value)
                    found |= {one.value for one in inner if isinstance(one, ast.Constant)}
    return {action for action in found if isinstance(action, str)}


def test_every_action_of_a_rule_has_a_procedure() -> None:
    assert actions_of_the_rules() == KEYS
    assert set(PROCEDURES.procedures) >= KEYS


def test_an_action_without_a_procedure_is_said() -> None:
    with pytest.raises(AuditError, match="no procedure 'reboot-everything'"):
        PROCEDURES.procedure("reboot-everything")


def test_every_source_is_known_in_one_place() -> None:
    known = {*BOOK.sources, *PROCEDURES.sources}
    variants = [v for p in PROCEDURES.procedures.values() for v in p.variants]
    cited = {
        PROCEDURES.quorum.source,
        *(procedure.source for procedure in PROCEDURES.procedures.values()),
        *(variant.source for variant in variants if variant.source),
        *(order.source for order in PROCEDURES.orders.values()),
    }
    assert cited <= known
    assert set(PROCEDURES.sources) <= cited
    assert all(source.url.startswith("https://") for source in PROCEDURES.sources.values())
    for key in PROCEDURES.sources.keys() & BOOK.sources.keys():
        assert PROCEDURES.sources[key] == BOOK.sources[key]


def test_every_variant_names_what_there_is() -> None:
    for procedure in PROCEDURES.procedures.values():
        for variant in procedure.variants:
            assert {*variant.products} <= {*BOOK.products}
            assert {*variant.kinds} <= {kind.value for kind in PoolKind}
            assert {*variant.systems} <= {*BOOK.windows}
            assert variant.products or variant.kinds or variant.systems or variant.tag


def test_no_variant_hides_a_later_one() -> None:
    for procedure in PROCEDURES.procedures.values():
        for number, later in enumerate(procedure.variants):
            example = Situation(
                product=next(iter(later.products), None),
                kind=next(iter(later.kinds), ""),
                system=next(iter(later.systems), None),
                tags=frozenset({later.tag} - {""}),
            )
            earlier = procedure.variants[:number]
            assert not any(variant.fits(example) for variant in earlier), procedure.key


def test_orders_are_those_that_the_planner_and_the_file_use() -> None:
    text = "".join(
        file.read_text("utf-8")
        for file in resources.files("auditor.plan").iterdir()
        if file.name.endswith(".py")
    )
    used = set(re.findall(r'"([a-z0-9-]+)"', text))
    for procedure in PROCEDURES.procedures.values():
        assert set(procedure.follows.values()) <= set(PROCEDURES.orders)
        assert set(procedure.follows) - {"*"} <= set(PROCEDURES.procedures)
        used |= set(procedure.follows.values())
    assert set(PROCEDURES.orders) <= used


def test_every_step_of_a_visit_but_the_first_says_why_it_follows() -> None:
    first, *rest = PROCEDURES.sequence
    assert first == "drain-server"
    assert rest[-1] == "return-server"
    assert all("*" in PROCEDURES.procedures[action].follows for action in rest)
    assert KEYS - {"restore-access", "identify-product"} - {"migrate-product", "migrate-os"} <= set(
        PROCEDURES.sequence
    )


def test_words_are_those_of_the_plan() -> None:
    targets = {procedure.target for procedure in PROCEDURES.procedures.values()}
    assert targets <= {kind.value for kind in TargetKind}
    assert {order.order_source for order in PROCEDURES.orders.values()} == {*OrderSource}


def test_every_kind_of_pool_has_a_tier_and_the_edge_the_last() -> None:
    kinds = [kind for tier in PROCEDURES.tiers for kind in tier]
    assert sorted(kinds) == sorted(
        kind.value for kind in PoolKind if kind not in KINDS_WITHOUT_UPDATES
    )
    assert PROCEDURES.tiers[-1] == ("edge",)
    assert PROCEDURES.tier("file_store") == PROCEDURES.tier("unknown")


# front ends -> how many must run (Microsoft's table)
QUORUM = {2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 4, 10: 5, 11: 5, 12: 5}


def test_the_quorum_is_microsofts_table() -> None:
    rows = {number: PROCEDURES.quorum.row(number, "sfb2015") for number in range(14)}
    assert {number: row.running for number, row in rows.items() if row} == QUORUM
    newer = PROCEDURES.quorum.row(16, "sfb2019")
    assert newer is not None
    assert (newer.running, newer.first) == (7, 12)


@pytest.mark.parametrize(("key", "line"), LINES)
def test_placeholders_are_those_that_are_filled(key: str, line: CommandLine) -> None:
    target = PROCEDURES.procedures[key].target
    allowed: dict[str, set[str]] = {
        "server": {"server", "pool"},
        "pool": {"pool"},
        "database": {"pool", "sql", "instance", "updated"},
        "estate": set(),
    }
    words = {"estate": set(), "server": {"build", "migrate"}}.get(
        target, {"build", "having", "behind"}
    )
    if line.text == "{again}":
        assert line.shell == "cmd"
        return
    used = set(re.findall(r"\{([a-z]+)\}", line.text))
    assert used <= allowed[target] | (words if line.shell == "gui" else set())
    assert set(re.findall(r"\{([a-z]+)\}", line.run_on)) <= allowed[target]
    if line.shell != "gui":
        bare = re.sub(r"'[^']*'", "", line.text)
        assert not re.search(r"\{[a-z]+\}", bare), "a name stands outside quotes"


@pytest.mark.parametrize("key", PROCEDURES.procedures)
def test_every_procedure_says_what_users_feel_and_the_way_back(key: str) -> None:
    procedure = PROCEDURES.procedures[key]
    assert procedure.minutes > 0
    assert procedure.commands
    assert all((procedure.title, procedure.impact, procedure.rollback))


WRITES = [line.text for _, line in LINES if "New-ItemProperty" in line.text]


def test_registry_values_are_the_rulebooks() -> None:
    protocols, schannel = BOOK.registry.secure_protocols, BOOK.registry.schannel
    written = {
        re.sub(
            r".*-Path 'HKLM:(.*?)' -Name '(.*?)' -PropertyType DWord -Value (\S+) -Force",
            r"HKLM\1|\2|\3",
            text,
        )
        for text in WRITES
    }
    assert written == {
        *(
            f"{path}|{protocols.name}|0x{protocols.recommended:X}"
            for path in protocols.paths.values()
        ),
        *(f"{schannel.path}\\{side}|Enabled|1" for side in ("Client", "Server")),
        *(f"{schannel.path}\\{side}|DisabledByDefault|0" for side in ("Client", "Server")),
    }


def test_the_recommended_protocols_turn_none_off_and_no_ssl_on() -> None:
    protocols = BOOK.registry.secure_protocols
    assert protocols.recommended == 0x80 | 0x200 | protocols.needed_bit
    assert not any(
        protocols.recommended & bit for bit in (protocols.bits[name] for name in protocols.weak)
    )


def test_a_key_is_made_only_where_it_is_missing() -> None:
    """New-Item -Force on a registry key that is there empties it."""
    for _, line in LINES:
        if "New-Item " in line.text:
            made = re.search(r"New-Item -Path ('[^']+')", line.text)
            assert made
            assert line.text.startswith(
                f"if (-not (Test-Path -LiteralPath {made[1]})) {{ New-Item "
            )


FORBIDDEN = [
    r"Protocols\\(SSL|TLS 1\.[01])\b",
    r"'Enabled'.*-Value 0",
    r"'DisabledByDefault'.*-Value 1",
    r"disable.{0,40}TLS 1\.[01]",
    r"turn.{0,20}off.{0,40}TLS",
    r"TLS 1\.[01].{0,40}(off|disable)",
]


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_nobody_is_told_to_disable_tls_1_0_or_1_1(pattern: str) -> None:
    """On Lync Server 2013 front ends that breaks Windows Fabric; nothing here needs it."""
    text = resources.files("auditor.rulebook").joinpath("procedures.toml").read_text("utf-8")
    assert not re.search(pattern, text.replace("\\\\", "\\"), re.IGNORECASE)
