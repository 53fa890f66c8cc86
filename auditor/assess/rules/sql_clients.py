"""Do the clients of SQL Server on the server speak TLS 1.2?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.assess.model import Compared, Evidence, Finding, Status
from auditor.assess.rule import Context, Subject, product_of, shorten
from auditor.assess.rules.sql_table import SqlRule, Weighed, sql_demand, written_otherwise
from auditor.facts.products import ProductsFacts
from auditor.facts.sql import SqlFacts
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.sql import SqlClient, sql_build
from auditor.version import Version


class SqlClientsSpeakTls12(SqlRule):
    """Each client by its lowest version in the registry or among the installed programs.

    Microsoft's page asks for the clients without a number. The SQL Server team's own check has the
    numbers of the Native Client and of the ODBC driver: below them is a fail, and what a script in
    the field asks beyond them is advice. Of the management objects and the CLR types those of
    service pack 2 suffice; whether older ones do is not clear, so they are unknown.
    """

    id = "SFB-SQL-002"
    title = "The clients of SQL Server speak TLS 1.2"
    applies_to = "servers of a product for which the policy requires it"
    needs = ("sql", "products")
    sources = ("dtls", "tigertoolbox", "argiesen")
    no_fail = "No Microsoft document says that TLS 1.2 fails with that, so this is advice."

    def exempt(self, subject: Subject, context: Context) -> str | None:
        nothing = super().exempt(subject, context)
        if nothing is None and not sql_demand(subject, context).clients:
            title = product_of(subject).title
            return f"the policy requires nothing of SQL Server's clients on servers of {title}"
        return nothing

    def judge(self, subject: Subject, context: Context) -> Finding:
        seen = [_seen(client, subject) for client in context.rulebook.sql.clients]
        rows = [_weighed(each) for each in seen]
        return self.of_rows(
            subject,
            rows,
            required="; ".join(f"{each.client.title} {each.client.least}" for each in seen)
            + ", or later",
            fine="Every client speaks TLS 1.2.",
            evidence=[evidence for each in seen for evidence in each.evidence],
            actions=("update-sql-clients",),
            sources=(*sql_demand(subject, context).sources, *self.sources),
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of a client: its versions as texts, and whether a later driver is there too.

    `doubt` is why it may be there although nothing was read, "" where it is not.
    """

    client: SqlClient
    versions: tuple[str, ...]
    successor: bool
    doubt: str
    evidence: tuple[Evidence, ...]


def _seen(client: SqlClient, subject: Subject) -> _Seen:
    facts, programs = subject.get(SqlFacts), subject.get(ProductsFacts)
    own = [*_read(facts, [client.key]), *_installed(programs, client.names)]
    later = [*_read(facts, client.successor_keys), *_installed(programs, client.successors)]
    signal = facts.clients.get(client.key)
    doubt = "the list of programs was cut short" if programs.truncated else ""
    if signal is not None and signal.state == "unreadable":
        doubt = "its registry key could not be read"
    evidence = [subject.evidence(*each) for each in (*own, *later)]
    if signal is not None and signal.value is None:
        evidence.append(subject.evidence("sql", signal.where, signal.state))
    return _Seen(
        client,
        versions=tuple(version for _, _, version in own),
        successor=any(_later(version, client) for _, _, version in later),
        doubt=doubt,
        evidence=tuple(evidence),
    )


def _read(facts: SqlFacts, keys: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Family, place and version of each of these clients that the registry has."""
    for key in keys:
        signal = facts.clients.get(key)
        if signal is not None and signal.value is not None:
            yield "sql", signal.where, str(signal.value.data)


def _installed(programs: ProductsFacts, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The same of programs so called, whatever blanks and capitals they are written with."""
    wanted = tuple(name.casefold() for name in names)
    for program in programs.items:
        if " ".join(program.name.split()).casefold().startswith(wanted):
            path = f"installed program {shorten(program.name)}"
            yield "products", path, program.version_text or "no version"


def _build(version: str) -> Version | None:
    try:
        return sql_build(Version.parse(version.strip()))
    except ValueError:
        return None


def _later(version: str, client: SqlClient) -> bool:
    """Whether it is the version of a later driver, and no number that none of them can have."""
    build = _build(version)
    return build is not None and build.major > client.least.major


def _weighed(seen: _Seen) -> Weighed:
    client = seen.client
    status, observed, note = _verdict(seen)
    return Weighed(
        status,
        Compared(client.title, observed, f"{client.least} or later", note),
        remedy=client.how,
        sources=client.sources,
        written=_written(seen, observed),
    )


def _written(seen: _Seen, observed: str) -> str:
    """How the build that was observed was written, where that is another number."""
    builds = ((text, _build(text)) for text in seen.versions)
    told = (
        written_otherwise(text, build)
        for text, build in builds
        if build is not None and str(build) == observed
    )
    return next(filter(None, told), "")


def _verdict(seen: _Seen) -> tuple[Status, str, str]:
    """The status, what was observed and a word on it."""
    client = seen.client
    if not seen.versions:
        return _absent(seen)
    builds = [_build(version) for version in seen.versions]
    known = [build for build in builds if build is not None]
    if len(known) < len(builds):
        return Status.UNKNOWN, shorten(", ".join(seen.versions)), "that is not a version"
    lowest = min(known)
    if lowest < client.least:
        return _old(seen, str(lowest))
    if client.field is not None and lowest < client.field:
        note = f"it speaks TLS 1.2; a script in the field asks for {client.field} or later"
        return Status.ADVICE, str(lowest), note
    return Status.PASS, str(lowest), "sufficient"


def _absent(seen: _Seen) -> tuple[Status, str, str]:
    if seen.doubt:
        return Status.UNKNOWN, "not known", seen.doubt
    if seen.successor:
        return Status.PASS, "not installed", "a later driver replaces it"
    if seen.client.optional:
        note = "the Administrative Tools install it, and Microsoft's page asks for it everywhere"
        return Status.ADVICE, "not installed", note
    return Status.FAIL, "not installed", "Microsoft's page asks for it on every server"


def _old(seen: _Seen, lowest: str) -> tuple[Status, str, str]:
    if seen.successor:
        note = "a later driver speaks TLS 1.2; programs that ask for this one by name do not"
        return Status.ADVICE, lowest, note
    if seen.client.confidence is not Confidence.STATED:
        return Status.UNKNOWN, lowest, seen.client.doubt
    return Status.FAIL, lowest, f"no TLS 1.2 before {seen.client.least}"
