"""PNASNet-5: the one cell of Figure 1, stacked N times in each of three stacks.

There is no reduction cell: to halve the size, the same cell strides over its inputs. The first cell of the second
and the third stack does so, and two cells of the stem. F is the filters of a cell of the first stack; those of the
stem have a quarter and a half of it, rounded down, which matters to the mobile net's 54.
"""

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


_PAPER = "Liu et al. 2017, Progressive Neural Architecture Search (arXiv 1712.00559)"

RECORDS = tuple(
    Architecture(
        name=name,
        title=f"PNASNet-5 (N = {repeats}, F = {filters})",
        build=build,
        options=(
            Option("repeats", "", "cells in each of the three stacks", repeats, high=100),
            Option("filters", "F", "filters of a cell of the first stack", filters, low=4),
            *cells.stack_options(stem, resolution),
        ),
        source=Source(_PAPER, f"Figure 1, {table}"),
    )
    for name, repeats, filters, stem, resolution, table in (
        ("pnasnet", 4, 216, 96, 331, "Table 5"),
        ("pnasnet_mobile", 3, 54, 32, 224, "Table 4"),
    )
)
