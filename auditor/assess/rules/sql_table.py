"""What the rules on SQL Server share: of whom they are asked, and a finding made of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.assess.model import Compared, Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, product_of, shorten
from auditor.rulebook.policy import SqlDemand
from auditor.version import Version

# The first status that a row has is that of the finding.
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.ADVICE, Status.PASS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One row with the status that it has by itself; `remedy` where something is to do about it.

    `written` is the version as Setup wrote it, where that is another number than the build.
    """

    status: Status
    row: Compared
    remedy: str = ""
    sources: tuple[str, ...] = ()
    written: str = ""


class SqlRule(Rule):
    def exempt(self, subject: Subject, context: Context) -> str | None:
        product = product_of(subject)
        if product.key not in context.policy.sql:
            return f"the policy requires nothing of SQL Server on servers of {product.title}"
        return None

    def of_rows(
        self,
        subject: Subject,
        rows: Sequence[Weighed],
        *,
        required: str,
        fine: str,
        evidence: Sequence[Evidence],
        actions: tuple[str, ...],
        sources: tuple[str, ...],
    ) -> Finding:
        """The finding of its worst row, whose reason names every row as bad as that."""
        found = {each.status for each in rows}
        status = next((one for one in _WORST_FIRST if one in found), Status.UNKNOWN)
        worst = [each.row for each in rows if each.status is status]
        reason = fine if status is Status.PASS else _told(worst) or "None was found."
        remedies = [each.remedy for each in rows if each.status is not Status.PASS]
        cited = (*sources, *(key for each in rows for key in each.sources))
        return self.finding(
            subject,
            status,
            observed=", ".join(f"{each.row.name} {each.row.observed}" for each in rows)
            or "nothing",
            required=required,
            reason=" ".join(filter(None, (reason, _two_numbers(rows)))),
            evidence=evidence,
            compared=tuple(each.row for each in rows),
            remediation="\n".join(dict.fromkeys(filter(None, remedies))),
            actions=actions if status is Status.FAIL else (),
            sources=tuple(dict.fromkeys(cited)),
        )


def written_otherwise(text: str, build: Version) -> str:
    """A version as it was written, where that is not how lists of builds print it; else ""."""
    return "" if text.strip() == str(build) else shorten(text.strip())


def _two_numbers(rows: Sequence[Weighed]) -> str:
    """Why what was read is another number than what was observed."""
    pairs = dict.fromkeys(f"{e.written} is {e.row.observed}" for e in rows if e.written)
    if not pairs:
        return ""
    return f"(Setup writes the service pack into the second number: {', '.join(pairs)}.)"


def _told(rows: Sequence[Compared]) -> str:
    """A sentence for each note, with the names of all the rows that it is about."""
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        names.setdefault((row.observed, row.note), []).append(row.name)
    return " ".join(
        f"{shorten(', '.join(named))} ({observed}): {note}."
        for (observed, note), named in names.items()
    )


def sql_demand(subject: Subject, context: Context) -> SqlDemand:
    """What the policy asks of SQL Server on the server; LookupError where it asks nothing."""
    return context.policy.sql[product_of(subject).key]
