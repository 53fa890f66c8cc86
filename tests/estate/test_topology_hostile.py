"""Documents made to do harm: each is read, or refused with a sentence, in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.estate import topology_document
from auditor.estate.model import Estate
from auditor.estate.topology import read_topology, read_topology_text
from benchmarks.topology_document import published
from benchmarks.topology_document import saved as saved_document
from tests.estate.topology_text import saved, whole_estate

FORMS = {"published": str(whole_estate()), "saved": str(saved(whole_estate()))}
FIFTY_MB = 50 * 10**6
SERVERS = 11
REAL = (
    "JohanVeldhuis_SfBLab_DefaultTopology.xml",
    "SfBAutomatedLab_Contoso.tbxml",
    "ibenbouzid_lab_V3_DefaultTopology_Skype.xml",
    "rlevchenko_DefaultTopology.xml",
)

each_form = pytest.mark.parametrize("form", FORMS)


def _refused(read: Callable[[], Estate]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read()
    assert caught.value.hint
    return caught.value


def _in_services(form: str, more: str) -> str:
    """The document with something after its last service."""
    before, end, after = FORMS[form].rpartition("</Services>")
    return f"{before}{more}{end}{after}"


@each_form
def test_fifty_megabytes_in_one_attribute_are_read(form: str) -> None:
    text = FORMS[form].replace("<Clusters>", f'<Clusters x="{"a" * FIFTY_MB}">', 1)
    estate = read_topology_text(text, "a document")
    assert len(estate.servers()) == SERVERS
    assert max(len(note) for note in estate.notes) < 500


@pytest.mark.parametrize(
    ("form", "padding"),
    [("published", " " * FIFTY_MB), ("saved", f"<!--{'a' * FIFTY_MB}-->")],
    ids=["blanks", "comment"],
)
def test_fifty_megabytes_of_nothing_are_read(form: str, padding: str) -> None:
    assert len(read_topology_text(_in_services(form, padding), "x").servers()) == SERVERS


@pytest.mark.parametrize(
    ("form", "many"),
    [
        ("published", "<a/>"),
        ("saved", '<Machine Fqdn="x.contoso.com"/>'),
        ("published", "<a></a>"),
    ],
)
def test_fifty_megabytes_of_elements_are_refused(form: str, many: str) -> None:
    text = _in_services(form, many * (FIFTY_MB // len(many)))
    error = _refused(lambda: read_topology_text(text, "a document"))
    assert error.code == "TOPOLOGY-TOO-LARGE"
    assert "more than 2,000,000 tags and attributes" in error.message


@pytest.mark.parametrize(("form", "quote"), [("published", "''"), ("saved", '""')])
def test_fifty_megabytes_of_attributes_are_refused(form: str, quote: str) -> None:
    many = " ".join(f"a{number}={quote}" for number in range(4_000_000))
    text = _in_services(form, f"<Service {many}/>")
    assert _refused(lambda: read_topology_text(text, "x")).code == "TOPOLOGY-TOO-LARGE"


@pytest.mark.parametrize("written", [published, saved_document])
def test_no_estate_that_there_can_be_comes_near_the_bound(
    written: Callable[[int], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(written(502))
    monkeypatch.setattr(topology_document, "MAX_MARKUP", topology_document.MAX_MARKUP // 4)
    assert len(read_topology_text(text, "a document").pools) == 502


@each_form
@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE t>",
        '<!DOCTYPE t SYSTEM "http://127.0.0.1:9/t.dtd">',
        '<!DOCTYPE t [<!ENTITY a "x">]>',
        '<!DOCTYPE t [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
        "<!DOCTYPE t [<!ENTITY a0 'ha'>"
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
        + "]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(
    tmp_path: Path, form: str, declared: str, encoding: str
) -> None:
    path = tmp_path / "topology.xml"
    path.write_text(declared + _in_services(form, "&a;"), encoding)
    assert _refused(lambda: read_topology(path)).code == "TOPOLOGY-DOCTYPE"


@each_form
def test_a_hundred_thousand_levels_are_read(form: str) -> None:
    depth = 100_000
    text = _in_services(form, "<Service>" * depth + "</Service>" * depth)
    assert len(read_topology_text(text, "x").servers()) == SERVERS


@each_form
def test_machines_at_a_hundred_thousand_levels_are_noted(form: str) -> None:
    depth = 100_000
    within = '<Machine Fqdn="deep.contoso.com"/>'
    text = _in_services(form, "<Service>" * depth + within + "</Service>" * depth)
    assert "deep.contoso.com" in "".join(read_topology_text(text, "x").notes)


@each_form
def test_another_namespace_is_refused_or_noted(form: str) -> None:
    """Each of the namespaces replaced alone: no machine leaves without a word."""
    text = FORMS[form]
    names = ("Topology.2008", "TopologyBuilder.2008", "WritableTopology.2008", "ServiceRoles.2008")
    for name in names:
        try:
            estate = read_topology_text(text.replace(f"Deploy.{name}", f"Deploy.{name}9"), "x")
        except UsageError:
            continue
        shown = {server.fqdn for pool in estate.pools for server in pool.servers}
        assert "fe02.contoso.com" in shown | set(" ".join(estate.notes).split())


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_a_real_document_cut_off_anywhere_is_refused(
    realdata: Path, tmp_path: Path, name: str
) -> None:
    content = (realdata / "topology" / name).read_bytes()
    end = len(content.rstrip(b"\0\r\n \t"))
    path = tmp_path / name
    for length in [*range(200), *range(200, end - 1, 211), *range(end - 20, end - 1)]:
        path.write_bytes(content[:length])
        error = _refused(lambda: read_topology(path))
        assert error.code in {"TOPOLOGY-NOT-XML", "TOPOLOGY-NOT-TEXT", "TOPOLOGY-BLANK"}, length
