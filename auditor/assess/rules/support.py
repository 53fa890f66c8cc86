"""Does Microsoft still support the product? Judged by the day of the audit."""

from __future__ import annotations

from datetime import date

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, migration_of, product_of
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Product, Support


class StillSupported(Rule):
    id = "SFB-SUP-001"
    title = "Microsoft supports the product"
    applies_to = "every Lync or Skype for Business server"
    needs = ("products",)
    sources = ("se-announcement",)
    for_migrating = True

    def judge(self, subject: Subject, context: Context) -> Finding:
        product, today = product_of(subject), context.now.date()
        status, reason = _verdict(product, today, context)
        ended = status is Status.FAIL
        cited = product.support.sources if product.support is not None else self.sources
        remedy = ""
        if ended:
            migration = migration_of(subject, context)
            remedy, cited = migration.how, (*cited, *migration.sources)
        return self.finding(
            subject,
            status,
            observed=product.title,
            required=f"a product that Microsoft supports on {today}",
            reason=reason,
            evidence=subject.package_evidence,
            remediation=remedy,
            actions=("migrate-product",) if ended else (),
            sources=tuple(dict.fromkeys(cited)),
            blocks=ended,
        )


def support_is_over(subject: Subject, context: Context) -> bool:
    """Whether the end of the product's support is a fail, and one that weighs."""
    status, _ = _verdict(product_of(subject), context.now.date(), context)
    return status is Status.FAIL and StillSupported.id in subject.weighing


def _verdict(product: Product, today: date, context: Context) -> tuple[Status, str]:
    """A doubt is unknown where the policy counts support, else advice."""
    counts = context.policy.support == "fail"
    doubt = Status.UNKNOWN if counts else Status.ADVICE
    support = product.support
    if support is None:
        return doubt, f"No source here says until when {product.title} is supported."
    if support.ends is None:
        return Status.PASS, f"{product.title} is supported, and no end of that is named."
    if today <= support.ends:
        if support.at_latest:
            return doubt, f"Support ends on {support.ends} at the latest, or has ended."
        return Status.PASS, f"{product.title} is supported until {support.ends}."
    reason = _ended(support, today)
    if context.policy.extended_updates and support.extended and today <= support.extended:
        return Status.ADVICE, f"{reason} The policy says that they were bought."
    if support.confidence is not Confidence.STATED:
        return doubt, f"{reason} No document of Microsoft's that says so is at hand."
    return Status(context.policy.support), reason


def _ended(support: Support, today: date) -> str:
    latest = " at the latest" if support.at_latest else ""
    sentence = f"Microsoft's support ended on {support.ends}{latest}."
    if support.extended is None:
        return sentence
    can = "can be" if today <= support.extended else "could be"
    return f"{sentence} Security updates {can} bought until {support.extended}."
