"""`convcost count` and `convcost summary` as a user sees them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import torch

from tests.shell import convcost


def test_count_answers_in_its_first_line() -> None:
    outcome = convcost("count", "torchvision:mobilenet_v2", "--input", "1,3,224,224")
    assert (outcome.code, outcome.err) == (0, "")
    # 3,504,872 parameters: torchvision's documentation; 300,774,272 MACs: references of counters, calflops
    assert outcome.out.splitlines()[0] == "torchvision:mobilenet_v2, 1×3×224×224: 300.77 M MACs, 3.50 M parameters"
    assert "300,774,272" in outcome.out
    assert "3,504,872" in outcome.out


def test_settings_are_in_the_title() -> None:
    outcome = convcost("count", "resnet", "--depth", "50")
    assert outcome.out.startswith("ResNet, depth = 50, 1×3×224×224: 3.86 G MACs, 25.56 M parameters")


def test_options_may_stand_in_one_text_with_the_name() -> None:
    assert convcost("count", "resnet --depth 18").out == convcost("count", "resnet", "--depth", "18").out
    outcome = convcost("count", "resnet --depth 18", "--depth", "34")
    assert (outcome.code, outcome.out) == (2, "")
    assert "depth is given twice" in outcome.err


def test_the_rows_are_written_as_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "tree.csv"
    outcome = convcost("summary", "resnet --depth 18", "--depth", "1", "--csv", str(path))
    assert outcome.code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["module"] for row in rows][:3] == ["", "conv1", "bn1"]
    # 7·7·3·64 weights at 112·112 positions
    assert rows[1]["macs"] == str(7 * 7 * 3 * 64 * 112 * 112)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("count", "resnet", "--input", "1,3,224,224"), "resnet is a network, whose options say its input"),
        (("count", "resnet", "--arg", "depth=18"), "give depth as its option: --depth VALUE"),
        (("count", "torchvision:resnet18", "--depth", "18"), "is a model and takes no --depth"),
        (("summary", "mobilenet_v1", "--depth", "0"), "'0' is not a whole number from 1"),
        (("summary", "mobilenet_v1", "--top", "none"), "'none' is not a whole number from 1"),
        (("summary", "mobilenet_v1", "--sort", "size"), "'size' is not one of 'tree', 'macs', 'params'"),
    ],
)
def test_wrong_input_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    outcome = convcost(*arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet50", "did you mean resnet --depth 50 or torchvision:resnet50 or timm:resnet50?"),
        ("VGG16", "did you mean torchvision:vgg16 or timm:vgg16?"),
        ("mobilnet_v1", "did you mean mobilenet_v1"),
        ("conv3x3", "known: "),  # a helper of theirs, no model
    ],
)
def test_a_name_that_is_no_network_may_be_one_elsewhere(name: str, hint: str) -> None:
    outcome = convcost("compare", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert hint in outcome.err


def test_case_does_not_matter() -> None:
    assert convcost("count", "MobileNet_V1").out == convcost("count", "mobilenet_v1").out


def test_a_comma_in_a_decimal_is_told() -> None:
    assert convcost("count", "mobilenet_v1", "--alpha", "0,75").err.endswith("; write 0.75\n")


NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(x)
"""


@pytest.mark.parametrize("command", ["count", "summary", "compare", "derive"])
def test_an_input_of_another_type_than_the_weights_is_torch_s_own_error(command: str, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(NET, encoding="utf-8")
    outcome = convcost(command, f"{file}:Net", "--input", "float16:2,8")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    with pytest.raises(RuntimeError) as plain:
        torch.nn.Linear(8, 4)(torch.zeros(2, 8, dtype=torch.float16))
    assert str(plain.value) in outcome.err


@pytest.mark.parametrize("command", ["count", "summary"])
def test_costs_are_drawn(command: str, tmp_path: Path) -> None:
    path = tmp_path / "costs.svg"
    assert convcost(command, "resnet --depth 18", "--plot", str(path)).code == 0
    # 16 of its convolutions, by arithmetic: 1,676,279,808 of 1,814,073,344.
    assert "conv 3×3 92.4 % of MACs" in path.read_text(encoding="utf-8")
