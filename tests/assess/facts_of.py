"""Readings for tests: `server()` is a ready Skype for Business Server 2015; say what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from auditor.assess.engine import assess
from auditor.assess.model import Assessment, Finding, ServerVerdict
from auditor.assess.waivers import Waiver
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Scenario, Server
from auditor.facts.certificates import Certificate, CertificatesFacts
from auditor.facts.ciphers import CipherOrder, CiphersFacts, CipherSwitch
from auditor.facts.disk import Disk, DiskFacts
from auditor.facts.dotnet import DotNetFacts, DotNetRuntime
from auditor.facts.engine import EngineFacts, EngineSession, RegisteredEngine
from auditor.facts.families import FamilyError, FamilyResult
from auditor.facts.files import FileFact, FilesFacts
from auditor.facts.hotfixes import Hotfix, HotfixesFacts
from auditor.facts.os import OsFacts
from auditor.facts.products import Product, ProductsFacts
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.facts.reboot import RebootFacts
from auditor.facts.registry_signal import RegistrySignal
from auditor.facts.registry_value import RegistryValue
from auditor.facts.schannel import ProtocolSide, SchannelFacts
from auditor.facts.services import Service, ServicesFacts
from auditor.facts.sql import SqlFacts, SqlInstance
from auditor.facts.winhttp import WinHttpFacts, WinHttpView
from auditor.lab.machine_answers import ALGORITHMS
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from auditor.version import Version

NOW = datetime(2018, 9, 1, 12, 0, tzinfo=UTC)
FQDN = "fe01.contoso.com"
POOL = "pool01.contoso.com"

LYNC2010 = "Microsoft Lync Server 2010"
LYNC2013 = "Microsoft Lync Server 2013"
SFB2015 = "Skype for Business Server 2015"
SFB2019 = "Skype for Business Server 2019"
SFBSE = "Skype for Business Server Subscription Edition"

_WINDOWS = {
    "2008": "6.0.6003",
    "2008r2-rtm": "6.1.7600",
    "2008r2": "6.1.7601",
    "2012": "6.2.9200",
    "2012r2": "6.3.9600",
    "2016": "10.0.14393",
    "2019": "10.0.17763",
    "2022": "10.0.20348",
}
_UPDATED_FILES = {"2008r2": "6.1.7601.23375", "2012": "6.2.9200.21797"}
_INTERNET = r"Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
_WINHTTP = {
    "native": rf"HKLM\SOFTWARE\{_INTERNET}",
    "wow6432": rf"HKLM\SOFTWARE\Wow6432Node\{_INTERNET}",
}
_SCHANNEL_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
_SCHANNEL = rf"{_SCHANNEL_KEY}\Protocols"


def dword(number: int) -> RegistryValue:
    return RegistryValue("DWord", number)


def text(value: str) -> RegistryValue:
    return RegistryValue("String", value)


def package(name: str, version: str | None, key: str = "", view: str = "native") -> Product:
    """An uninstall entry; a version that is none stays a text."""
    try:
        parsed = Version.parse(version) if version is not None else None
    except ValueError:
        parsed = None
    return Product(name, version, parsed, "Microsoft Corporation", view, key or f"{{{name}}}")


def packages(product: str, /, **components: str | None) -> tuple[Product, ...]:
    """Packages of a product: `core`, `front_end`, `web_components`, `administrative_tools`..."""
    names = {
        "core": "Core Components",
        "front_end": "Front End Server",
        "web_components": "Web Components Server",
        "mediation": "Mediation Server",
        "edge": "Edge Server",
        "tools": "Administrative Tools",
    }
    return tuple(
        package(f"{product}, {names.get(key, key.replace('_', ' ').title())}", version)
        for key, version in components.items()
    )


def system(os: str = "2012r2", **differs: object) -> OsFacts:
    facts = OsFacts(
        caption=f"Microsoft Windows Server {os}",
        version=Version.parse(_WINDOWS.get(os, os)),
        product_type=3,
        service_pack=1 if os == "2008r2" else 0,
        architecture="64-bit",
        installation="Server",
    )
    return replace(facts, **differs)  # type: ignore[arg-type]


def files(
    winhttp: str | None,
    webio: str | None = None,
    wow_winhttp: str | None = None,
    wow_webio: str | None = None,
) -> FilesFacts:
    """Versions of the DLLs; the 32-bit copies follow the native ones, "absent" is not there."""
    webio = webio or winhttp
    stated = {
        ("winhttp.dll", "System32"): winhttp,
        ("webio.dll", "System32"): webio,
        ("winhttp.dll", "SysWOW64"): wow_winhttp or winhttp,
        ("webio.dll", "SysWOW64"): wow_webio or webio,
    }
    return FilesFacts(
        tuple(
            FileFact(
                name,
                location,
                rf"C:\Windows\{location}\{name}",
                present=version != "absent",
                version=None if version in (None, "absent") else Version.parse(str(version)),
            )
            for (name, location), version in stated.items()
        )
    )


def _shipped(windows: Version) -> str:
    """The version of a file as that Windows brought it."""
    return f"{windows.major}.{windows.minor}.{windows.build}.16384"


def hotfixes(*ids: str) -> HotfixesFacts:
    return HotfixesFacts(tuple(Hotfix(id) for id in ids))  # noqa: A001


def winhttp(
    native: RegistryValue | None, wow6432: RegistryValue | None, *, views: int = 2
) -> WinHttpFacts:
    stated = {"native": native, "wow6432": wow6432}
    found = [
        WinHttpView(view, _WINHTTP[view], key_present=True, value=v) for view, v in stated.items()
    ]
    return WinHttpFacts(tuple(found[:views]))


def schannel(
    client: Mapping[str, RegistryValue] | None = None,
    server: Mapping[str, RegistryValue] | None = None,
    protocol: str = "TLS 1.2",
) -> SchannelFacts:
    """Sides by their values (`Enabled`, `DisabledByDefault`); None is an absent key."""
    return SchannelFacts(
        tuple(
            ProtocolSide(
                protocol,
                name,
                rf"{_SCHANNEL}\{protocol}\{name}",
                key_present=values is not None,
                enabled=(values or {}).get("Enabled"),
                disabled_by_default=(values or {}).get("DisabledByDefault"),
            )
            for name, values in (("Client", client), ("Server", server))
        )
    )


TLS12_ON = {"Enabled": dword(1), "DisabledByDefault": dword(0)}


def dotnet(v4: RegistryValue | None = None, v2: RegistryValue | None = None) -> DotNetFacts:
    runtimes = (
        DotNetRuntime(
            runtime,
            view,
            rf"HKLM\SOFTWARE\{prefix}Microsoft\.NETFramework\{runtime}",
            key_present=True,
            strong_crypto=value,
        )
        for runtime, value in (("v4.0.30319", v4), ("v2.0.50727", v2))
        for view, prefix in (("native", ""), ("wow6432", "Wow6432Node\\"))
    )
    return DotNetFacts(dword(461814), tuple(runtimes))


def certificate(
    *names: str,
    until: int = 365,
    since: int = -365,
    subject: str | None = None,
    key: bool = True,
    uses: tuple[str, ...] | None = ("1.3.6.1.5.5.7.3.1",),
    told: bool = True,
    cut: bool = False,
) -> Certificate:
    """A certificate for `names`, valid from and until so many days from NOW.

    `told` says whether Windows tells its DNS names, `cut` whether it told them all.
    """
    return Certificate(
        thumbprint="A1" * 20,
        subject=f"CN={names[0]}, O=Contoso" if subject is None else subject,
        issuer="CN=Contoso CA",
        not_before=NOW + timedelta(days=since),
        not_after=NOW + timedelta(days=until),
        has_private_key=key,
        signature_algorithm="1.2.840.113549.1.1.11",
        dns_names=names if told else None,
        dns_names_truncated=cut,
        enhanced_key_usages=uses,
    )


def certificates(*items: Certificate, truncated: bool = False) -> CertificatesFacts:
    return CertificatesFacts(r"Cert:\LocalMachine\My", items, truncated)


def signal(name: str, state: str = "absent", value: RegistryValue | None = None) -> RegistrySignal:
    return RegistrySignal(r"HKLM\SOFTWARE\Microsoft", name, state, value)


def reboot(**differs: object) -> RebootFacts:
    """Nothing that waits for a restart; say what differs."""
    name = RegistryValue("String", "FE01")
    calm = RebootFacts(
        component_servicing=signal("RebootPending"),
        windows_update=signal("RebootRequired"),
        file_renames=signal("PendingFileRenameOperations"),
        file_rename_entries=None,
        update_exe=signal("UpdateExeVolatile"),
        update_exe_flags=signal("Flags"),
        active_computer_name=signal("Active", "present", name),
        computer_name=signal("ComputerName", "present", name),
    )
    return replace(calm, **differs)  # type: ignore[arg-type]


def ciphers(
    policy: Sequence[str] | None = None,
    local: Sequence[str] | None = ("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",),
    *,
    switches: Mapping[str, RegistryValue | str | None] | None = None,
    **differs: object,
) -> CiphersFacts:
    """A policy's order and Windows' own; `differs` are for the policy's.

    `switches` are values Enabled; a text is a state such as "unreadable", None is not reported.
    """
    orders = [
        CipherOrder(
            rf"HKLM\SOFTWARE\{name}",
            key_present=suites is not None,
            kind=None if suites is None else "String",
            length=None if suites is None else len(",".join(suites)),
            suites=None if suites is None else tuple(suites),
        )
        for name, suites in (("policy", policy), ("local", local))
    ]
    orders[0] = replace(orders[0], **differs)  # type: ignore[arg-type]
    told = {**dict.fromkeys(ALGORITHMS, "absent"), **(switches or {})}
    return CiphersFacts(
        tuple(orders),
        tuple(
            CipherSwitch(
                algorithm,
                RegistrySignal(
                    rf"{_SCHANNEL_KEY}\{algorithm}",
                    "Enabled",
                    value if isinstance(value, str) else "present",
                    None if isinstance(value, str) else value,
                ),
            )
            for algorithm, value in told.items()
            if value is not None
        ),
    )


def instance(
    name: str = "RTCLOCAL",
    version: str | None = "12.2.5000.0",
    key: str = "MSSQL12",
    **differs: object,
) -> SqlInstance:
    """An instance of SQL Server; its PatchLevel is its version where nothing else is said."""
    made = SqlInstance(name, f"{key}.{name}", version is not None, version, version)
    return replace(made, **differs)  # type: ignore[arg-type]


def sql(*instances: SqlInstance, **differs: object) -> SqlFacts:
    """A front end's local instances, or those given, and clients with TLS 1.2."""
    facts = SqlFacts(
        r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server",
        instances or (instance(), instance("LYNCLOCAL")),
        native_client11=signal("InstalledVersion", "present", text("11.0.7001.0")),
        odbc11=signal("Version", "present", text("12.0.5543.11")),
        odbc13=signal("Version"),
        odbc17=signal("Version"),
        lync2013_folder=False,
    )
    return replace(facts, **differs)  # type: ignore[arg-type]


def services(*differs: Service) -> ServicesFacts:
    """Two services that run, and those that are given."""
    run = (Service("RTCSRV", "Running", "Auto"), Service("REPLICA", "Running", "Auto"))
    given = {each.name for each in differs}
    return ServicesFacts((*(each for each in run if each.name not in given), *differs))


def disk(free: int | None = 50 * 1024**3, system: str | None = "C:") -> DiskFacts:
    return DiskFacts(system, (Disk("D:", 10**12, 10**12), Disk("C:", 10**12, free)))


_ABSENT = "absent"


def engine(
    three: str | None = "5.1.14393.0", build: str | None = "10.0.14393.0", two: str | None = "2.0"
) -> EngineFacts:
    """PowerShell as it is registered for 3.0 and later, and up to 2.0, and the session's own.

    "absent" is a key that is not there, None one without a version.
    """
    return EngineFacts(
        EngineSession("5.1.14393.0", "4.0.30319.42000", build, "3.0", "AMD64", "FullLanguage"),
        tuple(
            RegisteredEngine(
                rf"HKLM:\SOFTWARE\Microsoft\PowerShell\{number}\PowerShellEngine",
                key_present=version != _ABSENT,
                version=None if version == _ABSENT else version,
            )
            for number, version in (("1", two), ("3", three))
        ),
        "4.7.03062",
    )


def server(
    os: str = "2012r2",
    core: str | None = "6.0.9319.516",
    front_end: str | None = "6.0.9319.516",
    *,
    product: str = SFB2015,
    fqdn: str = FQDN,
    without: Sequence[str] = (),
    failed: Sequence[str] = (),
    skew: float | None = 0.0,
    os_facts: OsFacts | None = None,
    **families: object,
) -> Reading:
    """A reading in which everything that the Windows needs is in place.

    `families` replace whole families, `without` leaves some out, `failed` breaks some.
    """
    installed = [package(f"{product}, Administrative Tools", core)]
    if core is not None:
        installed.append(package(f"{product}, Core Components", core))
    if front_end is not None:
        installed.append(package(f"{product}, Front End Server", front_end))
    needs_update = os in _UPDATED_FILES
    facts: dict[str, object] = {
        "os": os_facts or system(os),
        "products": ProductsFacts(tuple(installed)),
        "files": files(_UPDATED_FILES.get(os, _shipped((os_facts or system(os)).version))),
        "hotfixes": hotfixes("KB3140245") if needs_update else hotfixes("KB2919355"),
        "schannel": schannel(TLS12_ON, TLS12_ON) if os == "2008r2" else schannel(),
        "winhttp": winhttp(dword(0xA80), dword(0xA80)) if needs_update else winhttp(None, None),
        "dotnet": dotnet(dword(1), dword(1)),
        "certificates": certificates(certificate(fqdn, until=20_000)),
        "reboot": reboot(),
        "disk": disk(),
        "services": services(),
        "engine": engine(),
        "ciphers": ciphers(),
        "sql": sql(),
        **families,
    }
    return Reading(
        fqdn,
        Reach(ReachState.READ, "read in 1.2 s"),
        tuple(
            FamilyResult(
                family,
                None if family in failed else value,
                FamilyError("UnauthorizedAccessException", "access denied")
                if family in failed
                else None,
                NOW,
            )
            for family, value in facts.items()
            if family not in without
        ),
        computer_name=fqdn.partition(".")[0].upper(),
        started=NOW,
        finished=NOW,
        collected=NOW,
        clock_skew=None if skew is None else timedelta(seconds=skew),
    )


def another_machine(*items: Product, fqdn: str = FQDN, **families: object) -> Reading:
    """A machine with these packages, and with no service or SQL Server of a Lync server."""
    told = {
        "products": ProductsFacts(items),
        "services": ServicesFacts((Service("WinRM", "Running", "Auto"),)),
        "sql": replace(sql(), instances=()),
        **families,
    }
    return server(fqdn=fqdn, **told)  # type: ignore[arg-type]


def unread(
    state: ReachState = ReachState.AUTH, sentence: str = "the account was refused", fqdn: str = FQDN
) -> Reading:
    return Reading(fqdn, Reach(state, sentence, "Check the account."))


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one server of a one-pool estate."""

    assessment: Assessment

    @property
    def server(self) -> ServerVerdict:
        return self.assessment.servers[0]

    def finding(self, rule: str) -> Finding:
        return next(f for f in self.server.findings if f.rule == rule)


def scenarios(**in_use: str) -> tuple[Scenario, ...]:
    return tuple(Scenario(key, InUse(word), "stated in the test") for key, word in in_use.items())


def pool(kind: PoolKind = PoolKind.ENTERPRISE, fqdn: str = POOL, **differs: object) -> Pool:
    """A pool with one server; its name is FQDN unless `servers` are given."""
    made = Pool(fqdn, kind, "Tokyo", servers=(Server(FQDN, fqdn),))
    return replace(made, **differs)  # type: ignore[arg-type]


def judge(
    reading: Reading,
    where: Pool | None = None,
    stated: tuple[Scenario, ...] = (),
    policy: str = "office365-tls12",
    rulebook: Rulebook | None = None,
    waivers: Sequence[Waiver] = (),
    now: datetime = NOW,
    *,
    evidence: Sequence[Reading] = (),
) -> Judged:
    """Judge one server in its pool (an Enterprise pool without a stated product by default)."""
    estate = Estate(
        "Contoso",
        "a test",
        pools=(where or pool(),),
        scenarios=stated or scenarios(exchange_online="yes"),  # which needs no Edge pool
    )
    readings = {reading.fqdn: reading}
    return Judged(assess(estate, readings, rulebook or load(), policy, now, waivers, evidence))
