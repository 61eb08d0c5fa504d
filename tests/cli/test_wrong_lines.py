"""Three hundred wrong command lines, made from the commands' own grammar: each is one line of error and exit code 2."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import typer

from convcost.cli.main import app
from tests.shell import convcost

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]

# What nobody can mean: no name, no number, no file, no option.
NAMES = [
    *("", " ", "-", "--", ":", "nope", "resnet:50", "torchvision:", "timm:no_such_model", "nope.module:factory"),
    *("no/such/file.py:Net", "file.py", "resnet --depth", "resnet --depth 3x", "'", "α", "\x1b[31mred", "x" * 400),
]
VALUES = [
    *("", " ", "-1", "nan", "1e400", "0,75", "☃", "None", "[]", "1;ls", "../..", "\x1b[31m", "9" * 40, "--", "%s"),
    *("1:0:-1", "0x10", "1_000", "½", "no/such/folder/file.xyz"),
]
OPTIONS = ["--no-such-option", "--alhpa", "-z", "--alpha=", "--=3", "---", "--no-such-option=☃"]


def line(generator: random.Random) -> list[str]:
    """A command with a name that is none and, mostly, options with values that are none either."""
    command = generator.choice(sorted(COMMANDS))
    words = [command]
    names = [p for p in COMMANDS[command].params if p.param_type_name == "argument"]
    options = [p for p in COMMANDS[command].params if p.param_type_name == "option" and p.name not in ("help",)]
    given = len(names) + generator.choice((0, 0, 0, 0, -1, 1))
    words += [generator.choice(NAMES) for _ in range(given)]
    for option in generator.sample(options, min(len(options), generator.randrange(3))):
        words.append(option.opts[0])
        if not option.is_flag and generator.random() < 0.9:
            words.append(generator.choice(VALUES))
    if given < 1 or generator.random() < 0.3:
        words += [generator.choice(OPTIONS), *([generator.choice(VALUES)] if generator.random() < 0.5 else [])]
    return words


@pytest.mark.parametrize("seed", range(300))
def test_a_wrong_line_is_one_line_of_error(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = line(random.Random(seed))  # noqa: S311
    outcome = convcost(*words)
    assert outcome.code == 2, words
    assert outcome.out == "", words
    assert outcome.err.startswith("error: "), words
    assert outcome.err.count("\n") == 1, words
    assert outcome.err.endswith("\n"), words
    assert "fault of convcost" not in outcome.err, words
    assert "\x1b" not in outcome.err, words
    assert list(tmp_path.iterdir()) == [], words


def test_the_lines_are_of_all_commands() -> None:
    lines = [line(random.Random(seed)) for seed in range(300)]  # noqa: S311
    assert {words[0] for words in lines} == set(COMMANDS)
