"""Bundles as the collector writes them on machines of the lab, and an estate that has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.collect.script import joined_script
from auditor.lab.model import LabHost
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.lab_hosts import NTLM_HTTP

# A machine with all that Windows, .NET and SQL Server have to be, but for the product.
UPDATED = {
    "os": "2012r2",
    "net_release": 461814,
    "strong_crypto": True,
    "sql": [
        {"instance": name, "id": f"MSSQL12.{name}", "version": "12.2.5000.0"}
        for name in ("RTCLOCAL", "LYNCLOCAL")
    ],
    "sql_clients": {"native_client11": "11.0.7001.0", "odbc11": "12.0.5543.11"},
}


def write_bundles(
    folder: Path, machines: Mapping[str, Mapping[str, Any]], pools: Mapping[str, Sequence[str]]
) -> None:
    """FQDN.json for each machine, read now, and estate.toml with the pools, all in hybrid use."""
    now = datetime.now(UTC)
    for fqdn, described in machines.items():
        windows = build_windows(WindowsDescription.model_validate(described), fqdn)
        host = LabHost(fqdn, NTLM_HTTP, "127.0.0.1", windows)
        (text,) = StateBackend(clock=lambda: now).run(host, joined_script().text, {}).output
        (folder / f"{fqdn}.json").write_text(text, encoding="utf-8")
    (folder / "estate.toml").write_text(
        "".join(
            f'[[pools]]\nfqdn = "{pool}"\nkind = "enterprise"\nservers = {list(servers)}\n'
            for pool, servers in pools.items()
        )
        + '[scenarios]\nhybrid = "yes"\n',
        encoding="utf-8",
    )
