"""The collector's answer does not depend on who runs it, in which session, in which culture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from auditor.collect.script import joined_script
from auditor.facts.certificates import decode as decode_certificates
from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.powershell.engine import Engine

pytestmark = pytest.mark.powershell

WINDOWS: State = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2012r2",
            "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}],
            "default_secure_protocols": {"native": 0xFFFFFFFF},
            "hotfixes": [{"id": "KB4338815", "installed_on": "7/11/2018"}],
            "wmi": {
                "Win32_OperatingSystem": {
                    "LastBootUpTime": {"datetime": "2018-07-02T12:00:00+09:00"}
                }
            },
        }
    ),
    "fe01.contoso.com",
)

CULTURE = """
$culture = New-Object System.Globalization.CultureInfo '{name}'
{change}
[System.Threading.Thread]::CurrentThread.CurrentCulture = $culture
[System.Threading.Thread]::CurrentThread.CurrentUICulture = $culture
"""
JAPANESE_ERA = "$culture.DateTimeFormat.Calendar = New-Object System.Globalization.JapaneseCalendar"

CIRCUMSTANCES = {
    "preferences that hush": """
$ErrorActionPreference = 'SilentlyContinue'
$WarningPreference = 'Stop'
$VerbosePreference = 'Continue'
$DebugPreference = 'Continue'
$WhatIfPreference = $true
$ConfirmPreference = 'Low'
""",
    "defaults for parameters": """
$PSDefaultParameterValues = @{
    '*:ErrorAction' = 'SilentlyContinue'
    'Get-Item:Path' = 'C:\\'
    'Get-ItemProperty:Exclude' = '*'
    'Get-WmiObject:ComputerName' = 'somebody-else'
    'ConvertTo-Json:Depth' = 1
    'New-Object:Strict' = $true
}
""",
    "loose strict mode": "Set-StrictMode -Off",
    "tightest strict mode": "Set-StrictMode -Version Latest",
    "variables of the same names": """
$key = 'x'; $path = 5; $view = @(1); $snippets = 'y'; $families = $null; $answer = 1
$data = 'z'; $kind = 'w'; $items = 'v'; $result = 'u'; $wanted = 't'; $limit = 1; $OFS = '-'
Set-Variable -Name now -Value 'text' -Scope Global
""",
    "functions of the same names": """
function global:Limit-Text { 'theirs' }
function global:Get-RegistryView { 'theirs' }
function global:Get-RegistryFact { 'theirs' }
""",
    "another current location": "Set-Location HKLM:\\SOFTWARE",
    "no errors kept": "$MaximumErrorCount = 1; $Error.Clear()",
}
CULTURES = {
    "comma decimals": CULTURE.format(name="de-DE", change=""),
    "dotless i": CULTURE.format(name="tr-TR", change=""),
    "Buddhist calendar": CULTURE.format(name="th-TH", change=""),
    "Japanese calendar": CULTURE.format(name="ja-JP", change=JAPANESE_ERA),
    "another minus sign": CULTURE.format(
        name="sv-SE", change="$culture.NumberFormat.NegativeSign = [string][char]0x2212"
    ),
    "native digits": CULTURE.format(name="fa-IR", change=""),
    "right to left, Hijri calendar": CULTURE.format(name="ar-SA", change=""),
}


@pytest.fixture(scope="module")
def engine(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(pwsh, tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def plain(engine: Engine) -> Any:
    return _comparable(engine.run("& $env:COLLECTOR", WINDOWS))


def _comparable(text: str) -> Any:
    answer = json.loads(text)
    for family in answer["families"].values():
        assert family["ok"], family
        assert 0 <= family.pop("ms") < 60_000
    assert answer["families"]["engine"]["data"].pop("session")
    assert answer.pop("collected_utc").startswith("20")
    answer.pop("ps_version")
    return answer


# On 5.1 and on 2.0, where the serialiser is our own.
TWICE = """
$PSVersionTable['PSVersion'] = [version]'5.1'
& $env:COLLECTOR
$PSVersionTable['PSVersion'] = [version]'2.0'
& $env:COLLECTOR
"""


@pytest.fixture(scope="module")
def in_sessions(engine: Engine) -> Mapping[str, list[str]]:
    """What is told twice in each session, all from one process."""
    return _twice(CIRCUMSTANCES, engine.run_each(_told_twice(CIRCUMSTANCES)))


@pytest.fixture(scope="module")
def in_cultures(engine: Engine) -> Mapping[str, list[str]]:
    for _ in range(8):  # the engine's launcher now and then overlooks the library
        done = engine.done_each(_told_twice(CULTURES))
        if "globalization-invariant mode" not in done.stderr:
            assert done.stderr == "", done.stderr
            return _twice(CULTURES, done.stdout)
    pytest.skip("no libicu, so the engine has the invariant culture only")


def _told_twice(scripts: Mapping[str, str]) -> Iterator[tuple[str, State]]:
    return ((script + TWICE, WINDOWS) for script in scripts.values())


def _twice(names: Iterable[str], output: str) -> Mapping[str, list[str]]:
    lines = iter(output.splitlines())
    told = {name: [next(lines), next(lines)] for name in names}
    assert list(lines) == []
    return told


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_session(name: str, in_sessions: Mapping[str, list[str]], plain: Any) -> None:
    assert [_comparable(answer) for answer in in_sessions[name]] == [plain, plain]


@pytest.mark.parametrize("name", CULTURES)
def test_culture(name: str, in_cultures: Mapping[str, list[str]], plain: Any) -> None:
    assert [_comparable(answer) for answer in in_cultures[name]] == [plain, plain]


def test_a_profile_may_be_noisy_on_every_stream(engine: Engine, plain: Any) -> None:
    noise = """
'output'; Write-Warning 'w'; Write-Verbose 'v' -Verbose; Write-Debug 'd' -Debug
Write-Information 'i'; Write-Host 'h'; Write-Error 'e'
"""
    done = engine.done(noise + "& $env:COLLECTOR", WINDOWS)
    assert "WARNING: w" in done.stderr
    assert _comparable(done.stdout.splitlines()[-1]) == plain


def test_without_a_registry_drive_nothing_is_claimed_absent(engine: Engine) -> None:
    driveless = joined_script().text.replace("HKLM:", "HKXX:")
    families = json.loads(engine.run(driveless, WINDOWS))["families"]
    answered = {name for name, family in families.items() if family["ok"]}
    assert answered == {"files", "hotfixes", "certificates", "reboot", "disk", "services"}
    signals = [s for s in families["reboot"]["data"].values() if isinstance(s, dict)]
    assert {signal["state"] for signal in signals} == {"unreadable"}
    told = {family["error"]["type"] for family in families.values() if not family["ok"]}
    assert told == {"System.Management.Automation.DriveNotFoundException"}


# Certificates of .NET itself, and the property that Windows' certificate provider adds.
REAL_CERTIFICATES = """
function Get-ChildItem {
    $names = @(foreach ($name in 'a.contoso.com', 'b.contoso.com') {
        [pscustomobject]@{ Unicode = $name }
    })
    $type = [Security.Cryptography.X509Certificates.X509Certificate2]
    $pem = [IO.File]::ReadAllText($env:CERTIFICATES)
    foreach ($one in $pem -split '(?<=END CERTIFICATE-----)' -match 'BEGIN') {
        $certificate = $type::CreateFromPem($one)
        $property = New-Object System.Management.Automation.PSNoteProperty 'DnsNameList', $names
        $certificate.PSObject.Properties.Add($property, $true)
        $certificate
    }
}
"""


# The size of a key is not compared: .NET's keys on Linux do not tell it to PowerShell.
@pytest.mark.parametrize(
    "mode", ["", "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n"]
)
def test_certificates_of_dotnet_itself_are_read(engine: Engine, tmp_path: Path, mode: str) -> None:
    made = [
        _certificate(rsa.generate_private_key(65537, 2048), ExtendedKeyUsageOID.SERVER_AUTH),
        _certificate(ec.generate_private_key(ec.SECP256R1()), None),
    ]
    pem = tmp_path / "certificates.pem"
    pem.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in made))
    script = f"{REAL_CERTIFICATES}{mode}& $env:COLLECTOR"
    told = json.loads(engine.run(script, WINDOWS, CERTIFICATES=str(pem)))["families"]
    assert told["certificates"]["ok"], told["certificates"]
    facts = decode_certificates(told["certificates"]["data"])
    for each, certificate in zip(facts.items, made, strict=True):
        assert each.thumbprint == certificate.fingerprint(SHA1()).hex().upper()
        assert each.subject == "CN=edge.contoso.com"
        assert each.not_before == certificate.not_valid_before_utc
        assert each.not_after == certificate.not_valid_after_utc
        assert each.signature_algorithm == certificate.signature_algorithm_oid.dotted_string
        assert each.key_algorithm == certificate.public_key_algorithm_oid.dotted_string
        assert each.dns_names == ("a.contoso.com", "b.contoso.com")
        assert not each.has_private_key
    usages = [each.enhanced_key_usages for each in facts.items]
    assert usages == [(ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,), None]


def _certificate(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, usage: x509.ObjectIdentifier | None
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "edge.contoso.com")])
    begun = datetime(2018, 7, 1, 12, 30, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(key, SHA256())


def test_a_key_that_is_listed_and_not_found_is_not_absent(engine: Engine) -> None:
    """Where PowerShell takes the slash in "AES 128/128" for a separator after all."""
    schannel = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
    windows = build_windows(
        WindowsDescription.model_validate({"os": "2016", "cipher_switches": {"Ciphers\\NULL": 0}}),
        "fe01.contoso.com",
    )
    listing = f"""
function Get-ChildItem {{ [pscustomobject]@{{ Name = '{schannel}\\Ciphers\\AES 128/128' }} }}
"""
    family = json.loads(engine.run(listing + "& $env:COLLECTOR", windows))["families"]["ciphers"]
    told = {each["algorithm"]: each["state"] for each in family["data"]["switches"]}
    assert told["Ciphers\\AES 128/128"] == "unreadable"
    assert told["Ciphers\\NULL"] == "present"
    assert set(told.values()) == {"unreadable", "present", "absent"}


def test_the_innermost_cause_of_a_failure_is_told(engine: Engine) -> None:
    nested = """
function Get-WmiObject {
    $cause = New-Object System.UnauthorizedAccessException 'the cause'
    throw (New-Object System.InvalidOperationException 'what it led to', $cause)
}
& $env:COLLECTOR
"""
    family = json.loads(engine.run(nested, WINDOWS))["families"]["os"]
    assert not family["ok"]
    assert family["error"]["message"] == "the cause"
    assert family["error"]["type"] == "System.UnauthorizedAccessException"
