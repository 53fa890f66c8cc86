"""A wrong password reaches few servers, and a right one is not slowed down by those that hang."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from auditor.collect.conversation import WINRM
from auditor.collect.guard import Guard, GuardError
from auditor.collect.model import Observer, Secret, Target
from auditor.collect.pools import ask_one_of_each
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.collect.sign_in import PATIENCE_SECONDS, TRIALS, Accounts
from auditor.estate.zone import Auth, RunOptions, Transport, Zone
from auditor.facts.reading import ReachState
from auditor.lab.ca import CertificateAuthority
from auditor.lab.model import LabZone
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import (
    BASIC_HTTPS,
    NEGOTIATE_HTTP,
    NEGOTIATE_HTTPS,
    NTLM_HTTP,
    NTLM_HTTPS,
    lab_host,
    targets,
)

QUICK = RunOptions(threads=16, deadline_seconds=20, connect_seconds=5)
ONE_BY_ONE = RunOptions(threads=1, deadline_seconds=20, connect_seconds=5)
SECRET = Secret("CONTOSO\\audit", "right")


def _wrong(asked: list[Target]) -> list[Target]:
    return [
        Target(each.fqdn, each.zone, Secret(each.secret.username, "wrong"), each.address)
        for each in asked
    ]


def _states(asked: list[Target]) -> list[ReachState]:
    return [one.reading.reach.state for one in collect(asked, joined_script(), QUICK)]


def _refusals(lab: Lab) -> int:
    return sum(lab.rejected.values())


@pytest.mark.parametrize("zone", [NTLM_HTTP, NTLM_HTTPS, BASIC_HTTPS], ids=lambda zone: zone.name)
def test_a_wrong_password_is_tried_on_two_servers(zone: LabZone) -> None:
    hosts = [lab_host(n, zone) for n in range(12)]
    with running_lab(hosts, StateBackend()) as lab:
        states = _states(_wrong(list(targets(lab))))
        assert sorted(states) == [ReachState.AUTH] * TRIALS + [ReachState.HELD] * (12 - TRIALS)
        assert _refusals(lab) == TRIALS


def test_a_right_password_is_sent_to_all() -> None:
    hosts = [lab_host(n) for n in range(12)]
    with running_lab(hosts, StateBackend()) as lab:
        assert set(_states(list(targets(lab)))) == {ReachState.READ}


def test_once_accepted_an_account_may_be_refused_anywhere() -> None:
    faults = dict.fromkeys(range(1, 8), "password_expired")
    hosts = [lab_host(n, fault=faults.get(n)) for n in range(12)]
    with running_lab(hosts, StateBackend()) as lab:
        found = list(collect(list(targets(lab)), joined_script(), ONE_BY_ONE))
    states = [one.reading.reach.state for one in found]
    assert (states.count(ReachState.AUTH), states.count(ReachState.HELD)) == (7, 0)


def _is_accepted(accounts: Accounts, secret: Secret) -> bool:
    """Whether as many refusals as there are trials do not stop its use."""
    guard = Guard(5.0, 1000, connect_seconds=1.0)
    for _ in range(TRIALS):
        trial = accounts.sign_in(secret)
        trial.begin(guard)
        trial.end(refused=True)
    try:
        accounts.sign_in(secret).begin(guard)
    except GuardError:
        return False
    return True


ACCEPTING = [
    *[(zone, None) for zone in (NTLM_HTTP, NTLM_HTTPS, NEGOTIATE_HTTP, NEGOTIATE_HTTPS)],
    (BASIC_HTTPS, None),
    *[(zone, "access_denied") for zone in (NTLM_HTTP, NTLM_HTTPS, BASIC_HTTPS)],
]
NOT_ACCEPTING = [
    *[(NTLM_HTTP, fault) for fault in ("status_500_html", "html_200", "empty_200", "status_404")],
    *[(BASIC_HTTPS, fault) for fault in ("status_500_html", "html_200", "empty_200")],
]


@pytest.mark.parametrize(
    ("zone", "fault", "accepted"),
    [(*row, True) for row in ACCEPTING] + [(*row, False) for row in NOT_ACCEPTING],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_an_account_is_accepted_by_an_answer_of_wsman(
    zone: LabZone, fault: str | None, accepted: bool
) -> None:
    """A fault is one too: whoever may not open a shell has signed in."""
    accounts = Accounts()
    with running_lab([lab_host(1, zone, fault=fault)], StateBackend()) as lab:
        (asked,) = targets(lab)
        list(collect([asked], joined_script(), QUICK, accounts=accounts))
    assert _is_accepted(accounts, asked.secret) is accepted


@dataclass(frozen=True)
class Impostor:
    """What stands in a server's place, and answers whatever account it is sent."""

    status: int
    kind: str
    body: str
    transport: Transport = Transport.HTTP


PAGE = "<html>Bad gateway</html>"
ANSWER = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
SOAP, SEALED = "application/soap+xml;charset=UTF-8", 'multipart/encrypted;boundary="x"'
IMPOSTORS = {
    "error page": Impostor(500, "text/html", PAGE),
    "page": Impostor(200, "text/html", PAGE),
    "fault in the clear": Impostor(500, SOAP, ANSWER),
    "answer in the clear": Impostor(200, SOAP, ANSWER),
    "fault that calls itself sealed": Impostor(500, SEALED, ANSWER),
    "fault of a kind that is nearly sealed": Impostor(500, "multipart/encrypted", ANSWER),
    "error page over https": Impostor(500, "text/html", PAGE, Transport.HTTPS),
    "fault over https": Impostor(500, SOAP, ANSWER, Transport.HTTPS),
    "answer over https": Impostor(200, SOAP, ANSWER, Transport.HTTPS),
}


@contextmanager
def _standing_in(impostor: Impostor, secret: Secret, folder: Path) -> Iterator[Target]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            signed = "Authorization" in self.headers
            body = impostor.body.encode() if signed else b""
            self.send_response(impostor.status if signed else 401)
            self.send_header("WWW-Authenticate", "Negotiate")
            self.send_header("Content-Type", impostor.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    authority = CertificateAuthority(folder, "gateway")
    fqdn = "gateway.contoso.com"
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if impostor.transport is Transport.HTTPS:
            context = authority.identity(fqdn).context
            server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        zone = Zone("gateway", impostor.transport, server.server_port, Auth.NTLM)
        if impostor.transport is Transport.HTTPS:
            zone = replace(zone, ca_file=authority.root_file)
        yield Target(fqdn, zone, secret, "127.0.0.1")
        server.shutdown()
        serving.join(5)


@pytest.mark.parametrize("impostor", IMPOSTORS.values(), ids=IMPOSTORS)
def test_what_answers_in_a_servers_place_accepts_no_account(
    impostor: Impostor, tmp_path: Path
) -> None:
    """A reverse proxy's page, or one hostile host, must not let a wrong password go to all."""
    with running_lab([lab_host(n) for n in range(6)], StateBackend()) as lab:
        wrong = _wrong(list(targets(lab)))
        with _standing_in(impostor, wrong[0].secret, tmp_path) as first:
            found = list(collect([first, *wrong], joined_script(), ONE_BY_ONE))
        assert found[0].reading.reach.state is ReachState.PROTOCOL
        assert _refusals(lab) == TRIALS


class Unseeing:
    def started(self, fqdn: str) -> None:
        pass

    def finished(self, fqdn: str, code: str, sentence: str) -> None:
        pass


def unseen(_: int) -> AbstractContextManager[Observer]:
    return nullcontext(Unseeing())


def test_a_wrong_password_is_tried_on_two_servers_over_all_turns_of_pools() -> None:
    """Of two pools the first machine answers, of two the second one, of two the third."""
    with running_lab([lab_host(n) for n in range(6)], StateBackend()) as lab:
        last = _wrong(list(targets(lab)))
        down = Zone("down", port=1, auth=Auth.NTLM)
        silent = [
            Target(f"down{n}.contoso.com", down, last[0].secret, "127.0.0.1") for n in range(6)
        ]
        pools = {
            "pool0": [last[0]],
            "pool1": [last[1]],
            "pool2": [silent[0], last[2]],
            "pool3": [silent[1], last[3]],
            "pool4": [silent[2], silent[3], last[4]],
            "pool5": [silent[4], silent[5], last[5]],
        }
        found = ask_one_of_each(pools, joined_script(), QUICK, unseen, WINRM, Accounts())
        assert _refusals(lab) == TRIALS
    ends = [tries[-1].reading.reach.state for tries in found.values()]
    assert sorted(ends) == [ReachState.AUTH] * TRIALS + [ReachState.HELD] * (6 - TRIALS)


def test_servers_that_say_nothing_hold_nobody_up() -> None:
    """They never ask for the account, so they are no trial of it."""
    hosts = [lab_host(n, fault="silent" if n < 8 else None) for n in range(12)]
    options = RunOptions(threads=16, deadline_seconds=2, connect_seconds=1)
    with running_lab(hosts, StateBackend()) as lab:
        found = list(collect(list(targets(lab)), joined_script(), options))
    first = [one.reading.reach.state for one in found[:4]]
    assert first == [ReachState.READ] * 4


def test_another_password_is_another_account() -> None:
    accounts = Accounts()
    guard = Guard(5.0, 1000, connect_seconds=1.0)
    for _ in range(TRIALS):
        trial = accounts.sign_in(SECRET)
        trial.begin(guard)
        trial.end(refused=True)
    with pytest.raises(GuardError) as error:
        accounts.sign_in(SECRET).begin(guard)
    assert error.value.state is ReachState.HELD
    accounts.sign_in(Secret(SECRET.username, "another")).begin(guard)


def test_a_conversation_that_ends_undecided_frees_its_trial() -> None:
    accounts = Accounts(clock=lambda: 0.0)
    hanging = [accounts.sign_in(SECRET) for _ in range(TRIALS)]
    for each in hanging:
        each.begin(Guard(1.0, 1000, connect_seconds=1.0))
    next_one = accounts.sign_in(SECRET)
    with pytest.raises(GuardError) as error:
        next_one.begin(Guard(0.1, 1000, connect_seconds=1.0))
    assert error.value.state is ReachState.DEADLINE, "it has no turn yet"
    hanging[0].end()
    next_one.begin(Guard(1.0, 1000, connect_seconds=1.0))


def test_a_server_that_cannot_decide_loses_its_trial() -> None:
    now = [0.0]
    accounts = Accounts(clock=lambda: now[0])
    guard = Guard(1.0, 1000, connect_seconds=1.0)
    for _ in range(TRIALS):
        accounts.sign_in(SECRET).begin(guard)
    now[0] = PATIENCE_SECONDS
    accounts.sign_in(SECRET).begin(guard)


@pytest.mark.parametrize("state", [ReachState.DEADLINE, ReachState.CANCELLED])
def test_waiting_for_a_turn_has_the_bounds_of_its_conversation(state: ReachState) -> None:
    accounts = Accounts()
    for _ in range(TRIALS):
        accounts.sign_in(SECRET).begin(Guard(30.0, 1000, connect_seconds=1.0))
    guard = Guard(0.1 if state is ReachState.DEADLINE else 30.0, 1000, connect_seconds=1.0)
    if state is ReachState.CANCELLED:
        guard.cancel()
    with pytest.raises(GuardError) as error:
        accounts.sign_in(SECRET).begin(guard)
    assert error.value.state is state
