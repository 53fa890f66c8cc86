"""Family `ciphers`: the order of cipher suites, and SCHANNEL's switches of algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
from auditor.facts.registry_signal import RegistrySignal

_SUITES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class CipherOrder:
    """Value Functions of the policy's key or of Windows' own.

    `suites` are in order, as they stand; None where the value is absent or no text (`kind`).
    `length` counts the value's characters: Microsoft limits a policy to 1,023.
    """

    path: str
    key_present: bool
    kind: str | None = None
    length: int | None = None
    suites: tuple[str, ...] | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class CipherSwitch:
    """`algorithm` is such as "Ciphers\\RC4 128/128"; an absent Enabled means Windows' default."""

    algorithm: str
    enabled: RegistrySignal


@dataclass(frozen=True, slots=True)
class CiphersFacts:
    """The policy's order comes first, then Windows' own."""

    orders: tuple[CipherOrder, ...]
    switches: tuple[CipherSwitch, ...]

    @property
    def in_force(self) -> CipherOrder | None:
        """The order that Windows goes by: the policy's where it has one."""
        return next((each for each in self.orders if each.kind is not None), None)

    def find(self, algorithm: str) -> CipherSwitch | None:
        return next((each for each in self.switches if each.algorithm == algorithm), None)


def decode(raw: Mapping[str, object]) -> CiphersFacts:
    """What ciphers.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return CiphersFacts(
        orders=tuple(
            CipherOrder(
                path=item.text("path"),
                key_present=item.flag("key_present"),
                kind=item.optional_text("kind"),
                length=item.optional_integer("length", 0, 2**31),
                suites=item.optional_texts("suites", limit=_SUITES_LIMIT),
                truncated=item.flag("truncated"),
            )
            for item in data.items("orders", limit=2)
        ),
        switches=tuple(
            CipherSwitch(item.text("algorithm"), RegistrySignal.read(item))
            for item in data.items("switches", limit=100)
        ),
    )
