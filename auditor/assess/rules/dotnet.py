"""Does .NET use strong cryptography, and is it new enough? Conditions for disabling TLS 1.0/1.1."""

from __future__ import annotations

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, product_of
from auditor.facts.dotnet import DotNetFacts, DotNetRuntime
from auditor.facts.os import VIEWS, OsFacts
from auditor.rulebook.policy import Release
from auditor.rulebook.registry import DotNet


class StrongCrypto(Rule):
    """SchUseStrongCrypto for every installed runtime, in both registry views.

    A condition of disabling TLS 1.0 and 1.1; under the other policies a lack is advice. A runtime
    is installed where one of its keys is there, or where the value Release shows it: then an absent
    key lacks the value like any other.
    """

    id = "SFB-NET-001"
    title = ".NET uses strong cryptography"
    applies_to = "every Lync or Skype for Business server"
    needs = ("dotnet",)
    sources = ("dtls", "ms365-tls")
    needs_product = False
    no_fail = "This policy does not require strong cryptography, so this is advice."
    weight = "strong_crypto"

    def judge(self, subject: Subject, context: Context) -> Finding:
        name = context.rulebook.registry.strong_crypto.name
        runtimes = _installed(subject.get(DotNetFacts), context.rulebook.registry.dotnet)
        required = f"{name} = 1 (REG_DWORD) for every installed runtime, in both views"
        evidence = [subject.evidence("dotnet", f"{r.path}\\{name}", _shown(r)) for r in runtimes]
        if not runtimes:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed="no runtime was reported",
                required=required,
                reason="A Lync or Skype for Business server always has .NET.",
            )
        weak = [r for r in runtimes if r.strong_crypto is None or r.strong_crypto.dword != 1]
        status, reason = _verdict(weak, _untold(subject, context), context)
        return self.finding(
            subject,
            status,
            observed=", ".join(f"{r.runtime} {r.view}: {_shown(r)}" for r in runtimes),
            required=required,
            reason=reason,
            evidence=evidence,
            remediation=f"Set {name} (REG_DWORD) to 1 for every runtime and view." if weak else "",
        )


def _installed(facts: DotNetFacts, dotnet: DotNet) -> list[DotNetRuntime]:
    """The places of runtimes that are installed, whether their keys are there or not."""
    installed = {r.runtime for r in facts.runtimes if r.key_present}
    if facts.release is not None:
        installed.add(dotnet.runtime)
    return [r for r in facts.runtimes if r.runtime in installed]


def _verdict(weak: list[DotNetRuntime], untold: list[str], context: Context) -> tuple[Status, str]:
    """A fail is certain whatever else is missing; an advice is not."""
    severity = Status(context.policy.strong_crypto)
    if untold and not (weak and severity is Status.FAIL):
        return Status.UNKNOWN, f"The answer does not mention {', '.join(untold)}."
    if weak:
        return severity, (
            ".NET programs that do not choose a protocol themselves may not offer TLS 1.2."
        )
    return Status.PASS, "Every installed runtime uses strong cryptography."


def _untold(subject: Subject, context: Context) -> list[str]:
    """Places that the answer leaves out; a key that is not there is told as well."""
    system = subject.find(OsFacts)
    told = {(r.runtime, r.view) for r in subject.get(DotNetFacts).runtimes}
    return [
        f"{runtime} {view}"
        for runtime in context.rulebook.registry.strong_crypto.runtimes
        for view in (system.views if system is not None else VIEWS)
        if (runtime, view) not in told
    ]


def _shown(runtime: DotNetRuntime) -> str:
    if not runtime.key_present:
        return "the key is absent"
    return "absent" if runtime.strong_crypto is None else str(runtime.strong_crypto)


class DotNetRelease(Rule):
    """By the Release number in the registry, where the policy sets a minimum .NET Framework."""

    id = "SFB-NET-002"
    title = "The .NET Framework is new enough"
    applies_to = "servers of a product for which the policy sets a minimum .NET Framework"
    needs = ("dotnet",)
    sources = ("dotnet-release",)

    def exempt(self, subject: Subject, context: Context) -> str | None:
        wanted, product = context.policy.dotnet, product_of(subject)
        if wanted is None or product.key not in wanted.products:
            return f"the policy sets no minimum .NET Framework for {product.title}"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        known, wanted = context.rulebook.registry.dotnet, _wanted(context)
        value = subject.get(DotNetFacts).release
        number = value.dword if value is not None else None
        required = f"{wanted.title} or later ({known.name} {wanted.release} or more)"
        if value is not None and number is None:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=str(value),
                required=required,
                reason=f"{known.name} is not a REG_DWORD, so what is installed is not known.",
                evidence=[subject.evidence("dotnet", f"{known.path}\\{known.name}", value)],
            )
        observed = (
            "no version from 4.5 on" if number is None else _release(known.called(number), number)
        )
        old = number is None or number < wanted.release
        return self.finding(
            subject,
            Status.FAIL if old else Status.PASS,
            observed=observed,
            required=required,
            reason=f"It is older than {wanted.title}." if old else "It is new enough.",
            evidence=[subject.evidence("dotnet", f"{known.path}\\{known.name}", value or "absent")],
            remediation=wanted.how if old else "",
            sources=tuple(dict.fromkeys((*wanted.sources, *self.sources))),
        )


def _wanted(context: Context) -> Release:
    if context.policy.dotnet is None:
        raise LookupError(f"{context.policy.key} states no .NET Framework")
    return context.policy.dotnet


def _release(called: str, number: int) -> str:
    return f".NET Framework {called} ({number})"
