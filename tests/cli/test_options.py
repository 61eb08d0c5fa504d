"""A network's options in one text with its name, behind it, or both; a command's help."""

from __future__ import annotations

from typing import Any

import pytest
import typer.main

from convcost.cli.main import app
from tests.shell import convcost

APP: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NAMED = [name for name, command in APP.items() if any(option.name == "alpha" for option in command.params)]
MORE = {
    "derive": ("--at", "H=32,W=32"),
    "page": ("--csv", "-", "--html", "page.html"),
    "referee": ("--counters", "fvcore"),
    "solve": ("--max-macs", "100M"),
    "sweep": ("--resolution", "32,64"),
}


def test_these_commands_take_settings() -> None:
    assert sorted(NAMED) == [
        *("compare", "count", "derive", "prove", "referee", "show", "solve", "summary", "sweep"),
    ]


@pytest.mark.parametrize("command", [*NAMED, "page"])
def test_options_in_one_text_or_behind_it(command: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    more = MORE.get(command, ())
    apart = convcost(command, "mobilenet_v1", "--alpha", "0.25", "--classes", "7", *more)
    together = convcost(command, "mobilenet_v1 --alpha 0.25 --classes 7", *more)
    mixed = convcost(command, "mobilenet_v1 --alpha 0.25", "--classes=7", *more)
    assert (apart.code, apart.err) == (0, "")
    assert "0.25" in apart.out or command in ("derive", "referee", "show", "summary")
    assert together == mixed == apart
    other = convcost(command, "mobilenet_v1 --alpha 0.5 --classes 7", *more)
    assert other.out != apart.out


@pytest.mark.parametrize("command", NAMED)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mobilenet_v1 --alpha 0.25", "--alpha", "0.5"), "alpha is given twice"),
        (("hybridsn", "--bands", "3", "--bands", "4"), "--bands is given twice; give it once"),
        (("mobilenet_v1 0.25",), "unknown network 'mobilenet_v1 0.25'"),
        (("--bands", "mobilenet_v1"), "give the network's name first, then its options, such as --bands"),
    ],
)
def test_what_cannot_be_read_is_one_line(command: str, words: tuple[str, ...], said: str) -> None:
    outcome = convcost(command, *words)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "resnet --arg width=3"), "resnet takes no --arg here; leave it out"),
        (("solve", "resnet --input 1,3,8,8"), "resnet takes no --input here; leave it out"),
        (("prove", "resnet --input 1,3,8,8"), "resnet takes no --input here; leave it out"),
        (("show", "torchvision:resnet18"), "torchvision:resnet18 is a model; give a network whose formula is known"),
        (("sweep", "torchvision:resnet18", "--alpha", "1"), "give a network whose formula is known"),
        (("count", "n.py:Net --input 1,8", "--input", "1,9"), "input is given twice, in 'n.py:Net --input 1,8'"),
        (("count", "n.py:Net --arg a=1", "--arg", "a=2"), "a is given twice, in 'n.py:Net --arg a=1'"),
        (("count", "n.py:Net", "--input", "1,x"), "cannot read the input '1,x'"),
    ],
)
def test_what_a_command_does_not_take(words: tuple[str, ...], said: str) -> None:
    outcome = convcost(*words)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("command", APP)
def test_help_has_a_section_for_each_group(command: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = convcost(command, "--help").out.splitlines()
    assert max(map(len, lines)) <= width
    sections = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    settings = ["Settings of a network:"] if command in NAMED else []
    assert sections == ["Arguments:", "Options:", *settings, "Files (- is standard output):"]
    files = lines[lines.index("Files (- is standard output):") :]
    assert [line.split()[:2] for line in files if line.startswith("  --")][:5] == [
        [f"--{name}", "FILE"] for name in ("csv", "markdown", "latex", "html", "json")
    ]
