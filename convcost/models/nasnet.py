"""NASNet-A (Zoph et al. 2017, arXiv 1707.07012) and PNASNet-5 (Liu et al. 2017, arXiv 1712.00559).

They are timm's where it has the size, and ours for any number of cells: written from the authors' TF-slim code
(nets/nasnet), not from this project's formulas.
"""

from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from convcost.models.torchvision_and_timm import timm_model


def pad_same(x: Tensor, kernel_size: int, stride: int, value: float = 0.0) -> Tensor:
    """Pad as TensorFlow's 'SAME' does: as little as an output per `stride` pixels needs, the odd pixel at the end."""
    needed = []
    for size in (x.shape[3], x.shape[2]):
        outputs = -(-size // stride)
        total = max((outputs - 1) * stride + kernel_size - size, 0)
        needed += [total // 2, total - total // 2]
    return F.pad(x, needed, value=value)


class SameConv(nn.Conv2d):
    """A convolution without bias and with 'SAME' padding; its own padding does at stride 1."""

    def __init__(self, inputs: int, outputs: int, kernel_size: int, stride: int = 1, groups: int = 1) -> None:
        padding = kernel_size // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel_size, stride, padding, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved map, of ceil(size / stride)."""
        if self.stride[0] > 1:
            x = pad_same(x, self.kernel_size[0], self.stride[0])
        return super().forward(x)


class SamePool(nn.Module):
    """3×3 pooling with 'SAME' padding."""

    def __init__(self, kind: Literal["avg", "max"], stride: int = 1) -> None:
        super().__init__()
        self.kind, self.stride = kind, stride

    def forward(self, x: Tensor) -> Tensor:
        """Return the pooled map, of ceil(size / stride)."""
        padding = 1 if self.stride == 1 else 0
        if self.kind == "max":
            x = x if padding else pad_same(x, 3, self.stride, float("-inf"))
            return F.max_pool2d(x, 3, self.stride, padding)
        x = x if padding else pad_same(x, 3, self.stride)
        return F.avg_pool2d(x, 3, self.stride, padding, count_include_pad=False)


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm with the authors' epsilon."""
    return nn.BatchNorm2d(channels, eps=1e-3)


class Project(nn.Sequential):
    """ReLU, 1×1 convolution, batch norm."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(nn.ReLU(), SameConv(inputs, outputs, 1, stride), norm(outputs))


class SeparableTwice(nn.Sequential):
    """A separable convolution applied twice, each time ReLU first and batch norm last; only the first is strided."""

    def __init__(self, inputs: int, outputs: int, kernel_size: int, stride: int = 1) -> None:
        super().__init__(
            nn.ReLU(),
            SameConv(inputs, inputs, kernel_size, stride, groups=inputs),
            SameConv(inputs, outputs, 1),
            norm(outputs),
            nn.ReLU(),
            SameConv(outputs, outputs, kernel_size, groups=outputs),
            SameConv(outputs, outputs, 1),
            norm(outputs),
        )


class FactorizedReduction(nn.Module):
    """Half the size: every second pixel, and every second pixel of the map moved by one, side by side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.path1 = SameConv(inputs, outputs // 2, 1)
        self.path2 = SameConv(inputs, outputs // 2 + outputs % 2, 1)
        self.norm = norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the map at half the size, rounded up."""
        x = F.relu(x)
        moved = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        paths = [self.path1(F.avg_pool2d(x, 1, 2)), self.path2(F.avg_pool2d(moved, 1, 2))]
        normed: Tensor = self.norm(torch.cat(paths, dim=1))
        return normed


class CellNetwork(nn.Module):
    """A 3×3 convolution, cells that take the outputs of the two before them, and a classifier.

    A cell is called with the output of the one before it and of the one before that, None for the first.
    """

    def __init__(self, stem_filters: int, cells: list[nn.Module], outputs: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, stem_filters, 3, stride=2, bias=False), norm(stem_filters))
        self.cells = nn.ModuleList(cells)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(outputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, K)."""
        before, x = None, self.stem(x)
        for cell in self.cells:
            before, x = x, cell(x, before)
        x = self.pool(F.relu(x)).flatten(1)
        logits: Tensor = self.classifier(self.dropout(x))
        return logits


def older_input(before: int | None, filters: int, halve: bool) -> nn.Module | None:
    """Return what brings the older input of a cell to `filters` channels, and with `halve` to half the size."""
    if before is None:
        return None
    return FactorizedReduction(before, filters) if halve else Project(before, filters)


class CellInputs(nn.Module):
    """Brings both inputs of a cell to its number of filters, and the older one to the size of the newer."""

    def __init__(self, inputs: int, before: int | None, filters: int, halve: bool) -> None:
        super().__init__()
        self.older = older_input(before, filters, halve)
        self.newer = Project(inputs, filters)

    def forward(self, x: Tensor, before: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return newer and older input; the first cell has `x` itself for the older."""
        older = x if self.older is None else self.older(before)
        return self.newer(x), older


class NormalCell(nn.Module):
    """Five sums of two branches each, and the older input: six times `filters` channels."""

    def __init__(self, inputs: int, before: int, filters: int, halve: bool) -> None:
        super().__init__()
        self.inputs = CellInputs(inputs, before, filters, halve)
        self.sep1, self.sep2 = SeparableTwice(filters, filters, 5), SeparableTwice(filters, filters, 3)
        self.sep3, self.sep4 = SeparableTwice(filters, filters, 5), SeparableTwice(filters, filters, 3)
        self.avg = SamePool("avg")
        self.sep5 = SeparableTwice(filters, filters, 3)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """Return the cell's output."""
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
        self.inputs = CellInputs(inputs, before, filters, halve)
        old = inputs if before is None else filters
        self.sep1, self.sep2 = SeparableTwice(filters, filters, 5, stride=2), SeparableTwice(old, filters, 7, stride=2)
        self.sep3, self.sep4 = SeparableTwice(old, filters, 7, stride=2), SeparableTwice(old, filters, 5, stride=2)
        self.max, self.avg = SamePool("max", stride=2), SamePool("avg", stride=2)
        self.smooth = SamePool("avg")
        self.sep5 = SeparableTwice(filters, filters, 3)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """Return the cell's output."""
        new, old = self.inputs(x, before)
        first = self.sep1(new) + self.sep2(old)
        second = self.max(new) + self.sep3(old)
        third = self.avg(new) + self.sep4(old)
        fourth = second + self.smooth(first)
        fifth = self.sep5(first) + self.max(new)
        return torch.cat([second, third, fourth, fifth], dim=1)


def nasnet_a(repeats: int, penultimate_filters: int, stem_filters: int, classes: int) -> nn.Module:
    """Return NASNet-A (`repeats` @ `penultimate_filters`): images (N, 3, R, R) to logits (N, K)."""
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
    return CellNetwork(stem_filters, cells, newer, classes)


def nasnet(*, repeats: int, penultimate_filters: int, stem_filters: int, classes: int, **_: object) -> nn.Module:
    """Build timm's net for six cells per stack, the only number it has (and it halves widths that must be even)."""
    if repeats == 6 and penultimate_filters % 96 == 0:
        options = {"num_features": penultimate_filters, "stem_size": stem_filters, "num_classes": classes}
        return timm_model("nasnetalarge", **options)
    return nasnet_a(repeats, penultimate_filters, stem_filters, classes)


nasnet_mobile = nasnet  # (4 @ 1056), with defaults of its own


class PNASNetCell(nn.Module):
    """Five sums of two branches each, all concatenated; strided, the same cell halves the size.

    `before` None is the first cell of a net, whose older input is the newer one as it comes.
    """

    def __init__(self, inputs: int, before: int | None, filters: int, stride: int, halve: bool) -> None:
        super().__init__()
        self.older = older_input(before, filters, halve)
        self.newer = Project(inputs, filters)
        old = inputs if before is None else filters
        self.sep1 = SeparableTwice(old, filters, 5, stride)
        self.max1: nn.Module = SamePool("max", stride)
        if before is None:
            self.max1 = nn.Sequential(self.max1, SameConv(old, filters, 1), norm(filters))
        self.sep2, self.max2 = SeparableTwice(filters, filters, 7, stride), SamePool("max", stride)
        self.sep3, self.sep4 = SeparableTwice(filters, filters, 5, stride), SeparableTwice(filters, filters, 3, stride)
        self.sep5, self.max3 = SeparableTwice(filters, filters, 3), SamePool("max", stride)
        self.sep6 = SeparableTwice(old, filters, 3, stride)
        self.skip = nn.Identity() if stride == 1 else Project(filters, filters, stride)

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """Return the cell's output, of five times `filters` channels."""
        old = x if self.older is None else self.older(before)
        new = self.newer(x)
        first = self.sep1(old) + self.max1(old)
        second = self.sep2(new) + self.max2(new)
        third = self.sep3(new) + self.sep4(new)
        fourth = self.sep5(third) + self.max3(new)
        fifth = self.sep6(old) + self.skip(new)
        return torch.cat([first, second, third, fourth, fifth], dim=1)


def pnasnet5(repeats: int, filters: int, stem_filters: int, classes: int) -> nn.Module:
    """Return PNASNet-5 of 3 · `repeats` cells after the stem: images (N, 3, R, R) to logits (N, K)."""
    reductions = (repeats, 2 * repeats)
    plan = [(filters // 4, 2), (filters // 2, 2)]
    plan += [(filters << sum(n >= r for r in reductions), 2 if n in reductions else 1) for n in range(3 * repeats)]
    cells: list[nn.Module] = []
    newer, older, halve = stem_filters, None, False
    for width, stride in plan:
        cells.append(PNASNetCell(newer, older, width, stride, halve))
        newer, older, halve = 5 * width, newer, stride == 2
    return CellNetwork(stem_filters, cells, newer, classes)


def pnasnet(*, repeats: int, filters: int, stem_filters: int, classes: int, **_: object) -> nn.Module:
    """Build timm's net at N = 4 and F = 216, the only size it has, else ours."""
    if (repeats, filters, stem_filters) == (4, 216, 96):
        return timm_model("pnasnet5large", num_classes=classes)
    return pnasnet5(repeats, filters, stem_filters, classes)


pnasnet_mobile = pnasnet  # (N = 3, F = 54), with defaults of its own
