"""PNASNet-5 (Liu et al. 2017, arXiv 1712.00559): timm's for its one size, our own for any other.

Ours is written from the authors' TF-slim code (nets/nasnet/pnasnet.py), not from this project's formulas.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from convcost.models._zoo import timm_model
from convcost.models.nasnet import FactorizedReduction, Net, Pool, Project, SameConv, Separable, norm


class Cell(nn.Module):
    """Five sums of two branches each, all concatenated; strided, the same cell halves the size.

    `before` None is the first cell of a net, whose older input is the newer one as it comes.
    """

    def __init__(self, inputs: int, before: int | None, filters: int, stride: int, halve: bool) -> None:
        super().__init__()
        self.older: nn.Module | None = None
        if before is not None:
            self.older = FactorizedReduction(before, filters) if halve else Project(before, filters)
        self.newer = Project(inputs, filters)
        old = inputs if before is None else filters
        self.sep1 = Separable(old, filters, 5, stride)
        self.max1: nn.Module = Pool("max", stride)
        if before is None:
            self.max1 = nn.Sequential(self.max1, SameConv(old, filters, 1), norm(filters))
        self.sep2, self.max2 = Separable(filters, filters, 7, stride), Pool("max", stride)
        self.sep3, self.sep4 = Separable(filters, filters, 5, stride), Separable(filters, filters, 3, stride)
        self.sep5, self.max3 = Separable(filters, filters, 3), Pool("max", stride)
        self.sep6 = Separable(old, filters, 3, stride)
        self.skip = nn.Identity() if stride == 1 else Project(filters, filters, stride)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """The cell's output, of five times `filters` channels."""
        old = x if self.older is None else self.older(before)
        new = self.newer(x)
        first = self.sep1(old) + self.max1(old)
        second = self.sep2(new) + self.max2(new)
        third = self.sep3(new) + self.sep4(new)
        fourth = self.sep5(third) + self.max3(new)
        fifth = self.sep6(old) + self.skip(new)
        return torch.cat([first, second, third, fourth, fifth], dim=1)


def pnasnet5(repeats: int, filters: int, stem_filters: int, classes: int) -> nn.Module:
    """PNASNet-5 of 3 · `repeats` cells after the stem: images (N, 3, R, R) to logits (N, K)."""
    reductions = (repeats, 2 * repeats)
    plan = [(filters // 4, 2), (filters // 2, 2)]
    plan += [(filters << sum(n >= r for r in reductions), 2 if n in reductions else 1) for n in range(3 * repeats)]
    cells: list[nn.Module] = []
    newer, older, halve = stem_filters, None, False
    for width, stride in plan:
        cells.append(Cell(newer, older, width, stride, halve))
        newer, older, halve = 5 * width, newer, stride == 2
    return Net(stem_filters, cells, newer, classes)


def pnasnet(*, repeats: int, filters: int, stem_filters: int, classes: int, **_: object) -> nn.Module:
    """Build timm's net at N = 4 and F = 216, the only size it has, else ours."""
    if (repeats, filters, stem_filters) == (4, 216, 96):
        return timm_model("pnasnet5large", num_classes=classes)
    return pnasnet5(repeats, filters, stem_filters, classes)


pnasnet_mobile = pnasnet  # (N = 3, F = 54), with defaults of its own
