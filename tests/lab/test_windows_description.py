"""Descriptions of a Windows: what one key changes in the simulated state, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from auditor.lab.windows import HKLM, State, build_windows, product_sets
from auditor.lab.windows_description import WindowsDescription

FQDN = "fe01.contoso.com"
UNINSTALL = rf"{HKLM}\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"


def described(**keys: Any) -> WindowsDescription:
    return WindowsDescription.model_validate(keys)


def built(**keys: Any) -> State:
    return build_windows(described(**keys), FQDN)


def products(state: State) -> dict[str, str]:
    entries = [v for k, v in state["registry"].items() if k.startswith(UNINSTALL + "\\")]
    return {entry["DisplayName"]: entry["DisplayVersion"] for entry in entries}


@pytest.mark.parametrize(
    ("os", "kb3140245", "version"),
    [
        ("2008r2", "no", "6.1.7601.17514"),
        ("2008r2", "yes", "6.1.7601.23375"),
        ("2008r2", "replaced", "6.1.7601.24000"),
        ("2012", "yes", "6.2.9200.21797"),
        ("2008r2-rtm", "no", "6.1.7600.16385"),
        ("2012r2", "no", "6.3.9600.17415"),
    ],
)
def test_dll_versions_follow_the_update(os: str, kb3140245: str, version: str) -> None:
    state = built(os=os, kb3140245=kb3140245)
    assert {file["version"] for file in state["files"].values()} == {version}
    fixes = state["wmi"][r"root\cimv2"]["Win32_QuickFixEngineering"]
    assert any(fix["HotFixID"] == "KB3140245" for fix in fixes) is (kb3140245 == "yes")


@pytest.mark.parametrize("os", ["2008r2-rtm", "2012r2", "2016", "2019"])
def test_the_update_is_for_2008_r2_sp1_and_2012_alone(os: str) -> None:
    with pytest.raises(ValueError, match="KB3140245 does not apply"):
        built(os=os, kb3140245="yes")


@pytest.mark.parametrize("name", product_sets())
def test_each_product_set_builds(name: str) -> None:
    assert products(built(os="2012", products=[{"set": name, "version": "1.2.3.4"}]))


def test_a_later_product_of_the_same_name_wins() -> None:
    half_patched = built(
        os="2012r2",
        products=[
            {"set": "sfb2015-front-end", "version": "6.0.9319.516"},
            {"name": "Skype for Business Server 2015, Front End Server", "version": "6.0.9319.1"},
        ],
    )
    found = products(half_patched)
    assert found["Skype for Business Server 2015, Front End Server"] == "6.0.9319.1"
    assert found["Skype for Business Server 2015, Core Components"] == "6.0.9319.516"


def test_known_packages_have_their_real_product_code() -> None:
    state = built(os="2012", products=[{"set": "lync2013-edge", "version": "5.0.8308.1001"}])
    key = rf"{UNINSTALL}\{{8901ADFC-435C-4E37-9045-9E2E7A613285}}"
    assert state["registry"][key]["DisplayName"] == "Microsoft Lync Server 2013, Core Components"


@pytest.mark.parametrize(
    ("product", "message"),
    [
        ({"set": "sfb2015-frontend", "version": "1.0"}, "no product set 'sfb2015-frontend'"),
        ({"set": "sfb2015-core", "version": "1.0"}, "no product set"),
        ({"set": "sfb2015-edge"}, "needs a version"),
        ({"version": "1.0"}, "needs a set or a name"),
    ],
)
def test_a_product_that_says_too_little_is_refused(product: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        built(os="2012", products=[product])


def test_a_description_without_an_os_is_refused() -> None:
    with pytest.raises(ValueError, match="no os"):
        built()


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="kb3140246"):
        described(os="2012", kb3140246="yes")


def test_laid_over_values_replace_tables_merge_and_lists_append() -> None:
    base = described(
        os="2012r2",
        strong_crypto=True,
        default_secure_protocols={"native": 0xA00},
        hotfixes=["KB1"],
        schannel={"TLS 1.2": {"client": {"enabled": 1}}},
    )
    over = described(
        os="2008r2",
        default_secure_protocols={"wow6432": 0x800},
        hotfixes=["KB2"],
        schannel={"TLS 1.2": {"client": {"disabled_by_default": 0}}},
    )
    assert over.over(base) == described(
        os="2008r2",
        strong_crypto=True,
        default_secure_protocols={"native": 0xA00, "wow6432": 0x800},
        hotfixes=["KB1", "KB2"],
        schannel={"TLS 1.2": {"client": {"enabled": 1, "disabled_by_default": 0}}},
    )


def test_raw_state_comes_last() -> None:
    path = r"C:\Windows\System32\winhttp.dll"
    state = built(
        os="2012r2",
        files={path: {"shown": "9.9"}},
        registry={rf"{HKLM}\SOFTWARE\X": {"Y": 1}},
        environment={"windir": "D:\\Windows"},
        remove=[rf"{HKLM}\system", r"c:\windows\SysWOW64"],
    )
    assert state["files"][path] == {"version": "6.3.9600.17415", "shown": "9.9"}
    assert state["registry"][rf"{HKLM}\SOFTWARE\X"] == {"Y": 1}
    assert state["environment"]["windir"] == "D:\\Windows"
    assert not [key for key in state["registry"] if r"\SYSTEM" in key]
    assert all("System32" in file for file in state["files"])
