"""What is installed, and can that product take part at all?"""

from __future__ import annotations

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, migration_of, product_of
from auditor.assess.rules.completeness import gap_in_packages
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.products import Stance

_NEVER_HYBRID = "hybrid"
_COMPARE = "Compare the machine's installed programs with the topology."


class ProductIdentified(Rule):
    """By the names of the server packages that are installed, not by their numbers.

    Subscription Edition shares its numbers with 2019, and administrative tools do not make a
    server. Where the packages and the estate name different products, neither is believed; nor is a
    list without the packages that such a server has.
    """

    id = "SFB-PROD-001"
    title = "The product is identified by its packages"
    applies_to = "every machine of the estate"
    needs = ("products",)
    sources = ("server-patch-version", "server-version")
    needs_product = False
    for_any_machine = True
    for_migrating = True

    def judge(self, subject: Subject, context: Context) -> Finding:
        identity = subject.product
        seen = [subject.evidence(*each) for each in identity.seen]
        looked_for = (*self.sources, *context.rulebook.signs.sources)
        required = "server packages of one product, the one that the estate names"
        if identity.is_server is False:
            return self.finding(
                subject,
                Status.NOT_APPLICABLE,
                observed=identity.reason,
                required=required,
                reason="Not a Lync server: nothing that was read identifies it as one.",
                evidence=seen,
                sources=looked_for,
            )
        if identity.product is None:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=identity.reason,
                required=required,
                reason="Without a product there is nothing to judge against.",
                evidence=seen,
                sources=looked_for,
                remediation=_COMPARE,
                actions=("identify-product",),
            )
        product = product_of(subject)
        builds = _builds(subject)
        installed = f"{identity.reason[0].upper()}{identity.reason[1:]} are installed."
        gap = gap_in_packages(subject, context) if product.stance is not Stance.MIGRATE else None
        return self.finding(
            subject,
            Status.PASS if gap is None else Status.UNKNOWN,
            observed=f"{product.title} ({builds})" if builds else product.title,
            required=required,
            reason=installed if gap is None else f"{installed} But {gap}",
            remediation="" if gap is None else _COMPARE,
            evidence=subject.package_evidence,
            sources=(*self.sources, *product.sources),
        )


def _builds(subject: Subject) -> str:
    """The lowest and the highest build of the deciding packages, "" where none is known."""
    builds = subject.product.builds
    return " to ".join(dict.fromkeys(map(str, (*builds[:1], *builds[-1:]))))


class ProductTakesPart(Rule):
    """Lync Server 2010 and older cannot be updated into hybrid: blocked, they need a migration."""

    id = "SFB-PROD-002"
    title = "The product can take part"
    applies_to = "every Lync or Skype for Business server"
    needs = ("products",)
    sources = ("support-blog-ja", "techcommunity-222247")
    for_migrating = True
    no_fail = "That is a doubt rather than a lack, so this is advice."

    def judge(self, subject: Subject, context: Context) -> Finding:
        product = product_of(subject)
        required = "Lync Server 2013, Skype for Business Server 2015 or later"
        if product.stance is Stance.MIGRATE:
            return self._to_migrate(subject, context, required)
        inferred = product.stance is Stance.LATER and product.confidence is not Confidence.STATED
        return self.finding(
            subject,
            Status.ADVICE if inferred else Status.PASS,
            observed=product.title,
            required=required,
            reason=product.why,
            evidence=subject.package_evidence,
            sources=product.sources,
        )

    def _to_migrate(self, subject: Subject, context: Context, required: str) -> Finding:
        """The article rules out hybrid with these products; of other scenarios it says nothing."""
        product = product_of(subject)
        if _NEVER_HYBRID in subject.denied:
            if not subject.scenarios:
                return self.not_applicable(subject, "no scenario is in use")
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=product.title,
                required=required,
                reason="The source rules out hybrid with this product, which is not in use here; "
                f"it does not mention {', '.join(subject.scenarios)}.",
                evidence=subject.package_evidence,
                remediation="Plan its migration; until then, test the connection.",
                sources=product.sources,
            )
        migration = migration_of(subject, context)
        return self.finding(
            subject,
            Status.FAIL,
            observed=product.title,
            required=required,
            reason=product.why,
            evidence=subject.package_evidence,
            remediation=migration.how,
            actions=("migrate-product",),
            sources=tuple(dict.fromkeys((*product.sources, *migration.sources))),
            blocks=True,
        )
