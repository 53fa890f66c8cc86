"""Build numbers in words."""

from __future__ import annotations

from auditor.rulebook.model import Build, Rulebook
from auditor.version import Version

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def describe_build(rulebook: Rulebook, product: str, version: Version) -> str:
    """What a build is called, such as "CU6 HF2 (Mar 2018, KB4086059)".

    A build that is not listed lies "between" two that are, is "older than" the first or
    "newer than" the last. `product` is a key; one without listed builds gives "".
    """
    known = rulebook.builds_of(product)
    if not known:
        return ""
    same = [build for build in known if build.version == version]
    if same:
        return _label(same[-1])
    older = [build for build in known if build.version < version]
    newer = [build for build in known if build.version > version]
    if not older:
        return f"older than {_label(newer[0])}"
    if not newer:
        return f"newer than {_label(older[-1])}"
    return f"between {_label(older[-1])} and {_label(newer[0])}"


def _label(build: Build) -> str:
    name = f"{build.name} of {build.component}" if build.component else build.name
    details = ", ".join((_month(build.month), *build.kb))
    return f"{name} ({details})"


def _month(text: str) -> str:
    year, _, month = text.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month else year
