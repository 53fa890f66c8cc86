"""Asking by commands: what goes out, what is made of the objects, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as ET

import pytest
from pypsrp.serializer import Serializer

from auditor.collect.ocs_powershell import OCS
from auditor.collect.runner import collect
from auditor.collect.script import estate_script
from auditor.estate.zone import RunOptions
from auditor.facts.estate.families import ESTATE_FAMILIES, not_available
from auditor.facts.families import BROKEN as BROKEN_ANSWER
from auditor.facts.families import FamilyError
from auditor.facts.reading import ReachState, Reading
from auditor.lab.model import Call, LabHost, ScriptError, ScriptResult
from auditor.lab.script_shell import ScriptCommand, ScriptShell
from auditor.lab.server import running_lab
from auditor.lab.shell import Opening
from auditor.lab.stack import Stack
from tests import estate_kinds as kinds
from tests.estate.topology_text import whole_estate
from tests.estate_facts import front_end, over_the_wire
from tests.front_ends import STATE
from tests.lab_hosts import lab_host, target

Answer = Iterable[bytes] | ScriptError
_OUTPUT = 0x00041004
HOST = lab_host(1)
NOT_FOUND = ScriptError(
    "Der Begriff wurde nicht erkannt.",
    "CommandNotFoundException",
    "ObjectNotFound",
    "CommandNotFoundException",
)
REFUSED = ScriptError("Login failed for user.", "x", "PermissionDenied", "SqlException")


def clixml(value: object) -> bytes:
    element = Serializer().serialize(over_the_wire(value))
    assert element is not None
    return ET.tostring(element)


class Endpoint:
    """A runspace without a language; `answers` by cmdlet, others are not there."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self.calls: list[Call] = []

    def open_shell(self, host: LabHost, opening: Opening) -> ScriptShell:
        return ScriptShell(opening, Stack.of(host.windows), self._answer)

    async def _answer(self, shell: ScriptShell, command: ScriptCommand) -> None:
        (call,) = command.calls
        self.calls.append(call)
        answer = self._answers.get(call.text, NOT_FOUND)
        if isinstance(answer, ScriptError):
            shell.finish(command, ScriptResult(errors=(answer,), failed=True))
            return
        for each in answer:
            shell.put_raw(command, _OUTPUT, each)
        shell.finish(command, ScriptResult())


def read(
    answers: Mapping[str, Answer], families: Sequence[str] | None = None, **options: object
) -> tuple[Reading, list[Call]]:
    endpoint = Endpoint(answers)
    with running_lab([HOST], endpoint) as lab:
        (found,) = collect(
            [target(lab, HOST)],
            estate_script(families),
            RunOptions(threads=1, deadline_seconds=20, **options),  # type: ignore[arg-type]
            None,
            OCS,
        )
    return found.reading, endpoint.calls


def error_of(reading: Reading, family: str) -> FamilyError:
    result = reading.family(family)
    assert result is not None
    assert result.error is not None
    return result.error


SHELL: kinds.Shell = {
    **kinds.HYBRID,
    "Get-CsAllowedDomain": kinds.PARTNERS_ONLY["Get-CsAllowedDomain"],
    "Get-CsBlockedDomain": [],
    "Get-CsOAuthServer": [kinds.TOKEN_SERVICE],
    "Get-CsPartnerApplication": [kinds.EXCHANGE_ONLINE, kinds.EXCHANGE_ON_PREMISES],
    "Get-CsPoolUpgradeReadinessState": [STATE],
    "Get-CsComputer": [{"Fqdn": "fe01.contoso.com", "Pool": "pool01.contoso.com"}],
    "Get-CsSite": [{"Identity": "Site:Tokyo", "DisplayName": "Tokyo"}],
    "Get-CsPool": [{"Fqdn": "pool01.contoso.com", "Services": ["Registrar:x"], "Computers": []}],
    "Get-CsManagementStoreReplicationStatus": [
        {"ReplicaFqdn": "fe01.contoso.com", "UpToDate": True}
    ],
}


def test_the_facts_are_those_of_the_snippets() -> None:
    answers: dict[str, Answer] = {
        cmdlet: [clixml(each) for each in objects] for cmdlet, objects in SHELL.items()
    }
    answers["Get-CsTopology"] = [b"<XD>&lt;Topology /&gt;</XD>"]
    reading, calls = read(answers)
    assert reading.reach.state is ReachState.READ, reading.reach
    assert reading.origin == "ocspowershell"
    assert reading.clock_skew is None, "the endpoint does not tell its clock"
    assert [result.family for result in reading.families] == [f.key for f in ESTATE_FAMILIES]
    expected = front_end(SHELL)
    told = 0
    for result in expected.families:
        if result.facts is not None and result.family != "pool_fabric":
            found = reading.family(result.family)
            assert found is not None
            assert found.facts == result.facts, result.family
            told += 1
    assert told >= 12
    topology = reading.family("topology")
    assert topology is not None
    assert topology.facts is not None
    assert not any(call.is_script for call in calls)
    assert {call.text: dict(call.arguments) for call in calls if call.arguments} == {
        "Get-CsTopology": {"AsXml": True},
        "Get-CsComputer": {"Local": True},
        "Get-CsPoolFabricState": {"PoolFqdn": "pool01.contoso.com"},
    }


def test_a_cmdlet_that_is_not_there_is_not_available() -> None:
    reading, _ = read({}, ["hosting_providers", "topology", "pool_fabric"])
    for result in reading.families:
        assert result.error is not None
        assert not_available(result.error), result
        assert result.error.category == "ObjectNotFound"


def test_a_refusal_is_no_absence_and_takes_no_other_family_with_it() -> None:
    answers: dict[str, Answer] = {
        "Get-CsHostingProvider": REFUSED,
        "Get-CsPublicProvider": [clixml(each) for each in kinds.PUBLIC],
    }
    reading, _ = read(answers, ["hosting_providers", "public_providers"])
    error = error_of(reading, "hosting_providers")
    assert (error.kind, error.message, error.category) == (
        "SqlException",
        "Login failed for user.",
        "PermissionDenied",
    )
    other = reading.family("public_providers")
    assert other is not None
    assert other.error is None


def _provider(identity: bytes) -> bytes:
    return (
        b'<Obj RefId="0"><TN RefId="0"><T>System.Object</T></TN>'
        b'<Props><S N="Identity">' + identity + b"</S></Props></Obj>"
    )


def test_as_many_objects_are_taken_as_the_snippet_takes() -> None:
    reading, _ = read({"Get-CsHostingProvider": [_provider(b"x")] * 30_000}, ["hosting_providers"])
    result = reading.family("hosting_providers")
    assert result is not None
    assert result.facts is not None, result.error
    assert len(result.facts.items) == 500  # type: ignore[attr-defined]
    assert result.facts.truncated  # type: ignore[attr-defined]


def test_a_text_of_megabytes_is_cut() -> None:
    reading, _ = read(
        {"Get-CsHostingProvider": [_provider(b"x" * 2_000_000)]}, ["hosting_providers"]
    )
    result = reading.family("hosting_providers")
    assert result is not None
    assert result.facts is not None
    assert result.facts.items[0].identity == "x" * 500  # type: ignore[attr-defined]


BROKEN = [
    b"<I32>5</I32>",
    b"<Nil />",
    b"<S>a line</S>",
    b'<Obj RefId="0"><LST><S>a</S></LST></Obj>',
    b"<S>no end",
]


@pytest.mark.parametrize("raw", BROKEN)
def test_objects_of_another_kind_are_that_family_s_error(raw: bytes) -> None:
    reading, _ = read({"Get-CsHostingProvider": [raw]}, ["hosting_providers"])
    assert reading.reach.state is ReachState.READ, reading.reach
    error = error_of(reading, "hosting_providers")
    assert error.kind == BROKEN_ANSWER
    assert "text was expected" in error.message


@pytest.mark.parametrize(
    "raw",
    [b"<S>no XML</S>", b"<I32>5</I32>", b"<Nil />", b'<Obj RefId="0"><Props /></Obj>'],
)
def test_a_topology_that_is_none(raw: bytes) -> None:
    reading, _ = read({"Get-CsTopology": [raw]}, ["topology"])
    assert error_of(reading, "topology").kind == BROKEN_ANSWER


HOSTILE = [
    ([b"<S>" + b"<B>true</B>" * 30_000 + b"</S>"], ReachState.TOO_LARGE),
    ([b'<Obj RefId="0"><Props>' * 2000 + b"</Props></Obj>" * 2000], ReachState.PROTOCOL),
    ([b'<Obj RefId="0"><Props><I32 N="x">y</I32></Props></Obj>'], ReachState.PROTOCOL),
    ([b'<Ref RefId="77" />'], ReachState.PROTOCOL),
]


@pytest.mark.parametrize(("raw", "state"), HOSTILE, ids=["wide", "deep", "no number", "no ref"])
def test_hostile_objects_end_that_conversation(raw: list[bytes], state: ReachState) -> None:
    reading, _ = read({"Get-CsHostingProvider": raw}, ["hosting_providers"])
    assert reading.reach.state is state, reading.reach
    assert reading.families == ()


def test_more_than_the_budget() -> None:
    topology = [b"<XD>" + b"&lt;" * 700_000 + b"</XD>"]
    reading, _ = read({"Get-CsTopology": topology}, ["topology"], byte_budget=2**20)
    assert reading.reach.state is ReachState.TOO_LARGE


def test_a_topology_larger_than_an_audit_s_answer() -> None:
    text = str(whole_estate()).replace("</Topology>", f"<!--{'x' * 3_000_000}--></Topology>")
    raw = ET.tostring(Serializer().serialize(text, None))  # type: ignore[arg-type]
    reading, _ = read({"Get-CsTopology": [raw]}, ["topology"])
    result = reading.family("topology")
    assert result is not None
    assert result.facts is not None
    assert result.facts.xml == text  # type: ignore[attr-defined]
