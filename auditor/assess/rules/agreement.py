"""Do the facts agree with each other? Where they do not, nobody knows which one is wrong."""

from __future__ import annotations

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.files import FilesFacts
from auditor.facts.os import OsFacts
from auditor.rulebook.model import Windows
from auditor.version import Version

Contradiction = tuple[str, list[Evidence]]


class FactsAgree(Rule):
    """Facts that cannot all be true, which no other rule compares.

    The product against the estate is SFB-PROD-001, a service pack against its build
    SFB-OS-002, a listed hotfix against the files SFB-KB-001.
    """

    id = "SFB-FACT-001"
    title = "The facts do not contradict each other"
    applies_to = "every Lync or Skype for Business server"
    needs = ("os", "products")
    sources = ("product-type", "server-patch-version", "lync2013-systems", "practice")
    needs_product = False
    for_migrating = True

    def judge(self, subject: Subject, context: Context) -> Finding:
        found = [
            *_files_of_another_windows(subject, context),
            *_builds_of_another_product(subject),
            *_domain_of_another_server(subject),
            *_windows_of_32_bits(subject),
        ]
        system = subject.get(OsFacts).version
        agreed = [subject.evidence("os", "Win32_OperatingSystem.Version", system)]
        return self.finding(
            subject,
            Status.UNKNOWN if found else Status.PASS,
            observed="; ".join(evidence.value for _, shown in found for evidence in shown)
            or f"Windows {system}, consistent files and packages",
            required="files of this Windows, builds of this product, an answer from this server",
            reason=" ".join(sentence for sentence, _ in found) or "The facts are consistent.",
            evidence=[*agreed, *(evidence for _, shown in found for evidence in shown)],
            remediation="Check on the server which of them is wrong." if found else "",
        )


def _files_of_another_windows(subject: Subject, context: Context) -> list[Contradiction]:
    """System files carry the version of their Windows; of a known one the build, too."""
    windows = subject.get(OsFacts).version
    known = context.rulebook.windows.get(subject.system.system or "")
    files = subject.find(FilesFacts)
    strange = [
        file
        for file in (files.items if files is not None else ())
        if file.version is not None and not _is_of(file.version, windows, known)
    ]
    if not strange:
        return []
    shown = [subject.evidence("files", file.path, file.version) for file in strange]
    names = ", ".join(dict.fromkeys(f"{file.name} {file.version}" for file in strange))
    return [(f"{names}: not from Windows {windows}.", shown)]


def _is_of(file: Version, windows: Version, known: Windows | None) -> bool:
    if known is not None:
        return known.matches(file, workstation=known.workstation)
    return (file.major, file.minor) == (windows.major, windows.minor)


def _builds_of_another_product(subject: Subject) -> list[Contradiction]:
    """Builds of another line, and those before the first one that there is of the product."""
    product = subject.known
    if product is None:
        return []
    strange = [
        package
        for package in subject.product.deciding
        if package.version is None
        or not product.owns(package.version)
        or package.version < product.base
    ]
    if not strange:
        return []
    shown = [
        subject.evidence("products", f"{p.installed.view}: {p.installed.name}", p.shown)
        for p in strange
    ]
    names = ", ".join(f"{package.component} {package.shown}" for package in strange)
    lines = f"{product.line}.x, from {product.base} on"
    return [(f"{names}: not a build of {product.title}, whose builds are {lines}.", shown)]


def _windows_of_32_bits(subject: Subject) -> list[Contradiction]:
    """A view of the registry that such a Windows lacks would not be asked for."""
    facts = subject.get(OsFacts)
    if "wow6432" in facts.views:
        return []
    shown = subject.evidence("os", "Win32_OperatingSystem.OSArchitecture", facts.architecture)
    return [
        ("Windows reports itself as 32-bit, but the products run on 64-bit editions only.", [shown])
    ]


def _domain_of_another_server(subject: Subject) -> list[Contradiction]:
    """The product knows a server by its full name, and a way in by WinRM need not prove it."""
    told = subject.reading.other_domain
    if told is None:
        return []
    shown = [subject.evidence("", "the answer's DNS suffix", subject.reading.domain)]
    asked = subject.reading.fqdn.partition(".")[2]
    return [(f"The answer came from a computer in {told}, not in {asked}.", shown)]
