"""Inputs as they are typed, for every command that takes them."""

from __future__ import annotations

import csv
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.shell import convcost

_NETS = """
import torch
from torch import nn


class ByValue(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x) if x.sum() > 0 else x


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x, y):
        return self.fc(x) if x is y else self.fc(x) + self.fc(y)


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, batch, times, names=None):
        return [self.fc(x) * times for x in batch["rows"]]


def call():
    return (torch.ones(4, 8),)


def by_name():
    return {"x": torch.ones(2, 8), "y": torch.ones(2, 8)}


def both():
    x = torch.ones(5, 8)
    return (x,), {"y": x}


def number():
    return 7


def fails():
    raise RuntimeError("no data")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(_NETS)
    np.save("x.npy", np.ones((4, 8), np.float32))
    torch.save(torch.ones(4, 8), "x.pt")
    Path("x.json").write_text(json.dumps([[1.0] * 8] * 4))
    return tmp_path


def _macs() -> int:
    with Path("out.csv").open(encoding="utf-8") as file:
        return int(next(csv.DictReader(file))["count"])


# A row takes 8·8 = 64 multiply-accumulates where the sum is above 0, and zeros take none.
_FORMS = [
    *(("4,8", 0), ("zeros:4,8", 0), ("rand:4,8", 256), ("ones:3,8", 192), ("full(2.5):2,8", 128)),
    *(("x.npy", 256), ("x.pt", 256), ("x.json", 256), ("x=x.npy", 256), ("x=full(-1):4,8", 0)),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("text", "macs"), _FORMS)
def test_count_on_each_form(text: str, macs: int) -> None:
    outcome = convcost("count", "nets.py:ByValue", "--input", text, "--csv", "out.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert _macs() == macs
    assert "nets.py:12, a number is read" in " ".join(outcome.out.split())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["compare", "count", "summary", "referee"])
def test_commands_take_files_and_whole_calls(command: str) -> None:
    more = ["--counters", "fvcore"] if command == "referee" else []
    for given in (("--input", "x.npy"), ("--inputs-from", "nets.py:call")):
        outcome = convcost(command, "nets.py:ByValue", *given, *more)
        assert (outcome.code, outcome.err) == (0, "")
        assert "256" in outcome.out


@pytest.mark.usefixtures("folder")
def test_check_and_diff_and_audit_take_them() -> None:
    Path("pyproject.toml").write_text(
        "[tool.convcost.budgets.one]\nmodel = 'nets.py:ByValue'\ninput = 'x.npy'\nmacs = '<= 256'\n"
        "[tool.convcost.budgets.two]\nmodel = 'nets.py:ByValue --inputs-from nets.py:call'\nmacs = '<= 255'\n"
    )
    outcome = convcost("check")
    assert outcome.code == 1
    assert "256" in outcome.out
    outcome = convcost("diff", "nets.py:ByValue --input 4,8", "nets.py:ByValue --input x.npy")
    assert "+256" in outcome.out
    Path("models.txt").write_text("nets.py:ByValue --input x.npy\nnets.py:ByValue --inputs-from nets.py:call\n")
    outcome = convcost("audit", "models.txt", "--jobs", "1", "--csv", "audit.csv")
    assert outcome.code == 0, outcome.err
    assert Path("audit.csv").read_text().count(",256,") >= 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("function", "net", "macs"),
    # A row of Twice takes 8·4 = 32: four of ByValue 64 each; two and two rows; five rows once, as x is y.
    [("call", "ByValue", 4 * 64), ("by_name", "Twice", 4 * 32), ("both", "Twice", 5 * 32)],
)
def test_whole_call_of_a_function(function: str, net: str, macs: int) -> None:
    outcome = convcost("count", f"nets.py:{net}", "--inputs-from", f"nets.py:{function}", "--csv", "out.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert _macs() == macs


@pytest.mark.usefixtures("folder")
def test_nested_inputs_and_the_same_tensor_again() -> None:
    outcome = convcost(
        *("count", "nets.py:Nested", "--csv", "out.csv", "--input", "{rows=[2,8; x.npy; 3,8]}"),
        *("--input", "value(2)", "--input", "none"),
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert _macs() == (2 + 4 + 3) * 32
    for text, rows in (("3,8", 6), ("@1", 3)):
        convcost("count", "nets.py:Twice", "--input", "3,8", "--input", text, "--csv", "out.csv")
        assert _macs() == rows * 32


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--input", "no.npy"), "there is no file no.npy"),
        (("--input", "empty.pt"), "empty.pt is empty"),
        (("--input", "hostile.pt"), "hostile.pt holds more than tensors, numbers and texts"),
        (("--input", "[4,8"), "is no size"),
        (("--input", "4,8", "--inputs-from", "nets.py:call"), "nets.py:call gives all inputs; leave out the others"),
        (("--inputs-from", "nets.py:number"), "returns a int, but must return a tuple, a dict, or (args, kwargs)"),
        (("--inputs-from", "nets.py:fails"), "gives no inputs: RuntimeError: no data (nets.py:"),
        (("--inputs-from", "nets.py:nothing"), "unknown function of nets.py 'nothing'"),
        (("--inputs-from", "mobilenet_v1"), "names no function"),
    ],
)
def test_wrong_inputs_are_one_line(given: tuple[str, ...], says: str) -> None:
    Path("empty.pt").touch()
    Path("hostile.pt").write_bytes(pickle.dumps(_Hostile()))
    outcome = convcost("compare", "nets.py:ByValue", *given)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert says in outcome.err
    assert not Path("ran").exists()


class _Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("ran",)
