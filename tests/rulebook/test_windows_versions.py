"""Every Windows of the rulebook, told apart by version and kind."""

from __future__ import annotations

import pytest

from auditor.rulebook import load
from tests.rulebook.windows_versions import VERSIONS, system_of


@pytest.mark.parametrize(("version", "product_type", "windows"), VERSIONS)
def test_windows(version: str, product_type: int, windows: str | None) -> None:
    assert system_of(version, product_type, load()) == windows


def test_every_windows_is_here() -> None:
    assert {windows for _, _, windows in VERSIONS} == {*load().windows, None}
