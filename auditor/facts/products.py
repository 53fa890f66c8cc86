"""Family `products`: installed packages from the uninstall registry, both views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
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


def decode(raw: Mapping[str, object]) -> ProductsFacts:
    """What products.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return ProductsFacts(
        items=tuple(_product(item) for item in data.items("items")),
        truncated=data.flag("truncated"),
    )


def _product(item: Fields) -> Product:
    text = item.optional_text("version")
    return Product(
        name=item.text("name"),
        version_text=text,
        version=_version(text),
        publisher=item.optional_text("publisher"),
        view=item.choice("view", "native", "wow6432"),
        key=item.text("key"),
    )


def _version(text: str | None) -> Version | None:
    try:
        return Version.parse(text.strip()) if text else None
    except ValueError:  # free text of whoever made the package
        return None
