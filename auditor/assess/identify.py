"""What a server is: its product, by the packages installed, and its Windows.

The packages decide; the topology's or the inventory's word stands in where they could not
be read, and where the two disagree nothing is claimed. Without packages a machine is no server
only where nothing else that was read says that it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from auditor.assess.signs import Seen, seen_beside_packages, signs_of_a_server
from auditor.estate.model import Pool, PoolKind
from auditor.facts.os import OsFacts
from auditor.facts.products import Product as InstalledPackage
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import facts_of
from auditor.facts.services import ServicesFacts
from auditor.version import Version

if TYPE_CHECKING:
    from auditor.estate.model import Estate
    from auditor.facts.reading import Reading
    from auditor.rulebook.model import Rulebook
    from auditor.rulebook.products import Product

_WORKSTATION, _SERVER_TYPES = 1, (2, 3)
_DOTS = 3

# Kinds whose machines need not carry a server package: nobody knows, or a third party's.
_NOT_NECESSARILY_LYNC = frozenset({PoolKind.UNKNOWN, PoolKind.TRUSTED_APPLICATION})


class Package(NamedTuple):
    """An installed package that carries a product's name; `component` is what follows the comma.

    By `key` (the component casefolded) it is known. `version` is None for what is no build, as
    every one has four numbers; `shown` is it as it was told, whether or not it is one.
    """

    product: str
    component: str
    key: str
    version: Version | None
    shown: str
    installed: InstalledPackage

    @classmethod
    def of(cls, product: str, component: str, installed: InstalledPackage) -> Package:
        text = installed.version_text or ""
        version = installed.version if text.count(".") == _DOTS else None
        return cls(product, component, component.casefold(), version, text or "none", installed)


@dataclass(frozen=True)
class ProductIdentity:
    """`product` is a rulebook key or None; `is_server` is None where it cannot be told.

    `entry` is the rulebook's, None where it has none of that key; `packages` are those of the
    product, without tools, and `deciding` those of them by which its update level is told, the
    Core Components first. `seen` is what the reason rests on where no product is identified.
    """

    product: str | None
    is_server: bool | None
    reason: str
    entry: Product | None = None
    packages: tuple[Package, ...] = ()
    deciding: tuple[Package, ...] = ()
    truncated: bool = False
    seen: tuple[Seen, ...] = ()

    @cached_property
    def builds(self) -> tuple[Version, ...]:
        """The builds of the deciding packages, the lowest first."""
        return tuple(sorted(p.version for p in self.deciding if p.version is not None))

    def components(self, name: str) -> tuple[Package, ...]:
        return self._by_component.get(name.casefold(), ())

    @cached_property
    def _by_component(self) -> dict[str, tuple[Package, ...]]:
        found: dict[str, tuple[Package, ...]] = {}
        for package in self.packages:
            found[package.key] = (*found.get(package.key, ()), package)
        return found


@dataclass(frozen=True, slots=True)
class SystemIdentity:
    """`system` is the key of a Windows in the rulebook, None where it is none of them."""

    system: str | None
    reason: str


def identify_system(facts: OsFacts | None, rulebook: Rulebook) -> SystemIdentity:
    """Which Windows it is, by version, build and product type."""
    if facts is None:
        return SystemIdentity(None, "the operating system was not read")
    if facts.product_type != _WORKSTATION and facts.product_type not in _SERVER_TYPES:
        return SystemIdentity(None, f"product type {facts.product_type} is not known")
    workstation = facts.product_type == _WORKSTATION
    for windows in rulebook.windows.values():
        if windows.matches(facts.version, workstation=workstation):
            return SystemIdentity(windows.key, windows.title)
    kind = "workstation" if workstation else "server"
    return SystemIdentity(None, f"Windows {facts.version} ({kind}) is not known to the rulebook")


def identify_product(reading: Reading, pool: Pool, rulebook: Rulebook) -> ProductIdentity:
    """Which product it is, by its packages; without them by the estate's word."""
    facts = facts_of(reading, ProductsFacts)
    expected = expected_products(pool, rulebook)
    if facts is None:
        return _stated(expected, rulebook)
    packages = _named_packages(facts, rulebook)
    tools = {name.casefold() for name in rulebook.components.tools}
    core = rulebook.components.core.casefold()
    roles = {p.product for p in packages if p.key not in {core, *tools}}
    if not roles:
        otherwise = _otherwise(reading, facts, packages, pool, rulebook)
        return _without_roles(reading, facts, packages, otherwise, pool, expected)
    if len(roles) > 1:
        titles = " and ".join(sorted(rulebook.products[key].title for key in roles))
        reason = f"packages of {titles} are installed side by side"
        return ProductIdentity(None, True, reason, seen=_seen(packages))
    product = rulebook.products[roles.pop()]
    if expected and product.key not in expected:
        reason = f"{product.title} is installed, but the estate says {_titles(expected, rulebook)}"
        return ProductIdentity(None, True, reason, seen=_seen(packages))
    own = tuple(p for p in packages if p.product == product.key and p.key not in tools)
    keys = rulebook.components.deciding_keys
    deciding = [p for key in keys for p in own if p.key == key]
    reason = f"packages of {product.title}"
    return ProductIdentity(
        product.key, True, reason, product, own, tuple(deciding), facts.truncated
    )


def expected_products(pool: Pool, rulebook: Rulebook) -> tuple[str, ...]:
    """What the estate says the product is: an inventory's word, else the topology's number.

    A number or name that the rulebook does not know is handed on as it is, so that nothing
    matches it. A trusted application pool says nothing: its number is not a server's.
    """
    if pool.kind is PoolKind.TRUSTED_APPLICATION:
        return ()
    if pool.product is not None:
        return (pool.product,)
    if pool.service_version is None:
        return ()
    number = pool.service_version
    known = tuple(p.key for p in rulebook.products.values() if p.service_version == number)
    return known or (f"service version {number}",)


def all_before(estate: Estate, service_version: int, rulebook: Rulebook) -> bool:
    """Whether every pool that takes updates is known to be of an older generation."""

    def is_before(pool: Pool) -> bool:
        known = [rulebook.products.get(key) for key in expected_products(pool, rulebook)]
        numbers = [product.service_version if product else None for product in known]
        return bool(numbers) and all(n is not None and n < service_version for n in numbers)

    pools = [pool for pool in estate.pools if pool.takes_updates]
    judged = [pool for pool in pools if pool.kind is not PoolKind.TRUSTED_APPLICATION]
    return bool(judged) and all(map(is_before, judged))


def _stated(expected: tuple[str, ...], rulebook: Rulebook) -> ProductIdentity:
    """The topology's or inventory's word, where the packages could not be read."""
    product = expected[0] if len(expected) == 1 else None
    entry = rulebook.products.get(product) if product is not None else None
    return ProductIdentity(product, None, "the installed packages were not read", entry)


def _must_be_server(pool: Pool, expected: tuple[str, ...]) -> bool:
    return bool(expected) or pool.kind not in _NOT_NECESSARILY_LYNC


def _without_roles(
    reading: Reading,
    facts: ProductsFacts,
    packages: tuple[Package, ...],
    otherwise: str | None,
    pool: Pool,
    expected: tuple[str, ...],
) -> ProductIdentity:
    """No package of a server role: a tools box, an Exchange or UCMA host, or a gap."""
    listed = Seen("products", "uninstall entries", str(len(facts.items)))
    seen = (listed, *_seen(packages), *seen_beside_packages(reading))
    if facts.truncated:
        reason = "the list of packages was cut short, with no role in it"
        return ProductIdentity(None, None, reason, seen=seen)
    names = ", ".join(sorted({package.installed.name for package in packages}))
    found = (
        f"no server role is installed, only: {names}" if names else "no Lync package is installed"
    )
    if _must_be_server(pool, expected):
        reason = f"{found}; yet it is a member of {pool.kind} pool {pool.fqdn}"
        return ProductIdentity(None, True, reason, seen=seen)
    if otherwise is not None:
        return ProductIdentity(None, None, f"{found}; yet {otherwise}", seen=seen)
    return ProductIdentity(None, False, found, seen=seen)


def _otherwise(
    reading: Reading,
    facts: ProductsFacts,
    packages: tuple[Package, ...],
    pool: Pool,
    rulebook: Rulebook,
) -> str | None:
    """Why a machine without a role's package may be a server all the same."""
    if reading.other_domain is not None:
        return f"the answer came from a computer in {reading.other_domain}"
    signs = signs_of_a_server(reading, pool, rulebook)
    if signs:
        return f"it has what a role installs: {', '.join(signs)}"
    if facts_of(reading, ServicesFacts) is not None:
        return None
    named = _of_a_product(facts, packages, rulebook)
    if named is None and facts.items:
        return None
    what = f"{named} is installed" if named is not None else "the list of packages is empty"
    return f"{what}, and no services were read"


def _of_a_product(
    facts: ProductsFacts, packages: tuple[Package, ...], rulebook: Rulebook
) -> str | None:
    """An entry that begins with a product's name and is no tool: a role may go with it."""
    tools = {name.casefold() for name in rulebook.components.tools}
    of_tools = {p.installed for p in packages if p.key in tools}
    names = (item.name for item in facts.items if item not in of_tools)
    beginnings = tuple(rulebook.package_names)
    return next((name for name in names if name.casefold().startswith(beginnings)), None)


def _seen(packages: tuple[Package, ...]) -> tuple[Seen, ...]:
    return tuple(
        Seen("products", f"{p.installed.view}: {p.installed.name}", p.shown) for p in packages
    )


def _named_packages(facts: ProductsFacts, rulebook: Rulebook) -> tuple[Package, ...]:
    """Uninstall entries that name a product and a component, by product code or by name."""
    codes, names = rulebook.package_codes, rulebook.package_names
    packages = []
    for item in facts.items:
        head, _, component = item.name.partition(",")
        by_name = (names.get(head.strip().casefold()), component.strip())
        product, component = codes.get(item.key.casefold(), by_name)
        if product and component:
            packages.append(Package.of(product, component, item))
    return tuple(packages)


def _titles(keys: tuple[str, ...], rulebook: Rulebook) -> str:
    return " or ".join(
        rulebook.products[key].title if key in rulebook.products else key for key in keys
    )
