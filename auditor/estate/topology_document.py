"""Opens a topology document: text, encoding, XML; everything else is refused with the way out."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from auditor.errors import UsageError

TOPOLOGY = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"
ROLES = "{urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008}"
MAX_BYTES = 64 * 1024 * 1024

_EXPORT = (
    "On a front end, in the Management Shell: "
    "Get-CsTopology -AsXml | Out-File topology.xml -Encoding UTF8"
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")


def read_document(path: Path) -> Element:
    """The root element; UsageError where the file is missing, no XML, or another document."""
    text = _text(path)
    root = _parse(path, text)
    if root.tag == f"{TOPOLOGY}Topology":
        return root
    name = root.tag.rpartition("}")[2][:60]
    if "TopologyBuilder" in root.tag or "WritableTopology" in root.tag:
        raise UsageError(
            "TOPOLOGY-BUILDER-FILE",
            f"{path} is a file of Topology Builder, not the published topology.",
            _EXPORT,
        )
    raise UsageError(
        "TOPOLOGY-WRONG-DOCUMENT",
        f"{path} is XML, but no topology: it begins with <{name}>.",
        _EXPORT,
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            "TOPOLOGY-UNREADABLE", f"{path} cannot be read: {error.strerror}.", _EXPORT
        ) from None
    if len(content) > MAX_BYTES:
        raise UsageError(
            "TOPOLOGY-TOO-LARGE", f"{path} is larger than {MAX_BYTES // 2**20} MiB.", _EXPORT
        )
    if content.startswith(b"PK\x03\x04"):
        raise UsageError(
            "TOPOLOGY-EXPORT-ZIP",
            f"{path} is a zip file, such as Export-CsConfiguration writes.",
            _EXPORT,
        )
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            "TOPOLOGY-NOT-TEXT", f"{path} is neither UTF-8 nor UTF-16 text.", _EXPORT
        ) from None


def _parse(path: Path, text: str) -> Element:
    # Out-File -Encoding UTF8 leaves a declaration that still says utf-16.
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - not for --help
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root: Element = fromstring(_DECLARATION.sub("", text, count=1), forbid_dtd=True)
    except DefusedXmlException:
        raise UsageError(
            "TOPOLOGY-DOCTYPE",
            f"{path} declares a document type or entities, which a topology never does.",
            _EXPORT,
        ) from None
    except (ParseError, ValueError) as error:
        raise UsageError("TOPOLOGY-NOT-XML", f"{path} is not XML: {error}.", _EXPORT) from None
    return root
