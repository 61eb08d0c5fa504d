"""The one known fault that no forward pass shows: FlopCounterMode on the backward pass of grouped convolutions."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcost.report.conventions import counters, fault_rows


@pytest.mark.parametrize(("groups", "times"), [(1, 2), (32, 33)])
def test_the_weight_gradient_is_not_divided_by_the_groups(groups: int, times: int) -> None:
    conv = nn.Conv2d(32, 32, 3, padding=1, groups=groups, bias=False)
    image = torch.ones(1, 32, 14, 14, requires_grad=True)
    with FlopCounterMode(display=False) as forward:
        output = conv(image)
    with FlopCounterMode(display=False) as backward:
        output.sum().backward()
    # 32·32·9/groups taps at 14×14 positions, two operations each; both gradients together are twice as many.
    assert forward.get_total_flops() == 2 * 32 * 32 * 9 // groups * 196
    assert backward.get_total_flops() == times * forward.get_total_flops()
    assert "weight gradient is not divided" in str(fault_rows(counters()["torch"]))
