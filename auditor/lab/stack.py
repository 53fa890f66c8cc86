"""What a host's Windows and PowerShell make of its WinRM: versions told, and its quota."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psrpcore.types import PSVersion

_ENGINE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine"
_CIMV2 = r"root\cimv2"
_WINDOWS_2008_R2 = "6.1."


@dataclass(frozen=True, slots=True)
class Stack:
    """`windows` and `powershell` are versions; `max_shells` is MaxShellsPerUser."""

    windows: str = "10.0.14393"
    powershell: str = "5.1.14393.0"

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Stack:
        """The stack of a simulated Windows; Windows Server 2016's where the state is silent."""
        try:
            windows = str(state["wmi"][_CIMV2]["Win32_OperatingSystem"][0]["Version"])
        except (KeyError, IndexError, TypeError):
            return cls()
        engine = state.get("registry", {}).get(_ENGINE, {})
        return cls(windows, str(engine.get("PowerShellVersion", "2.0")))

    @property
    def protocol(self) -> str:
        """The version of PSRP (MS-PSRP 2.2.2.1), as recorded from PowerShell 2.0, 4.0 and 5.1."""
        major = int(self.powershell.partition(".")[0])
        return {2: "2.1", 3: "2.2", 4: "2.2"}.get(major, "2.3")

    @property
    def build(self) -> str:
        """BuildVersion of $PSVersionTable: the Windows that this PowerShell came with."""
        major, _, rest = self.powershell.partition(".")
        came_with = {"2": "6.1.7600.16385", "3": "6.2.9200.16481", "4": "6.3.9600.16406"}
        return came_with.get(major, f"10.0.{rest.partition('.')[2]}")

    @property
    def clr(self) -> str:
        """CLRVersion of $PSVersionTable: 2.0 runs on .NET 2.0, the others on .NET 4."""
        return "2.0.50727.5420" if self.protocol == "2.1" else "4.0.30319.42000"

    @property
    def wsman(self) -> str:
        """The version of WinRM's own stack."""
        return "3.0" if self.describes_shells else "2.0"

    @property
    def max_shells(self) -> int:
        return 5 if self.windows.startswith(_WINDOWS_2008_R2) else 30

    @property
    def describes_shells(self) -> bool:
        """Whether Create's answer describes the shell: WinRM 2.0's does not."""
        return self.protocol != "2.1"

    @property
    def private_data(self) -> dict[str, Any]:
        """The application private data that a pool gets. PowerShell 4.0 calls itself 2.0."""
        told = self.powershell if self.protocol == "2.3" else "2.0"
        table = {
            "PSVersion": told,
            "BuildVersion": self.windows,
            "WSManStackVersion": self.wsman,
            "PSRemotingProtocolVersion": self.protocol,
            "SerializationVersion": "1.1.0.1",
        }
        return {"PSVersionTable": {name: PSVersion(version) for name, version in table.items()}}
