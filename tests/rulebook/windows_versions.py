"""Which Windows a version is: both edges of every range."""

from __future__ import annotations

from auditor.assess.identify import identify_system
from auditor.facts.os import OsFacts
from auditor.rulebook.model import Rulebook
from auditor.version import Version

SERVER, WORKSTATION = 3, 1

VERSIONS = [
    ("5.2.3790", SERVER, None),
    ("6.0.6000", SERVER, None),
    ("6.0.6001", SERVER, "2008"),
    ("6.0.6003", SERVER, "2008"),
    ("6.0.6004", SERVER, None),
    ("6.1.7599", SERVER, None),
    ("6.1.7600", SERVER, "2008r2"),
    ("6.1.7601", SERVER, "2008r2"),
    ("6.1.7602", SERVER, None),
    ("6.1.7601", 2, "2008r2"),  # a domain controller is a server
    ("6.2.9199", SERVER, None),
    ("6.2.9200", SERVER, "2012"),
    ("6.2.9201", SERVER, None),
    ("6.3.9599", SERVER, None),
    ("6.3.9600", SERVER, "2012r2"),
    ("6.3.9601", SERVER, None),
    ("10.0.14392", SERVER, None),
    ("10.0.14393", SERVER, "2016"),
    ("10.0.14394", SERVER, None),
    ("10.0.17762", SERVER, None),
    ("10.0.17763", SERVER, "2019"),
    ("10.0.17764", SERVER, None),
    ("10.0.20347", SERVER, None),
    ("10.0.20348", SERVER, "2022"),
    ("10.0.20349", SERVER, None),
    ("10.0.26099", SERVER, None),
    ("10.0.26100", SERVER, "2025"),
    ("10.0.26101", SERVER, None),
    ("6.1.7599", WORKSTATION, None),
    ("6.1.7600", WORKSTATION, "win7"),
    ("6.1.7601", WORKSTATION, "win7"),
    ("6.1.7602", WORKSTATION, None),
    ("6.2.9199", WORKSTATION, None),
    ("6.2.9200", WORKSTATION, "win8"),
    ("6.2.9201", WORKSTATION, None),
    ("6.3.9599", WORKSTATION, None),
    ("6.3.9600", WORKSTATION, "win81"),
    ("6.3.9601", WORKSTATION, None),
    ("10.0.10239", WORKSTATION, None),
    ("10.0.10240", WORKSTATION, "win10"),
    ("10.0.19045", WORKSTATION, "win10"),
    ("10.0.19046", WORKSTATION, None),
    ("10.0.21999", WORKSTATION, None),
    ("10.0.22000", WORKSTATION, "win11"),
    ("10.0.29999", WORKSTATION, "win11"),
    ("10.0.30000", WORKSTATION, None),
]


def system_of(version: str, product_type: int, rulebook: Rulebook) -> str | None:
    """The key of that Windows, None where the rulebook has none."""
    facts = OsFacts("Windows", Version.parse(version), product_type, 0, "64-bit")
    return identify_system(facts, rulebook).system
