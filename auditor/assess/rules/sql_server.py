"""Does every instance of SQL Server on the server speak TLS 1.2?"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.assess.model import Compared, Evidence, Finding, Status
from auditor.assess.rule import Context, Subject, shorten
from auditor.assess.rules.sql_table import SqlRule, Weighed, sql_demand, written_otherwise
from auditor.facts.sql import SqlFacts, SqlInstance
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.policy import SqlDemand
from auditor.rulebook.sql import SqlBranch, SqlHome, SqlKnowledge, sql_build
from auditor.version import Version


class SqlServerSpeaksTls12(SqlRule):
    """Each instance by the branch of service that its build belongs to, as KB3135244 lists them.

    The branch comes first: service pack 1 of 2014 has higher numbers than the update that brought
    TLS 1.2 to 2014 without it, and no TLS 1.2. In addition, the policy's own source names minimum
    builds; the stricter of the two is required. A release older than all of these is too old.

    A missing instance that a server of its kind ought to have is unknown, never a pass. A
    back end on another machine is not read (SFB-PRE-001).
    """

    id = "SFB-SQL-001"
    title = "SQL Server on this server speaks TLS 1.2"
    applies_to = "servers of a product for which the policy requires it"
    needs = ("sql",)
    sources = ("kb3135244", "kb321185", "dtls")

    def judge(self, subject: Subject, context: Context) -> Finding:
        facts, known = subject.get(SqlFacts), context.rulebook.sql
        wanted = sql_demand(subject, context)
        rows = [_weighed(each, known, wanted) for each in facts.instances]
        rows += _not_there(subject, facts, known)
        if facts.truncated:
            rows.append(
                _unknown("others", "not listed", "the server has more instances than were read")
            )
        return self.of_rows(
            subject,
            rows,
            required=wanted.title,
            fine="Every instance speaks TLS 1.2, in a build that meets the policy.",
            evidence=[*_evidence(subject, facts)],
            actions=("update-sql-server",),
            sources=wanted.sources,
        )


def _weighed(instance: SqlInstance, known: SqlKnowledge, wanted: SqlDemand) -> Weighed:
    build, doubt = _build(instance)
    if build is None:
        return _unknown(instance.instance, _shown(instance), doubt)
    branch = known.branch(build)
    if branch is None:
        return _unknown(instance.instance, str(build), "no source here knows such a build")
    required = max(filter(None, (known.speaks_from(branch), wanted.least(branch))))
    status, note = _verdict(build, branch, required)
    if status is Status.FAIL and instance.patch_level is None:
        status = Status.UNKNOWN
        note = f"{note}; Setup recorded no PatchLevel, so an update may have raised that version"
    return Weighed(
        status,
        Compared(shorten(instance.instance), str(build), f"{required} or later", note),
        remedy=wanted.how if status is Status.FAIL else "",
        sources=branch.sources,
        written=written_otherwise(instance.patch_level or instance.version or "", build),
    )


def _verdict(build: Version, branch: SqlBranch, required: Version) -> tuple[Status, str]:
    called = branch.called
    if branch.speaks is None:
        return Status.FAIL, f"no build of {called} has TLS 1.2: {required} or later is required"
    if build < branch.speaks:
        note = f"{called} has no TLS 1.2 before {branch.speaks}"
        more = f"; {required} or later is required" if required > branch.speaks else ""
        return Status.FAIL, f"{note}{more}"
    if build < required:
        note = f"{called} speaks TLS 1.2, but the policy requires {required} or later"
        return Status.FAIL, note
    return Status.PASS, f"{called} speaks TLS 1.2"


def _build(instance: SqlInstance) -> tuple[Version | None, str]:
    """The build that runs, or why it is not known.

    PatchLevel is it and Version what Setup began with, as KB321185 has it of SQL Server's keys.
    Where they, or the instance's own key, contradict each other nothing is claimed.
    """
    written = [text for text in (instance.patch_level, instance.version) if text is not None]
    if not written:
        return None, "Setup recorded no version of it"
    try:
        builds = [sql_build(Version.parse(text.strip())) for text in written]
    except ValueError:
        return None, "what Setup recorded is not a version"
    if builds[0] < builds[-1]:
        return None, "its PatchLevel is older than its Version"
    if instance.generation not in (None, builds[0].major):
        return None, f"its key says {shorten(instance.id or '')}, which is another release"
    return builds[0], ""


def _not_there(subject: Subject, facts: SqlFacts, known: SqlKnowledge) -> list[Weighed]:
    kind = subject.pool.kind.value
    expected = [home for home in known.instances if kind in home.kinds or not home.kinds]
    return [
        _unknown(home.name, "not there", _expected(home))
        for home in expected
        if facts.find(home.name) is None
    ]


def _expected(home: SqlHome) -> str:
    has = "has" if home.confidence is Confidence.STATED else "should have"
    return f"a server of this kind {has} such an instance"


def _unknown(name: str, observed: str, why: str) -> Weighed:
    row = Compared(shorten(name), observed, "a build with TLS 1.2", why)
    return Weighed(Status.UNKNOWN, row, remedy=f"Check {shorten(name)} on the server itself.")


def _shown(instance: SqlInstance) -> str:
    return shorten(instance.patch_level or instance.version or "no version")


def _evidence(subject: Subject, facts: SqlFacts) -> Iterator[Evidence]:
    names = f"{facts.path}\\Instance Names\\SQL"
    if not facts.instances:
        yield subject.evidence("sql", names, "no instance")
    for each in facts.instances:
        yield subject.evidence("sql", f"{names}, {shorten(each.instance)}", each.id)
        setup = f"{facts.path}\\{shorten(each.id or '')}\\Setup"
        for name, value in (("PatchLevel", each.patch_level), ("Version", each.version)):
            if value is not None:
                yield subject.evidence("sql", f"{setup}, {name}", value)
