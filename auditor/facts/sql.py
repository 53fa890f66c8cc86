"""Family `sql`: SQL Server on this computer: its instances, and the clients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
from auditor.facts.registry_signal import RegistrySignal

_LIMIT = 50
_GENERATION = re.compile(r"MSSQL([0-9]{1,3})[._]")


@dataclass(frozen=True, slots=True)
class SqlInstance:
    """`id` is the instance's own key, such as "MSSQL12.RTCLOCAL": 11 is SQL Server 2012, 12 2014.

    Versions and edition are texts as Setup wrote them; None where absent.
    """

    instance: str
    id: str | None
    setup_present: bool
    version: str | None = None
    patch_level: str | None = None
    edition: str | None = None

    @property
    def generation(self) -> int | None:
        """11 of "MSSQL11.RTCLOCAL" and 10 of "MSSQL10_50.RTC"; None where the key tells none."""
        match = _GENERATION.match(self.id or "")
        return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class SqlFacts:
    """`lync2013_folder`: whether "Microsoft Lync Server 2013" is among the programs' folders.

    It is None where the server does not say where these are.
    """

    path: str
    instances: tuple[SqlInstance, ...]
    native_client11: RegistrySignal
    odbc11: RegistrySignal
    odbc13: RegistrySignal
    odbc17: RegistrySignal
    lync2013_folder: bool | None
    truncated: bool = False

    @property
    def clients(self) -> dict[str, RegistrySignal]:
        """The version of each client, by its name here."""
        return {
            "native_client11": self.native_client11,
            "odbc11": self.odbc11,
            "odbc13": self.odbc13,
            "odbc17": self.odbc17,
        }

    def find(self, instance: str) -> SqlInstance | None:
        """The instance of that name, None where there is none."""
        return next((i for i in self.instances if i.instance.lower() == instance.lower()), None)


def decode(raw: Mapping[str, object]) -> SqlFacts:
    """What sql.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return SqlFacts(
        path=data.text("path"),
        instances=tuple(
            SqlInstance(
                instance=item.text("instance"),
                id=item.optional_text("id"),
                setup_present=item.flag("setup_present"),
                version=item.optional_text("version"),
                patch_level=item.optional_text("patch_level"),
                edition=item.optional_text("edition"),
            )
            for item in data.items("instances", limit=_LIMIT)
        ),
        native_client11=RegistrySignal.read(data.fields("native_client11")),
        odbc11=RegistrySignal.read(data.fields("odbc11")),
        odbc13=RegistrySignal.read(data.fields("odbc13")),
        odbc17=RegistrySignal.read(data.fields("odbc17")),
        lync2013_folder=data.optional_flag("lync2013_folder"),
        truncated=data.flag("truncated"),
    )
