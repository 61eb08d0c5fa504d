"""NASNet-A (Zoph et al. 2017, arXiv 1707.07012): timm's where it has the size, our own for any number of cells.

Ours is written from the authors' TF-slim code (nets/nasnet), not from this project's formulas.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from convcost.models._nas import FactorizedReduction, Net, Pool, Project, Separable
from convcost.models._zoo import timm_model


class Inputs(nn.Module):
    """Brings both inputs of a cell to its number of filters, and the older one to the size of the newer."""

    def __init__(self, inputs: int, before: int | None, filters: int, halve: bool) -> None:
        super().__init__()
        self.older: nn.Module | None = None
        if before is not None:
            self.older = FactorizedReduction(before, filters) if halve else Project(before, filters)
        self.newer = Project(inputs, filters)

    def forward(self, x: Tensor, before: Tensor | None) -> tuple[Tensor, Tensor]:
        """Newer and older input; the first cell has `x` itself for the older."""
        older = x if self.older is None else self.older(before)
        return self.newer(x), older


class NormalCell(nn.Module):
    """Five sums of two branches each, and the older input: six times `filters` channels."""

    def __init__(self, inputs: int, before: int, filters: int, halve: bool) -> None:
        super().__init__()
        self.inputs = Inputs(inputs, before, filters, halve)
        self.sep1, self.sep2 = Separable(filters, filters, 5), Separable(filters, filters, 3)
        self.sep3, self.sep4 = Separable(filters, filters, 5), Separable(filters, filters, 3)
        self.avg = Pool("avg")
        self.sep5 = Separable(filters, filters, 3)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """The cell's output."""
        new, old = self.inputs(x, before)
        first = self.sep1(new) + self.sep2(old)
        second = self.sep3(old) + self.sep4(old)
        third = self.avg(new) + old
        fourth = self.avg(old) + self.avg(old)
        fifth = self.sep5(new) + new
        return torch.cat([old, first, second, third, fourth, fifth], dim=1)


class ReductionCell(nn.Module):
    """Half the size and four times `filters` channels; the first sum is used up inside."""

    def __init__(self, inputs: int, before: int | None, filters: int, halve: bool) -> None:
        super().__init__()
        self.inputs = Inputs(inputs, before, filters, halve)
        old = inputs if before is None else filters
        self.sep1, self.sep2 = Separable(filters, filters, 5, stride=2), Separable(old, filters, 7, stride=2)
        self.sep3, self.sep4 = Separable(old, filters, 7, stride=2), Separable(old, filters, 5, stride=2)
        self.max, self.avg = Pool("max", stride=2), Pool("avg", stride=2)
        self.smooth = Pool("avg")
        self.sep5 = Separable(filters, filters, 3)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """The cell's output."""
        new, old = self.inputs(x, before)
        first = self.sep1(new) + self.sep2(old)
        second = self.max(new) + self.sep3(old)
        third = self.avg(new) + self.sep4(old)
        fourth = second + self.smooth(first)
        fifth = self.sep5(first) + self.max(new)
        return torch.cat([second, third, fourth, fifth], dim=1)


def nasnet_a(repeats: int, penultimate_filters: int, stem_filters: int, classes: int) -> nn.Module:
    """NASNet-A (`repeats` @ `penultimate_filters`): images (N, 3, R, R) to logits (N, K)."""
    filters = penultimate_filters // 24
    first, second = filters // 4, filters // 2
    cells: list[nn.Module] = [
        ReductionCell(stem_filters, None, first, halve=False),
        ReductionCell(4 * first, stem_filters, second, halve=True),
    ]
    newer, older, halve = 4 * second, 4 * first, True
    for scale in (1, 2, 4):
        width = scale * filters
        if scale > 1:
            # After the stem a reduction cell never follows one at once, unless the stack between is empty.
            cells.append(ReductionCell(newer, older, width, halve))
            newer, older, halve = 4 * width, newer, True
        for _ in range(repeats):
            cells.append(NormalCell(newer, older, width, halve))
            newer, older, halve = 6 * width, newer, False
    return Net(stem_filters, cells, newer, classes)


def build(*, repeats: int, penultimate_filters: int, stem_filters: int, classes: int, **_: object) -> nn.Module:
    """timm's net for six cells a stack; it has no other number, and halves widths that must be even."""
    if repeats == 6 and penultimate_filters % 96 == 0:
        options = {"num_features": penultimate_filters, "stem_size": stem_filters, "num_classes": classes}
        return timm_model("nasnetalarge", **options)
    return nasnet_a(repeats, penultimate_filters, stem_filters, classes)
