"""Uneven configurations of interpolation, sampling, tables, rearrangement, and the remaining norms and pools."""

from __future__ import annotations

import math
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from torch import nn

from tests.operators.case import Applied, Case
from tests.operators.oracles import moved
from tests.operators.strategies_pointwise import WeightNorm, normed
from tests.operators.strategies_pooling import LP, compared, fractional, powers, unpool
from tests.operators.strategies_rearrange import added
from tests.operators.strategies_resize import ANTIALIASED, MODES, interpolated, interpolation, resampled
from tests.operators.strategies_sampling import (
    Table,
    affine_grid,
    bagged,
    embedding_bag,
    grid_sample,
    mapped,
    sampled,
)


def _interpolations(mode: str, rank: int) -> list[Case]:
    shape, sizes, factors = (2, 3, 5, 4, 7)[: 2 + rank], (9, 2, 6)[:rank], (2.0, 3.0, 4.0)[:rank]
    settings = ({"size": sizes}, {"scale_factor": factors})
    return [Case(interpolation(mode=mode, **given), shape, oracle=interpolated) for given in settings]


def _samples(mode: str, *sizes: int) -> Case:
    grid = torch.zeros(2, *(8, 9, 10)[: len(sizes)], len(sizes))
    return Case(Applied(partial(grid_sample, mode, "zeros"), grid), (2, 3, *sizes), oracle=sampled)


def _maps(*sizes: int) -> Case:
    rank = len(sizes)
    return Case(Applied(partial(affine_grid, (3, 5, *sizes))), (3, rank, rank + 1), oracle=mapped)


def _bag(mode: str, last: bool, weighted: bool = False) -> Case:
    offsets = torch.tensor([0, 3, 4, 9] if last else [0, 3, 4])
    weights = [torch.ones(9)] if weighted else []
    model = Applied(partial(embedding_bag, mode, last), nn.Parameter(torch.ones(70, 5)), offsets, *weights)
    return Case(model, (9,), oracle=bagged)


def _pad(mode: str, padding: tuple[int, ...], *shape: int) -> Case:
    return Case(Applied(partial(F.pad, pad=padding, mode=mode)), shape, oracle=moved)


def _unpooling(rank: int) -> Case:
    sizes = (3, 4, 5)[:rank]
    indices = torch.arange(math.prod(sizes)).reshape(sizes).expand(2, 5, *sizes)
    return Case(Applied(partial(unpool, rank, (6, 9, 10)[:rank]), indices), (2, 5, *sizes), oracle=moved)


_WINDOW = {"kernel_size": (2, 3), "stride": (3, 1), "padding": (1, 2), "dilation": (2, 1)}
# ⌊(8 + 2·1 - 2·1 - 1)/3⌋ + 1 = 3 places down and ⌊(11 + 2·2 - 2 - 1)/1⌋ + 1 = 13 across.
_COLUMNS = 3 * 13

FURTHER: dict[str, list[Case]] = {
    **{name: _interpolations(*setting) for name, setting in MODES.items()},
    **{
        name: [
            Case(interpolation(mode=mode, size=size, antialias=True), (2, 3, 5, 8), oracle=resampled)
            for size in ((2, 3), (6, 11), (4, 9))
        ]
        for name, mode in ANTIALIASED.items()
    },
    "grid_sample": [_samples("bilinear", 5, 6), _samples("bicubic", 5, 6), _samples("bilinear", 5, 6, 7)],
    "affine_grid": [_maps(4, 6), _maps(4, 6, 8)],
    "embedding": [Case(Table(nn.Embedding(70, 5)), (2, 3), oracle=moved)],
    "embedding_bag": [_bag("sum", False, True), _bag("mean", True), _bag("max", False)],
    "one_hot": [Case(Applied(lambda input: F.one_hot(input.long(), 7)), (2, 3), oracle=moved)],
    "pad": [_pad("constant", (1, 2, 0, 3), 2, 5, 4), _pad("reflect", (3, 1), 2, 5, 4)],
    "pixel_shuffle": [Case(nn.PixelShuffle(3), (2, 18, 4, 5), oracle=moved)],
    "pixel_unshuffle": [Case(nn.PixelUnshuffle(3), (2, 5, 6, 12), oracle=moved)],
    "channel_shuffle": [Case(nn.ChannelShuffle(3), (2, 6, 4, 5), oracle=moved)],
    "unfold": [Case(nn.Unfold(**_WINDOW), (2, 5, 6, 11), oracle=moved)],
    "fold": [Case(nn.Fold((8, 11), **_WINDOW), (4, 30, _COLUMNS), oracle=added)],
    "rms_norm": [Case(nn.RMSNorm((4, 3)), (2, 5, 4, 3)), Case(nn.RMSNorm(3, elementwise_affine=False), (2, 5, 3))],
    "weight_norm": [
        Case(WeightNorm((4, 3, 5), 0), (1,), oracle=normed),
        Case(WeightNorm((4, 3, 5), 2), (1,), oracle=normed),
    ],
    **{
        f"lp_pool{rank}d": [
            Case(LP[rank](2, 4 if rank == 1 else (4, 2, 3)[:rank], 3), (2, 5, 12, 9, 8)[: 2 + rank], oracle=powers),
            Case(LP[rank](2, 4, 3, ceil_mode=True), (2, 5, 12, 9, 8)[: 2 + rank], oracle=powers),
        ]
        for rank in (1, 2, 3)
    },
    **{
        f"fractional_max_pool{rank}d": [
            Case(
                Applied(partial(fractional, rank, (3, 2, 4)[:rank], (2, 3, 4)[:rank]), torch.full((2, 5, rank), 0.4)),
                (2, 5, 9, 8, 11)[: 2 + rank],
                oracle=compared,
            )
        ]
        for rank in (2, 3)
    },
    **{f"max_unpool{rank}d": [_unpooling(rank)] for rank in (2, 3)},
}
