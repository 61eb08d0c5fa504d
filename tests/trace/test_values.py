"""Costs that depend on the values of the input say so, with the place and the values that were used."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import convcost
from convcost.core.errors import MeasurementError
from convcost.core.spec import TensorSpec
from convcost.models.loading import load
from convcost.trace.capture import Capture, capture
from convcost.trace.copies import Inputs

from .modules import Written


def _while_by_value(m: Any, x: Tensor) -> Tensor:
    n = 0
    while x.norm() > 1 and n < 10:
        x, n = m.fc(x), n + 1
    return x


def _if_by_mean(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) if x.mean() > 0.25 else x


def _steps_by_number(m: Any, x: Tensor) -> Tensor:
    for _ in range(int(x.max().ceil())):
        x = m.fc(x)
    return x


def _listed(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) if sum(x.flatten().tolist()) else x


def _in_numpy(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) if x.numpy().any() else x


def _equal(m: Any, x: Tensor) -> Tensor:
    return x if torch.equal(x, x.new_zeros(x.shape)) else m.fc(x)


def _written_in_place(m: Any, x: Tensor) -> Tensor:
    kept = torch.zeros(2, 4, 8, device=x.device)
    kept[1] = x
    return m.fc(x) if kept.sum() else x


def _fc() -> nn.Linear:
    """A layer whose output is 2 everywhere, of which each row of eight takes 64 multiply-accumulates."""
    layer = nn.Linear(8, 8)
    nn.init.zeros_(layer.weight)
    nn.init.constant_(layer.bias, 2.0)
    return layer


def _place(function: Any, marked: str) -> str:
    """The line of a function above in which a text stands."""
    lines, first = inspect.getsourcelines(function)
    return f"{__file__}:{first + next(i for i, line in enumerate(lines) if marked in line)}".rpartition("/")[2]


def _places(found: Capture) -> str:
    return " | ".join(found.dependence.places) if found.dependence else ""


# Random numbers between 0 and 1 have a norm above 1, a mean near 1/2, a largest that is rounded up to 1, and a sum.
@pytest.mark.parametrize(
    ("function", "line", "says", "other"),
    [
        (_while_by_value, ".norm", "a number is read", 10 * 4 * 64),
        (_if_by_mean, ".mean", "a number is read", 4 * 64),
        (_steps_by_number, ".ceil", "a number is read", 4 * 64),
        (_listed, ".tolist", "tolist", 4 * 64),
        (_in_numpy, ".numpy", "numpy", 4 * 64),
        (_equal, "torch.equal", "equal", 4 * 64),
        (_written_in_place, "kept.sum", "a number is read", 4 * 64),
    ],
)
def test_branch_by_value_is_named_and_other_values_are_tried(function: Any, line: str, says: str, other: int) -> None:
    found = capture(Written(function, fc=_fc()), (4, 8))
    assert found.dependence
    assert [place.rpartition("/")[2] for place in found.dependence.places] == [f"{_place(function, line)}, {says}"]
    assert (found.macs, found.dependence.values) == (0, "zeros")
    assert (found.dependence.other_macs, found.dependence.other_values) == (other, "random numbers")


def _nonzero(m: Any, x: Tensor) -> Tensor:
    return m.fc(x[(x[:, 0] > 0).nonzero()[:, 0]])  # type: ignore[no-any-return]


def _where(m: Any, x: Tensor) -> Tensor:
    return m.fc(x[torch.where(x[:, 0] > 0)[0]])  # type: ignore[no-any-return]


def _masked(m: Any, x: Tensor) -> Tensor:
    return m.fc(x[x[:, 0] > 0])  # type: ignore[no-any-return]


def _selected(m: Any, x: Tensor) -> Tensor:
    return m.fc(x.masked_select(x[:, :1] > 0).view(-1, 8))  # type: ignore[no-any-return]


def _unique(m: Any, x: Tensor) -> Tensor:
    return m.fc(x[: len(x[:, 0].unique()) - 1])  # type: ignore[no-untyped-call, no-any-return]


def _repeated(m: Any, x: Tensor) -> Tensor:
    return m.fc(x.repeat_interleave((x[:, 0] > 0).long(), 0))  # type: ignore[no-any-return]


@pytest.mark.parametrize("function", [_nonzero, _where, _masked, _selected, _unique, _repeated])
def test_rows_that_values_choose_are_named(function: Any) -> None:
    given = torch.zeros(6, 8)
    given[[1, 4, 5]] = torch.tensor([[1.0], [2.0], [3.0]])  # with 0, four different values
    found = capture(Written(function, fc=_fc()), given)
    assert found.dependence
    assert all(_place(function, "m.fc") in place for place in found.dependence.places)
    # Three rows are kept.
    assert (found.macs, found.dependence.values, found.dependence.other_values) == (3 * 64, "the given values", "")


def _table(m: Any, mask: Tensor) -> Tensor:
    return m.fc(m.table[~mask[0]])  # type: ignore[no-any-return]


def test_mask_of_an_input_that_chooses_parameters_is_named() -> None:
    model = Written(_table, fc=nn.Linear(8, 4))
    model.table = nn.Parameter(torch.zeros(128, 8))
    found = capture(model, TensorSpec((1, 128), "bool"))
    # Zeros mask nothing: all 128 rows, 8·4 each.
    assert (found.macs, _places(found).endswith("a mask chooses")) == (4096, True)


def _constant(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) * m.stride[0].item()  # type: ignore[no-any-return]


def _constant_mask(m: Any, x: Tensor) -> Tensor:
    return m.fc(x[:, m.stride > 0])  # type: ignore[no-any-return]


def _of_sizes(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) * int(torch.tensor(x.shape[0]).item())  # type: ignore[no-any-return]


def _of_zeros(m: Any, x: Tensor) -> Tensor:
    return m.fc(x) * len(torch.zeros_like(x).nonzero())  # type: ignore[no-any-return]


def _looked_up(m: Any, x: Tensor) -> Tensor:
    return m.fc(x)[x.argmax(0)] * m.stride[0].item()  # type: ignore[no-any-return]


def _chosen_by_element(m: Any, x: Tensor) -> Tensor:
    return m.fc(torch.where(x > 0, x, -x))  # type: ignore[no-any-return]


@pytest.mark.parametrize("function", [_chosen_by_element, _constant, _constant_mask, _of_sizes, _of_zeros, _looked_up])
def test_constants_sizes_and_indices_decide_nothing(function: Any) -> None:
    model = Written(function, fc=_fc())
    model.stride = torch.ones(8)
    assert capture(model, (4, 8)).dependence is None


def test_what_zeros_do_not_run_runs_on_other_values() -> None:
    """The largest of no elements is an error."""

    def best(m: Any, x: Tensor) -> Tensor:
        return m.fc(x) * x[x > 0].max()  # type: ignore[no-any-return]

    found = convcost.compare(Written(best, fc=_fc()), (4, 8)).comparison
    assert found.dependence
    assert found.dependence.values == "random numbers"
    assert (found.totals.macs_formula, found.totals.macs_measured) == (4 * 64, 4 * 64)


def test_reports_say_where_and_for_which_values() -> None:
    model = Written(_while_by_value, fc=_fc())
    for report in (convcost.compare(model, (4, 8)), convcost.count(model, (4, 8)), convcost.summary(model, (4, 8))):
        said = " ".join(str(report).split())
        assert "The cost depends on the values of the input (" in said
        assert f"{_place(_while_by_value, '.norm')}, a number is read). It is counted for zeros; for random " in said
        assert "numbers there are 2,560 MACs (--input rand:4,8, or FILE.npy)." in said
    given = " ".join(str(convcost.count(model, torch.ones(4, 8))).split())
    assert "It is counted for the given values." in given
    assert "2,560" in given  # the norm of ones is √32, and that of the layer's twos more
    assert "depends" not in str(convcost.count(_fc(), (4, 8)))


def test_derive_names_the_place_and_compare() -> None:
    with pytest.raises(MeasurementError) as raised:
        convcost.derive(Written(_nonzero, fc=_fc()), ("B", 8))
    place = _place(_nonzero, ".nonzero")
    assert "\n" not in str(raised.value)
    assert f"{place}, nonzero); use compare with real values" in str(raised.value)
    assert str(raised.value).startswith("the cost depends on the values of the input (")


def test_model_by_name_decides_by_its_own_weights(tmp_path: Any) -> None:
    """Without weights every score is 0, and no row would be kept whatever the input is."""
    file = tmp_path / "net.py"
    file.write_text(
        "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(8, 4)\n        self.scale = nn.Parameter(torch.ones(()))\n\n"
        "    def forward(self, x):\n        return self.fc(x[(x[:, 0] + self.scale) > 0])\n"
    )
    assert all(p.is_meta for p in load(f"{file}:Net").module.parameters())
    # The scale of 1 keeps all six rows.
    assert convcost.count(f"{file}:Net", (6, 8)).macs == 6 * 8 * 4


def test_values_in_words() -> None:
    given = Inputs.of((torch.ones(2), (3, 4)))
    assert (given.values, given.filled("rand").values) == (
        "the given values and zeros",
        "the given values and random numbers",
    )


def test_random_values_are_the_same_each_time() -> None:
    inputs = Inputs.of((4, 5)).filled("rand")
    first, second = (inputs.on("cpu", nn.Linear(1, 1))[0][0] for _ in range(2))
    assert torch.equal(first, second)
    assert 0 <= first.min() < first.max() < 1
