"""Every command and every Python example of the README runs and prints what the README says."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell import convcost

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PROMPT = "$ convcost "
# The main job is shown the way a newcomer starts it; the Makefile says which command that is.
_ALIASES = {"$ make compare": "compare mobilenet_v1 --alpha 0.75 --rho 0.857"}


def users_project(text: str, folder: Path) -> None:
    """The README's section on tests and CI as files: pyproject.toml and test_net.py."""
    section = text[text.index("## In your tests and CI") :]
    for language, name in (("toml", "pyproject.toml"), ("python", "test_net.py")):
        found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
        assert found is not None
        (folder / name).write_text(found[1], encoding="utf-8")


def _ran(block: str) -> str:
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            arguments = _ALIASES.get(line) or line.removeprefix(_PROMPT)
            outcome = convcost(*shlex.split(arguments))
            output = outcome.out + outcome.err
            lines += [line, *(printed.rstrip() for printed in output.splitlines())]
    return "\n".join(lines) + "\n"


def test_commands_print_what_the_readme_shows(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = README.read_text(encoding="utf-8")
    users_project(text, tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = _BLOCK.findall(text)
    assert len(blocks) >= 3
    actual = [_ran(block) for block in blocks]
    if request.config.getoption("--regenerate"):
        fresh = iter(actual)
        text = _BLOCK.sub(lambda _: f"```console\n{next(fresh)}```", text)
        README.write_text(text, encoding="utf-8")
        blocks = _BLOCK.findall(text)
    assert actual == blocks


def test_make_compare_is_the_command_shown() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    assert f"/convcost {_ALIASES['$ make compare']}\n" in makefile


def test_python_examples_run() -> None:
    blocks = "\n".join(re.findall(r"```pycon\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL))
    assert blocks.count(">>>") >= 5
    example = doctest.DocTestParser().get_doctest(blocks, {}, "README.md", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


_SAID = re.compile(r"```text\n(E   .*?)```", re.DOTALL)


def test_the_users_tests_say_what_the_readme_shows(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    users_project(text, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed" in done.stdout
    said = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines() if line.startswith("E "))
    if request.config.getoption("--regenerate"):
        text = _SAID.sub(lambda _: f"```text\n{said}```", text)
        README.write_text(text, encoding="utf-8")
    assert _SAID.findall(text) == [said]
