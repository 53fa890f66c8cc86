"""Family `layout`: sites, pools and computers by their own cmdlets, beside the topology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, texts
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class SiteFact:
    """`identity` is such as "Site:Contoso"."""

    identity: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PoolFact:
    """`services` are such as "Registrar:pool01.contoso.com"; both lists end at 50."""

    fqdn: str
    site: str | None = None
    services: tuple[str, ...] = ()
    computers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComputerFact:
    fqdn: str
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class LayoutFacts:
    sites: Listing[SiteFact]
    pools: Listing[PoolFact]
    computers: Listing[ComputerFact]


def decode(raw: Mapping[str, object]) -> LayoutFacts:
    """What layout.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return LayoutFacts(
        sites=listing(data.fields("sites"), _site, limit=5000),
        pools=listing(data.fields("pools"), _pool, limit=5000),
        computers=listing(data.fields("computers"), _computer, limit=5000),
    )


def _site(item: Fields) -> SiteFact:
    return SiteFact(item.text("identity"), item.optional_text("name"))


def _pool(item: Fields) -> PoolFact:
    return PoolFact(
        fqdn=item.text("fqdn"),
        site=item.optional_text("site"),
        services=texts(item, "services", limit=50),
        computers=texts(item, "computers", limit=50),
    )


def _computer(item: Fields) -> ComputerFact:
    return ComputerFact(item.text("fqdn"), item.optional_text("pool"))
