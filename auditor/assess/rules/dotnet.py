"""Does .NET use strong cryptography? A condition for disabling TLS 1.0/1.1, and good before."""

from __future__ import annotations

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.dotnet import DotNetFacts, DotNetRuntime


class StrongCrypto(Rule):
    id = "SFB-NET-001"
    title = ".NET uses strong cryptography"
    applies_to = "every Lync or Skype for Business server"
    needs = ("dotnet",)
    sources = ("dtls", "ms365-tls")
    needs_product = False

    def judge(self, subject: Subject, context: Context) -> Finding:
        name = context.rulebook.registry.strong_crypto.name
        runtimes = [r for r in subject.get(DotNetFacts).runtimes if r.key_present]
        required = f"{name} = 1 (REG_DWORD) for every installed runtime, in both views"
        evidence = [subject.evidence("dotnet", f"{r.path}\\{name}", _shown(r)) for r in runtimes]
        if not runtimes:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed="no runtime was reported",
                required=required,
                reason="A Lync or Skype for Business server cannot be without .NET.",
            )
        weak = [r for r in runtimes if r.strong_crypto is None or r.strong_crypto.dword != 1]
        severity = Status(context.policy.strong_crypto)
        return self.finding(
            subject,
            severity if weak else Status.PASS,
            observed=", ".join(f"{r.runtime} {r.view}: {_shown(r)}" for r in runtimes),
            required=required,
            reason=".NET programs that do not choose a protocol themselves may offer TLS 1.0 alone."
            if weak
            else "Every installed runtime uses strong cryptography.",
            evidence=evidence,
            remediation=f"Set {name} (REG_DWORD) to 1 for every runtime and view." if weak else "",
        )


def _shown(runtime: DotNetRuntime) -> str:
    return "absent" if runtime.strong_crypto is None else str(runtime.strong_crypto)
