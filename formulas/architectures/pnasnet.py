"""PNASNet-5: the one cell of Figure 1, stacked N times in each of three stacks.

There is no reduction cell: to halve the size, the same cell strides over its inputs. The first cell of the second
and the third stack does so, and two cells of the stem. F is the filters of a cell of the first stack; those of the
stem have a quarter and a half of it, rounded down, which matters to the mobile net's 54.
"""

from __future__ import annotations

from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _cells as cells
from ._cells import H_1, Cell, H

# The sums of all blocks are concatenated, used (b3) or not.
CELL = Cell(
    blocks=(
        (("sep 5×5", H_1), ("max 3×3", H_1)),
        (("sep 7×7", H), ("max 3×3", H)),
        (("sep 5×5", H), ("sep 3×3", H)),
        (("sep 3×3", "b3"), ("max 3×3", H)),
        (("sep 3×3", H_1), ("identity", H)),
    ),
    output=("b1", "b2", "b3", "b4", "b5"),
)
STACKS = 3


def build(net: Builder, *, repeats: int, filters: Count, **stem_and_image: Count) -> None:
    """Build Figure 1's ImageNet net: a 3×3 convolution, two strided cells, three stacks of N cells."""
    plan = [("stem.cell1", CELL, filters // 4, 2), ("stem.cell2", CELL, filters // 2, 2)]
    for stack in range(STACKS):
        for number in range(repeats):
            stride = 2 if stack > 0 and number == 0 else 1
            plan.append((f"stack{stack + 1}.cell{number + 1}", CELL, filters * 2**stack, stride))
    cells.build_stack(net, plan, **stem_and_image)


def _options(repeats: int, filters: int, stem: int, resolution: int) -> tuple[Option, ...]:
    return (
        Option("repeats", "", "cells in each of the three stacks", repeats, high=100),
        Option("filters", "F", "filters of a cell of the first stack", filters, low=4),
        *cells.stack_options(stem, resolution),
    )


_PAPER = "Liu et al. 2017, Progressive Neural Architecture Search (arXiv 1712.00559)"

RECORDS = (
    Architecture(
        name="pnasnet",
        title="PNASNet-5 (N = 4, F = 216)",
        build=build,
        options=_options(4, 216, 96, 331),
        source=Source(_PAPER, "Figure 1, Table 5"),
    ),
    Architecture(
        name="pnasnet_mobile",
        title="PNASNet-5 (N = 3, F = 54)",
        build=build,
        options=_options(3, 54, 32, 224),
        source=Source(_PAPER, "Figure 1, Table 4"),
    ),
)
