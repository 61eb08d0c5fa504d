"""A pytest of its own in a user's folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from convcost.testing.plugin import folders


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a pytest of its own."""
    code, out, err = start(folder, *arguments)
    assert err == ""
    return code, out


def start(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The same with standard error; warnings are errors, as here."""
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "COLUMNS": "80"} | {"PYTEST_ADDOPTS": "", "PYTEST_XDIST_WORKER": ""}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


def shown(folder: Path, out: str) -> list[Path]:
    """The files that tracebacks show, in order."""
    return [Path(folder, name).resolve() for name in re.findall(r"^(\S.*\.py):\d+: ", out, re.MULTILINE)]


def ours(folder: Path, out: str) -> list[Path]:
    """Those of them that are convcost's."""
    return [path for path in shown(folder, out) if not folders().isdisjoint(path.parents)]
