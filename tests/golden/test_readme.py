"""Every command and every Python example of the README runs and prints what the README says."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from tests.shell import convcost

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PROMPT = "$ convcost "
# The main job is shown the way a newcomer starts it; the Makefile says which command that is.
_ALIASES = {"$ make compare": "compare mobilenet_v1 --alpha 0.75 --rho 0.857"}


def _ran(block: str) -> str:
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            arguments = _ALIASES.get(line) or line.removeprefix(_PROMPT)
            outcome = convcost(*shlex.split(arguments))
            output = outcome.out + outcome.err
            lines += [line, *(printed.rstrip() for printed in output.splitlines())]
    return "\n".join(lines) + "\n"


def test_commands_print_what_the_readme_shows(request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
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
