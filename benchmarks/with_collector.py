"""One contestant: sfb-audit's own collector. Prints how many hosts were read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from auditor.collect.model import Secret, Target
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.estate.zone import RunOptions, Zone
from auditor.facts.reading import ReachState


def main() -> None:
    estate = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    zone = Zone("bench", port=estate["port"])
    secret = Secret(estate["username"], estate["password"])
    targets = [Target(fqdn, zone, secret, address) for fqdn, address in estate["hosts"].items()]
    collected = collect(targets, joined_script(), RunOptions(threads=64))
    print(sum(one.reading.reach.state is ReachState.READ for one in collected))


if __name__ == "__main__":
    main()
