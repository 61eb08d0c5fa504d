"""Where the meta device does not do: the CPU, and where that does not do either, one line of error."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections import Counter
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .modules import Written
from .plain import plain, with_ancestors


def _scaled(m: Any, x: Tensor) -> Tensor:
    result: Tensor = m.conv(x) * float(x.sum().item() + 1)
    return result


def _chosen(m: Any, x: Tensor) -> Tensor:
    return m.conv(x)[:, (x.mean((0, 2, 3)) == 0).nonzero()[:, 0]]  # type: ignore[no-any-return]


@pytest.mark.parametrize("function", [_scaled, _chosen])
def test_operator_without_meta_kernel_goes_to_the_cpu(function: Any) -> None:
    model = Written(function, conv=nn.Conv2d(3, 3, 3, groups=3))
    counted = trace_fvcore(model, (1, 3, 8, 9), capture(model, (1, 3, 8, 9)))
    assert counted.device == "cpu"
    assert with_ancestors(counted) == plain(model, (1, 3, 8, 9))


def test_fallback_of_a_model_without_weights() -> None:
    with torch.device("meta"):
        model = Written(_scaled, conv=nn.Conv2d(3, 3, 3, groups=3))
    counted = trace_fvcore(model, (1, 3, 8, 9))
    # 3 channels of 3·3 taps at 6·7 positions.
    assert counted.total == 27 * 42
    assert counted.device.startswith("cpu")
    assert all(parameter.is_meta for parameter in model.parameters())


def test_fallback_counts_nothing_twice() -> None:
    """The calls noted on meta before it failed are not in the result."""
    model = Written(_scaled, conv=nn.Conv2d(3, 3, 3, groups=3))
    assert [call.count for call in trace_fvcore(model, (1, 3, 8, 9)).calls] == [27 * 42]


def test_padding_same_keeps_fvcores_fault_on_the_cpu() -> None:
    counted = trace_fvcore(Written(_scaled, conv=nn.Conv2d(3, 5, 4, padding="same")), (1, 3, 8, 9))
    assert counted.device.startswith("cpu")
    assert counted.total == 0
    assert counted.unsupported["conv"] == Counter({"aten::_convolution_mode": 1})


def _raises(_: Any, x: Tensor) -> Tensor:
    raise RuntimeError("no forward\nand a second line")


def test_what_fvcore_cannot_trace_is_one_line() -> None:
    assert trace_fvcore(Written(_raises), (2, 3)).failed == "RuntimeError: no forward"


def test_a_handle_that_raises_leaves_the_other_counts_and_no_total() -> None:
    model = nn.Sequential(nn.Linear(3, 5), Written(lambda _, x: x @ x[0]))
    # fvcore's handle of matmul reads the second last size of a vector.
    counted = trace_fvcore(model, (2, 3))
    assert counted.total is None
    linear, matmul = counted.calls
    assert (linear.aten, linear.count, linear.raised) == ("aten::linear", 30, "")
    assert (matmul.aten, matmul.count, matmul.raised) == ("aten::matmul", None, "IndexError: list index out of range")


def test_wrong_input_shape_is_one_line() -> None:
    with pytest.raises(RuntimeError) as its_own:
        plain(nn.Conv2d(3, 4, 3), (1, 5, 8, 8))
    assert trace_fvcore(nn.Conv2d(3, 4, 3), (1, 5, 8, 8)).failed == f"RuntimeError: {its_own.value}"


def test_import_and_trace_warn_of_nothing() -> None:
    code = "from torch import nn; from convcost import trace_fvcore; print(trace_fvcore(nn.Linear(3, 2), (4, 3)).total)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "24\n", "")


def test_tracing_leaves_the_warning_filters_alone() -> None:
    before = list(warnings.filters)
    trace_fvcore(nn.Linear(3, 2), (4, 3))
    assert list(warnings.filters) == before
