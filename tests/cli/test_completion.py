"""The shell's completion protocol: names of the registry and values, and no heavy library is loaded for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from convcost.core.architecture import Architecture
from convcost.core.registry import records

COMMAND = (sys.executable, "-m", "convcost")


def completed(line: str, *options: str) -> str:
    """What bash is offered for the last word of a line."""
    variables = {"_CONVCOST_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = subprocess.run(
        [sys.executable, *options, *COMMAND[1:]],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("convcost compare mob", "mobilenet_v1 mobilenet_v1_cifar mobilenet_v1_keras mobilenet_v2 mobilenet_v2_cifar"),
        ("convcost diff mobilenet_v1 xc", "xception"),
        ("convcost formula depthwise_sep", "depthwise_separable"),
        ("convcost formula depthwise_separable --set D", "D_K= D_F="),
        ("convcost compare mobilenet_v1 --variant ", "paper shallow full-conv"),
        ("convcost prove resnet --depth ", "18 34 50 101 152"),
        ("convcost solve mobilenet_v1 --prefer b", "balanced batch"),
        ("convcost compare resnet --unit ", "macs flops"),
        ("convcost claims xc", "xception"),
        ("convcost conventions thop", "thop"),
        ("convcost audit t", "timm torchvision"),
    ],
)
def test_offers(line: str, expected: str) -> None:
    assert set(expected.split()) <= set(completed(line).split())


def test_every_network_is_offered() -> None:
    assert set(completed("convcost show ").split()) == set(records(Architecture))


def test_nothing_heavy_is_loaded() -> None:
    loaded = completed("convcost compare mob", "-X", "importtime")
    assert "mobilenet_v1\n" in loaded
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in loaded.splitlines() if "|" in line}
    assert "typer" in modules
    assert not modules & {"torch", "fvcore", "numpy", "sympy", "pandas", "tabulate", "matplotlib"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_script_is_shown(shell: str) -> None:
    done = subprocess.run(
        COMMAND, env={**os.environ, "_CONVCOST_COMPLETE": f"source_{shell}"}, capture_output=True, text=True, check=True
    )
    assert "_CONVCOST_COMPLETE" in done.stdout
