"""The simulated Windows on which the collector is run: those of states.toml, and some made here."""

from __future__ import annotations

import tomllib
from pathlib import Path

from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription

SESSION_MANAGER = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager"
FQDN = "front-end-server-01.contoso.com"
STATES: dict[str, State] = {
    name: build_windows(WindowsDescription.model_validate(description), FQDN)
    for name, description in tomllib.loads(
        Path(__file__).with_name("states.toml").read_text("utf-8")
    ).items()
}
STATES["wmi-gone"] = STATES["bare-2019"] | {"wmi": {}}
STATES["restart-long"] = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2016",
            "registry": {
                SESSION_MANAGER: {
                    "PendingFileRenameOperations": {"multi": ["x" * 501, "short"]},
                }
            },
        }
    ),
    FQDN,
)
ODD = "=HYPERLINK(1)\0" + "\u2028<&'\"\\\u65e5\U0001f600"
STATES["very-many"] = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2016",
            "products": [
                {"name": f"{n} {ODD}" + "x" * (30_000 if n == 7 else 0), "key": f"{{{n:05}}}"}
                if n % 2
                else {"key": f"KB{n}"}
                for n in range(5000)
            ],
            "hotfixes": [f"KB{5_000_000 + n}" for n in range(2001)],
            "cipher_orders": {"policy": ",".join(f"{n:05}" for n in range(200)) + ",TLSX"},
            "sql": [{"instance": f"I{n:02}", "id": f"MSSQL12.I{n}"} for n in range(51)],
            "registry": {
                SESSION_MANAGER: {
                    "PendingFileRenameOperations": {"multi": [f"{n}" for n in range(201)]}
                }
            },
            "disks": [{"drive": f"{n}:"} for n in range(101)],
            "services": [{"name": f"RTC{n}"} for n in range(501)],
            "certificates": [
                {"thumbprint": f"{n:05}", "names": [f"{m}.contoso.com" for m in range(199 + n)]}
                if n < 3
                else {"thumbprint": f"{n:05}", "subject": f"CN={n} {ODD}"}
                for n in range(101)
            ],
        }
    ),
    FQDN,
)
