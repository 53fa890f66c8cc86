"""SFB-BOOT-001, SFB-CERT-001, SFB-DISK-001 and SFB-SVC-001: the machine beside its software."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.estate.model import PoolKind, Server
from auditor.facts.certificates import CertificatesFacts
from auditor.facts.disk import DiskFacts
from auditor.facts.registry_value import RegistryValue
from auditor.facts.services import Service, ServicesFacts
from tests.assess.facts_of import (
    FQDN,
    NOW,
    POOL,
    certificate,
    certificates,
    disk,
    dword,
    judge,
    pool,
    reboot,
    server,
    services,
    signal,
    text,
)
from tests.assess.planned import planned

THERE = signal("x", "present")
HIDDEN = signal("x", "unreadable")
OTHER_NAME = signal("ComputerName", "present", text("FE01-NEW"))

TEMP, MSI = "\\??\\C:\\Windows\\Temp\\old.dll", "\\??\\C:\\Config.Msi\\3ec7bbbf.rbf"


def renames(*paths: str, entries: int | None = None, cut: bool = False) -> dict[str, object]:
    """Files that are renamed or removed at the next start, as a collector of today tells them."""
    return {
        "file_renames": THERE,
        "file_rename_entries": len(paths) if entries is None else entries,
        "file_rename_paths": paths,
        "file_renames_cut": cut,
    }


# what differs -> SFB-BOOT-001; whether an update that is installed may not be active
RESTARTS: list[tuple[dict[str, object], str, bool]] = [
    ({}, "pass", False),
    ({"component_servicing": THERE}, "fail", True),
    ({"windows_update": THERE}, "fail", True),
    ({"update_exe": signal("x", "present", dword(2))}, "fail", True),
    ({"update_exe": signal("x", "present", dword(0))}, "pass", False),
    ({"update_exe": signal("x", "present", text("2"))}, "unknown", False),
    ({"update_exe": signal("x", "present", RegistryValue("QWord", 1))}, "unknown", False),
    ({"update_exe": THERE}, "unknown", False),
    ({"update_exe_flags": signal("x", "present", text("0"))}, "unknown", False),
    ({"update_exe_flags": THERE}, "unknown", False),
    ({"update_exe": THERE, "update_exe_flags": signal("x", "present", dword(1))}, "fail", True),
    ({"update_exe": THERE, "computer_name": OTHER_NAME}, "unknown", False),
    ({"update_exe_flags": signal("x", "present", dword(1))}, "fail", True),
    ({"file_renames": THERE, "file_rename_entries": 2}, "unknown", True),
    ({"file_renames": THERE, "file_rename_entries": None}, "unknown", True),
    ({"file_renames": THERE, "file_rename_entries": 0}, "pass", False),
    ({"component_servicing": THERE, "file_renames": THERE}, "fail", True),
    # Where the files lie is told: other programs' are advice, an update's a doubt.
    (renames(TEMP, ""), "advice", False),
    (renames(MSI, ""), "unknown", True),
    (renames(TEMP, "", MSI, ""), "unknown", True),
    (renames(TEMP, MSI), "unknown", True),  # what a file is renamed to counts as well
    (renames(TEMP, "", cut=True), "unknown", True),
    (renames("", "", cut=True), "unknown", True),
    (renames(cut=True, entries=3), "unknown", True),
    (renames("", " "), "pass", False),
    (renames(entries=0), "pass", False),
    # What is told and what was counted contradict each other.
    (renames(entries=40), "unknown", True),
    (renames("", "", "", "", entries=40), "unknown", True),
    (renames("", "", entries=3), "unknown", True),
    (renames("", "", entries=1), "unknown", True),
    (renames(TEMP, "", entries=4), "unknown", True),
    (renames("", "", entries=0), "unknown", True),
    (renames(MSI, "", entries=0), "unknown", True),
    ({**renames("", ""), "file_rename_entries": None}, "unknown", True),
    ({**renames(TEMP, ""), "computer_name": OTHER_NAME}, "advice", False),
    ({**renames(TEMP, ""), "windows_update": HIDDEN}, "unknown", False),
    ({**renames(MSI, ""), "windows_update": THERE}, "fail", True),
    ({**renames(MSI, ""), "file_renames": HIDDEN}, "unknown", False),
    ({**renames(MSI, ""), "file_renames": signal("x")}, "pass", False),
    ({"component_servicing": HIDDEN}, "unknown", False),
    ({"windows_update": HIDDEN}, "unknown", False),
    ({"file_renames": HIDDEN}, "unknown", False),
    ({"update_exe": HIDDEN}, "unknown", False),
    ({"update_exe_flags": HIDDEN}, "unknown", False),
    ({"windows_update": THERE, "file_renames": HIDDEN}, "fail", True),
    ({"computer_name": OTHER_NAME}, "advice", False),
    ({"computer_name": signal("ComputerName")}, "pass", False),
    ({"computer_name": OTHER_NAME, "update_exe": HIDDEN}, "unknown", False),
]


@pytest.mark.parametrize(("differs", "status", "waits"), RESTARTS)
def test_an_update_that_is_not_active_yet_is_not_a_pass(
    differs: dict[str, object], status: str, waits: bool
) -> None:
    judged = judge(server("2012", reboot=reboot(**differs)))
    finding = judged.finding("SFB-BOOT-001")
    assert finding.status == status
    restarts = ("restart-server",) if status in ("fail", "unknown") else ()
    assert finding.actions == restarts
    signals = [value for key, value in differs.items() if key != "computer_name"]
    present = [each for each in signals if getattr(each, "state", "") == "present"]
    assert finding.observed.count(THERE.where) == len(present)
    assert bool(finding.remediation) is (status != "pass")
    for rule in ("SFB-CU-001", "SFB-KB-001"):
        update = judged.finding(rule)
        assert update.status == ("unknown" if waits else "pass")
        assert update.actions == (("restart-server",) if waits else ())
        assert ("restart" in update.reason) is waits
    ready = {"fail": "work_needed", "unknown": "unknown"}
    assert judged.server.readiness == ready.get(status, "ready")


# a file that waits -> whether it may belong to an update's
PLACES = [
    ("\\??\\C:\\Windows\\System32\\winhttp.dll", True),
    ("\\??\\C:\\Windows\\SysWOW64\\winhttp.dll", True),
    ("\\??\\C:\\Windows\\Sysnative\\winhttp.dll", True),
    ("\\SystemRoot\\System32\\drivers\\http.sys", True),
    ("\\??\\C:\\Windows\\WinSxS\\Temp\\PendingDeletes\\a.dll", True),
    ("\\??\\C:\\Windows\\servicing\\a.dll", True),
    ("\\??\\C:\\Windows\\assembly\\NativeImages\\a.dll", True),
    ("\\??\\C:\\Windows\\Installer\\1a2b.msp", True),
    ("\\??\\C:\\Windows\\Microsoft.NET\\Framework64\\a.dll", True),
    ("!\\??\\d:\\apps\\Microsoft Lync Server 2013\\Server\\Core\\RTCSrv.exe", True),
    ("*1\\??\\C:\\Program Files\\Common Files\\Skype for Business Server 2015\\a.dll", True),
    ("\\??\\C:\\Program Files\\Microsoft UCMA 5.0\\a.dll", True),
    ("\\??\\C:\\Program Files\\Microsoft SQL Server\\MSSQL12.RTC\\a.dll", True),
    ("\\??\\C:\\Program Files\\Windows Fabric\\bin\\Fabric.exe", True),
    ("\\??\\C:\\inetpub\\a.dll", True),
    ("\\??\\C:\\PROGRA~1\\x\\a.dll", True),
    ("\\??\\C:\\CONFIG~2.MSI\\a.rbf", True),
    ("\\??\\C:\\Users\\ADMINI~1\\AppData\\Local\\Temp\\a.tmp", True),  # any folder, for all we know
    ("\\??\\D:\\SfB\\Server\\Core\\RTCSRV.exe", True),  # installed where somebody wanted it
    ("\\??\\C:\\Windows\\winhttp.dll.old", True),
    ("\\??\\C:\\Windows\\Temp\\webio.dll", True),
    ("\\??\\C:/Windows/System32/http.sys", True),
    ("\\??\\C:/PROGRA~1/x/a.dll", True),
    ("\\??\\C:\\WINDOWS\\system32", True),  # the folder itself
    ("\\??\\C:\\Config.Msi\\", True),
    ("\\??\\C:\\Windows\\System32\\spool\\..\\http.sys", True),
    ("\\??\\C:/Windows/Temp/.././System32/http.sys", True),
    ("\\??\\D:\\SfB\\Server\\\\Core\\a.dll", True),
    ("\\??\\D:\\SfB\\Server\\.\\Core\\a.dll", True),
    ("..\\..\\..\\Windows\\System32\\http.sys", True),
    ("\\??\\C:\\Windows\\System32\\..\\Temp\\a.dll", False),
    ("\\??\\C:\\Windows\\System32\\spool", False),
    ("\\??\\C:\\Windows\\System32\\drivers\\..\\spool\\a.dll", False),
    ("\\??\\C:\\Windows\\System32.old", False),
    ("\\??\\C:\\Windows\\System32\\spool\\drivers\\x64\\3\\hp.dll", False),
    ("\\??\\D:\\Server\\Core2\\a.dll", False),
    ("\\??\\C:\\Windows\\Temp\\a~1.tmp", False),
    ("\\??\\C:\\ProgramData\\Microsoft\\Windows Defender\\mpengine.dll", False),
    ("\\??\\C:\\Program Files\\Scanner\\system32.dll", False),
    ("=HYPERLINK(1)", False),
]


@pytest.mark.parametrize(("path", "matters"), PLACES)
def test_where_a_file_lies_tells_whether_it_may_be_an_updates(path: str, *, matters: bool) -> None:
    finding = judge(server(reboot=reboot(**renames(path, "")))).finding("SFB-BOOT-001")
    assert finding.status == ("unknown" if matters else "advice")
    assert ("which folder the product was installed into is not read" in finding.reason) is (
        not matters
    )
    assert (path in finding.reason) is matters


def test_the_reason_names_the_first_that_matters() -> None:
    told = renames(TEMP, "", MSI, "", "\\SystemRoot\\System32\\a.dll", "")
    reason = judge(server(reboot=reboot(**told))).finding("SFB-BOOT-001").reason
    assert MSI in reason
    assert TEMP not in reason
    assert "System32" not in reason


def test_a_long_path_is_cut_in_the_reason() -> None:
    path = "\\Config.Msi\\" + "x" * 480
    finding = judge(server(reboot=reboot(**renames(path, "")))).finding("SFB-BOOT-001")
    assert path not in finding.reason
    assert path[:150] in finding.reason


def test_what_fails_fails_whatever_waits() -> None:
    waiting = reboot(windows_update=THERE)
    judged = judge(server("2012", core="6.0.9319.281", front_end="6.0.9319.281", reboot=waiting))
    assert judged.finding("SFB-CU-001").status == "fail"
    assert judged.finding("SFB-CU-001").actions == ("install-cu",)


def _visit(core: str, **differs: object) -> list[tuple[str, bool]]:
    """The steps on the server, and whether each is for the restart that is pending."""
    reading = server("2012", core=core, front_end=core, reboot=reboot(**differs))
    steps = planned(judge(reading).assessment).steps
    return [(step.action, "SFB-BOOT-001" in step.rules) for step in steps if step.target == FQDN]


def test_the_plan_restarts_the_server_once_and_before_its_update() -> None:
    new, old = "6.0.9319.516", "6.0.9319.281"
    assert _visit(new) == []
    assert _visit(new, windows_update=THERE) == [("drain-server", False), ("return-server", True)]
    assert _visit(old, windows_update=THERE) == [
        ("drain-server", False),
        ("restart-server", True),
        ("install-cu", False),
        ("return-server", False),
    ]


def test_where_nobody_looked_for_a_restart_that_alone_is_unknown() -> None:
    judged = judge(server("2012", without=["reboot"]))
    assert judged.finding("SFB-BOOT-001").status == "unknown"
    assert judged.finding("SFB-CU-001").status == "pass"
    assert judged.server.readiness == "unknown"


GONE = certificate(FQDN, until=-1)
TO_COME = certificate(FQDN, since=1)
THE_POOLS = certificate(POOL, FQDN, until=-1)

# certificates -> status, words of the reason
CERTIFICATES: list[tuple[CertificatesFacts, str, str]] = [
    (certificates(certificate(FQDN)), "pass", "until 2019-09-01"),
    (certificates(certificate(POOL)), "pass", ""),
    (certificates(certificate("x.org", FQDN.upper())), "pass", ""),
    (certificates(certificate("x.org", subject=f"O=Contoso, cn={FQDN}")), "pass", ""),
    # Wildcards are listed for simple URLs alone: no pass, and no fail.
    (certificates(certificate("*.contoso.com")), "advice", "is a wildcard"),
    (certificates(certificate("*.CONTOSO.com", until=10)), "advice", "is a wildcard"),
    (certificates(certificate("*.contoso.com", until=-1)), "unknown", "carries its name"),
    (certificates(GONE, certificate("*.contoso.com")), "advice", "is a wildcard"),
    (certificates(GONE, certificate("*.contoso.com", until=-1)), "fail", "expired"),
    (certificates(certificate(FQDN), certificate("*.contoso.com", until=9)), "pass", ""),
    (certificates(certificate(FQDN, until=9), certificate("*.contoso.com")), "advice", "expires"),
    (certificates(certificate("*.contoso.com", key=False)), "unknown", "carries its name"),
    (certificates(certificate("*.contoso.com"), truncated=True), "unknown", "cut short"),
    (certificates(certificate(FQDN, uses=None)), "pass", ""),
    (certificates(certificate(FQDN, until=30)), "pass", ""),
    (certificates(certificate(FQDN, until=29)), "advice", "expires on 2018-09-30"),
    (certificates(certificate(FQDN, until=0)), "advice", "expires on 2018-09-01"),
    (certificates(certificate(FQDN, since=0)), "pass", ""),
    # One that goes on is enough: the other may be a leftover.
    (certificates(certificate(FQDN, until=10), certificate(FQDN)), "pass", "until 2019-09-01."),
    (certificates(GONE, certificate(FQDN)), "advice", f"expired: CN={FQDN}, O=Contoso (2017-09-01"),
    (certificates(GONE, certificate(FQDN, until=10)), "advice", "expires on 2018-09-11"),
    (certificates(GONE, certificate(POOL)), "advice", "services use is not read"),
    (certificates(TO_COME, certificate(FQDN)), "pass", ""),
    (certificates(certificate(FQDN, until=0), certificate(FQDN)), "pass", ""),
    # The pool's name is what most services prove; its own name alone does not do.
    (certificates(THE_POOLS, certificate(POOL, FQDN)), "advice", "expired: CN=pool01"),
    (certificates(THE_POOLS, certificate(FQDN)), "unknown", "for its pool's name is valid"),
    (certificates(THE_POOLS, certificate(FQDN, until=9)), "unknown", "is valid today;"),
    (certificates(certificate(POOL, since=1), certificate(FQDN)), "unknown", "is valid today;"),
    (certificates(THE_POOLS, certificate(POOL, key=False), certificate(FQDN)), "unknown", "valid"),
    (certificates(THE_POOLS, GONE), "fail", "expired on 2018-08-31"),
    (certificates(GONE), "fail", "expired on 2018-08-31"),
    (certificates(certificate(FQDN, until=-9), GONE), "fail", "expired on 2018-08-31"),
    (certificates(TO_COME), "fail", "None is valid before 2018-09-02"),
    (certificates(GONE, TO_COME), "fail", "None is valid before 2018-09-02"),
    # Nothing for its name: which one the services use is not read.
    (certificates(), "unknown", "carries its name"),
    (certificates(certificate("x.org")), "unknown", "carries its name"),
    (certificates(certificate("*.org", "*.fe01.contoso.com")), "unknown", "carries its name"),
    (certificates(certificate(FQDN, key=False)), "unknown", "carries its name"),
    (certificates(certificate(FQDN, uses=("1.3.6.1.5.5.7.3.2",))), "unknown", "carries its name"),
    # What is not told may be what matters.
    (certificates(GONE, truncated=True), "unknown", "cut short"),
    (certificates(certificate(FQDN), truncated=True), "pass", ""),
    (certificates(GONE, certificate("x.org", told=False)), "unknown", "does not report every name"),
    (certificates(GONE, certificate("x.org", cut=True)), "unknown", "does not report every name"),
    (certificates(GONE, certificate("x.org", told=False, until=-1)), "fail", "expired"),
    (certificates(certificate(FQDN, told=False)), "pass", ""),
    (certificates(certificate(FQDN, told=False, until=-1)), "fail", "expired"),
]


@pytest.mark.parametrize(("facts", "status", "words"), CERTIFICATES)
def test_certificates(facts: CertificatesFacts, status: str, words: str) -> None:
    judged = judge(server(certificates=facts))
    finding = judged.finding("SFB-CERT-001")
    assert finding.status == status
    assert words in finding.reason
    assert bool(finding.remediation) is (status != "pass")
    assert finding.evidence
    ready = {"fail": "work_needed", "unknown": "unknown"}
    assert judged.server.readiness == ready.get(status, "ready")


# certificates, by what its clock is ahead of ours -> status, words of the reason
CLOCKS: list[tuple[CertificatesFacts, timedelta, str, str]] = [
    (certificates(certificate(FQDN)), timedelta(days=365), "pass", "until 2019-09-01."),
    (certificates(certificate(FQDN)), timedelta(days=365, seconds=1), "unknown", "expired on"),
    (certificates(certificate(FQDN)), timedelta(days=-365), "pass", "until 2019-09-01."),
    (certificates(certificate(FQDN)), timedelta(days=-365, seconds=-1), "unknown", "before 2017"),
    # How far apart the clocks may be is the clock rule's.
    (certificates(certificate(FQDN, since=0)), timedelta(minutes=-5), "pass", ""),
    (certificates(certificate(FQDN, since=0)), timedelta(minutes=-5, seconds=-1), "unknown", ""),
    (certificates(certificate(FQDN, until=0)), timedelta(minutes=5), "advice", "expires on"),
    (certificates(certificate(FQDN, until=0)), timedelta(minutes=5, seconds=1), "unknown", ""),
    # What is no pass by ours is none by its own.
    (certificates(GONE), timedelta(days=-30), "fail", "expired on 2018-08-31"),
    (certificates(TO_COME), timedelta(days=30), "fail", "before 2018-09-02"),
    (certificates(certificate("x.org")), timedelta(days=30), "unknown", "carries its name"),
    # Who is right is not known: an advice stays one where it is valid by both.
    (certificates(certificate(FQDN, until=20)), timedelta(days=10), "advice", "2018-09-21"),
    (certificates(certificate(FQDN, until=40)), timedelta(days=20), "pass", "2018-10-11"),
    (certificates(certificate("*.contoso.com")), timedelta(days=9), "advice", "wildcard"),
    (
        certificates(certificate("*.contoso.com")),
        timedelta(days=999),
        "unknown",
        "carries its name",
    ),
    (
        certificates(certificate(POOL, until=9), certificate(FQDN)),
        timedelta(days=10),
        "unknown",
        "is valid today;",
    ),
]


@pytest.mark.parametrize(("facts", "ahead", "status", "words"), CLOCKS)
def test_a_certificate_is_valid_by_the_servers_own_clock_too(
    facts: CertificatesFacts, ahead: timedelta, status: str, words: str
) -> None:
    reading = server(certificates=facts, skew=ahead.total_seconds())
    finding = judge(replace(reading, collected=NOW + ahead)).finding("SFB-CERT-001")
    assert finding.status == status
    assert words in finding.reason
    by_its_own = f"{NOW + ahead:%Y-%m-%d %H:%M} UTC when ours showed 2018-09-01 12:00 UTC"
    told = status == "unknown" and "x.org" not in facts.items[0].subject
    assert (by_its_own in finding.reason) is told
    assert bool(finding.remediation) is (status != "pass")


def test_the_clock_of_a_server_that_nobody_asked_is_not_known() -> None:
    facts = certificates(certificate(FQDN))
    carried = replace(server(certificates=facts, skew=None), collected=NOW + timedelta(days=400))
    assert judge(carried).finding("SFB-CERT-001").status == "pass"
    without = replace(server(certificates=facts, skew=9**9), collected=None)
    assert judge(without).finding("SFB-CERT-001").status == "pass"


def test_a_server_that_is_its_pool_has_one_name() -> None:
    where = pool(PoolKind.STANDARD, FQDN)
    reading = server(certificates=certificates(GONE, certificate(FQDN)))
    assert judge(reading, where).finding("SFB-CERT-001").status == "advice"


@pytest.mark.parametrize("name", ["FE01.CONTOSO.COM", "POOL01.CONTOSO.COM"])
def test_names_are_compared_in_any_case(name: str) -> None:
    where = pool(fqdn=POOL.upper(), servers=(Server(FQDN.upper(), POOL.upper()),))
    reading = server(fqdn=FQDN.upper(), certificates=certificates(certificate(name.lower())))
    assert judge(reading, where).finding("SFB-CERT-001").status == "pass"
    gone = server(fqdn=FQDN.upper(), certificates=certificates(THE_POOLS, certificate(FQDN)))
    assert judge(gone, where).finding("SFB-CERT-001").status == "unknown"


GIB = 1024**3

# kind of pool, disks -> status, what was observed
ROOM = [
    (PoolKind.STANDARD, disk(20 * GIB), "pass", "20.0 GiB free on C:"),
    (PoolKind.STANDARD, disk(20 * GIB - 1), "advice", "20.0 GiB free on C:"),
    (PoolKind.STANDARD, disk(0), "advice", "0.0 GiB free on C:"),
    (PoolKind.STANDARD, disk(None), "unknown", "not told"),
    (PoolKind.STANDARD, disk(20 * GIB, system="E:"), "unknown", "not told"),
    (PoolKind.STANDARD, disk(20 * GIB, system=None), "unknown", "not told"),
    (PoolKind.ENTERPRISE, disk(0), "not_applicable", ""),
    (PoolKind.EDGE, disk(0), "not_applicable", ""),
]


@pytest.mark.parametrize(("kind", "facts", "status", "observed"), ROOM)
def test_room_for_the_databases_is_advice(
    kind: PoolKind, facts: DiskFacts, status: str, observed: str
) -> None:
    judged = judge(server(disk=facts), pool(kind))
    finding = judged.finding("SFB-DISK-001")
    assert finding.status == status
    assert finding.observed == observed
    assert finding.required == ("" if status == "not_applicable" else "20 GiB free")
    assert bool(finding.remediation) is (status == "advice")
    assert not finding.counted
    assert judged.server.readiness == "ready"


def test_disks_that_were_not_read_are_unknown() -> None:
    finding = judge(server(failed=["disk"]), pool(PoolKind.STANDARD)).finding("SFB-DISK-001")
    assert finding.status == "unknown"
    assert "family disk failed" in finding.reason


# services -> status, words of the reason
SERVICES: list[tuple[ServicesFacts, str, str]] = [
    (services(), "pass", "Every service"),
    (services(Service("RTCSRV", "Stopped", "Auto")), "advice", "is not running: RTCSRV."),
    (services(Service("RTCSRV", "Paused", "Auto")), "advice", "is not running: RTCSRV."),
    (services(Service("RTCSRV", "Stopped", "Disabled")), "advice", "Disabled, as after a failover"),
    (services(Service("RTCSRV", "Stopped", "Manual")), "pass", ""),
    (services(Service("RTCSRV", None, "Auto")), "pass", ""),
    (services(Service("RTCSRV", None, None)), "pass", ""),
    (ServicesFacts(()), "advice", "No service of the product"),
]


@pytest.mark.parametrize(("facts", "status", "words"), SERVICES)
def test_services_that_stand_still_are_advice(
    facts: ServicesFacts, status: str, words: str
) -> None:
    judged = judge(server(services=facts))
    finding = judged.finding("SFB-SVC-001")
    assert finding.status == status
    assert words in finding.reason
    assert bool(finding.remediation) is (status == "advice")
    assert not finding.counted
    assert judged.server.readiness == "ready"


def test_what_the_machine_is_is_judged_without_a_product() -> None:
    judged = judge(server(failed=["products"], disk=disk(0)), pool(PoolKind.STANDARD))
    statuses = {f.rule: f.status for f in judged.server.findings}
    for rule in ("SFB-BOOT-001", "SFB-CERT-001", "SFB-SVC-001"):
        assert statuses[rule] == "pass"
    assert statuses["SFB-DISK-001"] == "advice"
