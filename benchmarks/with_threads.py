"""One contestant: pypsrp as it is, in a pool of 64 threads. Prints how many hosts were read."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan


def main() -> None:
    estate = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with ThreadPoolExecutor(64) as workers:
        answers = list(workers.map(lambda address: _ask(estate, address), estate["hosts"].values()))
    print(sum("families" in answer for answer in answers))


def _ask(estate: dict[str, Any], address: str) -> dict[str, Any]:
    wsman = WSMan(
        address,
        port=estate["port"],
        ssl=False,
        auth="ntlm",
        username=estate["username"],
        password=estate["password"],
    )
    with wsman, RunspacePool(wsman) as pool:
        pipeline = PowerShell(pool)
        pipeline.add_script(estate["script"])
        answer: dict[str, Any] = json.loads(pipeline.invoke()[0])
    return answer


if __name__ == "__main__":
    main()
