"""The repository holds what somebody meant to put there."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = {
    *(".gitignore", ".pre-commit-hooks.yaml", "LICENSE", "Makefile", "README.md"),
    *("constraints.txt", "pyproject.toml"),
}


def test_no_file_strayed_to_the_root() -> None:
    if (ROOT / ".git").exists():  # an sdist has none
        listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)  # noqa: S607
        assert {file for file in listed.splitlines() if "/" not in file} == FILES
