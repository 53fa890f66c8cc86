"""Is the list of a server's packages whole? A list with gaps proves no product and no update."""

from __future__ import annotations

from functools import lru_cache

from auditor.assess.rule import Context, Subject
from auditor.estate.model import PoolKind

_ROLE_OF_A_HALF = "web components"  # installed with a front end, after it


@lru_cache(maxsize=1)
def gap_in_packages(subject: Subject, context: Context) -> str | None:
    """What is missing among the packages that such a server has, None where nothing is."""
    names, identity, pool = context.rulebook.components, subject.product, subject.pool
    if not identity.components(names.core):
        return f"{names.core} is not among the packages."
    if identity.truncated:
        return "The list of packages was cut short."
    there = [package.key for package in identity.packages]
    role = names.roles.get(pool.kind.value, ())
    if role and not any(each.casefold() in name for name in there for each in role):
        return (
            f"{' or '.join(role)} is not among the packages, though {pool.fqdn} is "
            f"of kind {pool.kind}."
        )
    web = any(name.startswith(_ROLE_OF_A_HALF) for name in there)
    if pool.kind is PoolKind.UNKNOWN and web and not identity.components(names.front_end):
        return f"Web Components are there without {names.front_end}: an incomplete installation?"
    return None
