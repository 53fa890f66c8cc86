"""An estate on a terminal: by site its pools, their servers, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.assess.paths import federation_edges
from auditor.estate.model import Estate, Pool, PoolKind, Server, Site, SqlBackend
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from reports import words
from reports.text import one_line

Row = tuple[str, Text]

_DATABASES = {
    "UserStore": "users",
    "ApplicationStore": "applications",
    "ArchivingStore": "archiving",
    "MonitoringStore": "monitoring",
    "CentralMgmtStore": "Central Management",
    "PersistentChatStore": "Persistent Chat",
}
_MOST_NOTES = 200
_LABEL_WIDTH = 13


def print_estate(estate: Estate, console: Console) -> None:
    """Sites with their pools, branch sites after their central one; the route; the notes."""
    rulebook = load()
    console.print(Text(one_line(f"{estate.name}, from {estate.source}", 300), "bold"))
    console.print(Text(_counts(estate)))
    by_site: dict[str, list[Pool]] = {}
    for pool in estate.pools:
        by_site.setdefault(pool.site, []).append(pool)
    sites = list(_in_order(estate.sites))
    known = {site.name for site in sites}
    for site in (*sites, *(Site(name) for name in by_site if name not in known)):
        console.print(Text(f"\n{_heading(site)}", "bold underline"))
        pools = by_site.get(site.name, [])
        if not pools:
            console.print(Text("  no pool", "dim"))
        for pool in pools:
            _print_pool(pool, rulebook, console)
    console.print(Text("\nFederation route", "bold"))
    for line in _route(estate):
        console.print(Text(f"  {line}"))
    _print_notes(estate, console)


def _counts(estate: Estate) -> str:
    updated = sum(pool.takes_updates for pool in estate.pools)
    audited, others = len(estate.servers()), len(estate.others())
    return (
        f"{words.count(len(estate.sites), 'site')}, {words.count(len(estate.pools), 'pool')}; "
        f"{words.count(audited, 'server')} in {words.count(updated, 'pool')} "
        f"take{'s' if audited == 1 else ''} cumulative updates, "
        f"{words.count(others, 'other machine')}"
    )


def _in_order(sites: Iterable[Site]) -> Iterator[Site]:
    """Each central site with its branches after it; then branches of no known site."""
    sites = tuple(sites)
    branches: dict[str | None, list[Site]] = {}
    for site in sites:
        branches.setdefault(site.central, []).append(site)
    for site in branches.pop(None, []):
        yield site
        yield from branches.pop(site.name, [])
    for lost in branches.values():
        yield from lost


def _heading(site: Site) -> str:
    name = one_line(site.name, 200)
    if site.central is None:
        return f"Site {name}"
    return f"Branch site {name}, of {one_line(site.central, 200)}"


def _print_pool(pool: Pool, rulebook: Rulebook, console: Console) -> None:
    style = "bold" if pool.takes_updates else "dim"
    console.print(Text(f"\n  {one_line(pool.fqdn, 253)}", style))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=_LABEL_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _rows(pool, rulebook):
        table.add_row(Text(f"    {label}".ljust(_LABEL_WIDTH), "dim"), value)
    console.print(table)


def _rows(pool: Pool, rulebook: Rulebook) -> Iterator[Row]:
    """What the pool is, then its servers and each of its links that is there."""
    kind = words.POOL_KIND.get(pool.kind.value, pool.kind.value)
    if not pool.takes_updates:
        yield "is", Text(f"{kind}; takes no cumulative updates", "dim")
    else:
        unknown = pool.kind is PoolKind.UNKNOWN
        yield "is", Text(f"{kind} pool" if unknown else kind, "magenta" if unknown else "")
        yield "product", _product(pool, rulebook)
    if pool.hosts_cms:
        yield "CMS", Text("hosts the Central Management service")
    machines = Text("\n").join(_server(server) for server in pool.servers)
    yield "servers", machines if pool.servers else Text("none", "magenta")
    if pool.backends:
        yield "SQL", Text("\n").join(_sql(backend) for backend in pool.backends)
    yield from _links(pool)


def _links(pool: Pool) -> Iterator[Row]:
    named = {
        "files": pool.file_stores,
        "Edge": (pool.edge,),
        "media": (pool.media_edge if pool.media_edge != pool.edge else None,),
        "next hop": (pool.next_hop,),
        "registrar": (pool.registrar,),
        "gateways": pool.gateways,
        "pair": (pool.paired_with,),
    }
    for label, names in named.items():
        shown = [one_line(name, 460) for name in names if name]
        if shown:
            yield label, Text("\n".join(shown))
    if pool.kind is PoolKind.EDGE and pool.next_hop is None:
        yield "next hop", Text("not known", "magenta")


def _server(server: Server) -> Text:
    line = Text(one_line(server.fqdn, 253))
    domains = {"upgrade": server.upgrade_domain, "fault": server.fault_domain}
    said = [
        f"{what} {one_line(name, 200)}"
        for what, name in domains.items()
        if name and name.lower() != server.fqdn  # as of a server that is a pool of one
    ]
    if said:
        line.append(f"  {', '.join(said)}", "dim")
    if server.excluded:
        line.append(f"  excluded: {one_line(server.excluded, 500)}", "magenta")
    return line


def _sql(backend: SqlBackend) -> Text:
    where = "on its own machines" if backend.collocated else backend.fqdn
    line = one_line(where, 253)
    line += f", instance {one_line(backend.instance, 200)}" if backend.instance else ""
    if backend.databases:
        held = [_DATABASES.get(name, name) for name in backend.databases]
        line += one_line(f": {', '.join(held)}", 300)
    if backend.always_on:
        node = f", primary node {backend.primary_node}" if backend.primary_node else ""
        line += one_line(f"; AlwaysOn{node}", 300)
    if backend.mirror:
        line += one_line(f"; mirror {backend.mirror}", 480)
    return Text(line)


def _product(pool: Pool, rulebook: Rulebook) -> Text:
    """The generation that the estate states; each of them, where services differ."""
    if pool.product is not None:
        product = rulebook.products.get(pool.product)
        return Text(product.title if product else one_line(pool.product, 200))
    if pool.kind is PoolKind.TRUSTED_APPLICATION:
        return Text("a third party's, perhaps: its service version names no product", "dim")
    versions: dict[int, list[str]] = {}
    for service in pool.services:
        if service.version is not None:
            versions.setdefault(service.version, []).append(service.role)
    if len(versions) < 2:
        return _generation(pool.service_version, rulebook)
    return Text("\n").join(
        _generation(version, rulebook).append(one_line(f": {', '.join(roles)}", 300))
        for version, roles in sorted(versions.items(), reverse=True)
    )


def _generation(version: int | None, rulebook: Rulebook) -> Text:
    if version is None:
        return Text("not stated", "magenta")
    titles = [p.title for p in rulebook.products.values() if p.service_version == version]
    if not titles:
        return Text(f"service version {version}, which is not known", "magenta")
    return Text(f"{' or '.join(titles)} (service version {version})")


def _route(estate: Estate) -> Iterator[str]:
    stated = [site for site in estate.sites if site.federation_route]
    for site in stated:
        route = one_line(site.federation_route or "", 253)
        yield f"{one_line(site.name, 200)}: {route}, as the site states"
    edges, is_known = federation_edges(estate)
    if stated:
        return
    if not edges:
        yield "none: there is no Edge pool"
    elif not is_known:
        yield "not stated by any site, so each of these counts"
    naming: dict[str, list[str]] = {}
    for pool in estate.pools:
        if pool.edge:
            naming.setdefault(pool.edge, []).append(pool.fqdn)
    for edge in edges:
        users = naming.get(edge, [])
        more = f" and {words.count(len(users) - 3, 'more pool')}" if len(users) > 3 else ""
        why = f", named by {', '.join(users[:3])}{more}" if users else ""
        yield one_line(f"{edge}{why}", 1200)


def _print_notes(estate: Estate, console: Console) -> None:
    if estate.notes:
        console.print(Text("\nRead with care", "bold"))
    for note in estate.notes[:_MOST_NOTES]:
        console.print(Text(f"- {one_line(note, 500)}"))
    hidden = len(estate.notes) - _MOST_NOTES
    if hidden > 0:
        console.print(Text(f"- and {words.count(hidden, 'more note')}", "magenta"))
