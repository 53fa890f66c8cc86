"""WSMan messages: what a request asks for, and responses and faults in the shape of Windows."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
POWERSHELL = "http://schemas.microsoft.com/powershell/"
_S = "{http://www.w3.org/2003/05/soap-envelope}"
_A = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
_W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
RSP = f"{{{SHELL}}}"
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_DURATION = re.compile(r"PT(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


@dataclass(frozen=True, slots=True)
class Message:
    """A request as far as a WinRM service looks at it. `timeout` is in seconds."""

    action: str
    message_id: str
    resource: str
    to: str
    shell_id: str
    timeout: float
    body: Element


@dataclass(frozen=True, slots=True)
class Fault(Exception):  # noqa: N818 - WSMan calls it so
    """A WSMan fault: its number, SOAP codes, the text of Windows, and an optional detail URI."""

    number: int
    text: str
    code: str = "s:Receiver"
    subcode: str = "w:InternalError"
    detail: str = ""


TIMED_OUT = Fault(
    2150858793,
    "The WS-Management service cannot complete the operation within the time specified in "
    "OperationTimeout.  ",
    subcode="w:TimedOut",
)
ACCESS_DENIED = Fault(5, "Access is denied. ", code="s:Sender", subcode="w:AccessDenied")
NO_COMMAND = Fault(
    2150858843,
    "The Windows Remote Shell received a request to perform an operation on a command identifier "
    "that does not exist. Either the command has completed execution or the client specified an "
    "invalid command identifier. ",
    code="s:Sender",
    subcode="w:InvalidSelectors",
    detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors",
)


def no_shell(shell_id: str) -> Fault:
    return Fault(
        2150858843,
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the "
        "shell was not found on the server. Possible causes are: the specified ShellId is "
        "incorrect or the shell no longer exists on the server. Provide the correct ShellId or "
        "create a new shell and retry the operation. ",
        code="s:Sender",
        subcode="w:InvalidSelectors",
        detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors",
    )


def no_resource(uri: str) -> Fault:
    return Fault(
        2150858811,
        f"The WS-Management service cannot process the request. The resource URI ({uri}) was not "
        "found in the WS-Management catalog. The catalog contains the metadata that describes "
        "resources, or logical endpoints. ",
        code="s:Sender",
        subcode="a:DestinationUnreachable",
        detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI",
    )


def too_many_shells(limit: int) -> Fault:
    return Fault(
        2150859173,
        "The WS-Management service cannot process the request. This user is allowed a maximum "
        f"number of {limit} concurrent shells, which has been exceeded. Close existing shells or "
        "raise the quota for this user. ",
        subcode="w:QuotaLimit",
    )


def read_message(content: bytes) -> Message:
    """A request's envelope; ValueError for anything else."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("no SOAP message") from error
    header, body = root.find(f"{_S}Header"), root.find(f"{_S}Body")
    if header is None or body is None:
        raise ValueError("no SOAP message")
    selector = header.find(f"{_W}SelectorSet/{_W}Selector[@Name='ShellId']")
    return Message(
        action=header.findtext(f"{_A}Action", ""),
        message_id=header.findtext(f"{_A}MessageID", ""),
        resource=header.findtext(f"{_W}ResourceURI", ""),
        to=header.findtext(f"{_A}To", ""),
        shell_id="" if selector is None else (selector.text or "").upper(),
        timeout=_seconds(header.findtext(f"{_W}OperationTimeout", "")),
        body=body,
    )


def _seconds(duration: str) -> float:
    match = _DURATION.fullmatch(duration)
    if match is None:
        return 60.0
    return 60 * float(match[1] or 0) + float(match[2] or 0)


def envelope(action: str, relates_to: str, body: str) -> bytes:
    """A response in the namespaces and the order of elements that Windows uses."""
    return (
        '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        f'xmlns:x="{TRANSFER}" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
        f'xmlns:rsp="{SHELL}" '
        'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>uuid:{_new_id()}</a:MessageID>"
        f"<p:ActivityId>{_new_id()}</p:ActivityId><a:To>{_ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault_envelope(fault: Fault, relates_to: str, machine: str) -> bytes:
    detail = f"<w:FaultDetail>{fault.detail}</w:FaultDetail>" if fault.detail else ""
    text = escape(fault.text)
    return envelope(
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
        relates_to,
        f"<s:Fault><s:Code><s:Value>{fault.code}</s:Value><s:Subcode><s:Value>{fault.subcode}"
        f'</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text>'
        f"</s:Reason><s:Detail>{detail}"
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
        f'Code="{fault.number}" Machine="{escape(machine)}"><f:Message>{text}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>",
    )


def created(message: Message, shell_id: str, owner: str, client: str) -> bytes:
    resource = escape(message.resource)
    return envelope(
        f"{TRANSFER}/CreateResponse",
        message.message_id,
        f"<x:ResourceCreated><a:Address>{escape(message.to)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{resource}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
        "</a:ReferenceParameters></x:ResourceCreated>"
        f'<rsp:Shell xmlns:rsp="{SHELL}"><rsp:ShellId>{shell_id}</rsp:ShellId>'
        f"<rsp:ResourceUri>{resource}</rsp:ResourceUri><rsp:Owner>{escape(owner)}</rsp:Owner>"
        f"<rsp:ClientIP>{client}</rsp:ClientIP><rsp:ProcessId>880</rsp:ProcessId>"
        "<rsp:IdleTimeOut>PT7200.000S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout"
        "</rsp:OutputStreams><rsp:MaxIdleTimeOut>PT2147483.647S</rsp:MaxIdleTimeOut>"
        "<rsp:Locale>en-US</rsp:Locale><rsp:DataLocale>en-US</rsp:DataLocale>"
        "<rsp:CompressionMode>NoCompression</rsp:CompressionMode>"
        "<rsp:ProfileLoaded>Yes</rsp:ProfileLoaded><rsp:Encoding>UTF8</rsp:Encoding>"
        "<rsp:BufferMode>Block</rsp:BufferMode><rsp:State>Connected</rsp:State>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>",
    )


def _new_id() -> str:
    return str(uuid.uuid4()).upper()
