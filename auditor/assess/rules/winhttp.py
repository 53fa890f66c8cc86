"""WinHTTP: KB3140245 by its files, and the registry value that it makes Windows obey.

The two are two findings: a later rollup brings the files and sets no value.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, StandIn, Subject, are, product_of, windows_of
from auditor.assess.rules.restart import update_waits
from auditor.assess.rules.system import SupportedSystem
from auditor.facts.files import FileFact, FilesFacts
from auditor.facts.hotfixes import HotfixesFacts
from auditor.facts.os import OsFacts
from auditor.facts.winhttp import WinHttpFacts, WinHttpView
from auditor.rulebook.model import Update, UpdatedFile, Windows
from auditor.rulebook.products import Need
from auditor.rulebook.registry import SecureProtocols
from auditor.version import Version

_UPDATE = "kb3140245"
_NATIVE, _BESIDE = "System32", "SysWOW64"
_NOT_REQUIRED = (
    "Microsoft's page on TLS 1.0 in Microsoft 365 says that the value is not required; KB3140245 "
    "and the page on hybrid setup say otherwise, and take precedence."
)
_BESIDE_ONLY = "No source here mentions that copy, so this is advice."


def need_of(subject: Subject, context: Context) -> Need | None:
    """What the product's row asks of this Windows; None where it has to be left anyway.

    A product whose list of systems is open gets the stricter reading.
    """
    product = product_of(subject)
    row = product.system(windows_of(subject, context).key)
    if row is not None:
        return row.kb3140245
    return None if product.systems_closed else Need.REQUIRED


def severity_of(subject: Subject, context: Context) -> Status:
    """What a lack weighs: a fail on starred rows, the policy's choice on the others."""
    if need_of(subject, context) is Need.ADVISED and context.policy.unstarred == "advice":
        return Status.ADVICE
    return Status.FAIL


def _weighed(subject: Subject, status: Status, reason: str) -> str:
    """The reason of a lack, and why it is advice where it is no fail."""
    if status is not Status.ADVICE:
        return reason
    title = product_of(subject).title
    return (
        f"{reason} The article's row for {title} has no star, so this is advice under this policy."
    )


class _WinHttpRule(Rule):
    needs_system = True

    def stand_in(self, subject: Subject, context: Context) -> StandIn | None:
        if need_of(subject, context) is not None:
            return None
        replaced, title = SupportedSystem.id, windows_of(subject, context).title
        return StandIn(replaced, f"{title} has to be replaced ({replaced})")


class WinHttpUpdate(_WinHttpRule):
    """By the versions of winhttp.dll and webio.dll, which the update and its successors bring.

    A list of hotfixes misses what a later update replaced: it corroborates and never decides.
    On rows without a star the policy says what a lack means.
    """

    id = "SFB-KB-001"
    title = "KB3140245 or its replacement is installed, by file version"
    applies_to = "Lync and Skype for Business servers on Windows Server 2008 R2 or 2012"
    needs = ("files", "os")
    sources = ("support-blog-ja", "kb3140245", "tss", "healthchecker-25")

    def exempt(self, subject: Subject, context: Context) -> str | None:
        windows = windows_of(subject, context)
        listed = context.rulebook.updates[_UPDATE].files_for(windows.key)
        if windows.winhttp_tls12 and not listed:
            return f"KB3140245 is not for {windows.title}, where WinHTTP has TLS 1.2 by default"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        update, windows = context.rulebook.updates[_UPDATE], windows_of(subject, context)
        wanted = update.files_for(windows.key)
        if not wanted:
            return self.unknown(
                subject, f"No source here lists the files of KB3140245 for {windows.title}."
            )
        facts = subject.get(FilesFacts)
        native = [(file, facts.find(file.name, _NATIVE)) for file in wanted]
        copies = len(subject.get(OsFacts).views) > 1
        beside = [(file, facts.find(file.name, _BESIDE)) for file in wanted if copies]
        listed = _listed(subject, update)
        status, reason = _file_verdict(subject, context, native, beside, listed)
        waits = update_waits(subject, context) if status is Status.PASS else None
        if waits is not None:
            status, reason = Status.UNKNOWN, f"{reason} But {waits}: they may not be in use yet."
        lacking = status is not Status.UNKNOWN and any(_old(*pair) for pair in native)
        reason = _weighed(subject, status, reason) if lacking else reason
        restart = ("restart-server",) if waits is not None else ()
        return self.finding(
            subject,
            status,
            observed=_all_shown(native),
            required=", ".join(f"{file.name} {file.version} or later" for file in wanted),
            reason=reason,
            evidence=_file_evidence(subject, native, beside, listed),
            remediation="Install KB3140245 or an update that replaces it." if lacking else "",
            actions=("install-kb3140245",) if lacking else restart,
        )


_Pair = tuple[UpdatedFile, FileFact | None]


def _file_verdict(
    subject: Subject, context: Context, native: list[_Pair], beside: list[_Pair], listed: str | None
) -> tuple[Status, str]:
    """A fail is certain whatever else is missing; an advice is not."""
    severity = severity_of(subject, context)
    old = [pair for pair in native if _old(*pair)]
    gaps = [pair for pair in native if _version(pair[1]) is None or _foreign(*pair)]
    if gaps and not (old and severity is Status.FAIL):
        return Status.UNKNOWN, f"Nothing can be proved: {_all_shown(gaps)}."
    if old and listed == context.rulebook.updates[_UPDATE].hotfix:
        return severity, (
            f"{listed} is listed as installed, but {_are(old)} older than it: "
            "the installation failed, or was undone."
        )
    if old and listed:
        return severity, (
            f"{_are(old)} older than KB3140245. {listed}, which is listed, is later; that it "
            "brings these files is inferred, and here it did not."
        )
    if old:
        return severity, f"{_are(old)} older than KB3140245."
    lagging = [pair for pair in beside if _old(*pair)]
    if lagging:
        return Status.ADVICE, f"The 32-bit copy is older: {_all_shown(lagging)}. {_BESIDE_ONLY}"
    gaps = [pair for pair in beside if _version(pair[1]) is None]
    if gaps:
        return Status.ADVICE, (
            f"Nothing can be proved about the 32-bit copy: {_all_shown(gaps)}. {_BESIDE_ONLY}"
        )
    how = f"{listed} is listed" if listed else "a later update that replaces it brought them"
    return Status.PASS, f"The files are new enough; {how}."


def _listed(subject: Subject, update: Update) -> str | None:
    """The hotfix by which the list corroborates; the list alone proves nothing either way."""
    hotfixes = subject.find(HotfixesFacts)
    return hotfixes.has(update.hotfix, *update.later) if hotfixes is not None else None


def _version(fact: FileFact | None) -> Version | None:
    return fact.version if fact is not None and fact.present else None


def _old(file: UpdatedFile, fact: FileFact | None) -> bool:
    version = _version(fact)
    return version is not None and version < file.version


def _foreign(file: UpdatedFile, fact: FileFact | None) -> bool:
    """A file of a later Windows, which proves nothing about this one."""
    version = _version(fact)
    return version is not None and (version.major, version.minor) > (
        file.version.major,
        file.version.minor,
    )


def _all_shown(pairs: list[_Pair]) -> str:
    return ", ".join(_shown(*pair) for pair in pairs)


def _shown(file: UpdatedFile, fact: FileFact | None) -> str:
    if fact is None:
        return f"{file.name} not reported"
    if not fact.present:
        return f"{file.name} not there"
    return f"{file.name} {fact.version or 'without a version'}"


def _are(pairs: list[_Pair]) -> str:
    return are([_shown(*pair) for pair in pairs])


def _file_evidence(
    subject: Subject, native: list[_Pair], beside: list[_Pair], listed: str | None
) -> list[Evidence]:
    evidence = [
        subject.evidence("files", fact.path, fact.version or ("absent", "no version")[fact.present])
        for _, fact in (*native, *beside)
        if fact is not None
    ]
    if listed:
        evidence.append(subject.evidence("hotfixes", "Win32_QuickFixEngineering", listed))
    return evidence


class DefaultSecureProtocols(_WinHttpRule):
    """The value by which WinHTTP offers TLS 1.2 by default: the bit counts, not the number.

    A later rollup brings the files of KB3140245 and sets no value, so the two are two findings.
    A 32-bit program reads the other registry view. One of Microsoft's pages, which is cited for
    what the bits mean, says that the value is not required once the update is installed; KB3140245
    and the page on hybrid set-up have Windows Server 2008 R2 and 2012 without TLS 1.2 by default
    until it is set, and take precedence.
    """

    id = "SFB-WINHTTP-001"
    title = "WinHTTP's default protocols include TLS 1.2, in both registry views"
    applies_to = "every Lync or Skype for Business server"
    needs = ("winhttp", "os")
    sources = ("kb3140245", "hcw", "ms365-tls")

    def judge(self, subject: Subject, context: Context) -> Finding:
        value = context.rulebook.registry.secure_protocols
        default = windows_of(subject, context).winhttp_tls12
        views = _views(subject, value)
        lacking = [view.name for view in views if view.lacks(value, default=default)]
        status, reason = _protocol_verdict(subject, context, views, lacking)
        if lacking:
            reason = _weighed(subject, status, reason)
        if lacking and not default:
            reason = f"{reason} {_NOT_REQUIRED}"
        mend = bool(lacking) or any(view.wrong for view in views)
        return self.finding(
            subject,
            status,
            observed="; ".join(f"{view.name}: {_called(view, value)}" for view in views),
            required=f"{value.name} with bit 0x{value.needed_bit:X} ({value.needed}, REG_DWORD) "
            "in every view" + (", or absent: Windows has TLS 1.2 by default" if default else ""),
            reason=reason,
            evidence=[subject.evidence("winhttp", v.path, _called(v, value)) for v in views],
            remediation=f"Set {value.name} (REG_DWORD) to 0x{value.recommended:X} "
            f"({value.called(value.recommended)}) in every view."
            if mend
            else "",
            actions=("set-default-secure-protocols",) if mend else (),
        )


@dataclass(frozen=True, slots=True)
class _View:
    """One registry view as far as it was reported; `reported` None where it was not."""

    name: str
    path: str
    reported: WinHttpView | None

    @property
    def shown(self) -> str:
        if self.reported is None:
            return "not reported"
        return "absent" if self.reported.value is None else str(self.reported.value)

    @property
    def data(self) -> int | None:
        value = self.reported.value if self.reported is not None else None
        return value.dword if value is not None else None

    @property
    def wrong(self) -> bool:
        """There is a value, and it is no DWORD."""
        return self.reported is not None and self.reported.value is not None and self.data is None

    def lacks(self, value: SecureProtocols, *, default: bool) -> bool:
        """TLS 1.2 is certainly not among the defaults; `default` is what Windows does by itself."""
        if self.reported is None:
            return False
        if self.data is not None:
            return not self.data & value.needed_bit
        return not default


def _views(subject: Subject, value: SecureProtocols) -> list[_View]:
    """The views that this Windows has, whether they were reported or not."""
    facts = subject.get(WinHttpFacts)
    views = []
    for name in subject.get(OsFacts).views:
        reported = facts.find(name)
        path = f"{reported.path if reported else value.paths[name]}\\{value.name}"
        views.append(_View(name, path, reported))
    return views


def _protocol_verdict(
    subject: Subject, context: Context, views: list[_View], lacking: list[str]
) -> tuple[Status, str]:
    value = context.rulebook.registry.secure_protocols
    windows = windows_of(subject, context)
    severity = severity_of(subject, context)
    wrong = [v.name for v in views if v.wrong]
    unread = [v.name for v in views if v.reported is None]
    if unread and not (lacking and severity is Status.FAIL):
        return Status.UNKNOWN, f"The view {', '.join(unread)} was not reported."
    named = _named(views, value)
    if lacking:
        return severity, f"{_lack(lacking, wrong, windows)}{named}."
    if wrong:
        return Status.UNKNOWN, f"In {', '.join(wrong)}, {value.name} is not a REG_DWORD."
    weak = [n for n in value.weak if any((v.data or 0) & value.bits[n] for v in views)]
    if weak:
        return Status.ADVICE, (
            f"TLS 1.2 is set, and so is {', '.join(weak)}, which is not needed{named}. What is "
            "required is there, so this is advice."
        )
    return Status.PASS, f"TLS 1.2 is among the default protocols in every view{named}."


def _called(view: _View, value: SecureProtocols) -> str:
    """What the view shows, with the names of its bits."""
    return view.shown if view.data is None else f"{view.shown} ({value.called(view.data)})"


def _named(views: list[_View], value: SecureProtocols) -> str:
    """The numbers of the views and what each of them stands for, to end a sentence with."""
    numbers = dict.fromkeys(view.data for view in views if view.data is not None)
    return "".join(f"; 0x{number:X} is {value.called(number)}" for number in numbers)


def _lack(lacking: list[str], wrong: list[str], windows: Windows) -> str:
    why = (
        f"the value leaves out TLS 1.2, which {windows.title} has by default"
        if windows.winhttp_tls12
        else f"TLS 1.2 is not set, and WinHTTP on {windows.title} does not offer it by default"
    )
    kind = f"; the value is not a REG_DWORD in {', '.join(wrong)}" if wrong else ""
    views = f"view{'s' * (len(lacking) > 1)} {' and '.join(lacking)}"
    return f"In the {views}, {why}{kind}"
