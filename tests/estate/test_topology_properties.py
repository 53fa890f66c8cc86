"""Whatever is done to a document: it is refused with a sentence, or each machine is in sight."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.estate.model import Estate, PoolKind
from auditor.estate.names import host_name
from auditor.estate.topology import read_topology, read_topology_text
from benchmarks.topology_document import MACHINES, published
from benchmarks.topology_document import saved as saved_document
from tests.estate.topology_text import saved, whole_estate

REAL = (
    "JohanVeldhuis_SfBLab_DefaultTopology.xml",
    "SfBAutomatedLab_Contoso.tbxml",
    "ibenbouzid_lab_V3_DefaultTopology_Skype.xml",
    "rlevchenko_DefaultTopology.xml",
)
FORMS = {
    "published": str(whole_estate()),
    "saved": str(saved(whole_estate())),
    "saved over another": str(saved(whole_estate(), before=str(whole_estate()))),
}
ROLES = (
    "UserServices",
    "Registrar",
    "UserStore",
    "FileStore",
    "WebServices",
    "ConfServices",
    "MediationServer",
    "EdgeServer",
    "CentralMgmt",
    "CentralMgmtStore",
    "PstnGateway",
    "WacService",
    "ExternalServer",
)

OLD = "{urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008}OldTopology"

often = settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_T = TypeVar("_T")
Change = Callable[[ET.Element, int, str], None]


def _pick(things: Sequence[_T], number: int) -> _T | None:
    """One of them; None where earlier changes left nothing."""
    return things[number % len(things)] if things else None


def _attribute(root: ET.Element, number: int) -> tuple[ET.Element, str] | None:
    return _pick([(element, key) for element in root.iter() for key in element.attrib], number)


def _child(root: ET.Element, number: int) -> tuple[ET.Element, ET.Element] | None:
    """An element with its parent."""
    return _pick([(parent, child) for parent in root.iter() for child in parent], number)


def remove_attribute(root: ET.Element, number: int, _: str) -> None:
    if found := _attribute(root, number):
        element, key = found
        del element.attrib[key]


def set_attribute(root: ET.Element, number: int, text: str) -> None:
    if found := _attribute(root, number):
        element, key = found
        element.set(key, text)


def remove_element(root: ET.Element, number: int, _: str) -> None:
    if found := _child(root, number):
        parent, child = found
        parent.remove(child)


def rename_element(root: ET.Element, number: int, text: str) -> None:
    if found := _child(root, number):
        found[1].tag = "{urn:other}" + ("x" + text.encode().hex())


def repeat_element(root: ET.Element, number: int, _: str) -> None:
    if found := _child(root, number):
        parent, child = found
        parent.append(child)


def move_element(root: ET.Element, number: int, text: str) -> None:
    """To an end of another part of the document."""
    if found := _child(root, number):
        parent, child = found
        within = set(child.iter())
        homes = [element for element in root.iter() if element not in within]
        parent.remove(child)
        homes[len(text) * 7919 % len(homes)].append(child)


def change_namespace(root: ET.Element, number: int, _: str) -> None:
    element = list(root.iter())[number % len(list(root.iter()))]
    for one in element.iter():
        one.tag = "{urn:schema:another}" + str(one.tag).rpartition("}")[2]


def swap_role(root: ET.Element, number: int, text: str) -> None:
    named = [element for element in root.iter() if "RoleName" in element.attrib]
    if named:
        named[number % len(named)].set("RoleName", ROLES[len(text) % len(ROLES)])


def deny_set_up(root: ET.Element, number: int, text: str) -> None:
    clusters = [element for element in root.iter() if "RequiresSetup" in element.attrib]
    if clusters:
        for key in ("RequiresSetup", "RequiresReplication"):
            clusters[number % len(clusters)].set(key, text or "false")


CHANGES = (
    remove_attribute,
    set_attribute,
    remove_element,
    rename_element,
    repeat_element,
    move_element,
    change_namespace,
    swap_role,
    deny_set_up,
)
XML_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xD7FF, exclude_characters="\x7f"), max_size=12
)
SEVERAL_CHANGES = st.lists(
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 100_000), XML_TEXT), min_size=1, max_size=4
)


def read_or_refused(text: str) -> Estate | None:
    try:
        return read_topology_text(text, "a document")
    except UsageError as error:
        refusal = error
    assert refusal.code.startswith("TOPOLOGY-")
    assert refusal.message
    assert refusal.hint
    return None


def _holds(text: str, changes: list[tuple[Change, int, str]]) -> None:
    """Every machine that is still in the document is a server, or a note speaks of it.

    And a pool that took updates still does, or the document says that nothing is set up there
    and the picture names it, or a note does.
    """
    root = ET.fromstring(text)
    machines = [e for e in root.iter() if str(e.tag).endswith("}Machine")]
    for change, number, words in changes:
        change(root, number, words)
    estate = read_or_refused(ET.tostring(root, encoding="unicode"))
    if estate is None:
        return
    notes = "\n".join(estate.notes).lower()
    shown = [server.fqdn for pool in estate.pools for server in pool.servers]
    assert len(shown) == len(set(shown))
    left = set(root.iter())
    for machine in machines:
        if machine in left:
            written = " ".join(machine.get("Fqdn", "").lower().split())
            name = host_name(machine.get("Fqdn"))
            assert (
                name in shown
                or (written and written in notes)
                or (name is None and _is_nameless_and_known(machine, root, shown, notes))
            )
    denied = {host_name(name) for name in _denied(root)}
    for pool in estate.pools:
        assert pool.servers or pool.fqdn in notes
        assert pool.takes_updates or pool.fqdn in notes or pool.fqdn in denied
        assert pool.takes_updates or pool.kind is not PoolKind.UNKNOWN or pool.fqdn in notes


def _is_nameless_and_known(
    machine: ET.Element, root: ET.Element, shown: list[str], notes: str
) -> bool:
    """It is noted, or was of the old topology, or of a cluster of one that Topology Builder has."""
    if any(machine in old.iter() for old in root.iter(OLD)):
        return True
    if "has no usable name" in notes or "<machine>" in notes or "is not understood" in notes:
        return True
    clusters = [e for e in root.iter() for inner in e if machine in list(inner)]
    return any(host_name(cluster.get("Fqdn")) in shown for cluster in clusters)


def _denied(root: ET.Element) -> Iterator[str | None]:
    """Names of clusters of which the document says that nothing is set up there."""
    for element in root.iter():
        flags = {element.get("RequiresSetup"), element.get("RequiresReplication")}
        if {flag and flag.strip().lower() for flag in flags} <= {"false", "0"}:
            yield element.get("Fqdn")


@pytest.mark.parametrize("change", CHANGES)
def test_a_document_that_lost_everything_has_but_its_namespace_to_lose(change: Change) -> None:
    lost = ET.Element("{urn:x}Topology")
    change(lost, 7, "text")
    namespace = "urn:schema:another" if change is change_namespace else "urn:x"
    assert ET.tostring(lost) == ET.tostring(ET.Element(f"{{{namespace}}}Topology"))


@pytest.mark.parametrize("form", FORMS)
@often
@given(SEVERAL_CHANGES)
def test_no_change_loses_a_machine(form: str, changes: list[tuple[Change, int, str]]) -> None:
    _holds(FORMS[form], changes)


@dataclass(frozen=True)
class _Texts:
    folder: Path

    def __getitem__(self, name: str) -> str:
        content = (self.folder / name).read_bytes()
        return content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig")


@pytest.fixture(scope="module")
def texts(realdata: Path) -> _Texts:
    return _Texts(realdata / "topology")


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
@often
@given(SEVERAL_CHANGES)
def test_no_change_loses_a_machine_of_the_field(
    texts: _Texts, name: str, changes: list[tuple[Change, int, str]]
) -> None:
    _holds(texts[name].partition("?>")[2] or texts[name], changes)


@pytest.mark.parametrize("form", FORMS)
@often
@given(st.data(), st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
def test_a_document_that_was_cut_off_is_refused(
    tmp_path: Path, form: str, data: st.DataObject, encoding: str
) -> None:
    content = FORMS[form].encode(encoding)
    path = tmp_path / "topology.xml"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 2))])
    with pytest.raises(UsageError) as caught:
        read_topology(path)
    assert caught.value.code in {"TOPOLOGY-NOT-XML", "TOPOLOGY-NOT-TEXT", "TOPOLOGY-BLANK"}


@often
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "topology.xml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_topology(path)
    assert caught.value.code.startswith("TOPOLOGY-")


@pytest.mark.parametrize("form", FORMS)
def test_values_without_end_are_cut(form: str) -> None:
    """A megabyte in any one attribute ends as one line of 200 characters, or as no name."""
    text = FORMS[form]
    root = ET.fromstring(text)
    places = [(element, key) for element in root.iter() for key in element.attrib]
    seen: set[tuple[str, str]] = set()
    for element, key in places:
        if (str(element.tag), key) in seen:
            continue
        seen.add((str(element.tag), key))
        kept = element.get(key) or ""
        element.set(key, "x" * 1_000_000)
        estate = read_or_refused(ET.tostring(root, encoding="unicode"))
        element.set(key, kept)
        assert estate is not None
        assert max(len(note) for note in estate.notes) < 2_000
        assert max(len(server.fqdn) for server in estate.servers()) <= 253


@pytest.mark.parametrize("written", [published, saved_document])
def test_each_pool_of_a_large_estate_costs_what_one_of_a_small_estate_does(
    written: Callable[[int], Iterator[str]],
) -> None:
    small, large = (_seconds_for_each("".join(written(pools)), pools) for pools in (30, 300))
    assert large < 3 * small


def _seconds_for_each(text: str, pools: int) -> float:
    taken = []
    for _ in range(2):
        begun = time.process_time()
        estate = read_topology_text(text, "a document")
        taken.append(time.process_time() - begun)
        assert len(estate.pools) == pools
        assert len(estate.servers()) == (pools - 2) * MACHINES + 2
    return min(taken) / pools
