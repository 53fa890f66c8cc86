"""Faults of what the rulebook says of registry values."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.rulebook.model import Rulebook

_GROUPS = ["Ciphers", "Hashes", "KeyExchangeAlgorithms"]


def registry_faults(rulebook: Rulebook) -> Iterator[str]:
    """A sentence for each bit that is none, and for each name that has none."""
    protocols = rulebook.registry.secure_protocols
    for name, bit in protocols.bits.items():
        if bit.bit_count() != 1:
            yield f"{protocols.name}: {name} is 0x{bit:X}, which is not a single bit"
    if len(set(protocols.bits.values())) != len(protocols.bits):
        yield f"{protocols.name}: two protocols have the same bit"
    for name in (protocols.needed, *protocols.weak):
        if name not in protocols.bits:
            yield f"{protocols.name}: {name} has no bit"
    yield from _suites(rulebook)
    dotnet, runtimes = rulebook.registry.dotnet, rulebook.registry.strong_crypto.runtimes
    if dotnet.runtime not in runtimes:
        yield f"{dotnet.name}: {dotnet.runtime} is none of the runtimes ({', '.join(runtimes)})"
    if not protocols.recommended & protocols.bits.get(protocols.needed, 0):
        yield f"{protocols.name}: what is recommended lacks {protocols.needed}"


def _suites(rulebook: Rulebook) -> Iterator[str]:
    suites = rulebook.registry.cipher_suites
    for suite in suites.accepted:
        if sorted(name.partition("\\")[0] for name in suite.switches) != _GROUPS:
            yield f"{suite.name}: not one cipher, one hash and one key exchange"
    names = [suite.name for suite in suites.accepted]
    if len(set(names)) != len(names):
        yield "cipher suites: one stands twice"
