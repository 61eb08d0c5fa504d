"""A counter of the user's: a function, called from Python or named in a file, compared with the formulas by layer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import convcost
from convcost.core.errors import DomainError, UnknownNameError

SHAPE = (2, 3, 8, 9)
# 2·4·6·7 outputs of 3·3·3 products, and 2·6 of 4·6·7.
CONV, LINEAR = 2 * 4 * 6 * 7 * 27, 2 * 6 * 168
RETURN = "return a whole number, (macs, params), or a dict of whole numbers by module path"


class Net(nn.Module):
    """Names its second input, which is added without a product."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(168, 6)

    def forward(self, x: torch.Tensor, shift: torch.Tensor | None = None) -> Any:
        y = self.head(self.conv(x).relu().flatten(1))
        return y if shift is None else y + shift


def refereed(count: Callable[..., object] | str, unit: str = "macs", inputs: Any = SHAPE) -> Any:
    report = convcost.referee(Net(), inputs=inputs, counters=[count], counter_unit=unit)
    (found,) = report.refereed.explanations
    return found


def returning(value: object) -> Callable[..., object]:
    def count(model: nn.Module, inputs: object) -> object:
        return value

    return count


@pytest.mark.parametrize(
    "value",
    [
        *(CONV + LINEAR, float(CONV + LINEAR), (CONV + LINEAR, 1126), np.int64(CONV + LINEAR)),
        *(np.float64(CONV + LINEAR), torch.tensor(CONV + LINEAR), {"conv": CONV, "head": LINEAR}),
    ],
)
def test_what_a_function_may_return(value: object) -> None:
    found = refereed(returning(value))
    assert (found.counter, found.version, found.unit, found.printed) == ("count", "", "macs", CONV + LINEAR)
    assert found.terms == ()
    assert found.explained


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "3.5G",
            "it returned '3.5G'; return a whole number, (macs, params), or a dict of whole numbers by module path",
        ),
        (None, "it returned None; return a whole number, (macs, params), or a dict of whole numbers by module path"),
        (0.5, "it returned 0.5; return a whole number, (macs, params), or a dict of whole numbers by module path"),
        (True, "it returned True; return a whole number, (macs, params), or a dict of whole numbers by module path"),
        (
            {"conv": "1"},
            "it returned '1' for module 'conv'; return a whole number, (macs, params), "
            "or a dict of whole numbers by module path",
        ),
        (-5, "it returned -5; return a whole number, (macs, params), or a dict of whole numbers by module path"),
        ({"stem": 1}, "it returned a count for 'stem', which is not a module of the model"),
    ],
)
def test_what_is_no_count_is_said_in_one_line(value: object, said: str) -> None:
    found = refereed(returning(value))
    assert (found.printed, found.failed) == (None, said)


def test_what_differs_is_unexplained_and_its_layers_are_named() -> None:
    found = refereed(returning({"conv": CONV + 5, "head": LINEAR, "": 2}))
    assert (found.unexplained, found.terms) == (7, ())
    assert [(odd.path, odd.printed, odd.expected) for odd in found.odd] == [("", 2, 0), ("conv", CONV + 5, CONV)]


def test_layers_that_are_wrong_by_the_same_are_not_explained() -> None:
    report = convcost.referee(Net(), inputs=SHAPE, counters=[returning({"conv": CONV + 5, "head": LINEAR - 5})])
    (found,) = report.refereed.explanations
    assert found.unexplained == 0
    assert [odd.path for odd in found.odd] == ["conv", "head"]
    assert not report.ok
    assert repr(report).endswith("Not explained to the last unit: count>")


def test_flops_are_two_per_multiply_accumulate() -> None:
    found = refereed(returning({"conv": 2 * CONV, "head": 2 * LINEAR + 3}), "flops")
    (term,) = found.terms
    assert (term.label, term.amount, term.kind) == ("2 per multiply-accumulate", CONV + LINEAR, "convention")
    assert found.unexplained == 3
    assert [(odd.path, odd.expected) for odd in found.odd] == [("head", 2 * LINEAR)]


def test_a_unit_is_macs_or_flops() -> None:
    with pytest.raises(DomainError, match="counter_unit is 'gmacs', but must be 'macs' or 'flops'"):
        refereed(returning(1), "gmacs")


def test_inputs_are_a_tuple_or_a_dict() -> None:
    def count(model: nn.Module, inputs: Any) -> int:
        output = model(**inputs) if isinstance(inputs, Mapping) else model(*inputs)
        assert not model.training
        return int(output.shape[0])

    assert refereed(count).printed == 2
    assert refereed(count, inputs=(SHAPE, (2, 6))).printed == 2
    assert refereed(count, inputs={"x": SHAPE, "shift": (2, 6)}).printed == 2


def test_it_runs_in_a_process_of_its_own_with_the_models_copy() -> None:
    def count(model: nn.Module, inputs: Any) -> int:
        for parameter in model.parameters():
            parameter.data.fill_(7)
        torch.relu = None  # type: ignore[assignment]
        return os.getpid()

    model = Net()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    (found,) = convcost.referee(model, inputs=SHAPE, counters=[count]).refereed.explanations
    assert found.printed != os.getpid()
    assert callable(torch.relu)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


SCRIPT = f"""
import neighbour

def count(model, inputs):
    return {{"conv": {CONV}, "head": neighbour.LINEAR}}

def broken(model, inputs):
    raise ValueError("no such layer\\nand more")

def leaving(model, inputs):
    raise SystemExit("bye")
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    (tmp_path / "counter.py").write_text(SCRIPT)
    (tmp_path / "neighbour.py").write_text(f"LINEAR = {LINEAR}\n")
    return str(tmp_path / "counter.py")


def test_a_function_of_a_file_is_a_counter_beside_installed_ones(script: str) -> None:
    report = convcost.referee(Net(), inputs=SHAPE, counters=[f"{script}:count", "fvcore"])
    assert [found.counter for found in report.refereed.explanations] == [f"{script}:count", "fvcore"]
    assert [found.unexplained for found in report.refereed.explanations] == [0, 0]
    assert report.ok


@pytest.mark.parametrize(
    ("name", "said"), [("broken", "ValueError: no such layer"), ("leaving", "SystemExit: bye")], ids=["error", "exit"]
)
def test_an_error_of_the_script_is_a_row(script: str, name: str, said: str) -> None:
    found = refereed(f"{script}:{name}")
    assert (found.printed, found.failed) == (None, said)


def test_what_cannot_be_loaded_is_a_row(script: str, tmp_path: Path) -> None:
    assert refereed(f"{script}:cont").failed == f"unknown function of {script} 'cont'; did you mean count?"
    assert refereed(f"{script}:neighbour").failed == f"{script}:neighbour is not a function"
    (tmp_path / "wrong.py").write_text("def count(:\n")
    assert f"{tmp_path}/wrong.py cannot be imported: SyntaxError" in refereed(f"{tmp_path}/wrong.py:count").failed


def test_a_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"cannot read the counter '.*other.py:count': there is no file .*other.py"):
        refereed(f"{tmp_path}/other.py:count")


def test_a_counter_of_the_users_that_fails_is_not_ok(script: str) -> None:
    report = convcost.referee(Net(), inputs=SHAPE, counters=[f"{script}:broken", "fvcore"])
    assert not report.ok
    assert "1 of 2 numbers explained to the last unit." in str(report)


def test_a_name_is_an_installed_counters() -> None:
    with pytest.raises(UnknownNameError, match="unknown counter 'fvcor'; did you mean fvcore"):
        refereed("fvcor")


@pytest.mark.parametrize(
    "text", ["counter.py", "counter.py:", "a b:count", "torchvision:vgg11", "counter.py@HEAD:count"]
)
def test_what_names_no_function_is_said_at_once(text: str) -> None:
    said = f"cannot read the counter {text!r}; write path/to/counter.py:function or package.module:function"
    with pytest.raises(DomainError, match=re.escape(said)):
        refereed(text)


def test_two_counters_have_two_names() -> None:
    with pytest.raises(DomainError, match="two counters are called 'count'; give each a name of its own"):
        convcost.referee(Net(), inputs=SHAPE, counters=[returning(1), returning(2)])


def test_a_function_that_is_called_like_an_installed_counter_has_not_its_convention() -> None:
    def torchinfo(model: nn.Module, inputs: Any) -> int:
        return CONV + LINEAR

    found = refereed(torchinfo)
    assert (found.counter, found.terms, found.unexplained) == ("torchinfo", (), 0)
