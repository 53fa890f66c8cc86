"""The names of Office 365, and the entries of the need matrices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.rulebook import load
from auditor.rulebook.check import problems
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.integration import Endpoint, ScenarioPath, ServerNeed, Service
from auditor.rulebook.model import Rulebook

BOOK = load()

# host, services -> cloud (None: not Office 365)
NAMES = [
    ("sipfed.online.lync.com", Service.SIP, "worldwide"),
    ("SIPFED.Online.Lync.Com", Service.SIP, "worldwide"),
    ("sipfed.online.lync.com.", Service.SIP, "worldwide"),
    ("sipfed2e.online.lync.com", Service.SIP, "worldwide"),
    ("sipfed.resources.lync.com", Service.SIP, "worldwide"),
    ("noammeetings.resources.lync.com", Service.SIP, None),
    ("sipfed.online.gov.skypeforbusiness.us", Service.SIP, "gcc_high"),
    ("sipfed.online.dod.skypeforbusiness.us", Service.SIP, "dod"),
    ("sipfed.online.partner.lync.cn", Service.SIP, "china"),
    ("sipfed.online.lync.de", Service.SIP, "germany"),
    ("online.lync.com", Service.SIP, None),
    (".online.lync.com", Service.SIP, None),
    ("xonline.lync.com", Service.SIP, None),
    ("sipfed.online.lync.com.evil.org", Service.SIP, None),
    ("exap.um.outlook.com", Service.SIP, None),
    ("exap.um.outlook.com", Service.VOICEMAIL, "worldwide"),
    ("exap.um.partner.outlook.cn", Service.VOICEMAIL, "china"),
    ("accounts.accesscontrol.windows.net", Service.TOKEN, "worldwide"),
    ("autodiscover.contoso.com", Service.EXCHANGE, None),
    ("outlook.office365.com", Service.EXCHANGE, "worldwide"),
    ("", Service.SIP, None),
    (None, Service.SIP, None),
]


@pytest.mark.parametrize(("host", "service", "cloud"), NAMES)
def test_names(host: str | None, service: Service, cloud: str | None) -> None:
    found = BOOK.integrations.find(host, service)
    assert (found.cloud if found else None) == cloud


def test_an_exact_name_wins_over_a_pattern() -> None:
    found = BOOK.integrations.find("sipfed.online.lync.com", Service.SIP)
    assert found is not None
    assert found.confidence is Confidence.STATED


def test_each_cloud_has_its_proxy_and_what_no_document_says_is_marked() -> None:
    endpoints = BOOK.integrations.endpoints
    proxies = {e.cloud for e in endpoints if e.service is Service.SIP}
    assert proxies == set(BOOK.integrations.clouds)
    unsaid = [e for e in endpoints if set(e.sources) == {"inference"}]
    assert unsaid
    assert all(e.confidence is not Confidence.STATED for e in unsaid)


# The tables of the field, by hand: scenario -> whether servers must be prepared.
NEEDS = {
    "hybrid": "yes",
    "hybrid_voice": "yes",
    "call_data_connector": "yes",
    "federation": "yes",
    "federation_partners": "partner",
    "public_providers": "no",
    "exchange_online": "yes",
    "exchange_voicemail": "yes",
    "exchange_oauth": "yes",
    "exchange_beside_online_users": "exchange",
    "exchange_on_premises": "no",
    "cloud_connector": "ask",
}


def test_the_servers_matrix() -> None:
    assert {key: entry.need.value for key, entry in BOOK.scenarios.items()} == NEEDS
    judged = [key for key, entry in BOOK.scenarios.items() if entry.judged]
    assert judged == ["hybrid", "federation", "exchange_online"]


def test_the_clients_matrix() -> None:
    rows = {(row.account, row.mailbox): row.prepare for row in BOOK.client_rows}
    assert rows == {
        ("online", "online"): "yes",
        ("online", "on_premises"): "yes",
        ("on_premises", "online"): "yes",
        ("on_premises", "on_premises"): "with_federation",
    }


def _with(endpoint: Endpoint) -> Rulebook:
    endpoints = (*BOOK.integrations.endpoints, endpoint)
    return replace(BOOK, integrations=replace(BOOK.integrations, endpoints=endpoints))


def _scenario(key: str, **differs: object) -> Rulebook:
    entry: ScenarioPath = replace(BOOK.scenarios[key], **differs)  # type: ignore[arg-type]
    return replace(BOOK, scenarios={**BOOK.scenarios, key: entry})


NEW = Endpoint("sip.new.com", Service.SIP, "worldwide", ("dtls",))

# broken rulebook -> words of what the checker says
FAULTS = [
    (_with(replace(NEW, cloud="moon")), "moon is not known"),
    (_with(replace(NEW, sources=())), "endpoint sip.new.com: no source"),
    (_with(replace(NEW, sources=("inference",))), "stated by nobody"),
    (_with(replace(NEW, name="Sip.New.Com")), "is not in lower case"),
    (_with(BOOK.integrations.endpoints[0]), "stands twice"),
    (_scenario("hybrid_voice", within="nothing"), "nothing does not stand by itself"),
    (_scenario("hybrid_voice", within="exchange_oauth"), "does not stand by itself"),
    (_scenario("hybrid_voice", judged=True), "judged, and either within another"),
    (_scenario("public_providers", judged=True), "judged, and either within another"),
    (_scenario("hybrid", need=ServerNeed.NO), "judged, and either within another"),
    (replace(BOOK, client_rows=(BOOK.client_rows[0],) * 2), "a row stands twice"),
]


@pytest.mark.parametrize(("broken", "words"), FAULTS)
def test_the_checker_finds_faults(broken: Rulebook, words: str) -> None:
    assert any(words in problem for problem in problems(broken))


@pytest.mark.parametrize("service", [Service.EXCHANGE, Service.SIP, Service.VOICEMAIL])
def test_every_name_that_is_listed_lies_below_a_domain_of_microsofts(service: Service) -> None:
    """Whoever asks whether a name may be Microsoft's need not ask for the listed ones besides."""
    integrations = BOOK.integrations
    names = [e.name.removeprefix("*.") for e in integrations.endpoints if e.service is service]
    assert names
    assert all(map(integrations.may_be_microsofts, names))
