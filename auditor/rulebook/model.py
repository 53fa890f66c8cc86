"""The rulebook's nouns. What each field means is said in the TOML file it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from pydantic.dataclasses import dataclass

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import STRICT, Build4, Kind
from auditor.rulebook.integration import ClientRow, Integrations, ScenarioPath
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Apart, Components, Product, Signs
from auditor.rulebook.registry import Registry
from auditor.rulebook.sql import SqlKnowledge
from auditor.version import Version


@dataclass(frozen=True, config=STRICT)
class Source:
    """A public document; `url` is "" where no address is known."""

    key: str
    title: str
    url: str = ""


@dataclass(frozen=True, config=STRICT)
class Part:
    """A component of an update: its own KB, its own number where that differs."""

    component: str
    kb: str = ""
    version: Build4 | None = None


@dataclass(frozen=True, config=STRICT)
class Build:
    """A build with its name; `month` is "2018-07" or a year alone.

    `doubt` is what of it is in doubt where it is not stated, such as "month not certain".
    """

    product: str
    version: Build4
    name: str
    month: str
    sources: tuple[str, ...]
    kb: tuple[str, ...] = ()
    component: str = ""
    parts: tuple[Part, ...] = ()
    leaves: tuple[str, ...] = ()
    confidence: Confidence = Confidence.STATED
    doubt: str = ""

    def leaves_out(self, component: str) -> bool:
        """Whether the update is known not to service a deciding component."""
        return component in self.leaves or self.component not in ("", component)


@dataclass(frozen=True, config=STRICT)
class Unnumbered:
    """An update whose build no source here gives."""

    product: str
    name: str
    month: str
    kb: tuple[str, ...]
    sources: tuple[str, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Windows:
    """A Windows version; `builds` is the first and the last build number."""

    key: str
    title: str
    version: str
    builds: tuple[int, int]
    schannel_tls12: bool
    winhttp_tls12: bool
    sources: tuple[str, ...]
    workstation: bool = False
    service_pack_build: int | None = None
    confidence: Confidence = Confidence.STATED

    def matches(self, version: Version, *, workstation: bool) -> bool:
        first, last = self.builds
        return (
            f"{version.major}.{version.minor}" == self.version
            and first <= version.build <= last
            and workstation == self.workstation
        )


@dataclass(frozen=True, config=STRICT)
class UpdatedFile:
    """The version that an update gives a file of System32 on one Windows."""

    os: str
    name: str
    version: Build4


@dataclass(frozen=True, config=STRICT)
class Update:
    key: str
    title: str
    hotfix: str
    sources: tuple[str, ...]
    later: tuple[str, ...] = ()
    files: tuple[UpdatedFile, ...] = ()

    def files_for(self, os: str) -> tuple[UpdatedFile, ...]:
        return tuple(file for file in self.files if file.os == os)


@dataclass(frozen=True, config=STRICT)
class InstallerHotfix:
    """An update of Windows that a product asks for on one Windows."""

    product: str
    os: str
    hotfix: str
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Installer:
    """The least Windows PowerShell of `products`, by its version and by BuildVersion."""

    powershell: Build4
    build: Build4
    products: tuple[str, ...]
    sources: tuple[str, ...]
    hotfixes: tuple[InstallerHotfix, ...] = ()

    def hotfix_for(self, product: str, os: str | None) -> InstallerHotfix | None:
        """The update that the product asks for on that Windows, None where it asks for none."""
        rows = (row for row in self.hotfixes if (row.product, row.os) == (product, os))
        return next(rows, None)


@dataclass(frozen=True, config=STRICT)
class Appliances:
    """Kinds of pool that may be appliances, whose vendor packages updates; `remedy` says so.

    `migrate` is how one gets to another product, which stands for {target}.
    """

    kinds: tuple[Kind, ...]
    remedy: str
    migrate: str
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Clock:
    max_skew_minutes: int
    sources: tuple[str, ...]

    @property
    def max_skew(self) -> timedelta:
        """How far two clocks may be apart."""
        return timedelta(minutes=self.max_skew_minutes)


@dataclass(frozen=True, config=STRICT)
class Certificates:
    """Days before its end at which a certificate is worth a word."""

    warn_days: int
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class DiskRoom:
    """What has to be free (GiB) on servers of pools of `kinds`."""

    free_gib: int
    kinds: tuple[Kind, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Restart:
    """Parts of paths, in small letters, by which a file that waits for a restart may matter."""

    watched: tuple[str, ...]
    spared: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence = Confidence.STATED

    def watches(self, path: str) -> bool:
        """Whether a file there may be Windows', the product's or an installer's."""
        small = path.casefold()
        if any(part in small for part in self.spared):
            return False
        return any(part in small for part in self.watched)


@dataclass(frozen=True, config=STRICT)
class Overlay:
    """A file of somebody's own that was laid over the shipped knowledge, and what it changed."""

    file: str
    sha256: str
    changes: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Rulebook:
    """Everything, by key. `date` is the day on which the shipped knowledge was last touched."""

    date: str
    sources: Mapping[str, Source]
    components: Components
    signs: Signs
    products: Mapping[str, Product]
    apart: tuple[Apart, ...]
    builds: tuple[Build, ...]
    unnumbered: tuple[Unnumbered, ...]
    clock: Clock
    certificates: Certificates
    disk: DiskRoom
    restart: Restart
    windows: Mapping[str, Windows]
    updates: Mapping[str, Update]
    installer: Installer
    appliances: Appliances
    registry: Registry
    sql: SqlKnowledge
    policies: Mapping[str, Policy]
    scenarios: Mapping[str, ScenarioPath]
    client_rows: tuple[ClientRow, ...]
    integrations: Integrations
    overlays: tuple[Overlay, ...] = ()

    @property
    def all_updates(self) -> tuple[Build | Unnumbered, ...]:
        """Those with a number, and then those without."""
        return (*self.builds, *self.unnumbered)

    def builds_of(self, product: str) -> tuple[Build, ...]:
        """The known builds of a product, oldest first."""
        return self._builds.get(product, ())

    def part_of(self, product: str, version: Version, component: str) -> Part | None:
        """A component of an update as a source lists it; None says nothing: lists are not whole."""
        return self._parts.get((product, version, component.casefold()))

    def least_of(self, product: str, build: Version, component: str) -> Version:
        """What a component has where that build's update is installed, and all before it.

        It is an earlier build for a deciding component that the update is known to leave out.
        """
        left = self._left.get((product, build))
        return left.get(component.casefold(), build) if left else build

    @cached_property
    def package_codes(self) -> dict[str, tuple[str, str]]:
        """By MSI product code, casefolded, the keys of products and the names of components."""
        return {
            code.casefold(): (product.key, component)
            for product in self.products.values()
            for code, component in product.codes.items()
        }

    @cached_property
    def package_names(self) -> dict[str, str]:
        """By what installed packages' names begin with, casefolded, the keys of products."""
        return {
            name.casefold(): product.key
            for product in self.products.values()
            for name in product.packages
        }

    @cached_property
    def _builds(self) -> dict[str, tuple[Build, ...]]:
        by_product: dict[str, tuple[Build, ...]] = {}
        for build in self.builds:
            by_product[build.product] = (*by_product.get(build.product, ()), build)
        return by_product

    @cached_property
    def _left(self) -> dict[tuple[str, Version], dict[str, Version]]:
        """The builds that left deciding components out, with the last one of each that did not."""
        left: dict[tuple[str, Version], dict[str, Version]] = {}
        for product, builds in self._builds.items():
            for component in self.components.deciding:
                last: Version | None = None
                for build in builds:
                    if last is not None and build.leaves_out(component):
                        of_build = left.setdefault((product, build.version), {})
                        of_build[component.casefold()] = last
                    else:
                        last = build.version
        return left

    @cached_property
    def _parts(self) -> dict[tuple[str, Version, str], Part]:
        parts: dict[tuple[str, Version, str], Part] = {}
        for build in self.builds:
            for part in build.parts:
                parts.setdefault((build.product, build.version, part.component.casefold()), part)
        return parts
