"""An estate file with a folder beside it: NAME.toml, NAME/topology.xml, NAME/HOST.json.

The folder is the program's, and is refreshed as a whole; the estate file is the engineer's,
and is written once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input
from auditor.estate.model import Estate
from auditor.estate.topology import read_topology
from auditor.facts.bundle import CARRIED, open_bundle
from reports.files import write_report
from reports.output import OutputFolder

TOPOLOGY = "topology.xml"
_SUFFIX = ".json"
_MOST_BYTES = 4 * MIB


@dataclass(frozen=True, slots=True)
class Saved:
    """In words: what was written, and what is other than it was."""

    written: tuple[str, ...]
    changes: tuple[str, ...]


class EstateFolder:
    """`path` is the estate file. It is known to be writable before the first server is asked."""

    def __init__(self, path: Path) -> None:
        """UsageError: DISCOVER-SAVE (another file is there), REPORT-NOT-WRITTEN."""
        self.path = path
        self.folder = path.with_suffix("")
        if path.suffix != ".toml" or not self.folder.name:
            raise UsageError(
                "DISCOVER-SAVE",
                f"{path} is no name of an estate file.",
                "Give a name that ends in .toml, such as --save estate.toml.",
            )
        self.is_new = not path.exists()
        if not self.is_new:
            self._refuse_other()
        OutputFolder(self.folder)

    def _refuse_other(self) -> None:
        """An engineer's file that does not name the folder would never see what is saved."""
        content = read_input(
            self.path, area="ESTATE", hint="Choose another name.", limit=_MOST_BYTES
        )
        name = self.folder.name
        lines = f'In [estate] it needs: topology = "{name}/{TOPOLOGY}" and evidence = "{name}".'
        try:
            table = tomllib.loads(content.decode("utf-8-sig")).get("estate")
        except (ValueError, RecursionError):
            table = None
        table = table if isinstance(table, dict) else {}
        wanted = {"topology": self.folder / TOPOLOGY, "evidence": self.folder}
        for key, place in wanted.items():
            named = table.get(key)
            if not isinstance(named, str) or not _same(self.path.parent / named, place):
                raise UsageError(
                    "DISCOVER-SAVE",
                    f"{self.path} is there already, and its {key} is not the folder {name}.",
                    f"{lines} Or choose another name.",
                )

    def save(self, estate: Estate, xml: str, bundles: Mapping[str, str], estate_file: str) -> Saved:
        """Write the folder anew, and the estate file where there is none.

        `bundles` are texts by server. Files of servers that were not asked this time are
        removed where they are ours. UsageError REPORT-NOT-WRITTEN.
        """
        before = self._before()
        for fqdn, text in bundles.items():
            write_report(self.folder / f"{fqdn}{_SUFFIX}", text.encode())
        write_report(self.folder / TOPOLOGY, xml.encode("utf-8", "replace"))
        gone = self._forget(bundles)
        if self.is_new:
            write_report(self.path, estate_file.encode())
        answers = "answer" if len(bundles) == 1 else "answers"
        written = (
            f"wrote {self.folder} ({TOPOLOGY}, {len(bundles):,} {answers})",
            f"wrote {self.path}" if self.is_new else f"left {self.path} as it is",
        )
        changes = [] if before is None else list(_changes(before, estate))
        return Saved(written, (*changes, *(f"removed {path}" for path in gone)))

    def _before(self) -> Estate | None:
        topology = self.folder / TOPOLOGY
        try:
            return read_topology(topology) if topology.exists() else None
        except UsageError:
            return None

    def _forget(self, keep: Mapping[str, str]) -> list[Path]:
        gone = []
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            if path.name.removesuffix(_SUFFIX) not in keep and _is_ours(path):
                path.unlink(missing_ok=True)
                gone.append(path)
        return gone


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _is_ours(path: Path) -> bool:
    """Whether it is what an earlier run saved, and nothing that somebody put beside it."""
    try:
        reading = open_bundle(path).reading
    except UsageError:
        return False
    return reading.origin != CARRIED and path.name == f"{reading.fqdn}{_SUFFIX}"


def _changes(before: Estate, now: Estate) -> Iterable[str]:
    pools = [{pool.fqdn for pool in estate.pools} for estate in (before, now)]
    servers = [
        {server.fqdn for pool in estate.pools for server in pool.servers}
        for estate in (before, now)
    ]
    for noun, (old, new) in (("pool", pools), ("server", servers)):
        yield from (f"new {noun}: {name}" for name in sorted(new - old))
        yield from (f"{noun} gone: {name}" for name in sorted(old - new))
