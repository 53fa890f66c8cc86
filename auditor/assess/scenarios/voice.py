"""Hybrid features beside hybrid itself: gateways for calls, call data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.assess.identify import all_before
from auditor.assess.scenarios.evidence import Signal
from auditor.assess.scenarios.look import FLAGS, Judged, Look
from auditor.estate.model import InUse, PoolKind

if TYPE_CHECKING:
    from auditor.facts.estate.call_data_connector import CallDataConnector
    from auditor.rulebook.model import Rulebook


def gateways(look: Look) -> Signal:
    """PSTN gateways on-premises, over which users online may call."""
    number = sum(pool.kind is PoolKind.GATEWAY for pool in look.estate.pools)
    if number:
        return look.known.signal("", InUse.YES, f"there are PSTN gateways ({number})")
    if look.estate.lacks(PoolKind.GATEWAY):
        return look.known.signal("", InUse.NO, f"there is no PSTN gateway in {look.estate.source}")
    return look.known.signal("", InUse.UNKNOWN, f"{look.estate.source} names no PSTN gateway")


def call_data(look: Look, rulebook: Rulebook) -> Signal:
    """A cmdlet that is not there says no only where every pool's product is too old for it.

    Else the session, such as that of an administrator's role, may just not show it.
    """

    def judge(settings: CallDataConnector) -> Judged:
        said = {True: "call data is sent to Office 365", False: "", None: "it is not stated"}
        return FLAGS[settings.enabled], said[settings.enabled]

    family, known = "call_data_connector", look.known
    since = rulebook.scenarios[family].since
    if known.is_absent(family) and since is not None:
        if known.was_read() and all_before(look.estate, since, rulebook):
            return known.signal(family, InUse.NO, "no pool's product has such a setting")
        why = "the setting is not available here: the session may just not show it"
        return known.signal(family, InUse.UNKNOWN, why)
    return known.listed(family, judge, "no call data is sent to Office 365")
