"""Which scenarios are in use: what was read is weighed, what somebody stated wins.

One function for each scenario of the rulebook, in `_USES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.assess.scenarios import exchange, federation, providers, voice
from auditor.assess.scenarios.evidence import (
    Clue,
    Known,
    Signal,
    agreed,
    all_of,
    any_of,
    of_estate,
    strangers,
)
from auditor.assess.scenarios.look import Look
from auditor.estate.model import Estate, InUse, Scenario
from auditor.facts.reading import Reading

if TYPE_CHECKING:
    from auditor.rulebook.model import Rulebook

_SAID = frozenset({InUse.YES, InUse.NO})
_ASK = "the servers do not show it, so it has to be stated"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A scenario's use. `in_use` and `clues` are what counts; `found` is what was read alone.

    `contradiction` says that a statement and what was read exclude each other, "" where not.
    """

    key: str
    in_use: InUse
    clues: tuple[Clue, ...]
    found: InUse
    contradiction: str = ""

    @property
    def evidence(self) -> str:
        """The clues as one text."""
        return self.contradiction or "; ".join(str(clue) for clue in self.clues)


def weigh(estate: Estate, readings: Iterable[Reading], rulebook: Rulebook) -> tuple[Weighed, ...]:
    """Every scenario of the rulebook, from the estate's families in `readings`.

    A statement of the estate (yes or no) wins over what was read. Where nothing was asked and
    nothing stated, a scenario that audits judge is ASSUMED, any other UNKNOWN.
    """
    scales = _Scales(estate, Known(of_estate(readings, estate)), rulebook)
    return tuple(scales.weighed(key) for key in rulebook.scenarios)


def with_evidence(estate: Estate, readings: Iterable[Reading], rulebook: Rulebook) -> Estate:
    """The estate with its scenarios as weighed; unchanged where no reading has evidence.

    Contradictions between statements and what was read are among its notes.
    """
    readings = tuple(readings)
    if not Known(readings):
        return estate
    weighed = {each.key: each for each in weigh(estate, readings, rulebook)}
    shown = [weighed[key] for key, entry in rulebook.scenarios.items() if entry.judged]
    notes = (each.contradiction for each in weighed.values() if each.contradiction)
    return replace(
        estate,
        scenarios=tuple(Scenario(w.key, w.in_use, w.evidence) for w in shown),
        notes=(*estate.notes, *strangers(readings, estate), *notes),
    )


class _Scales:
    """One estate on the scales; what was weighed once is remembered."""

    def __init__(self, estate: Estate, known: Known, rulebook: Rulebook) -> None:
        self.look = Look(estate, known, rulebook.integrations)
        self.rulebook = rulebook
        self.entries = rulebook.scenarios
        self.stated = {scenario.key: scenario for scenario in estate.scenarios}
        self._found: dict[str, Signal] = {}

    def weighed(self, key: str) -> Weighed:
        found, stated = self.found(key), self.stated.get(key)
        said = self.said(key)
        if said is not None:
            return Weighed(
                key, said.state, said.clues, found.state, self._contradiction(said, found)
            )
        if not self.look.known and self.entries[key].judged:
            assumed = stated or Scenario(
                key, InUse.ASSUMED, "nobody stated it, and nothing was read"
            )
            return Weighed(key, assumed.in_use, (Clue(assumed.evidence),), found.state)
        return Weighed(key, found.state, found.clues, found.state)

    def said(self, key: str) -> Signal | None:
        """What somebody stated of it, or of the scenario that it lies within (then only no)."""
        stated = self.stated.get(key)
        if stated is not None and stated.in_use in _SAID:
            return Signal(stated.in_use, (Clue(stated.evidence),))
        within = self.entries[key].within
        around = self.said(within) if within else None
        return around if around is not None and around.state is InUse.NO else None

    def use(self, key: str) -> Signal:
        """What counts: the statement, else what was read."""
        return self.said(key) or self.found(key)

    def found(self, key: str) -> Signal:
        if key not in self._found:
            self._found[key] = _USES[key](self)
        return self._found[key]

    def _contradiction(self, said: Signal, found: Signal) -> str:
        if found.state not in _SAID or found.state is said.state:
            return ""
        read = "; ".join(str(clue) for clue in found.clues)
        stated = said.clues[0].sentence
        return f"{stated}, but what was read says {found.state.value}: {read}. The statement counts"


def _reaches_online(scales: _Scales) -> Signal:
    """Whether partners may be organisations in Office 365.

    Federation with them requires a hosting provider or their proxy, unless it is open.
    """
    look = scales.look
    return any_of(
        federation.open_discovery(look),
        federation.allowed_online(look),
        providers.online_provider(look),
    )


def _hybrid(scales: _Scales) -> Signal:
    """A shared address space; what belongs to hybrid alone and is in use contradicts its no."""
    space, data = providers.shared_address_space(scales.look), scales.found("call_data_connector")
    if space.state is InUse.NO and data.state is InUse.YES:
        return Signal(InUse.UNKNOWN, (*data.clues, *space.clues))
    return space


def _federation(scales: _Scales) -> Signal:
    return all_of(federation.federation_gate(scales.look), _reaches_online(scales))


def _federation_partners(scales: _Scales) -> Signal:
    look = scales.look
    some = federation.allowed_domains(look)
    return all_of(federation.federation_gate(look), ~_reaches_online(scales), some)


def _public_providers(scales: _Scales) -> Signal:
    look = scales.look
    gate = (
        federation.edge_pool(look),
        federation.federated_users(look),
        federation.public_policy(look),
    )
    return all_of(*gate, federation.public_provider(look))


def _exchange_online(scales: _Scales) -> Signal:
    return any_of(scales.use("exchange_voicemail"), scales.use("exchange_oauth"))


def _exchange_voicemail(scales: _Scales) -> Signal:
    look = scales.look
    return agreed(providers.voicemail_provider(look), providers.voicemail_policy(look))


def _exchange_oauth(scales: _Scales) -> Signal:
    """Without the partner application no; with it the token service must be there as well."""
    application = exchange.exchange_online_application(scales.look)
    if application.state is InUse.NO:
        return application
    return agreed(application, exchange.token_service(scales.look))


def _exchange_beside_online_users(scales: _Scales) -> Signal:
    return all_of(scales.use("hybrid"), exchange.exchange_beside(scales.look))


def _exchange_on_premises(scales: _Scales) -> Signal:
    return all_of(exchange.exchange_beside(scales.look), ~scales.use("exchange_online"))


def _hybrid_voice(scales: _Scales) -> Signal:
    found = all_of(scales.use("hybrid"), voice.gateways(scales.look))
    return _to_ask(found, "whether users online call over them")


def _cloud_connector(scales: _Scales) -> Signal:
    return _to_ask(scales.use("hybrid"), "whether there are Cloud Connector appliances")


def _call_data_connector(scales: _Scales) -> Signal:
    return voice.call_data(scales.look, scales.rulebook)


def _to_ask(found: Signal, question: str) -> Signal:
    """A yes that only makes the question possible."""
    if found.state is not InUse.YES:
        return found
    return Signal(InUse.UNKNOWN, (*found.clues, Clue(f"{question}: {_ASK}")))


_USES: Mapping[str, Callable[[_Scales], Signal]] = {
    "hybrid": _hybrid,
    "hybrid_voice": _hybrid_voice,
    "call_data_connector": _call_data_connector,
    "federation": _federation,
    "federation_partners": _federation_partners,
    "public_providers": _public_providers,
    "exchange_online": _exchange_online,
    "exchange_voicemail": _exchange_voicemail,
    "exchange_oauth": _exchange_oauth,
    "exchange_beside_online_users": _exchange_beside_online_users,
    "exchange_on_premises": _exchange_on_premises,
    "cloud_connector": _cloud_connector,
}
