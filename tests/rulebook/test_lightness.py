"""Importing the rulebook's package must not load the model library."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_itself_is_light() -> None:
    code = "import sys, auditor.rulebook; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
