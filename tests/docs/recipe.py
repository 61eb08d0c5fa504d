"""A recipe of formulas/README.md, followed literally: its code blocks become files in a copy of the project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "formulas" / "README.md"
_STEP = re.compile(r"`(?P<path>[\w./]+)`, (?P<where>[^`\n]*(?:`\w+`)?):\n\n```\w+\n(?P<code>.*?)```", re.DOTALL)
_COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of code and where it goes: a new file, the imports, the end, or one of the tables of a file."""

    path: str
    where: str
    code: str

    def apply(self, project: Path) -> None:
        """Write the block to its place in a copy of the project."""
        file = project / ("convcost/" * self.path.startswith("formulas/") + self.path)
        if self.where == "a new file":
            assert not file.exists(), f"{self.path} exists already"
            file.write_text(self.code, encoding="utf-8")
            return
        text = file.read_text(encoding="utf-8")
        if self.where == "at the end":
            file.write_text(f"{text}\n\n{self.code}", encoding="utf-8")
            return
        if self.where == "among the imports":
            place = re.search(r"^from __future__ import annotations\n", text, re.MULTILINE)
        else:
            table = re.fullmatch(r"in `(\w+)`", self.where)
            assert table is not None, f"what place is {self.where!r}?"
            place = re.search(rf"^{table[1]}\b.*[{{([]\n", text, re.MULTILINE)
        assert place is not None, f"{self.path} has no such place any more: {self.where}"
        file.write_text(text[: place.end()] + self.code + text[place.end() :], encoding="utf-8")


@dataclass(frozen=True)
class Recipe:
    """A section of the README: its steps, and the commands that say whether they were enough."""

    steps: tuple[Step, ...]
    commands: tuple[str, ...]

    @classmethod
    def read(cls, title: str) -> Recipe:
        """Read the section with this title."""
        section = README.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
        steps = tuple(Step(**found.groupdict()) for found in _STEP.finditer(section))
        assert len(steps) == len(re.findall(r"```(?:python|csv)\n", section)), "a block of code without its place"
        return cls(steps, tuple(line for block in _COMMANDS.findall(section) for line in block.splitlines()))


def copied(folder: Path) -> Path:
    """Return a copy of the project, with the formulas where an installed convcost has them."""
    ignored = shutil.ignore_patterns("__pycache__")
    places = {"convcost": "convcost", "formulas": "convcost/formulas", "tests": "tests", "reports": "reports"}
    for name, place in places.items():
        shutil.copytree(ROOT / name, folder / place, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def ran(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run a recipe's command in a copy of the project: `convcost ...` or `python -m ...`."""
    program, _, rest = command.partition(" ")
    arguments = shlex.split(rest)
    if program == "convcost":
        arguments = ["-c", "from convcost.cli.main import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    command_line = [sys.executable, *arguments, *["-p", "no:cacheprovider"] * ("pytest" in arguments)]
    return subprocess.run(command_line, cwd=project, env=environment, capture_output=True, text=True, check=False)
