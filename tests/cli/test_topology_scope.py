"""What a topology says oddly keeps no server out of scope, and proves nothing absent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.audit import Audit
from auditor.errors import ExitCode
from reports.audit_json import read_audit
from tests import estate_kinds as kinds
from tests.cli.carried import UPDATED, write_bundles
from tests.cli.command import sfb_audit
from tests.estate.topology_text import (
    CENTRAL,
    FRONT_END,
    Box,
    Document,
    On,
    registrar,
)
from tests.estate_facts import answer_of

Capture = pytest.CaptureFixture[str]

POOL, EDGE_POOL = "pool01.contoso.com", "edgepool.contoso.com"
FE01, FE02, EDGE01 = "fe01.contoso.com", "fe02.contoso.com", "edge01.contoso.com"
FRONT = (registrar("1"), *(On(role, "1") for role in FRONT_END))
EDGE = On("EdgeServer", "2", needs=(("Registrar", "1"),))
ONE, TWO = Box("1", POOL, (FE01,)), Box("1", POOL, (FE01, FE02))
EDGES = Box("2", EDGE_POOL, (EDGE01,))
ROUTE = CENTRAL.replace(
    "</CentralSite>",
    '<FederationRoute><ServiceId SiteId="1" RoleName="EdgeServer" Instance="2" />'
    "</FederationRoute></CentralSite>",
)
BRANCH = CENTRAL + '<RemoteSite SiteId="2" CentralSiteId="1"><Name>Nara</Name></RemoteSite>'
STRAY = f'<Cluster Fqdn="{EDGE_POOL}" />'


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def _mark(capsys: Capture, folder: Path, document: Document, shell: kinds.Shell, title: str) -> str:
    """What stands before the row of a scenario: ">" in use, "?" unknown, else its need."""
    bundle = folder / "fe01.json"
    bundle.write_text(answer_of(shell, when=datetime.now(UTC)), "utf-8")
    ended = sfb_audit(capsys, "scenarios", bundle, "--topology", document.written(folder))
    line = next(line for line in ended.out.splitlines() if title in line)
    return line.replace(title, " ").split()[0]


# Whether federation is in use, where the Management Shell says that it is but for the Edge pool.
NO_EDGE_POOL = [
    ("no word of an Edge pool", Document([ONE], FRONT), "Yes"),
    ("an Edge service on a cluster that is not there", Document([ONE], [*FRONT, EDGE]), ">"),
    (
        "a front end that depends on an Edge service that is not there",
        Document([ONE], [*FRONT[1:], registrar("1", needs=(("EdgeServer", "2"),))]),
        ">",
    ),
    ("a federation route that is not there", Document([ONE], FRONT, ROUTE), ">"),
    (
        "an Edge service beside one of front ends",
        Document([ONE, EDGES], [*FRONT, EDGE, On("UserServices", "2")]),
        "?",
    ),
    (
        "an Edge service on a branch's server",
        Document(
            [ONE, Box("1", "sba.contoso.com", site="2")],
            [*FRONT, registrar("1", site="2"), On("EdgeServer", "1", site="2")],
            BRANCH,
        ),
        "?",
    ),
    ("a share alone", Document([ONE, EDGES], [*FRONT, On("FileStore", "2")]), "?"),
    ("databases alone", Document([ONE, EDGES], [*FRONT, On("UserStore", "2", sql="")]), "?"),
    (
        "databases alone, and nothing set up",
        Document(
            [ONE, Box("2", "sql.contoso.com", set_up="false")],
            [*FRONT, On("UserStore", "2", sql="")],
        ),
        "Yes",
    ),
    (
        "databases on a cluster that is not there",
        Document([ONE], [*FRONT, On("UserStore", "2", sql="")]),
        "Yes",
    ),
    ("a cluster out of place", Document([ONE], FRONT, more=STRAY), "?"),
]


@pytest.mark.parametrize(
    ("document", "mark"),
    [case[1:] for case in NO_EDGE_POOL],
    ids=[case[0] for case in NO_EDGE_POOL],
)
def test_whether_there_is_no_edge_pool(
    document: Document, mark: str, tmp_path: Path, capsys: Capture
) -> None:
    title = "Federation with organisations in Office 365"
    assert _mark(capsys, tmp_path, document, kinds.FEDERATED, title) == mark


@pytest.mark.parametrize(
    ("boxes", "services", "mark"),
    [
        ((), (), "-"),
        ((Box("5", "sbc.contoso.com", set_up="false"),), (On("PstnGateway", "5"),), "?"),
        ((), (On("PstnGateway", "5"),), "?"),
    ],
    ids=["none", "one", "one on a cluster that is not there"],
)
def test_whether_there_is_no_gateway(
    boxes: tuple[Box, ...], services: tuple[On, ...], mark: str, tmp_path: Path, capsys: Capture
) -> None:
    document = Document([ONE, EDGES, *boxes], [*FRONT, EDGE, *services])
    title = "Hybrid voice (users online, calls over gateways on-premises)"
    assert _mark(capsys, tmp_path, document, kinds.HYBRID, title) == mark


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A front end and an Edge Server that are ready, and a front end that is not."""
    folder = tmp_path_factory.mktemp("bundles")
    described = {
        FE01: ("sfb2015-front-end", "6.0.9319.548"),
        FE02: ("sfb2015-front-end", "6.0.9319.281"),
        EDGE01: ("sfb2015-edge", "6.0.9319.548"),
    }
    machines = {
        fqdn: UPDATED | {"products": [{"set": name, "version": version}]}
        for fqdn, (name, version) in described.items()
    }
    write_bundles(folder, machines, {})
    return folder


def _assessed(
    capsys: Capture, folder: Path, document: Document, used: str, files: Sequence[Path]
) -> tuple[int, Audit]:
    """Where one scenario is in use, and no other."""
    config = folder / "estate.toml"
    keys = ("hybrid", "federation", "exchange_online")
    said = "".join(f'{key} = "{"yes" if key == used else "no"}"\n' for key in keys)
    config.write_text(f"[scenarios]\n{said}", "utf-8")
    options = ("--topology", document.written(folder), "--config", config, "--out", folder)
    code = sfb_audit(capsys, "assess", *files, *options).code
    return code, read_audit(folder / "audit.json")


APP, SBC = Box("3", "app.contoso.com", (FE02,)), Box("3", "sbc.contoso.com", (FE02,))
SECOND = Box("3", "pool02.contoso.com", (FE02,))
NO_SET_UP = Box("3", "riddle.contoso.com", (FE02,), set_up="false")
# The front end that is not ready stands in two clusters, or in an odd one. A pool in scope that is
# left without a machine by that is unknown.
ODD = [
    ("an application's too", [APP, TWO], [On("ExternalServer", "3")], ExitCode.WORK_NEEDED),
    ("a gateway's too", [SBC, TWO], [On("PstnGateway", "3")], ExitCode.WORK_NEEDED),
    ("a mediation pool's too", [SECOND, TWO], [On("MediationServer", "3")], ExitCode.INCOMPLETE),
    ("another pool's too", [SECOND, TWO], [On("UserServices", "3")], ExitCode.INCOMPLETE),
    ("an unknown role's too", [SECOND, TWO], [On("HoloServer", "3")], ExitCode.INCOMPLETE),
    ("a registrar's alone", [ONE, NO_SET_UP], [registrar("3")], ExitCode.WORK_NEEDED),
    ("the web's alone", [ONE, NO_SET_UP], [On("WebServices", "3")], ExitCode.WORK_NEEDED),
    ("conferences' alone", [ONE, NO_SET_UP], [On("ConfServices", "3")], ExitCode.WORK_NEEDED),
    ("an unknown role's alone", [ONE, NO_SET_UP], [On("HoloServer", "3")], ExitCode.WORK_NEEDED),
    ("a share's alone", [ONE, SECOND], [On("FileStore", "3")], ExitCode.WORK_NEEDED),
]


@pytest.mark.parametrize("turned", [False, True], ids=["so", "the other way round"])
@pytest.mark.parametrize(
    ("boxes", "services", "code"), [case[1:] for case in ODD], ids=[case[0] for case in ODD]
)
def test_a_front_end_is_in_scope_wherever_the_document_has_it(
    boxes: list[Box],
    services: list[On],
    code: ExitCode,
    turned: bool,
    bundles: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    ordered = [*reversed(boxes)] if turned else boxes
    document = Document([*ordered, EDGES], [*FRONT, EDGE, *services])
    ended, audit = _assessed(
        capsys, tmp_path, document, "exchange_online", sorted(bundles.glob("*.json"))
    )
    assert ended == code
    assert {s.fqdn: s.readiness for s in audit.servers}[FE02] == "work_needed"
    assert FE02 not in {machine.fqdn for machine in audit.estate.other_machines}


# Federation goes over an Edge pool that is ready, and the document speaks of one more.
ONE_MORE_EDGE = [
    ("nothing more", [], CENTRAL, ExitCode.READY),
    ("its service", [On("EdgeServer", "4")], CENTRAL, ExitCode.INCOMPLETE),
    (
        "what depends on its service",
        [registrar("1", needs=(("EdgeServer", "4"),))],
        CENTRAL,
        ExitCode.INCOMPLETE,
    ),
    ("a route over it", [], ROUTE.replace('"2"', '"4"'), ExitCode.INCOMPLETE),
    ("a share's service", [On("FileStore", "4")], CENTRAL, ExitCode.READY),
]


@pytest.mark.parametrize(
    ("services", "sites", "code"),
    [case[1:] for case in ONE_MORE_EDGE],
    ids=[case[0] for case in ONE_MORE_EDGE],
)
def test_an_edge_pool_that_the_document_lost_is_not_ready(
    services: list[On],
    sites: str,
    code: ExitCode,
    bundles: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    document = Document([ONE, EDGES], [*FRONT, EDGE, *services], sites)
    files = [bundles / f"{fqdn}.json" for fqdn in (FE01, EDGE01)]
    ended, audit = _assessed(capsys, tmp_path, document, "federation", files)
    federation = next(s for s in audit.scenarios if s.key == "federation")
    assert (ended, federation.readiness) == (
        code,
        "ready" if code is ExitCode.READY else "unknown",
    )
