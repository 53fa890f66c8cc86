"""How old facts may be: a policy says after how many days they prove nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.assess.rule import Context
    from auditor.facts.reading import Reading


def outdated(reading: Reading, context: Context) -> str | None:
    """Why a reading is too old to prove anything, None where it is not.

    The instant is ours where we asked, else the server's own.
    """
    when = reading.finished or reading.collected
    if when is None:
        return "when the facts were read is not known"
    age, limit = context.now - when, context.policy.max_age_days
    if age > timedelta(days=limit):
        told = f"{age.days} days" if age.days > limit else f"more than {limit} days"
        return f"the facts are {told} old; the policy allows {limit} at most"
    if age.days < -1:
        return f"the facts are dated {when:%Y-%m-%d}, after this audit"
    return None
