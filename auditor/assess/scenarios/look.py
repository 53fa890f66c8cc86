"""What is looked at when scenarios are weighed, and the words that signals share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.assess.scenarios.evidence import Known
from auditor.estate.model import Estate, InUse
from auditor.rulebook.confidence import Confidence

if TYPE_CHECKING:
    from auditor.rulebook.integration import Endpoint, Integrations

# What an item of a listing says, and its sentence.
Judged = tuple[InUse, str]

NOTHING: Judged = (InUse.NO, "")
FLAGS = {True: InUse.YES, False: InUse.NO, None: InUse.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Look:
    """The estate, what was read of its configuration, and the names of Office 365."""

    estate: Estate
    known: Known
    integrations: Integrations

    def named(self, endpoint: Endpoint) -> str:
        """The cloud's title; a name that no document confirms is marked."""
        title = self.integrations.clouds[endpoint.cloud]
        sure = endpoint.confidence is not Confidence.UNSURE
        return title if sure else f"{title}, a name that no document confirms"


def host_of(address: str | None) -> str | None:
    """The host of a web address, None where it has none."""
    try:
        return urlsplit(address or "").hostname
    except ValueError:  # no address at all
        return None
