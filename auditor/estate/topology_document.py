"""Opens a topology document: text, encoding, XML; everything else is refused with the way out."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input

TOPOLOGY = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
ROLES = "{urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008}"
BUILDER = "{urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008}"
WRITABLE = "{urn:schema:Microsoft.Rtc.Management.Deploy.WritableTopology.2008}"
MAX_BYTES = 64 * MIB
# Tags and attributes, by the signs that each has. 500 pools have some 0.4 million; memory is
# spent on these, ten times and more the size of the text.
MAX_MARKUP = 2_000_000

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
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BLANK = "\ufeff \t\r\n\0"
_HTML = re.compile(r"\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
# As PowerShell lists the properties of the object that Get-CsTopology returns.
_LISTING = re.compile(r"^(?:InternalDomains|Sites|Clusters|Machines|Services)\s*:", re.M)
_LOOKED_AT = 65_536


def read_document(path: Path) -> Element:
    """The root element; UsageError where the file is missing, no XML, or another document."""
    return _root(_text(path), str(path))


def read_document_text(text: str, name: str) -> Element:
    """The root element of a text that came from `name`; UsageError as `read_document`."""
    if len(text) > MAX_BYTES:
        raise UsageError(
            "TOPOLOGY-TOO-LARGE",
            f"The topology of {name} is longer than {MAX_BYTES // MIB} million characters.",
            EXPORT,
        )
    return _root(text.encode("utf-8", "replace").decode("utf-8"), name)


def _root(text: str, name: str) -> Element:
    text = text.lstrip(_BLANK)
    if not text.startswith("<"):
        _refuse_text(text, name)
    elif _HTML.match(text[:_LOOKED_AT]):
        raise UsageError("TOPOLOGY-HTML", f"{name} is a web page (HTML), no topology.", EXPORT)
    if text.count("<") + text.count("=") > MAX_MARKUP:
        raise UsageError(
            "TOPOLOGY-TOO-LARGE",
            f"{name} has more than {MAX_MARKUP:,} tags and attributes.",
            EXPORT,
        )
    root = _parse(text, name)
    if root.tag in {f"{TOPOLOGY}Topology", f"{BUILDER}TopologyBuilder"}:
        return root
    local = root.tag.rpartition("}")[2][:60]
    other = " of another namespace" if local in {"Topology", "TopologyBuilder"} else ""
    raise UsageError(
        "TOPOLOGY-WRONG-DOCUMENT",
        f"{name} is XML, but no topology: it begins with <{local}>{other}.",
        EXPORT,
    )


def _refuse_text(text: str, name: str) -> None:
    """UsageError for text of which it can be told how it came about; the parser tells the rest."""
    if not text:
        raise UsageError(
            "TOPOLOGY-BLANK",
            f"{name} is empty: the command that wrote it had nothing to write, or failed.",
            EXPORT,
        )
    if TOPOLOGY[1:-1] in text:
        raise UsageError(
            "TOPOLOGY-SCRIPT",
            f"{name} has a topology in it, but begins with other text, as a script does.",
            EXPORT,
        )
    if len(_LISTING.findall(text[:_LOOKED_AT])) > 1:
        raise UsageError(
            "TOPOLOGY-LISTING",
            f"{name} lists what Get-CsTopology shows without -AsXml; that is not the topology.",
            EXPORT,
        )


def _text(path: Path) -> str:
    content = read_input(path, area="TOPOLOGY", hint=EXPORT, limit=MAX_BYTES)
    if content.startswith(_COMPOUND) or (content.startswith(_ZIP) and b"xl/workbook" in content):
        raise UsageError("TOPOLOGY-WORKBOOK", f"{path} is a workbook, no topology.", EXPORT)
    if content.startswith(_ZIP):
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


def _parse(text: str, name: str) -> Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - not for --help
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        # As text: Out-File -Encoding UTF8 leaves a declaration that still says utf-16.
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise UsageError(
            "TOPOLOGY-DOCTYPE",
            f"{name} declares a document type or entities, which a topology never does.",
            EXPORT,
        ) from None
    except (ParseError, ValueError) as error:
        raise UsageError("TOPOLOGY-NOT-XML", f"{name} is not XML: {error}.", EXPORT) from None
    return root
