"""The closed forms of cells against the lines that the architectures draw."""

from __future__ import annotations

import pytest

import convcost
from convcost.core.architecture import Architecture, Network
from convcost.core.cost import Cost
from convcost.core.registry import find


def draw(name: str, **options: object) -> Network:
    architecture = find(Architecture, name, "architecture")
    return architecture.network(architecture.settings(options))


def drawn(network: Network, start: str) -> Cost:
    """MACs and weights of the convolutions whose names start so."""
    found = [line.cost for line in network.core if line.path.startswith(start)]
    assert found
    return sum(found, Cost())


def same(formula: Cost, lines: Cost) -> bool:
    return (formula.macs, formula.parameters) == (lines.macs, lines.parameters)


# NASNet-A at F = 44 (4 @ 1056) and an image of 225: maps of 112, 56, 28, 14 and 7 pixels a side; at 299 of 149, 75 …
@pytest.mark.parametrize(("resolution", "sides"), [(225, (28, 14, 7)), (299, (38, 19, 10))])
def test_nasnet_cells(resolution: int, sides: tuple[int, int, int]) -> None:
    network = draw("nasnet_mobile", resolution=resolution)
    # The third normal cell of a stack has six times F channels on both inputs.
    for stack, (filters, side) in enumerate(zip((44, 88, 176), sides, strict=True), start=1):
        cost = convcost.cost("nasnet_normal_cell", F=filters, M=6 * filters, P=6 * filters, D_F=side)
        assert same(cost, drawn(network, f"stack{stack}.normal3."))
    for stack in (1, 2):
        widths = {"F": 88 * stack, "M": 264 * stack, "P": 264 * stack}
        cost = convcost.cost("nasnet_reduction_cell", **widths, D_F=sides[stack - 1])
        assert same(cost, drawn(network, f"reduction{stack}."))


def test_pnasnet_cell() -> None:
    network = draw("pnasnet", resolution=299)
    for stack, side in enumerate((38, 19, 10)):
        filters = 216 * 2**stack
        cost = convcost.cost("pnasnet_cell", F=filters, M=5 * filters, P=5 * filters, D_F=side)
        assert same(cost, drawn(network, f"stack{stack + 1}.cell3."))


def test_normal_cell_by_hand() -> None:
    # Figure 4: kernels 5, 3, 5, 3, 3, twice each: 2 · (25 + 9 + 25 + 9 + 9) = 154; ten F×F pointwise convolutions.
    cost = convcost.cost("nasnet_normal_cell", F=7, M=11, P=13, D_F=5)
    assert cost.parameters == 7 * (11 + 13 + 10 * 7 + 154)
    assert cost.macs == cost.parameters * 25


@pytest.mark.parametrize(("kernel", "inputs", "branch"), [(5, 11, "b1.left"), (7, 32, "b1.right")])
def test_separable_twice(kernel: int, inputs: int, branch: str) -> None:
    # The stem's first cell, 32 channels on h_i-1 and 11 filters, from 112 pixels a side to 56.
    network = draw("nasnet_mobile", resolution=225)
    cost = convcost.cost("separable_twice", D_K=kernel, M=inputs, N=11, D_F=56)
    assert same(cost, drawn(network, f"stem.reduction1.{branch}."))


@pytest.mark.parametrize(("resolution", "side"), [(225, 112), (299, 149)])
def test_factorised_reduction(resolution: int, side: int) -> None:
    # From the stem's 32 channels to the 22 filters of its second cell.
    network = draw("nasnet_mobile", resolution=resolution)
    cost = convcost.cost("factorised_reduction", M=32, N=22, D_F=side)
    assert same(cost, drawn(network, "stem.reduction2.h_i-1."))


def test_factorised_reduction_of_odd_filters() -> None:
    # 27 filters in the second cell of PNASNet-5's mobile stem: 13 and 14.
    network = draw("pnasnet_mobile")
    paths = [line for line in network.core if line.path.startswith("stem.cell2.h_i-1.")]
    assert [line.output[1] for line in paths] == [13, 14]
    cost = convcost.cost("factorised_reduction", M=32, N=27, D_F=111)
    assert same(cost, drawn(network, "stem.cell2.h_i-1."))


def test_twice_costs_more_than_once_and_less_than_a_full_kernel() -> None:
    once, twice, full = (
        convcost.cost(name, D_K=3, M=64, N=64, D_F=8)
        for name in ("depthwise_separable", "separable_twice", "standard_convolution")
    )
    assert twice.macs == 2 * once.macs < full.macs
