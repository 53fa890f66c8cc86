"""Opens a topology document: text, encoding, XML; everything else is refused with the way out."""

from __future__ import annotations

import codecs
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input

TOPOLOGY = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
ROLES = "{urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008}"
MAX_BYTES = 64 * MIB

EXPORT = (
    "On a front end, in the Management Shell: "
    "(Get-CsTopology -AsXml) | Out-File topology.xml -Encoding UTF8"
)
_ENCODINGS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def read_document(path: Path) -> Element:
    """The root element; UsageError where the file is missing, no XML, or another document."""
    root = _parse(path, _text(path))
    if root.tag == f"{TOPOLOGY}Topology":
        return root
    if "TopologyBuilder" in root.tag or "WritableTopology" in root.tag:
        raise UsageError(
            "TOPOLOGY-BUILDER-FILE",
            f"{path} is a file of Topology Builder, which may differ from the published topology.",
            EXPORT,
        )
    name = root.tag.rpartition("}")[2][:60]
    other = " of another namespace" if name == "Topology" else ""
    raise UsageError(
        "TOPOLOGY-WRONG-DOCUMENT",
        f"{path} is XML, but no topology: it begins with <{name}>{other}.",
        EXPORT,
    )


def _text(path: Path) -> str:
    content = read_input(path, area="TOPOLOGY", hint=EXPORT, limit=MAX_BYTES)
    if content.startswith(b"PK\x03\x04"):
        raise UsageError(
            "TOPOLOGY-EXPORT-ZIP",
            f"{path} is a zip file, such as Export-CsConfiguration writes.",
            EXPORT,
        )
    encoding = next((name for start, name in _ENCODINGS if content.startswith(start)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UsageError(
            "TOPOLOGY-NOT-TEXT", f"{path} is neither UTF-8 nor UTF-16 text.", EXPORT
        ) from None


def _parse(path: Path, text: str) -> Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - not for --help
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        # As text: Out-File -Encoding UTF8 leaves a declaration that still says utf-16.
        root: Element = fromstring(text.lstrip("\ufeff \t\r\n"), forbid_dtd=True)
    except DefusedXmlException:
        raise UsageError(
            "TOPOLOGY-DOCTYPE",
            f"{path} declares a document type or entities, which a topology never does.",
            EXPORT,
        ) from None
    except (ParseError, ValueError) as error:
        raise UsageError("TOPOLOGY-NOT-XML", f"{path} is not XML: {error}.", EXPORT) from None
    return root
