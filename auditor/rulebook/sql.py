"""What is known of SQL Server and its clients. Explained in sql.toml."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import STRICT, Build4, Kind
from auditor.version import Version

# SQL Server 2008 R2 shares its major number with 2008.
_MINOR_OF_R2 = 50


@dataclass(frozen=True, config=STRICT)
class SqlBranch:
    """The builds of a release at one level of service; `speaks` is the first one with TLS 1.2."""

    release: str
    begins: Build4
    sources: tuple[str, ...]
    level: str = ""
    speaks: Build4 | None = None

    @property
    def called(self) -> str:
        """Such as "SQL Server 2014 with service pack 1"."""
        return f"{self.release} {self.level}".rstrip()


@dataclass(frozen=True, config=STRICT)
class SqlHome:
    """An instance that a server has in pools of `kinds`, of every kind where there is none."""

    name: str
    sources: tuple[str, ...]
    kinds: tuple[Kind, ...] = ()
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, config=STRICT)
class SqlClient:
    """A client of SQL Server, from which build on it will do, and what to do where it will not."""

    key: str
    title: str
    names: tuple[str, ...]
    least: Build4
    how: str
    sources: tuple[str, ...]
    field: Build4 | None = None
    successors: tuple[str, ...] = ()
    successor_keys: tuple[str, ...] = ()
    optional: bool = False
    confidence: Confidence = Confidence.STATED
    doubt: str = ""


@dataclass(frozen=True, config=STRICT)
class SqlKnowledge:
    branches: tuple[SqlBranch, ...]
    instances: tuple[SqlHome, ...]
    clients: tuple[SqlClient, ...]

    def branch(self, build: Version) -> SqlBranch | None:
        """The branch of a build as `sql_build` gives it, None for one before its release."""
        begun = [branch for branch in self.branches if branch.begins <= build]
        if not begun:
            return None
        last = begun[-1]
        same = (last.begins.major, last.begins.minor) == (build.major, build.minor)
        return last if same or last is self.branches[-1] else None

    def speaks_from(self, branch: SqlBranch) -> Version:
        """The first build with TLS 1.2 in the branch, or in the next one that has any."""
        return next(b.speaks for b in self.branches if b.begins >= branch.begins and b.speaks)


def sql_build(written: Version) -> Version:
    """A version of SQL Server or of a client as lists of builds print it.

    Setup writes the service pack into the second number: 12.2.5000.0 is 12.0.5000.0.
    """
    minor = _MINOR_OF_R2 if written.minor >= _MINOR_OF_R2 else 0
    return Version(written.major, minor, written.build, written.revision)
