"""WSMan messages: what a request asks for, and responses and faults in the shape of Windows."""

from __future__ import annotations

import re
import uuid
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit
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
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


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
    """A WSMan fault: its number, SOAP codes, the text of Windows, and an optional detail URI.

    `reason` is the SOAP reason where that is another text.
    """

    number: int
    text: str
    code: str = "s:Receiver"
    subcode: str = "w:InternalError"
    detail: str = ""
    reason: str = ""


TIMED_OUT = Fault(
    2150858793,
    "The WS-Management service cannot complete the operation within the time specified in "
    "OperationTimeout.  ",
    subcode="w:TimedOut",
)
ACCESS_DENIED = Fault(5, "Access is denied. ", code="s:Sender", subcode="w:AccessDenied")
_SELECTORS = (
    "The WS-Management service cannot process the request because the request contained invalid "
    "selectors for the resource. "
)
NO_COMMAND = Fault(
    2150858843,
    "The Windows Remote Shell received a request to perform an operation on a command identifier "
    "that does not exist. Either the command has completed execution or the client specified an "
    "invalid command identifier. ",
    code="s:Sender",
    subcode="w:InvalidSelectors",
    detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors",
    reason=_SELECTORS,
)
NO_ACTION = Fault(
    2150858752,
    "The WS-Management service cannot process the request. The action is not supported by the "
    "service. ",
    code="s:Sender",
    subcode="a:ActionNotSupported",
)


PROCESS_GONE = Fault(
    1726,
    "The WSMan provider host process did not return a proper response. A provider in the host "
    "process may have behaved improperly. ",
)


def incorrect_parameter(why: str) -> Fault:
    text = f"The parameter is incorrect. {why}"
    return Fault(87, text, code="s:Sender", subcode="w:InvalidRequest")


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
        reason=_SELECTORS,
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
        timeout=seconds(header.findtext(f"{_W}OperationTimeout", ""), 60.0),
        body=body,
    )


def seconds(duration: str, otherwise: float) -> float:
    """An XML duration of hours, minutes and seconds."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return otherwise
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + rest


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


def fault_envelope(fault: Fault, message: Message) -> bytes:
    """The answer to `message`; Windows names the machine as its client did."""
    machine = escape(urlsplit(message.to).hostname or "", {'"': "&quot;"})
    detail = f"<w:FaultDetail>{fault.detail}</w:FaultDetail>" if fault.detail else ""
    return envelope(
        FAULT_ACTION,
        message.message_id,
        f"<s:Fault><s:Code><s:Value>{fault.code}</s:Value><s:Subcode><s:Value>{fault.subcode}"
        f'</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">'
        f"{escape(fault.reason or fault.text)}</s:Text></s:Reason><s:Detail>{detail}"
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
        f'Code="{fault.number}" Machine="{machine}"><f:Message>{escape(fault.text)}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>",
    )


def created(message: Message, shell_id: str, described: str) -> bytes:
    """The answer to Create; `described` is the shell as `described_shell` says it, or nothing."""
    return envelope(
        f"{TRANSFER}/CreateResponse",
        message.message_id,
        f"<x:ResourceCreated><a:Address>{escape(message.to)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{escape(message.resource)}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
        f"</a:ReferenceParameters></x:ResourceCreated>{described}",
    )


def described_shell(message: Message, shell_id: str, owner: str, idle: float, client: str) -> str:
    """A shell as the answers to Create and Get describe it; `idle` is its timeout in seconds."""
    return (
        f'<rsp:Shell xmlns:rsp="{SHELL}"><rsp:ShellId>{shell_id}</rsp:ShellId>'
        f"<rsp:ResourceUri>{escape(message.resource)}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(owner)}</rsp:Owner>"
        f"<rsp:ClientIP>{client}</rsp:ClientIP><rsp:ProcessId>880</rsp:ProcessId>"
        f"<rsp:IdleTimeOut>PT{idle:.3f}S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout"
        "</rsp:OutputStreams><rsp:MaxIdleTimeOut>PT2147483.647S</rsp:MaxIdleTimeOut>"
        "<rsp:Locale>en-US</rsp:Locale><rsp:DataLocale>en-US</rsp:DataLocale>"
        "<rsp:CompressionMode>NoCompression</rsp:CompressionMode>"
        "<rsp:ProfileLoaded>Yes</rsp:ProfileLoaded><rsp:Encoding>UTF8</rsp:Encoding>"
        "<rsp:BufferMode>Block</rsp:BufferMode><rsp:State>Connected</rsp:State>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )


def received(message: Message, fragments: list[bytes], command_id: str, *, done: bool) -> bytes:
    """The answer to Receive, with one stream for each fragment."""
    of_command = f' CommandId="{escape(command_id)}"' if command_id else ""
    streams = "".join(
        f'<rsp:Stream Name="stdout"{of_command}>{b64encode(data).decode()}</rsp:Stream>'
        for data in fragments
    )
    state = (
        f'<rsp:CommandState{of_command} State="{SHELL}/CommandState/Done">'
        "<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>"
        if done
        else ""
    )
    return envelope(
        f"{SHELL}/ReceiveResponse",
        message.message_id,
        f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>",
    )


def _new_id() -> str:
    return str(uuid.uuid4()).upper()
