"""How a server that was not read becomes known: asked again, or its facts carried by hand."""

from __future__ import annotations

import pytest

from auditor.assess.engine import assess
from auditor.assess.rule import Context
from auditor.estate.model import Estate, Pool, PoolKind, Server
from auditor.facts.reading import ReachState, Reading
from auditor.plan.model import Step
from auditor.plan.order import make_plan
from auditor.rulebook import load
from auditor.rulebook.procedures import load_procedures
from tests.assess.facts_of import NOW, scenarios, unread

EDGE, POOL = "edge1.contoso.com", "edge.contoso.com"
AGAIN = "sfb-audit run --config estate.toml --out audit"


def _step(zone: str | None, state: ReachState | None, again: str = AGAIN) -> Step:
    """The one step for one server, which ended in a state; None where nobody asked it."""
    pools = (Pool(POOL, PoolKind.EDGE, "Tokyo", (Server(EDGE, POOL, zone=zone),)),)
    used = scenarios(federation="yes")
    estate = Estate("Contoso", "a test", pools=pools, scenarios=used)
    readings: dict[str, Reading] = {EDGE: unread(state, fqdn=EDGE)} if state else {}
    judged = assess(estate, readings, load(), "office365-tls12", NOW)
    context = Context(load(), load().policies["office365-tls12"], NOW)
    (step,) = make_plan(judged, load_procedures(), context, again).steps
    return step


# zone, outcome -> whether its facts are to be carried
SERVERS = [
    ("offline", None, True),
    ("offline", ReachState.NOT_ASKED, True),
    # Somebody has described a zone of that name: it is asked like any other.
    ("offline", ReachState.AUTH, False),
    ("dmz", None, False),
    (None, None, False),
    (None, ReachState.REFUSED, False),
]


@pytest.mark.parametrize(("zone", "state", "carried"), SERVERS)
def test_only_what_is_never_asked_is_carried(
    zone: str | None, state: ReachState | None, carried: bool
) -> None:
    step = _step(zone, state)
    told = "\n".join(command.text for command in step.commands)
    assert step.action == "restore-access"
    assert ("sfb-audit collector export" in told) is carried
    assert ("Test-WSMan" in told) is not carried
    assert step.title.startswith(
        "Carry the facts" if carried else "Make edge1.contoso.com readable"
    )
    assert step.commands[-1].text == AGAIN


def test_the_step_is_the_same_whatever_is_done_in_it() -> None:
    """A person's cells are found by its id."""
    carried, asked = _step("offline", None), _step("dmz", ReachState.REFUSED, again="")
    assert carried.id == asked.id
    assert asked.commands[-1].shell == "gui"
