"""Samples at the positions of a grid, affine grids, and rows of tables."""

from __future__ import annotations

import math
from functools import cache, partial
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import strategies as st
from torch import Tensor, nn

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall

from . import draws
from .case import Applied, Case, applied
from .counted import Tally, bag, gathered, numbers
from .oracles import impulse_responses, moved, ramp, written
from .strategies_resize import weighted_sums

MODES = ("nearest", "bilinear", "bicubic")
BAGS = ("sum", "mean", "max")


@cache
def taps_of(mode: str, rank: int) -> int:
    """Input elements in one sample at a place between the elements of 6, away from the border."""
    place = torch.tensor([0.1, 0.07, 0.13][:rank], dtype=torch.float64)

    def sample(planes: Tensor) -> Tensor:
        grid = place.expand(len(planes), *[1] * rank, rank)
        return F.grid_sample(planes, grid, mode=mode, align_corners=False)

    return int(impulse_responses(sample, (6,) * rank).count_nonzero())


def sampled(case: Case, call: OpCall) -> Cost:
    """Taps are a matter of the mode, wherever the samples are."""
    mode, _ = applied(case).function.args
    return weighted_sums(case, call, taps_of(mode, len(call.output) - 2) * math.prod(call.output[2:]))


def grid_sample(mode: str, padding: str, input: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(input, grid, mode=mode, padding_mode=padding, align_corners=False)


@st.composite
def grid_samples(draw: st.DrawFn) -> Case:
    rank = draw(st.integers(2, 3))
    mode = draw(st.sampled_from(MODES[: 5 - rank]))  # bicubic has two axes
    size = draws.shape(draw, 2 + rank, 2, 7)
    wanted = draws.shape(draw, rank, 1, 8)
    function = partial(grid_sample, mode, draw(st.sampled_from(("zeros", "border", "reflection"))))
    return Case(Applied(function, torch.zeros(size[0], *wanted, rank)), size, oracle=sampled)


def affine_grid(size: tuple[int, ...], theta: Tensor) -> Tensor:
    return F.affine_grid(theta, list(size), align_corners=False)


def mapped(case: Case, call: OpCall) -> Cost:
    """A product for each coordinate that an element of the map shows in."""
    batch, _, *sizes = call.hyper["size"]
    count = math.prod(call.inputs[0][1:])
    units = torch.eye(count, dtype=torch.float64).reshape(count, *call.inputs[0][1:])
    products = int(affine_grid((count, 1, *sizes), units).count_nonzero())
    return written(case, call, macs=batch * products)


@st.composite
def affine_grids(draw: st.DrawFn) -> Case:
    """To even sizes, of which no position has a coordinate of 0."""
    rank = draw(st.integers(2, 3))
    batch, channels = draws.shape(draw, 2, 1, 9)
    size = (batch, channels, *draw(st.permutations((2, 4, 6, 8)))[:rank])
    return Case(Applied(partial(affine_grid, size)), (batch, rank, rank + 1), oracle=mapped)


class Table(nn.Module):
    """A table of rows, read at whole numbers."""

    def __init__(self, table: nn.Module) -> None:
        super().__init__()
        self.table = table

    def forward(self, input: Tensor) -> Any:
        return self.table(input.long())


# An eighth of 504 numbers counted from 1 (`ramp`) is less.
_ROWS = 64


@st.composite
def embeddings(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 3)), 2, 9)
    rows, features = _ROWS + draw(st.integers(0, 9)), draw(st.integers(10, 13))
    return Case(Table(nn.Embedding(rows, features)), size, oracle=moved)


@st.composite
def one_hots(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 3)), 2, 9)
    classes = _ROWS + draw(st.integers(0, 9))
    return Case(Applied(lambda input: F.one_hot(input.long(), classes)), size, oracle=moved)


def embedding_bag(
    mode: str, last: bool, input: Tensor, table: Tensor, offsets: Tensor, weights: Tensor | None = None
) -> Tensor:
    return F.embedding_bag(
        input.long(), table, offsets, mode=mode, per_sample_weights=weights, include_last_offset=last
    )


def bags_of(case: Case) -> tuple[Tensor, int]:
    """The output as the algorithm computes it, and its operations."""
    tally, model = Tally(), applied(case)
    mode, last = model.function.args
    table, offsets, *weights = (operand.detach() for operand in model.operands())
    indices = ramp(case.shape).long().tolist()
    bounds = offsets.tolist() if last else [*offsets.tolist(), len(indices)]
    results = [
        bag(
            [numbers(table[index], tally) for index in indices[first:end]],
            mode,
            weights[0][first:end].tolist() if weights else None,
        )
        for first, end in pairwise(bounds)
    ]
    return gathered(results, torch.empty(len(results), table.shape[1])), tally.operations


def bagged(case: Case, call: OpCall) -> Cost:
    """The weights of the rows are read beside the indices."""
    cost = written(case, call, elementwise=bags_of(case)[1])
    read = call.inputs[0][0] if len(applied(case).others) == 3 else 0
    return Cost(0, 0, cost.elementwise, cost.parameters, cost.activations, cost.inputs + read)


@st.composite
def embedding_bags(draw: st.DrawFn) -> Case:
    rows, features, indices = _ROWS + 1, draw(st.integers(2, 5)), draw(st.integers(6, 12))
    starts = [0, *sorted(draw(st.sets(st.integers(1, indices - 1), max_size=4)))]
    mode, last = draw(st.sampled_from(BAGS)), draw(st.booleans())
    others = [
        nn.Parameter(torch.arange(rows * features).reshape(rows, features) % 11 * 1.0),
        torch.tensor([*starts, indices] if last else starts),
    ]
    if mode == "sum" and draw(st.booleans()):
        others.append(torch.arange(2.0, indices + 2))
    return Case(Applied(partial(embedding_bag, mode, last), *others), (indices,), oracle=bagged)
