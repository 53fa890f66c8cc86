"""`sfb-audit discover`: one front end is asked for the estate, others for their pools."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import ExitCode
from auditor.facts.estate.families import ESTATE_FAMILIES, POOL_FAMILIES
from auditor.lab.ca import CertificateAuthority
from auditor.lab.model import LabHost
from tests import estate_kinds as kinds
from tests.cli.command import Ended, sfb_audit
from tests.estate.topology_text import On, whole_estate
from tests.estate_facts import answer_of
from tests.front_ends import STATE, FrontEnds, asked_by, host

Capture = pytest.CaptureFixture[str]
FE, OTHER, STANDARD = "fe01.contoso.com", "fe11.contoso.com", "se01.contoso.com"
EVERY = tuple(family.key for family in ESTATE_FAMILIES)
POOL = tuple(key for key in EVERY if key in POOL_FAMILIES)
WITH_DIRECTOR = str(whole_estate())


def _two_pools() -> str:
    """The same estate with a second Enterprise pool where its Director was."""
    whole = whole_estate()
    document = replace(whole, services=[*whole.services, On("UserServices", "8")])
    text = str(document).replace('IsDirector="true"', 'IsDirector="false"')
    return text.replace("director.contoso.com", "pool02.contoso.com").replace("dir01.", "fe11.")


TOPOLOGY = _two_pools()


def of_pool(pool: str, **changes: object) -> kinds.Shell:
    return {"Get-CsPoolUpgradeReadinessState": [{**STATE, "PoolFqdn": pool, **changes}]}


FULL: kinds.Shell = {
    **kinds.HYBRID,
    **of_pool("pool01.contoso.com"),
    "Get-CsManagementStoreReplicationStatus": [
        {"ReplicaFqdn": FE, "UpToDate": True, "LastStatusReport": "2018-09-01T10:00:00Z"},
        {
            "ReplicaFqdn": "edge01.contoso.com",
            "UpToDate": False,
            "LastStatusReport": "2018-08-01T10:00:00Z",
        },
    ],
    "Get-CsTrustedApplicationPool": [
        {"PoolFqdn": "app01.contoso.com", "Registrar": "Registrar:pool01.contoso.com"}
    ],
    "Get-CsTrustedApplication": [
        {"ApplicationId": "urn:application:bot", "TrustedApplicationPoolFqdn": "app01.contoso.com"}
    ],
    "Get-CsPool": [{"Fqdn": "pool01.contoso.com"}, {"Fqdn": "old.contoso.com"}],
    "Get-CsComputer": [{"Fqdn": FE, "Pool": "pool01.contoso.com", "Identity": FE}],
}
SHELLS: dict[str, kinds.Shell | str] = {
    FE: FULL,
    OTHER: of_pool("pool02.contoso.com", PoolUpgradeState="Busy"),
    STANDARD: of_pool("se01.contoso.com", PoolUpgradeState="InsufficientActiveFrontEnds"),
}
HOSTS = [host(FE, 1), host(OTHER, 2), host(STANDARD, 3)]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def discover(
    capsys: Capture,
    folder: Path,
    backend: FrontEnds,
    *more: object,
    hosts: list[LabHost] = HOSTS,
) -> Ended:
    with asked_by(hosts, backend, folder) as (_, config):
        return sfb_audit(capsys, "discover", "--from", FE, "--config", config, *more)


def test_the_estate_is_asked_of_one_and_each_other_pool_of_its_own(
    tmp_path: Path, capsys: Capture
) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY)
    ended = discover(capsys, tmp_path, backend)
    assert ended.code == ExitCode.READY, ended
    assert backend.asked[0] == (FE, EVERY)
    assert sorted(backend.asked[1:]) == [(OTHER, POOL), (STANDARD, POOL)]
    for said in (
        "The topology lacks pool old.contoso.com, which Get-CsPool names.",
        "Get-CsComputer does not name computer edge01.contoso.com, which the topology has.",
        "pool01.contoso.com: Ready: it could be updated now, 2 of 2 front ends up",
        "- UpgradeDomain2: not ready (fe02.contoso.com)",
        "pool02.contoso.com: Busy",
        "se01.contoso.com: InsufficientActiveFrontEnds",
        "1 of 2 replicas up to date",
        "edge01.contoso.com: not up to date; its last report is of 2018-08-01",
        "app01.contoso.com (with Registrar:pool01.contoso.com): urn:application:bot; vendor",
        "How contoso.com touches Office 365",
        "Get-CsCloudCallDataConnectorConfiguration on fe01.contoso.com is not available here",
    ):
        assert said in ended.out, said


def test_a_director_is_no_front_end_and_is_not_asked(tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, WITH_DIRECTOR)
    ended = discover(capsys, tmp_path, backend)
    assert ended.code == ExitCode.READY, ended
    assert [name for name, _ in backend.asked] == [FE, STANDARD]


def test_the_second_hop_is_explained(tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY, refused=("layout", "replication"))
    ended = discover(capsys, tmp_path, backend)
    assert ended.code == ExitCode.READY, "cross-checks are optional"
    assert "discover --via ocspowershell" in " ".join(ended.out.split())
    assert "Not compared" in ended.out
    assert "(a cross-check: nothing is judged by it)" in ended.out


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("hosting_providers", "Get-CsHostingProvider on fe01.contoso.com was refused"),
        ("pool_upgrade", "pool01.contoso.com: unknown"),
        ("topology", "structure is unknown"),
    ],
)
def test_what_is_refused_is_unknown(
    refused: str, said: str, tmp_path: Path, capsys: Capture
) -> None:
    topology = None if refused == "topology" else TOPOLOGY
    backend = FrontEnds(SHELLS, topology, refused=(refused,))
    ended = discover(capsys, tmp_path, backend)
    assert ended.code == ExitCode.INCOMPLETE
    assert said in ended.out


def test_a_pool_whose_first_machine_is_down_is_asked_by_its_next(
    tmp_path: Path, capsys: Capture
) -> None:
    """Asked from the Standard Edition server; the Enterprise pool's fe01 hangs up."""
    backend = FrontEnds({STANDARD: FULL, "fe02.contoso.com": of_pool("pool01.contoso.com")})
    backend.topology = TOPOLOGY
    hosts = [
        host(STANDARD, 3),
        host(FE, 1, fault="refuse"),
        host("fe02.contoso.com", 4),
        host(OTHER, 2, fault="access_denied"),
    ]
    with asked_by(hosts, backend, tmp_path) as (_, config):
        ended = sfb_audit(capsys, "discover", "--from", STANDARD, "--config", config)
    assert ended.code == ExitCode.INCOMPLETE, "the state of pool02 is unknown"
    assert "(by fe02.contoso.com)" in ended.out
    assert "fe01.contoso.com refuses connections" in ended.out
    assert "pool02.contoso.com: unknown" in ended.out
    assert "may not use PowerShell Remoting on fe11.contoso.com" in ended.out


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("nothing that the collector writes", "REACH-ANSWER"),
        (json.dumps({"schema": 1, "x": ["y" * 1000] * 1000}), "REACH-ANSWER"),
        ("[" * 3_000_000, "REACH-ANSWER"),
    ],
    ids=["no answer", "another answer", "millions of values"],
)
def test_a_server_that_answers_something_else(
    answer: str, code: str, tmp_path: Path, capsys: Capture
) -> None:
    ended = discover(capsys, tmp_path, FrontEnds({FE: answer}), hosts=HOSTS[:1])
    assert ended.code == ExitCode.INCOMPLETE
    assert f"error {code}" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "topology",
    ["<html/>", "<a><b></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "no XML at all"],
)
def test_a_topology_that_is_none(topology: str, tmp_path: Path, capsys: Capture) -> None:
    save = tmp_path / "estate.toml"
    ended = discover(capsys, tmp_path, FrontEnds(SHELLS, topology), "--save", save)
    assert ended.code == ExitCode.INCOMPLETE
    assert "The estate's structure is unknown" in ended.out
    assert not save.exists()
    assert "not saved" in ended.err


def test_a_server_that_cannot_be_reached(tmp_path: Path, capsys: Capture) -> None:
    down = [host(FE, 1, fault="refuse")]
    ended = discover(capsys, tmp_path, FrontEnds({}), hosts=down)
    assert ended.code == ExitCode.INCOMPLETE
    assert "error REACH-REFUSED: fe01.contoso.com refuses connections" in ended.err


USAGE = [
    (("--from", "fe01", "--username", "x"), "DISCOVER-NAME"),
    (("--from", "10.0.0.1", "--username", "x"), "DISCOVER-NAME"),
    (("--from", "fe01 .contoso.com", "--username", "x"), "DISCOVER-NAME"),
    (("--from", FE), "DISCOVER-WAY"),
    (("--from", FE, "--username", "x", "--auth", "basic"), "DISCOVER-WAY"),
    (("--from", FE, "--username", "x", "--save", "estate"), "DISCOVER-SAVE"),
]


@pytest.mark.parametrize(("arguments", "code"), USAGE)
def test_usage(arguments: tuple[str, ...], code: str, capsys: Capture) -> None:
    ended = sfb_audit(capsys, "discover", *arguments)
    assert ended.code == ExitCode.USAGE
    assert f"error {code}" in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file"),
        (b"", "no certificate in PEM form"),
        (b"fqdn\nfe01\n", "no certificate in PEM form"),
        (bytes.fromhex("308203a53082028d"), "no certificate in PEM form"),  # DER
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate in"),
    ],
    ids=["missing", "empty", "text", "binary", "broken"],
)
def test_a_ca_file_that_is_none_is_refused_before_any_server_is_asked(
    content: bytes | None, said: str, tmp_path: Path, capsys: Capture
) -> None:
    ca = tmp_path / "ca.cer"
    if content is not None:
        ca.write_bytes(content)
    backend = FrontEnds(SHELLS, TOPOLOGY)
    ended = discover(capsys, tmp_path, backend, "--ca-file", ca)
    assert ended.code == ExitCode.USAGE
    assert "error DISCOVER-CA" in ended.err
    assert str(ca) in ended.err
    assert said in ended.err
    assert backend.asked == []


def test_an_endpoint_that_answers_the_audit_alone(tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY)
    with asked_by(HOSTS, backend, tmp_path) as (_, config):
        text = config.read_text().replace(
            "[zones.default]\n", "[zones.default]\nconfiguration = 'A'\n"
        )
        config.write_text(text)
        ended = sfb_audit(capsys, "discover", "--from", FE, "--config", config)
    assert ended.code == ExitCode.USAGE
    assert "error DISCOVER-WAY" in ended.err
    assert "--via ocspowershell" in ended.err
    assert backend.asked == []


def test_servers_that_nothing_reaches_are_not_asked(tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY)
    more = f'[[pools]]\nfqdn = "pool02.contoso.com"\nzone = "offline"\nservers = ["{OTHER}"]\n'
    with asked_by([HOSTS[0], HOSTS[2]], backend, tmp_path, more) as (_, config):
        ended = sfb_audit(capsys, "discover", "--from", FE, "--config", config)
    assert ended.code == ExitCode.INCOMPLETE
    assert [name for name, _ in backend.asked] == [FE, STANDARD]
    assert "No zone leads to its front ends" in ended.out


def test_a_password_that_nobody_gives_is_asked_for_once(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def nothing(question: str) -> str:
        asked.append(question)
        return ""

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", nothing)
    more = "[zones.far]\ncredential = 'far'\n[credentials.far]\nusername = 'far'\n"
    for pool, server in (("pool02.contoso.com", OTHER), ("se01.contoso.com", STANDARD)):
        more += f'[[pools]]\nfqdn = "{pool}"\nzone = "far"\nservers = ["{server}"]\n'
    with asked_by(HOSTS[:1], FrontEnds(SHELLS, TOPOLOGY), tmp_path, more) as (_, config):
        ended = sfb_audit(capsys, "discover", "--from", FE, "--config", config)
    assert ended.code == ExitCode.INCOMPLETE, ended
    assert len(asked) == 1
    assert ended.out.count("its account has no password here") == 2


EXCLUDED = '[[overrides]]\nserver = "{}"\nexclude = "being retired, CHG1234"\n'


@pytest.mark.parametrize("via", ["winrm", "ocspowershell"])
def test_a_server_that_is_excluded_is_not_asked(via: str, tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY)
    with asked_by(HOSTS, backend, tmp_path, EXCLUDED.format(FE)) as (_, config):
        ended = sfb_audit(capsys, "discover", "--from", FE, "--config", config, "--via", via)
    assert ended.code == ExitCode.USAGE
    assert "error DISCOVER-WAY: fe01.contoso.com is excluded in the estate file" in ended.err
    assert "(being retired, CHG1234)" in ended.err
    assert backend.asked == []


def test_a_pool_that_is_excluded_is_shown_so(tmp_path: Path, capsys: Capture) -> None:
    backend = FrontEnds(SHELLS, TOPOLOGY)
    with asked_by(HOSTS, backend, tmp_path, EXCLUDED.format(OTHER)) as (_, config):
        ended = sfb_audit(capsys, "discover", "--from", FE, "--config", config)
    assert ended.code == ExitCode.READY, ended
    assert [name for name, _ in backend.asked] == [FE, STANDARD]
    lines = [line.split() for line in ended.out.splitlines()]
    (shown,) = (line for line in lines if line[:2] == ["servers", OTHER])
    assert " ".join(shown).endswith("excluded: being retired, CHG1234")
    assert f"pool02.contoso.com: not asked, excluded: {OTHER} (being retired, CHG1234)" in ended.out
    assert "pool02.contoso.com: unknown" not in ended.out


@pytest.mark.parametrize("server", [FE, OTHER])
def test_an_exclusion_holds_before_the_estate_is_known(
    server: str, tmp_path: Path, capsys: Capture
) -> None:
    """An estate file that says how to reach the servers and not which there are."""
    backend = FrontEnds(SHELLS, TOPOLOGY)
    with asked_by(HOSTS, backend, tmp_path) as (_, config):
        text = config.read_text()
        overrides = f'[[overrides]]\nserver = "{server}"\nexclude = "being retired"\n'
        config.write_text(text.partition("[[pools]]")[0] + overrides)
        ended = sfb_audit(
            capsys, "discover", "--from", FE, "--config", config, "--address", "127.31.0.1"
        )
    assert [name for name, _ in backend.asked][:1] == ([] if server == FE else [FE]), ended
    assert "being retired" in ended.out + ended.err


def test_a_pool_over_winrm_is_answered_by_one_of_its_front_ends(
    tmp_path: Path, capsys: Capture
) -> None:
    """The machine behind the name that was asked calls itself fe11."""
    answer = answer_of(FULL, fqdn=OTHER)
    ended = discover(capsys, tmp_path, FrontEnds({FE: answer}), hosts=HOSTS[:1])
    assert ended.code == ExitCode.INCOMPLETE
    assert "error REACH-ANSWER: Another computer answered" in ended.err
    assert "--via ocspowershell" in ended.err
    assert "Check DNS" in ended.err


class TestSaved:
    """`--save`: a folder that is ours, an estate file that is the engineer's."""

    def test_what_is_written(self, tmp_path: Path, capsys: Capture) -> None:
        save = tmp_path / "estate.toml"
        discover(capsys, tmp_path, FrontEnds(SHELLS, TOPOLOGY), "--save", save)
        files = sorted(path.name for path in (tmp_path / "estate").iterdir())
        assert files == [f"{FE}.json", f"{OTHER}.json", f"{STANDARD}.json", "topology.xml"]
        assert (tmp_path / "estate" / "topology.xml").read_text() == TOPOLOGY
        found = tomllib.loads(save.read_text())
        assert found["estate"]["topology"] == "estate/topology.xml"
        assert found["estate"]["evidence"] == "estate"
        assert found["credentials"]["lab"]["path"] == "lab.password"
        assert "Lab-only" not in save.read_text(), "the password"
        assert '# pool = "edgepool.contoso.com"' in save.read_text()
        assert {"server": FE, "address": "127.31.0.1"} in found["overrides"]

    def test_the_engineers_own_values_are_kept(self, tmp_path: Path, capsys: Capture) -> None:
        """A path or a name with two blanks is another one with a single blank."""
        save, certificates = tmp_path / "estate.toml", tmp_path / "certs  old"
        certificates.mkdir()
        CertificateAuthority(certificates, "ca　1")
        more = """
[zones."far  away"]
transport = "https"
ca_file = 'certs  old/ca　1.pem'
credential = "far  away"
[credentials."far  away"]
username = 'CONTOSO\\far  away'
source = "env"
variable = "FAR  AWAY"
[credentials.kept]
username = "kept\\u00a0 here"
source = "file"
path = 'certs  old/p.txt'
[[overrides]]
pool = "se01.contoso.com"
zone = "far  away"
"""
        with asked_by(HOSTS[:2], FrontEnds(SHELLS, TOPOLOGY), tmp_path, more) as (_, config):
            config.write_text(
                config.read_text("utf-8")
                + '[[pools]]\nfqdn = "se01.contoso.com"\nservers = ["se01.contoso.com"]\n',
                "utf-8",
            )
            sfb_audit(capsys, "discover", "--from", FE, "--config", config, "--save", save)
            given, found = (tomllib.loads(path.read_text("utf-8")) for path in (config, save))
        assert found["zones"]["far  away"]["ca_file"] == "certs  old/ca　1.pem"
        assert found["credentials"] == given["credentials"]
        assert {"pool": "se01.contoso.com", "zone": "far  away"} in found["overrides"]

    def test_a_path_that_no_toml_can_hold_ends_nothing(
        self, tmp_path: Path, capsys: Capture
    ) -> None:
        """Its bytes are no UTF-8."""
        save, ca = tmp_path / "estate.toml", tmp_path / os.fsdecode(b"c\xe9.pem")
        CertificateAuthority(tmp_path).root_file.rename(ca)
        more = "[zones.far]\ntransport = 'https'\ncredential = 'lab'\n"
        arguments = ("--from", FE, "--save", save, "--ca-file", ca)
        with asked_by(HOSTS, FrontEnds(SHELLS, TOPOLOGY), tmp_path, more) as (_, config):
            ended = sfb_audit(capsys, "discover", "--config", config, *arguments)
        assert ended.code == ExitCode.READY, ended
        assert tomllib.loads(save.read_text("utf-8"))["zones"]["far"]["ca_file"] == "c?.pem"

    def test_a_run_goes_on_with_it(self, tmp_path: Path, capsys: Capture) -> None:
        save, out = tmp_path / "estate.toml", tmp_path / "audit"
        backend = FrontEnds(SHELLS, TOPOLOGY)
        with asked_by(HOSTS, backend, tmp_path, "\n[run]\nconnect_seconds = 0.5\n") as (_, config):
            sfb_audit(capsys, "discover", "--from", FE, "--config", config, "--save", save)
            config.unlink()
            ended = sfb_audit(capsys, "run", "--config", save, "--out", out)
        assert ended.code in {ExitCode.INCOMPLETE, ExitCode.WORK_NEEDED}, ended.err
        audit = json.loads((out / "audit.json").read_text())
        hybrid = next(each for each in audit["scenarios"] if each["key"] == "hybrid")
        assert hybrid["in_use"] == "yes"
        assert "Get-CsHostingProvider" in hybrid["evidence"]

    @pytest.mark.parametrize(
        ("stated", "refused", "lines"),
        [
            ("", (), ['# hybrid = "yes"', '# federation = "yes"', '# exchange_online = "no"']),
            (
                'hybrid = "yes"\nexchange_online = "yes"',
                (),
                [
                    '# hybrid = "yes"',
                    '# federation = "yes"',
                    '# The file of --config stated exchange_online = "yes", and this was read:',
                    '# exchange_online = "no"',
                ],
            ),
            (
                'hybrid = "no"',
                ("hosting_providers",),
                ['hybrid = "no"', '# federation = "yes"', '# exchange_online = "unknown"'],
            ),
        ],
        ids=["nothing stated", "read and stated", "stated and not read"],
    )
    def test_scenarios_are_as_read_and_a_statement_counts_where_nothing_was(
        self,
        stated: str,
        refused: tuple[str, ...],
        lines: list[str],
        tmp_path: Path,
        capsys: Capture,
    ) -> None:
        save = tmp_path / "estate.toml"
        backend = FrontEnds(SHELLS, TOPOLOGY, refused=refused)
        with asked_by(HOSTS, backend, tmp_path, f"\n[scenarios]\n{stated}\n") as (_, config):
            sfb_audit(capsys, "discover", "--from", FE, "--config", config, "--save", save)
        _, _, saved = save.read_text().partition("[scenarios]\n")
        assert saved.split("\n\n")[0].splitlines() == lines

    def test_a_large_topology_is_read_again(self, tmp_path: Path, capsys: Capture) -> None:
        """Larger than the budget of an audit, and than the answer of one."""
        save = tmp_path / "estate.toml"
        large = TOPOLOGY.replace("</Topology>", f"<!--{'x' * 7_000_000}--></Topology>")
        discover(capsys, tmp_path, FrontEnds(SHELLS, large), "--save", save)
        ended = sfb_audit(capsys, "scenarios", "--config", save)
        assert ended.code == ExitCode.READY, ended.err

    def test_the_template_of_edge_servers_can_be_filled_in(
        self, tmp_path: Path, capsys: Capture
    ) -> None:
        save = tmp_path / "estate.toml"
        discover(capsys, tmp_path, FrontEnds(SHELLS, TOPOLOGY), "--save", save)
        lines = save.read_text().splitlines()
        begin = lines.index("# [zones.edge]")
        filled = [line.removeprefix("#").removeprefix(" ") for line in lines[begin:]]
        save.write_text("\n".join(lines[:begin] + filled))
        CertificateAuthority(tmp_path, "edge-ca")
        ended = sfb_audit(capsys, "scenarios", "--config", save)
        assert ended.code == ExitCode.READY, ended.err

    def test_again(self, tmp_path: Path, capsys: Capture) -> None:
        """The file stays, the folder is refreshed, what is not ours is left alone."""
        save, folder = tmp_path / "estate.toml", tmp_path / "estate"
        backend = FrontEnds(SHELLS, TOPOLOGY)
        discover(capsys, tmp_path, backend, "--save", save)
        save.write_text(save.read_text() + "# mine\n")
        (folder / "notes.json").write_text("{}")
        (folder / "other.contoso.com.json").write_text((folder / f"{FE}.json").read_text())
        backend.topology = TOPOLOGY.replace("fe11.contoso.com", "fe19.contoso.com")
        hosts = [HOSTS[0], HOSTS[2]]
        ended = discover(capsys, tmp_path, backend, "--save", save, hosts=hosts)
        assert save.read_text().endswith("# mine\n")
        assert "new server: fe19.contoso.com" in ended.err
        assert "server gone: fe11.contoso.com" in ended.err
        assert not (folder / f"{OTHER}.json").exists()
        assert (folder / "notes.json").exists()
        assert (folder / "other.contoso.com.json").exists()

    def test_an_answer_that_cannot_be_replaced_is_said_and_the_rest_is_saved(
        self, tmp_path: Path, capsys: Capture
    ) -> None:
        save, folder = tmp_path / "estate.toml", tmp_path / "estate"
        obstacle = folder / f"{OTHER}.json"
        obstacle.mkdir(parents=True)
        ended = discover(capsys, tmp_path, FrontEnds(SHELLS, TOPOLOGY), "--save", save)
        assert f"not done: {obstacle} cannot be written: " in ended.err
        assert f"wrote {folder} (topology.xml, 2 answers)" in ended.err
        assert f"wrote {save}" in ended.err
        assert (folder / f"{FE}.json").is_file()

    def test_one_that_cannot_be_removed_is_said(
        self, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save, held = tmp_path / "estate.toml", tmp_path / "estate" / f"{OTHER}.json"
        backend = FrontEnds(SHELLS, TOPOLOGY)
        discover(capsys, tmp_path, backend, "--save", save)
        unlink = Path.unlink

        def refused(path: Path, *, missing_ok: bool = False) -> None:
            if path == held:
                raise PermissionError(13, "Permission denied")
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "unlink", refused)
        backend.topology = TOPOLOGY.replace("fe11.contoso.com", "fe19.contoso.com")
        ended = discover(capsys, tmp_path, backend, "--save", save, hosts=[HOSTS[0], HOSTS[2]])
        assert f"not done: {held} cannot be removed: Permission denied.\n" in ended.err
        assert f"removed {held}" not in ended.err
        assert f"left {save} as it is" in ended.err

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[estate]\nname = 'x'\n",
            "[estate]\ntopology = 'estate/topology.xml'\n",
            "[estate]\ntopology = 'elsewhere.xml'\nevidence = 'estate'\n",
            "estate = 3",
            "no toml",
        ],
    )
    def test_another_file_is_never_touched(
        self, content: str, tmp_path: Path, capsys: Capture
    ) -> None:
        save = tmp_path / "estate.toml"
        save.write_text(content)
        backend = FrontEnds(SHELLS, TOPOLOGY)
        ended = discover(capsys, tmp_path, backend, "--save", save)
        assert ended.code == ExitCode.USAGE
        assert "DISCOVER-SAVE" in ended.err
        assert 'topology = "estate/topology.xml" and evidence = "estate"' in ended.err
        assert save.read_text() == content
        assert backend.asked == []
