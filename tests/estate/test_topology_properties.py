"""Whatever is done to a document: it is refused with a sentence, or each machine is in sight."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.estate.model import Estate, PoolKind
from auditor.estate.topology import read_topology
from tests.estate.topology_text import Box, Document, On, registrar, whole_estate

TEXT = str(whole_estate())
ELEMENTS = sum(1 for _ in ET.fromstring(TEXT).iter())
ATTRIBUTES = sum(len(element.attrib) for element in ET.fromstring(TEXT).iter())

on_disk = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Change = Callable[[ET.Element, int, str], None]


def _attribute(root: ET.Element, number: int) -> tuple[ET.Element, str]:
    places = [(element, key) for element in root.iter() for key in element.attrib]
    return places[number % len(places)]


def remove_attribute(root: ET.Element, number: int, _: str) -> None:
    element, key = _attribute(root, number)
    del element.attrib[key]


def set_attribute(root: ET.Element, number: int, text: str) -> None:
    element, key = _attribute(root, number)
    element.set(key, text)


def remove_element(root: ET.Element, number: int, _: str) -> None:
    parents = [parent for parent in root.iter() for _ in parent]
    children = [child for parent in root.iter() for child in parent]
    parents[number % len(parents)].remove(children[number % len(parents)])


def rename_element(root: ET.Element, number: int, text: str) -> None:
    elements = [element for element in root.iter() if element is not root]
    elements[number % len(elements)].tag = "{urn:other}" + ("x" + text.encode().hex())


def repeat_element(root: ET.Element, number: int, _: str) -> None:
    parents = [parent for parent in root.iter() for _ in parent]
    children = [child for parent in root.iter() for child in parent]
    parents[number % len(parents)].append(children[number % len(parents)])


CHANGES = (remove_attribute, set_attribute, remove_element, rename_element, repeat_element)
XML_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xD7FF, exclude_characters="\x7f"), max_size=12
)


def read_or_refused(path: Path) -> Estate | None:
    try:
        return read_topology(path)
    except UsageError as error:
        refusal = error
    assert refusal.code.startswith("TOPOLOGY-")
    assert refusal.message
    assert refusal.hint
    return None


@on_disk
@given(
    st.lists(
        st.tuples(st.sampled_from(CHANGES), st.integers(0, max(ELEMENTS, ATTRIBUTES)), XML_TEXT),
        min_size=1,
        max_size=4,
    )
)
def test_no_change_loses_a_machine(tmp_path: Path, changes: list[tuple[Change, int, str]]) -> None:
    """Every machine that is still in the document is a server, or a note speaks of it."""
    root = ET.fromstring(TEXT)
    for change, number, text in changes:
        change(root, number, text)
    path = tmp_path / "topology.xml"
    path.write_bytes(ET.tostring(root))
    estate = read_or_refused(path)
    if estate is None:
        return
    namespace = root.tag.rpartition("}")[0] + "}"
    shown = {s.fqdn for pool in estate.pools for s in pool.servers}
    assert len(shown) == sum(len(pool.servers) for pool in estate.pools)
    lost = any(
        machine.tag != f"{namespace}ClusterId"
        and machine.get("Fqdn", "").strip().rstrip(".").lower() not in shown
        for machine in root.iterfind(f"{namespace}Clusters/*/*")
    )
    reasons = ("has no usable name", "again of", "is not understood")
    assert not lost or any(reason in note for reason in reasons for note in estate.notes)
    for pool in estate.pools:
        in_sight = pool.takes_updates or pool.kind is not PoolKind.UNKNOWN
        assert in_sight or any(pool.fqdn in note for note in estate.notes)
        assert pool.servers or any(pool.fqdn in note for note in estate.notes)


@on_disk
@given(st.integers(0, len(TEXT) - 1), st.sampled_from(["utf-8", "utf-16"]))
def test_a_document_that_was_cut_off_is_refused(tmp_path: Path, length: int, encoding: str) -> None:
    path = tmp_path / "topology.xml"
    path.write_bytes(TEXT[:length].encode(encoding))
    with pytest.raises(UsageError) as caught:
        read_topology(path)
    assert caught.value.code == "TOPOLOGY-NOT-XML"


@on_disk
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "topology.xml"
    path.write_bytes(content)
    assert read_or_refused(path) is None


def test_an_estate_of_500_pools_and_3000_machines_is_read_in_time(tmp_path: Path) -> None:
    boxes, services = [], []
    for number in range(1, 501):
        name = str(number)
        machines = tuple(f"fe{i}.p{name}.contoso.com" for i in range(6))
        boxes.append(Box(name, f"p{name}.contoso.com", machines))
        roles = ("UserServices", "WebServices", "ConfServices", "MediationServer")
        services += [On(role, name, needs=(("Registrar", name),)) for role in roles]
        services.append(registrar(name, needs=(("UserServices", name),)))
    path = Document(boxes, services).written(tmp_path)
    begun = time.process_time()
    estate = read_topology(path)
    assert time.process_time() - begun < 3
    assert (len(estate.pools), len(estate.servers())) == (500, 3000)
