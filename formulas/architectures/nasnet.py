"""NASNet-A: the cells of Figure 4, stacked as in Figure 2.

The paper's name 'N @ F' has N, the normal cells of each of the three stacks, and F, the filters of the penultimate
layer. The last normal cells concatenate six states of F/6 filters, and the filters doubled twice on the way there:
a normal cell of the first stack has F/24, the two cells of the stem a quarter and a half of that, rounded down.

The paper gives a cell the outputs of the two cells below. The authors' large net gives the cell after a reduction
the reduction's own h_i-1 instead; from N = 2 on the two maps have one shape, and the cost is the same.
"""

from types import SimpleNamespace

from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.numeric import Count, quotient
from convcost.core.record import Condition, Source

from . import _cells as cells
from ._cells import H_1, Cell, H

# "All of the unused hidden states" are concatenated; h_i-1 too, used though it is, as F/24 of 'N @ F' needs.
NORMAL = Cell(
    blocks=(
        (("sep 5×5", H), ("sep 3×3", H_1)),
        (("sep 5×5", H_1), ("sep 3×3", H_1)),
        (("avg 3×3", H), ("identity", H_1)),
        (("avg 3×3", H_1), ("avg 3×3", H_1)),
        (("sep 3×3", H), ("identity", H)),
    ),
    output=(H_1, "b1", "b2", "b3", "b4", "b5"),
)
REDUCTION = Cell(
    blocks=(
        (("sep 5×5", H), ("sep 7×7", H_1)),
        (("max 3×3", H), ("sep 7×7", H_1)),
        (("avg 3×3", H), ("sep 5×5", H_1)),
        (("identity", "b2"), ("avg 3×3", "b1")),
        (("sep 3×3", "b1"), ("max 3×3", H)),
    ),
    output=("b2", "b3", "b4", "b5"),
)
STACKS = 3
WHOLE = Condition(
    "penultimate_filters must be a multiple of 24: six states are concatenated, after two doublings",
    lambda a: a.penultimate_filters % 24 == 0,
    ("penultimate_filters",),
)


def build(net: Builder, *, repeats: int, penultimate_filters: Count, **stem_and_image: Count) -> None:
    """Build Figure 2's ImageNet net: a 3×3 convolution, two reduction cells, three stacks of normal cells."""
    WHOLE.check("nasnet", SimpleNamespace(penultimate_filters=penultimate_filters))
    filters = quotient(penultimate_filters, 24)
    plan = [("stem.reduction1", REDUCTION, filters // 4, 2), ("stem.reduction2", REDUCTION, filters // 2, 2)]
    for stack in range(STACKS):
        width = filters * 2**stack
        if stack > 0:
            plan.append((f"reduction{stack}", REDUCTION, width, 2))
        plan += [(f"stack{stack + 1}.normal{number + 1}", NORMAL, width, 1) for number in range(repeats)]
    cells.build_stack(net, plan, **stem_and_image)


_PAPER = "Zoph, Vasudevan, Shlens & Le 2017, Learning Transferable Architectures (arXiv 1707.07012)"

RECORDS = tuple(
    Architecture(
        name=name,
        title=f"NASNet-A ({repeats} @ {filters})",
        build=build,
        options=(
            Option("repeats", "", "normal cells in each of the three stacks", repeats, high=100),
            Option("penultimate_filters", "F", "filters of the penultimate layer, a multiple of 24", filters, low=96),
            *cells.stack_options(stem, resolution),
        ),
        source=Source(_PAPER, f"Figures 2 and 4, appendix A.4, {table}"),
    )
    for name, repeats, filters, stem, resolution, table in (
        ("nasnet", 6, 4032, 96, 331, "last row of Table 2"),
        ("nasnet_mobile", 4, 1056, 32, 224, "Table 3"),
    )
)
