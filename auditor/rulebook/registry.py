"""What the rulebook knows of registry values. Explained in registry.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pydantic.dataclasses import dataclass

from auditor.rulebook.fields import STRICT


@dataclass(frozen=True, config=STRICT)
class SecureProtocols:
    """DefaultSecureProtocols: its bits, the one that matters, those that should not be there."""

    name: str
    needed: str
    weak: tuple[str, ...]
    recommended: int
    bits: Mapping[str, int]
    paths: Mapping[str, str]
    sources: tuple[str, ...]

    @property
    def needed_bit(self) -> int:
        return self.bits[self.needed]

    def called(self, number: int) -> str:
        """Such as "TLS 1.1 + TLS 1.2"; bits without a name stand as a number."""
        names = [name for name, bit in self.bits.items() if number & bit]
        rest = number & ~sum(self.bits.values())
        if rest:
            names.append(f"0x{rest:X}, which no source names")
        return " + ".join(names) or "no protocol"


@dataclass(frozen=True, config=STRICT)
class Schannel:
    """The keys of a protocol; `on` is what its values are where they are not 0."""

    protocol: str
    path: str
    on: tuple[int, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class AcceptedSuite:
    """A suite, and the keys under SCHANNEL whose value Enabled can switch it off."""

    name: str
    switches: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class CipherSuites:
    """The suites that the other end accepts; `policy_limit` is in characters.

    `on` is what Enabled has to be where it is not 0; `unsure` are switches of which nobody
    knows which suites they take away.
    """

    policy_limit: int
    on: int
    unsure: tuple[str, ...]
    accepted: tuple[AcceptedSuite, ...]
    sources: tuple[str, ...]

    @cached_property
    def switches(self) -> frozenset[str]:
        """Every switch that can take an accepted suite away."""
        return frozenset(name for suite in self.accepted for name in suite.switches) | {
            *self.unsure
        }


@dataclass(frozen=True, config=STRICT)
class StrongCrypto:
    """The value in each registry view of `runtimes`."""

    name: str
    runtimes: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class DotNet:
    """The value Release, what its numbers are called, and the runtime that they are of."""

    path: str
    name: str
    runtime: str
    releases: Mapping[int, str]
    sources: tuple[str, ...]

    def called(self, release: int) -> str:
        """Such as "4.7.2": the newest listed release that is not newer than this number.

        Beyond all of them nobody here knows what it is called: "4.8.1 or later".
        """
        known = [number for number in self.releases if number <= release]
        if not known:
            return "older than 4.5"
        later = " or later" if release > max(self.releases) else ""
        return f"{self.releases[max(known)]}{later}"


@dataclass(frozen=True, config=STRICT)
class Registry:
    secure_protocols: SecureProtocols
    schannel: Schannel
    cipher_suites: CipherSuites
    strong_crypto: StrongCrypto
    dotnet: DotNet
