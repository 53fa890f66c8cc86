"""What can go wrong with a host, by name. A new oddity is a new entry of `FAULTS`.

A fault steps in at one place: instead of the whole connection, of the HTTP response, of one
WSMan action, or of the script's run; the last is for shells that psrpcore speaks for, which such a
host has whatever the backend is. Each ends when the client goes away or the lab stops.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.lab import soap
from auditor.lab.fragments import fragment
from auditor.lab.http import Request, Response
from auditor.lab.model import ScriptResult
from auditor.lab.soap import SHELL, TRANSFER, Message

if TYPE_CHECKING:
    from auditor.lab.script_shell import ScriptCommand, ScriptShell
    from auditor.lab.wsman import Service

_CREATE = f"{TRANSFER}/Create"
_OUTPUT, _VERBOSE = 0x00041004, 0x00041008
_DRIP_SECONDS = 0.2
_HUGE_BYTES = 8 * 1024 * 1024


class Abort(Exception):  # noqa: N818 - it is no error: the host hangs up
    """The host resets the connection."""


@dataclass(frozen=True, slots=True)
class HostFault:
    """One way to misbehave; what is None goes as usual."""

    summary: str
    listens: bool = True
    rejects: bool = False
    certificate: str = ""
    connection: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = (
        None
    )
    response: Callable[[Request, asyncio.StreamWriter], Coroutine[None, None, None]] | None = None
    action: Callable[[Service, Message], Awaitable[bytes | None]] | None = None
    script: Callable[[ScriptShell, ScriptCommand], Awaitable[None]] | None = None


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


def _plain(
    response: Response,
) -> Callable[[Request, asyncio.StreamWriter], Coroutine[None, None, None]]:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response.encode())
        await writer.drain()

    return respond


async def _gzip_bomb(request: Request, writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(bytes(1024 * 1024)) * 64  # members of one stream
    writer.write(Response(200, body, headers=(("Content-Encoding", "gzip"),)).encode())
    await writer.drain()


async def _endless_body(request: Request, writer: asyncio.StreamWriter) -> None:
    head = Response(200, b"<", headers=(("Content-Length", str(2**40)),)).encode()
    writer.write(head)
    while not writer.is_closing():
        writer.write(b"a" * 65536)
        await writer.drain()
        await asyncio.sleep(0)  # drain() does not yield while there is room


async def _drip_body(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(Response(200, b"<", headers=(("Content-Length", "100000"),)).encode())
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(_DRIP_SECONDS)


async def _drip_headers(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(_DRIP_SECONDS)


async def _endless_headers(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: " + b"a" * 4000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)


async def _truncated_body(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(Response(200, b"<s:Envelope", headers=(("Content-Length", "5000"),)).encode())
    await writer.drain()
    raise Abort


def _on(action: str, text: Callable[[Message], bytes]) -> Callable[..., Awaitable[bytes | None]]:
    async def answer(service: Service, message: Message) -> bytes | None:
        return text(message) if message.action == action else None

    return answer


def _faulting(action: str, fault: soap.Fault) -> Callable[..., Awaitable[bytes | None]]:
    async def answer(service: Service, message: Message) -> bytes | None:
        if message.action == action:
            raise fault
        return None

    return answer


def _hanging(action: str) -> Callable[..., Awaitable[bytes | None]]:
    async def answer(service: Service, message: Message) -> bytes | None:
        if message.action == action:
            await asyncio.Event().wait()
        return None

    return answer


async def _shell_quota(service: Service, message: Message) -> bytes | None:
    if message.action == _CREATE:
        raise soap.too_many_shells(service.max_shells)
    return None


async def _quota_then_ok(service: Service, message: Message) -> bytes | None:
    if message.action == _CREATE and service.asked[_CREATE] == 1:
        raise soap.too_many_shells(service.max_shells)
    return None


async def _die_receive(service: Service, message: Message) -> bytes | None:
    if message.action == f"{SHELL}/Receive" and _of_command(message):
        raise Abort
    return None


async def _timed_out_forever(service: Service, message: Message) -> bytes | None:
    if message.action == f"{SHELL}/Receive" and _of_command(message):
        await asyncio.sleep(min(message.timeout, _DRIP_SECONDS))
        raise soap.TIMED_OUT
    return None


async def _pool_never_opens(service: Service, message: Message) -> bytes | None:
    if message.action != f"{SHELL}/Receive":
        return None
    await asyncio.sleep(_DRIP_SECONDS / 10)
    return soap.envelope(
        f"{SHELL}/ReceiveResponse",
        message.message_id,
        "<rsp:ReceiveResponse></rsp:ReceiveResponse>",
    )


def _of_command(message: Message) -> bool:
    stream = message.body.find(f"{soap.RSP}Receive/{soap.RSP}DesiredStream")
    return stream is not None and bool(stream.get("CommandId"))


def _entity_bomb(message: Message) -> bytes:
    lines = ['<!ENTITY e0 "ha">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9)]
    return f"<!DOCTYPE s [{''.join(lines)}]><s>&e8;</s>".encode()


def _deep(message: Message) -> bytes:
    return b"<a>" * 100_000 + b"</a>" * 100_000


async def _endless_output(shell: ScriptShell, command: ScriptCommand) -> None:
    while True:
        shell.put_raw(command, _OUTPUT, b"<S>" + b"a" * 30_000 + b"</S>")
        await command.mailbox.emptied()


async def _endless_string(shell: ScriptShell, command: ScriptCommand) -> None:
    for index in itertools.count():
        command.mailbox.put([fragment(10_000, index, b"a" * 32_000, last=False)])
        await command.mailbox.emptied()


async def _huge_string(shell: ScriptShell, command: ScriptCommand) -> None:
    shell.put_raw(command, _OUTPUT, b"<S>" + b"a" * _HUGE_BYTES + b"</S>")
    shell.finish(command, ScriptResult())


async def _verbose_trickle(shell: ScriptShell, command: ScriptCommand) -> None:
    while True:
        record = (
            b'<Obj RefId="0"><MS><S N="InformationalRecord_Message">still here</S>'
            b'<B N="InformationalRecord_SerializeInvocationInfo">false</B></MS></Obj>'
        )
        shell.put_raw(command, _VERBOSE, record)
        await command.mailbox.emptied()
        await asyncio.sleep(_DRIP_SECONDS)


def _output(clixml: bytes) -> Callable[[ScriptShell, ScriptCommand], Awaitable[None]]:
    async def run(shell: ScriptShell, command: ScriptCommand) -> None:
        shell.put_raw(command, _OUTPUT, clixml)
        shell.finish(command, ScriptResult())

    return run


def _nested(depth: int) -> bytes:
    opening = "".join(f'<Obj RefId="{number}"><LST>' for number in range(depth))
    return (opening + "</LST></Obj>" * depth).encode()


async def _bad_fragment(shell: ScriptShell, command: ScriptCommand) -> None:
    command.mailbox.put([b"\xff" * 40])
    shell.finish(command, ScriptResult())


def _result(result: ScriptResult) -> Callable[[ScriptShell, ScriptCommand], Awaitable[None]]:
    async def run(shell: ScriptShell, command: ScriptCommand) -> None:
        shell.finish(command, result)

    return run


FAULTS: dict[str, HostFault] = {
    "refuse": HostFault("nothing listens on its port", listens=False),
    "silent": HostFault("accepts connections and never says a word", connection=_silent),
    "password_expired": HostFault("refuses every sign-in with 401", rejects=True),
    "tls_wrong_name": HostFault("its certificate is for another name", certificate="wrong_name"),
    "tls_unknown_ca": HostFault(
        "its certificate is signed by a stranger", certificate="unknown_ca"
    ),
    "redirect": HostFault(
        "sends the client to another host",
        response=_plain(Response(302, headers=(("Location", "http://127.0.0.1:9/wsman"),))),
    ),
    "gzip_bomb": HostFault("64 MiB of zeroes in 64 KiB of gzip", response=_gzip_bomb),
    "endless_body": HostFault("a body that never ends", response=_endless_body),
    "drip_body": HostFault("a body that comes byte by byte", response=_drip_body),
    "drip_headers": HostFault("headers that come byte by byte", response=_drip_headers),
    "endless_headers": HostFault("headers without end", response=_endless_headers),
    "truncated_body": HostFault("hangs up in the middle of a body", response=_truncated_body),
    "html_200": HostFault(
        "a web page instead of SOAP",
        response=_plain(Response(200, b"<html><body>Hello</body></html>", "text/html")),
    ),
    "empty_200": HostFault("200 without a body", response=_plain(Response(200))),
    "status_500_html": HostFault(
        "500 with a web page", response=_plain(Response(500, b"<html>oops<br></html>", "text/html"))
    ),
    "status_503": HostFault("503, as a load balancer says it", response=_plain(Response(503))),
    "status_404": HostFault("no WinRM under this path", response=_plain(Response(404))),
    "access_denied": HostFault(
        "the account may not open a shell", action=_faulting(_CREATE, soap.ACCESS_DENIED)
    ),
    "shell_quota": HostFault("too many shells of this user are open", action=_shell_quota),
    "quota_then_ok": HostFault(
        "too many shells at first, room a moment later", action=_quota_then_ok
    ),
    "no_endpoint": HostFault(
        "has no such session configuration",
        action=_faulting(_CREATE, soap.no_resource(f"{soap.POWERSHELL}Microsoft.PowerShell")),
    ),
    "hang_create": HostFault("never answers Create", action=_hanging(_CREATE)),
    "hang_receive": HostFault("never answers a Receive", action=_hanging(f"{SHELL}/Receive")),
    "die_receive": HostFault("resets the connection in a Receive", action=_die_receive),
    "timed_out_forever": HostFault("its script hangs", action=_timed_out_forever),
    "pool_never_opens": HostFault("its runspace pool never opens", action=_pool_never_opens),
    "malformed_soap": HostFault("XML that is none", action=_on(_CREATE, lambda _: b"<s:Env")),
    "wrong_relates_to": HostFault(
        "answers another message",
        action=_on(_CREATE, lambda _: soap.envelope(f"{TRANSFER}/CreateResponse", "uuid:0", "")),
    ),
    "doctype": HostFault(
        "a document type in SOAP", action=_on(_CREATE, lambda _: b"<!DOCTYPE s><s/>")
    ),
    "entity_bomb": HostFault("entities that multiply", action=_on(_CREATE, _entity_bomb)),
    "deep_xml": HostFault("elements 100,000 deep", action=_on(_CREATE, _deep)),
    "endless_output": HostFault("its script never stops writing", script=_endless_output),
    "endless_string": HostFault("one text that never ends", script=_endless_string),
    "huge_string": HostFault("one text of 8 MiB", script=_huge_string),
    "verbose_trickle": HostFault("verbose records for ever", script=_verbose_trickle),
    "bad_clixml": HostFault("an object that is no CLIXML", script=_output(b"<Obj><Nope")),
    "deep_clixml": HostFault("an object 900 levels deep", script=_output(_nested(900))),
    "bad_fragment": HostFault("a fragment that is none", script=_bad_fragment),
    "script_throws": HostFault(
        "the script ends in an error",
        script=_result(ScriptResult(errors=("Access to the registry is denied.",), failed=True)),
    ),
    "no_output": HostFault("the script writes nothing", script=_result(ScriptResult())),
    "garbage_answer": HostFault(
        "the script's output is not ours", script=_result(ScriptResult(("Hello, World!",)))
    ),
    "many_answers": HostFault(
        "a profile writes beside the script", script=_result(ScriptResult(("Welcome!", "{}")))
    ),
    "wrong_schema": HostFault(
        "an answer of another schema", script=_result(ScriptResult(('{"schema": 99}',)))
    ),
}
