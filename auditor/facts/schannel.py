"""Family `schannel`: the SCHANNEL protocol keys, as found. An absent key means the OS default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
from auditor.facts.registry_value import RegistryValue


@dataclass(frozen=True, slots=True)
class ProtocolSide:
    """One of `...\\SCHANNEL\\Protocols\\<protocol>\\<side>`; side is "Client" or "Server".

    A value is None where it is absent. `path` is the full registry path that was read.
    """

    protocol: str
    side: str
    path: str
    key_present: bool
    enabled: RegistryValue | None = None
    disabled_by_default: RegistryValue | None = None


@dataclass(frozen=True, slots=True)
class SchannelFacts:
    """Sides of SSL 2.0 to TLS 1.3, each with both sides whether its key exists or not."""

    sides: tuple[ProtocolSide, ...]

    def find(self, protocol: str, side: str) -> ProtocolSide | None:
        return next((s for s in self.sides if (s.protocol, s.side) == (protocol, side)), None)


def decode(raw: Mapping[str, object]) -> SchannelFacts:
    """What schannel.ps1 returned; AnswerError where it is something else."""
    return SchannelFacts(
        tuple(
            ProtocolSide(
                protocol=item.text("protocol"),
                side=item.choice("side", "Client", "Server"),
                path=item.text("path"),
                key_present=item.flag("key_present"),
                enabled=item.value_in_key("enabled"),
                disabled_by_default=item.value_in_key("disabled_by_default"),
            )
            for item in Fields(raw).places("sides", "protocol", "side", limit=100)
        )
    )
