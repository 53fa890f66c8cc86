"""A registry value as it was found, type and all.

A DWORD of 0xFFFFFFFF is 4294967295 here, whichever way PowerShell printed it. A REG_SZ
"1" is not a DWORD 1, and rules may say so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """`kind` is .NET's RegistryValueKind name (DWord, QWord, String, ...); `data` an int or a text.

    `data` of multi-string and binary values is a bounded text for display.
    """

    kind: str
    data: int | str

    @property
    def dword(self) -> int | None:
        """The number where this is a DWORD, else None."""
        return self.data if self.kind == "DWord" and isinstance(self.data, int) else None

    def __str__(self) -> str:
        if isinstance(self.data, int):
            return f"{self.kind} 0x{self.data:X}"
        return f"{self.kind} {self.data!r}"
