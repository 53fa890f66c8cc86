"""How old facts may be: a policy says after how many days they prove nothing any more."""

from __future__ import annotations

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
        return "nobody knows when the facts were read"
    days = (context.now - when).days
    limit = context.policy.max_age_days
    if days > limit:
        return f"the facts are {days} days old; the policy takes {limit} at most"
    if days < -1:
        return f"the facts are dated {when:%Y-%m-%d}, after this audit"
    return None
