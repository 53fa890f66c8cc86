"""Which pools lie on a scenario's path, and how the way goes."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.assess.engine import assess
from auditor.assess.model import Readiness
from auditor.assess.paths import federation_edges, path_of
from auditor.estate.model import Estate, Pool, PoolKind, Server, Site
from auditor.estate.topology import read_topology
from auditor.rulebook import load
from auditor.rulebook.integration import ScenarioPath
from tests.assess.facts_of import NOW, scenarios, server

BOOK = load()


def _entry(key: str) -> ScenarioPath:
    return BOOK.scenarios[key]


def _pool(name: str, kind: PoolKind, **links: object) -> Pool:
    fqdn = f"{name}.contoso.com"
    made = Pool(fqdn, kind, "Tokyo", (Server(f"{name}1.contoso.com", fqdn),))
    named = {key: f"{value}.contoso.com" for key, value in links.items()}
    return replace(made, **named)  # type: ignore[arg-type]


FE = _pool("fe", PoolKind.ENTERPRISE, edge="edge")
SBA = _pool("sba", PoolKind.SBA, edge="edge")
DIRECTOR = _pool("dir", PoolKind.DIRECTOR)
SPARE_DIRECTOR = _pool("spare", PoolKind.DIRECTOR)
MEDIATION = _pool("med", PoolKind.MEDIATION, edge="edge")
CHAT = _pool("chat", PoolKind.PERSISTENT_CHAT)
EDGE = _pool("edge", PoolKind.EDGE, next_hop="dir")
EDGE_TO_FE = _pool("edge", PoolKind.EDGE, next_hop="fe")
SILENT_EDGE = _pool("edge", PoolKind.EDGE)
OTHER_EDGE = _pool("edge2", PoolKind.EDGE, next_hop="fe2")
OTHER_FE = _pool("fe2", PoolKind.STANDARD, edge="edge2")
UNLINKED = replace(FE, edge=None)
LOOSE = _pool("loose", PoolKind.UNKNOWN)
SQL = replace(_pool("sql", PoolKind.SQL), takes_updates=False)

WHOLE = (FE, SBA, DIRECTOR, SPARE_DIRECTOR, MEDIATION, CHAT, EDGE, SQL)

# pools, scenario -> pools on its path, chains
PATHS = [
    (WHOLE, "hybrid", "fe sba dir spare med chat edge", "fe>dir>edge sba>dir>edge"),
    (WHOLE, "federation", "dir edge", "dir>edge"),
    (WHOLE, "exchange_voicemail", "fe sba dir edge", "fe>dir>edge sba>dir>edge"),
    (WHOLE, "exchange_oauth", "fe sba", "fe sba"),
    (WHOLE, "cloud_connector", "", ""),
    # A Director that no Edge pool hands over to is not on the way; a front end is its own.
    ((FE, DIRECTOR, EDGE_TO_FE), "federation", "fe edge", "fe>edge"),
    ((FE, DIRECTOR, EDGE_TO_FE), "exchange_voicemail", "fe edge", "fe>edge"),
    # Two Edge pools, each linked: each pool takes its own.
    (
        (FE, OTHER_FE, EDGE_TO_FE, OTHER_EDGE),
        "exchange_voicemail",
        "fe fe2 edge edge2",
        "fe>edge fe2>edge2",
    ),
    # An Edge pool that nothing is linked to: no site says that the route leaves it out.
    ((FE, EDGE_TO_FE, OTHER_EDGE), "federation", "fe edge edge2", "fe>edge fe2>edge2"),
    # Missing links: every candidate counts.
    ((UNLINKED, EDGE_TO_FE, OTHER_EDGE), "federation", "fe edge edge2", "fe>edge fe2>edge2"),
    ((FE, DIRECTOR, SILENT_EDGE), "federation", "fe dir edge", "fe>edge dir>edge"),
    ((FE, DIRECTOR, SILENT_EDGE), "exchange_voicemail", "fe dir edge", "fe>edge fe>dir>edge"),
    ((FE,), "exchange_voicemail", "fe", "fe"),
    ((FE,), "federation", "", ""),
    ((EDGE,), "exchange_voicemail", "edge", ""),  # a list of Edge servers alone
    ((LOOSE, FE, EDGE_TO_FE), "federation", "loose fe edge", "fe>edge"),
    # Whatever hands over to it, an Edge pool without a next hop is the path by itself.
    ((SILENT_EDGE,), "federation", "edge", "edge"),
    ((OTHER_FE, SILENT_EDGE), "federation", "fe2 edge", "fe2>edge"),
    # Only a Director can be what the Edge pool hands over to.
    ((SBA, DIRECTOR, SILENT_EDGE), "exchange_voicemail", "sba dir edge", "sba>dir>edge"),
]


def _short(fqdns: tuple[str, ...]) -> list[str]:
    return [fqdn.partition(".")[0] for fqdn in fqdns]


@pytest.mark.parametrize(("pools", "key", "names", "chains"), PATHS)
def test_paths(pools: tuple[Pool, ...], key: str, names: str, chains: str) -> None:
    path = path_of(Estate("Contoso", "a test", pools=pools), _entry(key))
    assert _short(path.pools) == names.split()
    assert [">".join(_short(chain)) for chain in path.chains] == chains.split()


def test_the_route_that_a_site_states_is_taken_by_it_and_its_branches() -> None:
    """The Edge pool that a pool names stays on the path: a route is no proof against it."""
    branch = replace(SBA, site="Nara", edge="edge2.contoso.com")
    sites = (Site("Tokyo", federation_route="edge.contoso.com"), Site("Nara", "Tokyo"))
    pools = (replace(FE, edge="edge2.contoso.com"), branch, EDGE_TO_FE, OTHER_EDGE)
    estate = Estate("Contoso", "a test", sites=sites, pools=pools)
    path = path_of(estate, _entry("exchange_voicemail"))
    assert [">".join(_short(chain)) for chain in path.chains] == ["fe>edge", "sba>edge"]
    federation = path_of(estate, _entry("federation"))
    assert _short(federation.pools) == ["fe", "edge", "edge2"]
    assert federation_edges(estate) == (("edge.contoso.com", "edge2.contoso.com"), True)
    (guess,) = federation.guessed
    assert "edge2.contoso.com federation uses differs by site or pool" in guess


def test_an_edge_pool_that_no_site_states_and_no_pool_names_is_not_on_the_route() -> None:
    sites = (Site("Tokyo", federation_route="edge.contoso.com"),)
    estate = Estate("Contoso", "a test", sites=sites, pools=(FE, EDGE_TO_FE, OTHER_EDGE))
    federation = path_of(estate, _entry("federation"))
    assert _short(federation.pools) == ["fe", "edge"]
    assert federation.guessed == ()


# pools, scenario -> does it lack the Edge pool that it goes over
LACKING = [
    ((FE,), "hybrid", True),
    ((FE,), "federation", True),
    ((FE,), "exchange_voicemail", False),
    ((FE,), "exchange_oauth", False),
    ((FE, LOOSE), "hybrid", False),
    ((FE, LOOSE), "federation", False),
    (WHOLE, "hybrid", False),
    (WHOLE, "federation", False),
]


@pytest.mark.parametrize(("pools", "key", "lacks"), LACKING)
def test_a_way_without_the_edge_pool_that_it_needs_is_broken(
    pools: tuple[Pool, ...], key: str, *, lacks: bool
) -> None:
    path = path_of(Estate("Contoso", "a test", pools=pools), _entry(key))
    assert path.broken == ("it goes over an Edge pool, but the estate has none" if lacks else "")


@pytest.mark.parametrize(
    ("pools", "edges", "known"),
    [
        ((UNLINKED, EDGE_TO_FE, OTHER_EDGE), "edge edge2", False),
        ((UNLINKED, EDGE_TO_FE), "edge", True),
        ((FE, EDGE_TO_FE, OTHER_EDGE), "edge edge2", False),
        ((FE,), "", True),
    ],
)
def test_edge_pools_of_the_federation_route(
    pools: tuple[Pool, ...], edges: str, *, known: bool
) -> None:
    found, is_known = federation_edges(Estate("Contoso", "a test", pools=pools))
    assert (_short(found), is_known) == (edges.split(), known)


_WHICH = "Which of edge.contoso.com, edge2.contoso.com federation uses is not known"

# pools -> what is said about missing links
GUESSES = [
    (WHOLE, []),
    ((UNLINKED, EDGE_TO_FE, OTHER_EDGE), [_WHICH]),
    ((UNLINKED, EDGE_TO_FE), []),  # there is only one
    ((FE, EDGE_TO_FE, OTHER_EDGE), [_WHICH]),  # what a pool names is no route of a site
    ((FE, OTHER_FE, EDGE_TO_FE, OTHER_EDGE), [_WHICH]),
    ((FE, SILENT_EDGE), ["The next hop of edge.contoso.com is not known"]),
]


@pytest.mark.parametrize(("pools", "sentences"), GUESSES)
def test_a_path_that_is_guessed_says_so(pools: tuple[Pool, ...], sentences: list[str]) -> None:
    estate = Estate("Contoso", "a test", pools=pools, scenarios=scenarios(federation="yes"))
    guessed = path_of(estate, _entry("federation")).guessed
    assert len(guessed) == len(sentences)
    assert all(guess.startswith(said) for guess, said in zip(guessed, sentences, strict=True))
    judged = assess(estate, {}, BOOK, "office365-tls12", NOW)
    assert set(guessed) <= set(judged.notes)
    verdict = next(each for each in judged.scenarios if each.key == "federation")
    assert verdict.guessed == guessed
    assert verdict.chains == path_of(estate, _entry("federation")).chains
    assert verdict.sources == _entry("federation").sources


def test_a_path_that_is_not_in_use_needs_no_guess() -> None:
    stated = scenarios(hybrid="yes", federation="no", exchange_online="no")
    estate = Estate("Contoso", "a test", pools=(FE, SILENT_EDGE), scenarios=stated)
    notes = assess(estate, {}, BOOK, "office365-tls12", NOW).notes
    assert not [note for note in notes if "is not known" in note]


def test_a_pool_is_needed_by_what_is_not_known_to_be_unused() -> None:
    stated = scenarios(hybrid="no", federation="unknown", exchange_online="yes")
    estate = Estate("Contoso", "a test", pools=WHOLE, scenarios=stated)
    needed = assess(estate, {}, BOOK, "office365-tls12", NOW).needed_by()
    assert {fqdn.partition(".")[0]: " ".join(keys) for fqdn, keys in needed.items()} == {
        "fe": "exchange_online",
        "sba": "exchange_online",
        "dir": "federation exchange_online",
        "edge": "federation exchange_online",
    }


def test_a_finding_on_a_server_that_no_scenario_in_use_needs_does_not_count() -> None:
    stated = scenarios(hybrid="no", federation="yes", exchange_online="no")
    estate = Estate("Contoso", "a test", pools=WHOLE, scenarios=stated)
    old = "6.0.9319.281"
    readings = {
        name: server(fqdn=name, core=old, front_end=old)
        for name in ("fe1.contoso.com", "dir1.contoso.com")
    }
    assessment = assess(estate, readings, BOOK, "office365-tls12", NOW)
    verdicts = {verdict.fqdn: verdict for verdict in assessment.servers}
    assert verdicts["fe1.contoso.com"].readiness is Readiness.NOT_IN_SCOPE
    assert verdicts["dir1.contoso.com"].readiness is Readiness.WORK_NEEDED
    for fqdn, counted in (("fe1.contoso.com", False), ("dir1.contoso.com", True)):
        findings = {finding.rule: finding for finding in verdicts[fqdn].findings}
        assert findings["SFB-CU-001"].status == "fail"
        assert findings["SFB-CU-001"].counted is counted


@pytest.mark.realdata
def test_a_real_topology_has_its_chain(realdata: Path) -> None:
    estate = read_topology(realdata / "topology" / "JohanVeldhuis_SfBLab_DefaultTopology.xml")
    path = path_of(estate, _entry("federation"))
    assert [_short(chain) for chain in path.chains] == [["s4blab92-fe1", "s4blab92-es1"]]
    assert path.guessed == ()


def test_five_hundred_pools_take_no_time() -> None:
    edges = [_pool(f"edge{n}", PoolKind.EDGE) for n in range(10)]
    homes = [_pool(f"fe{n}", PoolKind.ENTERPRISE) for n in range(490)]
    estate = Estate("Contoso", "a test", pools=(*homes, *edges))
    begun = time.process_time()
    for entry in BOOK.scenarios.values():
        path_of(estate, entry)
    assert time.process_time() - begun < 2
