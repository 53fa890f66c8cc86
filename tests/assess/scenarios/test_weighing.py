"""Which scenarios are in use, by what a front end's Management Shell says and what is stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.scenarios.weighing import weigh, with_evidence
from auditor.errors import ExitCode
from auditor.estate.model import InUse, Server
from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.reading import Reading
from tests import estate_kinds as kinds
from tests.assess.facts_of import NOW, server
from tests.assess.scenarios.weighing_cases import (
    BOOK,
    EDGE,
    FRONT,
    GATEWAY,
    STATED,
    estate,
    in_use,
    weighed,
)
from tests.estate_facts import WHEN, front_end

# What each kind of estate has in use; what is not named is "no".
KINDS: dict[str, tuple[kinds.Shell, dict[str, str]]] = {
    "all off": (kinds.ALL_OFF, {"exchange_on_premises": "unknown"}),
    "hybrid": (
        kinds.HYBRID,
        {
            "hybrid": "yes",
            "federation": "yes",
            "cloud_connector": "unknown",
            "exchange_on_premises": "unknown",
            "exchange_beside_online_users": "unknown",
        },
    ),
    "federation only": (kinds.FEDERATED, {"federation": "yes", "exchange_on_premises": "unknown"}),
    "partners only": (
        kinds.PARTNERS_ONLY,
        {"federation_partners": "yes", "exchange_on_premises": "unknown"},
    ),
    "Exchange Online only": (
        kinds.EXCHANGE_ONLINE_ONLY,
        {"exchange_online": "yes", "exchange_voicemail": "yes", "exchange_oauth": "yes"},
    ),
    "hybrid beside Exchange": (
        kinds.EXCHANGE_BESIDE,
        {
            "hybrid": "yes",
            "federation": "yes",
            "exchange_beside_online_users": "yes",
            "exchange_on_premises": "yes",
            "cloud_connector": "unknown",
        },
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_estate(kind: str) -> None:
    shell, expected = KINDS[kind]
    assert in_use(weighed(shell)) == {**dict.fromkeys(BOOK.scenarios, "no"), **expected}


def test_every_clue_says_what_was_read_where_and_when() -> None:
    evidence = weighed(kinds.HYBRID)["hybrid"].evidence
    assert evidence == (
        'hosting provider "SkypeforBusinessOnline" (sipfed.online.lync.com) shares the SIP address '
        "space and hosts users: Office 365 "
        "(Get-CsHostingProvider, fe01.contoso.com, 2018-09-01 11:00 UTC)"
    )


# families that were refused -> what becomes unknown in an estate where all is off
REFUSED = [
    ("hosting_providers", "hybrid"),
    ("hosting_providers", "exchange_voicemail"),
    ("hosting_providers", "exchange_online"),
    ("hosted_voicemail", "exchange_voicemail"),
    ("partner_applications", "exchange_oauth"),
    ("partner_applications", "exchange_online"),
]


@pytest.mark.parametrize("how", ["refused", "absent"])
@pytest.mark.parametrize(("family", "key"), REFUSED)
def test_a_family_that_was_not_read_never_says_no(family: str, key: str, how: str) -> None:
    found = weighed(
        kinds.ALL_OFF,
        refused=[family] if how == "refused" else [],
        absent=[family] if how == "absent" else [],
    )[key]
    assert found.in_use is InUse.UNKNOWN
    words = 'was refused: "Login failed' if how == "refused" else "is not available here"
    assert words in found.evidence


@pytest.mark.parametrize("family", ["access_edge", "external_access"])
def test_where_one_setting_forbids_it_a_refused_other_one_changes_nothing(family: str) -> None:
    assert weighed(kinds.ALL_OFF, refused=[family])["federation"].in_use is InUse.NO


@pytest.mark.parametrize("family", ["access_edge", "external_access"])
def test_federation_is_unknown_where_a_setting_that_must_allow_it_was_refused(family: str) -> None:
    assert weighed(kinds.HYBRID, refused=[family])["federation"].in_use is InUse.UNKNOWN


@pytest.mark.parametrize("family", ["access_edge", "hosting_providers", "federated_domains"])
def test_federation_is_unknown_where_the_deciding_setting_was_refused(family: str) -> None:
    shell: kinds.Shell = {
        **kinds.HYBRID,
        "Get-CsHostingProvider": [],
        "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN],
    }
    assert weighed(shell, refused=[family])["federation"].in_use is InUse.UNKNOWN


def test_a_list_that_was_cut_never_says_no() -> None:
    found = weighed(kinds.ALL_OFF, truncated=["hosting_providers", "partner_applications"])
    assert found["hybrid"].in_use is InUse.UNKNOWN
    assert found["exchange_oauth"].in_use is InUse.UNKNOWN


def test_hybrid_voice_can_only_be_asked_for() -> None:
    with_gateway = estate(FRONT, EDGE, GATEWAY)
    found = weighed(kinds.HYBRID, with_gateway)["hybrid_voice"]
    assert found.in_use is InUse.UNKNOWN
    assert "it has to be stated" in found.evidence
    assert weighed(kinds.HYBRID)["hybrid_voice"].in_use is InUse.NO
    assert weighed(kinds.FEDERATED, with_gateway)["hybrid_voice"].in_use is InUse.NO


def test_call_data_goes_online_where_2019_says_so() -> None:
    connector: kinds.Shell = {
        **kinds.HYBRID,
        "Get-CsCloudCallDataConnectorConfiguration": [
            {"Identity": "Global", "EnableCallDataConnector": True}
        ],
    }
    assert weighed(connector, absent=[])["call_data_connector"].in_use is InUse.YES
    assert weighed(connector)["call_data_connector"].in_use is InUse.NO
    everything = {*BOOK.scenarios["federation"].families, "call_data_connector"}
    silent = front_end({}, absent=list(_FAMILIES | everything))
    assert weighed(silent)["call_data_connector"].in_use is InUse.UNKNOWN


def _with_call_data(shell: kinds.Shell) -> kinds.Shell:
    settings = {"Identity": "Global", "EnableCallDataConnector": True}
    return {**shell, "Get-CsCloudCallDataConnectorConfiguration": [settings]}


def test_call_data_that_goes_online_contradicts_that_nothing_is_hybrid() -> None:
    found = weighed(_with_call_data(kinds.ALL_OFF), absent=[])
    assert found["hybrid"].in_use is InUse.UNKNOWN
    assert "call data is sent to Office 365" in found["hybrid"].evidence
    assert "no hosting provider shares the SIP address space" in found["hybrid"].evidence
    assert weighed(_with_call_data(kinds.HYBRID), absent=[])["hybrid"].in_use is InUse.YES
    refused = weighed(_with_call_data(kinds.ALL_OFF), absent=[], refused=["hosting_providers"])
    assert refused["hybrid"].in_use is InUse.UNKNOWN
    assert "call data" not in refused["hybrid"].evidence


def test_a_statement_against_what_lies_within_is_a_contradiction_too() -> None:
    reading = front_end(_with_call_data(kinds.ALL_OFF), absent=[], when=NOW)
    notes = with_evidence(estate(hybrid="no"), [reading], BOOK).notes
    assert [note for note in notes if "call data is sent to Office 365" in note]


_FAMILIES = {family for entry in BOOK.scenarios.values() for family in entry.families}


def test_without_the_management_shell_everything_is_unknown() -> None:
    found = weighed(front_end({}, absent=list(_FAMILIES)), estate(FRONT, EDGE, GATEWAY))
    assert set(in_use(found).values()) == {"unknown"}


# stated, shell -> what counts for hybrid, and whether the two contradict each other
STATEMENTS = [
    ({}, kinds.HYBRID, "yes", False),
    ({"hybrid": "yes"}, kinds.HYBRID, "yes", False),
    ({"hybrid": "no"}, kinds.HYBRID, "no", True),
    ({"hybrid": "yes"}, kinds.ALL_OFF, "yes", True),
    ({"hybrid": "unknown"}, kinds.HYBRID, "yes", False),
    ({"hybrid": "no"}, kinds.ALL_OFF, "no", False),
]


@pytest.mark.parametrize(("stated", "shell", "counts", "contradicts"), STATEMENTS)
def test_a_statement_wins_and_a_contradiction_is_said_aloud(
    stated: dict[str, str], shell: kinds.Shell, counts: str, contradicts: bool
) -> None:
    before = estate(**stated)
    after = with_evidence(before, [front_end(shell)], BOOK)
    hybrid = next(s for s in after.scenarios if s.key == "hybrid")
    assert hybrid.in_use == counts
    loud = [note for note in after.notes if "but what was read says" in note]
    assert bool(loud) is contradicts
    if contradicts:
        assert f'{STATED} states hybrid = "{stated["hybrid"]}"' in loud[0]
        assert "Get-CsHostingProvider" in loud[0]
        assert loud[0] == hybrid.evidence


def test_a_refused_contradiction_is_none() -> None:
    reading = front_end(kinds.HYBRID, refused=["hosting_providers"])
    found = weighed(reading, estate(hybrid="no"))["hybrid"]
    assert (found.in_use, found.found, found.contradiction) == (InUse.NO, InUse.UNKNOWN, "")


def test_what_is_stated_of_the_whole_holds_for_its_parts() -> None:
    found = weighed(kinds.EXCHANGE_ONLINE_ONLY, estate(exchange_online="no"))
    assert found["exchange_voicemail"].in_use is InUse.NO
    assert found["exchange_voicemail"].contradiction
    found = weighed(kinds.ALL_OFF, estate(exchange_online="yes"))
    assert found["exchange_voicemail"].in_use is InUse.NO


def test_what_follows_from_hybrid_follows_from_the_statement() -> None:
    found = weighed(kinds.HYBRID, estate(FRONT, EDGE, GATEWAY, hybrid="no"))
    assert found["hybrid_voice"].in_use is InUse.NO
    assert found["cloud_connector"].in_use is InUse.NO


def test_without_evidence_an_estate_stays_as_it_is() -> None:
    before = estate(hybrid="no")
    assert with_evidence(before, [server()], BOOK) is before
    found = {each.key: each for each in weigh(before, [server()], BOOK)}
    assert found["hybrid"].in_use is InUse.NO
    assert found["federation"].in_use is InUse.ASSUMED
    assert found["federation_partners"].in_use is InUse.UNKNOWN
    assert "was not read" in found["federation_partners"].evidence


FE02, FE03 = (Server(f"fe0{n}.contoso.com", FRONT.fqdn) for n in (2, 3))


def test_the_newest_answer_counts_and_an_error_never_hides_an_answer() -> None:
    old = front_end(kinds.ALL_OFF)
    new = front_end(kinds.HYBRID, fqdn="fe02.contoso.com", when=WHEN + timedelta(hours=1))
    where = estate(replace(FRONT, servers=(*FRONT.servers, FE02, FE03)), EDGE)
    broken = front_end(
        kinds.ALL_OFF,
        refused=["hosting_providers"],
        fqdn="fe03.contoso.com",
        when=WHEN + timedelta(hours=2),
    )
    for readings in ([old, new, broken], [broken, new, old]):
        found = {each.key: each for each in weigh(where, readings, BOOK)}
        assert found["hybrid"].in_use is InUse.YES
        assert "fe02.contoso.com" in found["hybrid"].evidence


HOUR = timedelta(hours=1)
NO_PROVIDER: kinds.Shell = {**kinds.HYBRID, "Get-CsHostingProvider": []}
SAYS_OTHERWISE = "another answer says otherwise; the newest counts"

# readings -> hybrid, a sentence of its evidence, one that is not there
ANSWERS = [
    (
        [
            front_end(kinds.HYBRID),
            front_end(NO_PROVIDER, fqdn="fe02.contoso.com", when=WHEN + HOUR),
        ],
        "no",
        f"{SAYS_OTHERWISE} (Get-CsHostingProvider, fe01.contoso.com",
        "a newer answer",
    ),
    (
        [front_end(kinds.HYBRID), front_end(kinds.HYBRID, when=WHEN + HOUR)],
        "yes",
        "shares the SIP address space",
        SAYS_OTHERWISE,
    ),
    (
        [
            front_end(kinds.HYBRID),
            front_end(kinds.HYBRID, refused=["hosting_providers"], when=WHEN + HOUR),
        ],
        "yes",
        'a newer answer was refused: "Login failed',
        SAYS_OTHERWISE,
    ),
    (  # its clock was a day ahead; by ours it is the older one
        [
            front_end(kinds.HYBRID, when=WHEN),
            replace(
                front_end(NO_PROVIDER, when=WHEN + 24 * HOUR), started=WHEN, finished=WHEN - HOUR
            ),
        ],
        "yes",
        SAYS_OTHERWISE,
        "a newer answer",
    ),
    (  # the same items, and there may be more
        [
            front_end(kinds.HYBRID),
            front_end(kinds.HYBRID, truncated=["hosting_providers"], when=WHEN + HOUR),
        ],
        "yes",
        SAYS_OTHERWISE,
        "a newer answer",
    ),
    (  # another estate's server
        [
            front_end(kinds.HYBRID),
            front_end(NO_PROVIDER, fqdn="fe77.fabrikam.com", when=WHEN + HOUR),
        ],
        "yes",
        "shares the SIP address space",
        "a newer answer",
    ),
]


@pytest.mark.parametrize(("readings", "hybrid", "said", "unsaid"), ANSWERS)
def test_answers_that_differ_are_not_decided_in_silence(
    readings: list[Reading], hybrid: str, said: str, unsaid: str
) -> None:
    where = estate(replace(FRONT, servers=(*FRONT.servers, FE02)), EDGE)
    for given in (readings, readings[::-1]):
        found = {each.key: each for each in weigh(where, given, BOOK)}["hybrid"]
        assert found.in_use == hybrid
        assert said in found.evidence
        assert unsaid not in found.evidence


@pytest.mark.parametrize("differs", [True, False])
def test_numbers_that_differ_are_not_decided_in_silence(*, differs: bool) -> None:
    domains = kinds.PARTNERS_ONLY["Get-CsAllowedDomain"]
    since: kinds.Shell = {
        **kinds.PARTNERS_ONLY,
        "Get-CsAllowedDomain": domains[:1] if differs else domains,
    }
    readings = [front_end(kinds.PARTNERS_ONLY), front_end(since, when=WHEN + HOUR)]
    found = {each.key: each for each in weigh(estate(), readings, BOOK)}["federation_partners"]
    assert found.in_use is InUse.YES
    assert (f"{SAYS_OTHERWISE} (Get-CsAllowedDomain" in found.evidence) is differs


# the server that answered -> hybrid, by whether it is one of the estate's
MEMBERS = [
    ("fe01.contoso.com", "yes"),
    ("fe01.corp.contoso.com", "yes"),  # a domain that is not its name's
    ("fe01", "yes"),
    ("pool01.contoso.com", "yes"),
    ("fe77.fabrikam.com", "unknown"),
]


@pytest.mark.parametrize(("fqdn", "hybrid"), MEMBERS)
def test_evidence_of_a_stranger_does_not_count(fqdn: str, hybrid: str) -> None:
    after = with_evidence(estate(), [front_end(kinds.HYBRID, fqdn=fqdn)], BOOK)
    found = next(s for s in after.scenarios if s.key == "hybrid")
    assert found.in_use == hybrid
    said = f"{fqdn} is not a server of topology contoso.xml"
    assert (said in found.evidence) is (hybrid == "unknown")
    notes = "\n".join(after.notes)
    assert (f"What {fqdn} reported on its estate does not count" in notes) is (hybrid == "unknown")


def test_what_a_stranger_said_of_itself_alone_is_nothing_of_its_estate() -> None:
    readings = [front_end(kinds.HYBRID), server(fqdn="fe77.fabrikam.com")]
    assert with_evidence(estate(), readings, BOOK).notes == ()


def test_an_audit_is_incomplete_where_evidence_was_refused() -> None:
    ready = {
        r.fqdn: r for r in (server(fqdn="fe01.contoso.com"), server(fqdn="edge01.contoso.com"))
    }
    stated = {"federation": "no", "exchange_online": "no"}
    reading = front_end(kinds.ALL_OFF, refused=["hosting_providers"])
    judged = with_evidence(estate(**stated), [reading], BOOK)
    assessment = assess(judged, ready, BOOK, "office365-tls12", NOW)
    assert exit_code(assessment) is ExitCode.INCOMPLETE
    reading = front_end(kinds.HYBRID)
    judged = with_evidence(estate(**stated), [reading], BOOK)
    assessment = assess(judged, ready, BOOK, "office365-tls12", NOW)
    assert exit_code(assessment) is ExitCode.READY


def test_hostile_names_are_cut_and_quoted() -> None:
    hostile = {**kinds.ONLINE, "Identity": "[red]" + "x" * 900 + "\x1b[2J"}
    evidence = weighed({**kinds.HYBRID, "Get-CsHostingProvider": [hostile]})["hybrid"].evidence
    assert len(evidence) < 400
    assert "\x1b" not in evidence


def test_many_clues_are_counted() -> None:
    policies = [{**kinds.POLICY, "Identity": f"Tag:{n}"} for n in range(40)]
    shell: kinds.Shell = {**kinds.HYBRID, "Get-CsExternalAccessPolicy": policies}
    assert "and 37 more" in weighed(shell)["federation"].evidence


def test_each_scenario_of_the_rulebook_is_weighed_and_names_families_that_exist() -> None:
    assert [each.key for each in weigh(estate(), [], BOOK)] == list(BOOK.scenarios)
    assert {family.key for family in ESTATE_FAMILIES} >= _FAMILIES
