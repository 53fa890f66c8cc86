"""Scenarios as an estate states them; what nobody stated is judged as if it were in use."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.estate.model import InUse, Scenario

KEYS = ("hybrid", "federation", "exchange_online")
NOT_STATED = "nobody stated it, so it is judged as if it were in use"


def stated_scenarios(stated: Mapping[str, InUse], source: str) -> tuple[Scenario, ...]:
    """One scenario for each of `KEYS`; `source` names the file that states them."""
    return tuple(
        Scenario(key, stated[key], f'{source} states {key} = "{stated[key].value}"')
        if key in stated
        else Scenario(key, InUse.ASSUMED, NOT_STATED)
        for key in KEYS
    )
