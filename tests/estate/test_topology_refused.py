"""Files that are no topology: refused with a sentence and the command that makes the right one."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import ExitCode, UsageError
from auditor.estate import topology_document
from auditor.estate.topology import read_topology, read_topology_text
from tests.estate.topology_text import BUILDER, NAMESPACE, Box, Document, Saved, whole_estate

COMMAND = "(Get-CsTopology -AsXml) | Out-File topology.xml -Encoding UTF8"
BOMB = (
    '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<Topology xmlns="{NAMESPACE}"><Clusters>&b;</Clusters></Topology>'
)
OUTSIDE = (
    '<!DOCTYPE t [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<Topology xmlns="{NAMESPACE}"><Clusters>&a;</Clusters></Topology>'
)


LISTING = (
    "\r\nInternalDomains : Microsoft.Rtc.Management.Deploy.Internal.InternalDomains\r\n"
    "Sites           : {Tokyo}\r\nClusters        : {1-1, 1-2}\r\n"
)
SCRIPT = f'$topology = @"\r\n{whole_estate()}\r\n"@\r\n$topology | Out-File t.xml\r\n'


def _zip(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, "<DocItemSet />")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "TOPOLOGY-BLANK", "is empty"),
        ("\ufeff \r\n".encode("utf-16"), "TOPOLOGY-BLANK", "is empty"),
        (b"Identity : Site:Tokyo\r\n", "TOPOLOGY-NOT-XML", "is not XML"),
        (LISTING, "TOPOLOGY-LISTING", "without -AsXml"),
        (LISTING.encode("utf-16"), "TOPOLOGY-LISTING", "without -AsXml"),
        (SCRIPT, "TOPOLOGY-SCRIPT", "begins with other text, as a script does"),
        (SCRIPT.encode("utf-16"), "TOPOLOGY-SCRIPT", "begins with other text"),
        ("<!DOCTYPE html><html><body>401</body></html>", "TOPOLOGY-HTML", "a web page"),
        ("\n<!-- saved -->\n<HTML><body>", "TOPOLOGY-HTML", "a web page"),
        (_zip("xl/workbook.xml"), "TOPOLOGY-WORKBOOK", "is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TOPOLOGY-WORKBOOK", "is a workbook"),
        (b"\xff\xfe\x00", "TOPOLOGY-NOT-TEXT", "neither UTF-8 nor UTF-16"),
        ("<Topology Site='M\xfcnchen'/>".encode("cp1252"), "TOPOLOGY-NOT-TEXT", "neither UTF-8"),
        (_zip("DocItemSet.xml"), "TOPOLOGY-EXPORT-ZIP", "Export-CsConfiguration"),
        (f'<TopologyBuilder xmlns="{BUILDER}"/>', "TOPOLOGY-BUILDER-FILE", "no new topology"),
        (str(Saved([])), "TOPOLOGY-EMPTY", "no pool and no server"),
        ('<TopologyBuilder xmlns="urn:x"/>', "TOPOLOGY-WRONG-DOCUMENT", "of another namespace"),
        ('<Objs Version="1.1.0.1"/>', "TOPOLOGY-WRONG-DOCUMENT", "begins with <Objs>"),
        ("<Topology/>", "TOPOLOGY-WRONG-DOCUMENT", "<Topology> of another namespace"),
        ('<Topology xmlns="urn:x"/>', "TOPOLOGY-WRONG-DOCUMENT", "of another namespace"),
        (f'<Topology xmlns="{NAMESPACE}"/>', "TOPOLOGY-EMPTY", "no pool and no server"),
        (str(Document([])), "TOPOLOGY-EMPTY", "no pool and no server"),
        (BOMB, "TOPOLOGY-DOCTYPE", "document type or entities"),
        (OUTSIDE, "TOPOLOGY-DOCTYPE", "document type or entities"),
        (f'<!DOCTYPE Topology><Topology xmlns="{NAMESPACE}"/>', "TOPOLOGY-DOCTYPE", "document"),
    ],
)
def test_other_files_are_refused_with_the_way_out(
    tmp_path: Path, content: str | bytes, code: str, words: str
) -> None:
    path = tmp_path / "t.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        read_topology(path)
    error = caught.value
    assert (error.code, error.exit_code) == (code, ExitCode.USAGE)
    assert str(path) in error.message
    assert words in error.message
    assert COMMAND in error.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xml", tmp_path, Path("a\0b")):
        with pytest.raises(UsageError) as caught:
            read_topology(path)
        assert caught.value.code == "TOPOLOGY-UNREADABLE"


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = whole_estate().written(tmp_path)
    monkeypatch.setattr(topology_document, "MAX_BYTES", path.stat().st_size)
    assert read_topology(path).servers()
    monkeypatch.setattr(topology_document, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(UsageError) as caught:
        read_topology(path)
    assert caught.value.code == "TOPOLOGY-TOO-LARGE"


def test_elements_nested_without_end_are_no_harm(tmp_path: Path) -> None:
    depth = 100_000
    path = tmp_path / "deep.xml"
    path.write_text(
        str(Document([Box("1", "x.contoso.com")], more="<a>" * depth + "</a>" * depth)), "utf-8"
    )
    assert "Service 1 has no usable id." in read_topology(path).notes


def test_a_text_in_memory_is_refused_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as caught:
        read_topology_text("<html>", "fe01.contoso.com")
    assert (caught.value.code, "fe01.contoso.com is a web page" in str(caught.value)) == (
        "TOPOLOGY-HTML",
        True,
    )
    monkeypatch.setattr(topology_document, "MAX_BYTES", 100)
    with pytest.raises(UsageError) as caught:
        read_topology_text(str(whole_estate()), "fe01.contoso.com")
    assert caught.value.code == "TOPOLOGY-TOO-LARGE"


def test_a_text_in_memory_says_where_it_came_from() -> None:
    estate = read_topology_text(f"\ufeff\0{whole_estate()}\r\n", "fe01.contoso.com")
    assert (estate.name, estate.source) == ("contoso.com", "topology of fe01.contoso.com")
    broken = read_topology_text(str(replace(whole_estate(), domain="\ud800")), "fe01.contoso.com")
    assert broken.name == "?"
    assert len(broken.servers()) == 11
