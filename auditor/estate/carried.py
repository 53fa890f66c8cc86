"""Which server of the estate a bundle that was carried by hand belongs to.

A machine outside any domain calls itself by its host name alone, as most Edge servers do.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.errors import UsageError
from auditor.estate.model import Estate
from auditor.estate.problems import some_of


def owners(names: Iterable[str], estate: Estate) -> dict[str, str]:
    """The estate's server for each of `names` that is only a host name, where one alone fits."""
    servers = {server.fqdn for server in (*estate.servers(), *estate.excluded())}
    found = {}
    for name in names:
        alike = [fqdn for fqdn in servers if fqdn.partition(".")[0] == name]
        if "." not in name and name not in servers and len(alike) == 1:
            found[name] = alike[0]
    return found


def refuse_strangers(names: Iterable[str], estate: Estate) -> None:
    """UsageError where a bundle is of no server that the estate has audited.

    BUNDLE-EXCLUDED where somebody left the server out, else BUNDLE-STRANGER.
    """
    names = set(names)
    for server in estate.excluded():
        if server.fqdn in names:
            raise UsageError(
                "BUNDLE-EXCLUDED",
                f"{server.fqdn} is excluded ({server.excluded}), yet there is a bundle of it.",
                "Take the exclusion out of the estate file, or leave that bundle out.",
            )
    servers = {server.fqdn for server in estate.servers()}
    strangers = sorted(names - servers)
    if strangers:
        labels = {name.partition(".")[0] for name in strangers}
        alike = sorted(fqdn for fqdn in servers if fqdn.partition(".")[0] in labels)
        perhaps = f" Its name may be {some_of(alike)} in the estate." if alike else ""
        raise UsageError(
            "BUNDLE-STRANGER",
            f"{estate.source} has no server {some_of(strangers)} that takes updates, yet a bundle "
            f"says that it is of it.{perhaps}",
            "Correct the estate, or leave that bundle out; `assess` judges it alone.",
        )
