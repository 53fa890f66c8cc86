"""Do the facts agree with each other? Where they do not, nobody knows which one is wrong."""

from __future__ import annotations

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.bundle import CARRIED
from auditor.facts.files import FilesFacts
from auditor.facts.os import OsFacts

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
    sources = ("product-type", "server-patch-version", "practice")
    needs_product = False
    for_migrating = True

    def judge(self, subject: Subject, context: Context) -> Finding:
        found = [
            *_files_of_another_windows(subject),
            *_builds_of_another_product(subject, context),
            *_domain_of_another_server(subject),
        ]
        system = subject.get(OsFacts).version
        agreed = [subject.evidence("os", "Win32_OperatingSystem.Version", system)]
        return self.finding(
            subject,
            Status.UNKNOWN if found else Status.PASS,
            observed="; ".join(evidence.value for _, shown in found for evidence in shown)
            or f"Windows {system}, files and packages of one kind",
            required="files of this Windows, builds of the product, an answer of this server",
            reason=" ".join(sentence for sentence, _ in found) or "Nothing contradicts anything.",
            evidence=[*agreed, *(evidence for _, shown in found for evidence in shown)],
            remediation="Find out on the server which of them is wrong." if found else "",
        )


def _files_of_another_windows(subject: Subject) -> list[Contradiction]:
    """System files carry the version of their Windows in their first two numbers."""
    windows = subject.get(OsFacts).version
    files = subject.find(FilesFacts)
    strange = [
        file
        for file in (files.items if files is not None else ())
        if file.version is not None
        and (file.version.major, file.version.minor) != (windows.major, windows.minor)
    ]
    if not strange:
        return []
    shown = [subject.evidence("files", file.path, file.version) for file in strange]
    names = ", ".join(dict.fromkeys(f"{file.name} {file.version}" for file in strange))
    return [(f"{names}: a file of another Windows than {windows}.", shown)]


def _builds_of_another_product(subject: Subject, context: Context) -> list[Contradiction]:
    product = subject.known
    if product is None:
        return []
    strange = [
        package
        for name in context.rulebook.components.deciding
        for package in subject.product.components(name)
        if package.version is not None and not product.owns(package.version)
    ]
    if not strange:
        return []
    shown = [
        subject.evidence("products", f"{p.installed.view}: {p.installed.name}", p.version)
        for p in strange
    ]
    names = ", ".join(f"{package.component} {package.version}" for package in strange)
    return [(f"{names}: no build of {product.title}, whose builds are {product.line}.x.", shown)]


def _domain_of_another_server(subject: Subject) -> list[Contradiction]:
    """Over the network the server proved its name; of a file that came by hand it is a claim."""
    reading = subject.reading
    asked = subject.server.fqdn.partition(".")[2].casefold()
    told = (reading.domain or "").casefold()
    if reading.origin != CARRIED or not asked or not told or asked == told:
        return []
    shown = [subject.evidence("", "the answer's DNS suffix", reading.domain)]
    return [(f"The file is of a computer in {told}, not in {asked}.", shown)]
