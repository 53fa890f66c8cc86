"""Does Microsoft still support the product? Judged by the day of the audit."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, migration_of, product_of
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.products import Product, Support


class StillSupported(Rule):
    """By the day of the audit. An end of support is a fail where the policy makes it one.

    Under the other policies, which ask for builds, it is advice. Security updates that can be
    bought are not support.
    """

    id = "SFB-SUP-001"
    title = "Microsoft supports the product"
    applies_to = "every Lync or Skype for Business server"
    needs = ("products",)
    sources = (
        "lifecycle-2010",
        "lifecycle-2013",
        "lifecycle-2015",
        "lifecycle-2019",
        "se-announcement",
    )
    for_migrating = True
    weight = "support"

    def judge(self, subject: Subject, context: Context) -> Finding:
        product, today = product_of(subject), context.now.date()
        status, reason = _verdict(product, today, context)
        ended = status is Status.FAIL
        cited = product.support.sources if product.support is not None else self.sources
        todo, said = _todo(status, product, today, context)
        if ended:
            migration = migration_of(subject, context)
            todo, said = migration.how, migration.sources
        return self.finding(
            subject,
            status,
            observed=product.title,
            required=f"a product that Microsoft supports on {today}",
            reason=reason,
            evidence=subject.package_evidence,
            remediation=todo,
            actions=("migrate-product",) if ended else (),
            sources=tuple(dict.fromkeys((*cited, *said))),
            blocks=ended,
        )


def support_is_over(subject: Subject, context: Context) -> bool:
    """Whether the end of the product's support is a fail, and one that weighs."""
    status, _ = _verdict(product_of(subject), context.now.date(), context)
    return status is Status.FAIL and StillSupported.id in subject.weighing


def _todo(
    status: Status, product: Product, today: date, context: Context
) -> tuple[str, tuple[str, ...]]:
    """What is worth doing where it is no fail, and who says so beside the product's sources."""
    if status is Status.PASS:
        return "", ()
    ends = product.support.ends if product.support is not None else None
    if ends is None or today <= ends:
        return "Ask Microsoft until when it supports the product.", ()
    return _still_supported(context)


@lru_cache(maxsize=1)
def _still_supported(context: Context) -> tuple[str, tuple[str, ...]]:
    """The move to what Microsoft supports on the day, and who says so."""
    products = context.rulebook.products.values()
    still = [each for each in products if each.is_supported(context.now.date())]
    named = f": today that is {' or '.join(each.title for each in still)}" if still else ""
    cited = tuple(key for each in still if each.support for key in each.support.sources)
    return f"Plan the move to a product that Microsoft supports{named}.", cited


def _verdict(product: Product, today: date, context: Context) -> tuple[Status, str]:
    """The status, and the reason with why it is no fail where it is advice."""
    status, reason = _weighed(product, today, context)
    if status is Status.ADVICE and context.policy.support != "fail":
        reason = f"{reason} This policy requires builds, not support, so this is advice."
    return status, reason


def _weighed(product: Product, today: date, context: Context) -> tuple[Status, str]:
    """A doubt is unknown where the policy counts support, else advice."""
    counts = context.policy.support == "fail"
    doubt = Status.UNKNOWN if counts else Status.ADVICE
    support = product.support
    if support is None:
        return doubt, f"No source here says until when {product.title} is supported."
    if support.ends is None:
        return Status.PASS, f"{product.title} is supported; no end date is named."
    if today <= support.ends:
        if support.at_latest:
            return doubt, f"Support ends on {support.ends} at the latest, or has ended."
        return Status.PASS, f"{product.title} is supported until {support.ends}."
    reason = _ended(support, today)
    if context.policy.extended_updates and support.extended and today <= support.extended:
        bought = "The policy says that they were bought, which it counts as support"
        return Status.ADVICE, f"{reason} {bought}, so this is advice."
    if support.confidence is not Confidence.STATED:
        return doubt, f"{reason} No Microsoft document confirming this is at hand."
    return Status(context.policy.support), reason


def _ended(support: Support, today: date) -> str:
    sentence = f"Microsoft's support ended on {support.ends}."
    if support.at_latest:
        sentence = (
            f"Microsoft's support has ended, on {support.ends} at the latest; the day itself is "
            "not known here."
        )
    if support.extended is None:
        return sentence
    can = "can be" if today <= support.extended else "could be"
    return f"{sentence} Security updates {can} bought until {support.extended}."
