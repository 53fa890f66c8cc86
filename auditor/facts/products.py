"""Family `products`: installed packages from the uninstall registry, both views."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.version import Version


@dataclass(frozen=True, slots=True)
class Product:
    """One uninstall entry. `version` is None where `version_text` is absent or not a version.

    `view` is "native" or "wow6432"; `key` the registry key's name (often a product code).
    """

    name: str
    version_text: str | None
    version: Version | None
    publisher: str | None
    view: str
    key: str


@dataclass(frozen=True, slots=True)
class ProductsFacts:
    """`truncated` is true where the server had more entries than the snippet's bound."""

    items: tuple[Product, ...]
    truncated: bool = False
