"""Interpolation of every kind, and the taps of an output element, found by running it."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import strategies as st

from convcost.core.cost import Cost
from convcost.core.op_call import OpCall

from . import draws
from .case import Applied, Case, applied
from .oracles import impulse_responses, written

MODES = {
    **{f"upsample_nearest{rank}d": ("nearest", rank) for rank in (1, 2, 3)},
    **{f"upsample_nearest_exact{rank}d": ("nearest-exact", rank) for rank in (1, 2, 3)},
    "upsample_linear1d": ("linear", 1),
    "upsample_bilinear2d": ("bilinear", 2),
    "upsample_trilinear3d": ("trilinear", 3),
    "upsample_bicubic2d": ("bicubic", 2),
}
ANTIALIASED = {f"upsample_{mode}2d_aa": mode for mode in ("bilinear", "bicubic", "lanczos")}
interpolation = partial(Applied, F.interpolate)


def weighted_sums(case: Case, call: OpCall, taps: int) -> Cost:
    """Each output element a weighted sum; `taps` are those of all of one channel. One tap is copied."""
    outputs, products = math.prod(call.output), math.prod(call.output[:2]) * taps
    return written(case, call, elementwise=2 * products - outputs if products > outputs else 0)


@cache
def taps_of(mode: str, rank: int) -> int:
    """Input elements in one output element. 5 and 8 elements never coincide, and some of the 8 are off the border."""
    model = interpolation(mode=mode, size=(8,) * rank)
    return int(impulse_responses(model, (5,) * rank).count_nonzero(0).max())


def interpolated(case: Case, call: OpCall) -> Cost:
    """Taps are a matter of the mode, whatever the call's sizes are."""
    taps = taps_of(applied(case).settings["mode"], len(call.output) - 2)
    return weighted_sums(case, call, taps * math.prod(call.output[2:]))


def resampled(case: Case, call: OpCall) -> Cost:
    """Taps of a row of elements that goes on far beyond both borders, times those of a column."""
    mode = applied(case).settings["mode"]
    taps = [_row_taps(mode, *sizes) for sizes in zip(call.inputs[0][2:], call.output[2:], strict=True)]
    return weighted_sums(case, call, math.prod(taps))


@cache
def _row_taps(mode: str, size: int, output: int) -> int:
    row = interpolation(mode=mode, size=(1, 7 * output), antialias=True)
    return int(impulse_responses(row, (1, 7 * size))[:, 3 * output : 4 * output].count_nonzero())


@st.composite
def interpolations(draw: st.DrawFn, name: str) -> Case:
    """To explicit sizes, larger and smaller, or by factors, whole or not."""
    mode, rank = MODES[name]
    size = draws.shape(draw, 2 + rank, 2, 9)
    given: dict[str, Any] = {"mode": mode}
    if draw(st.booleans()):
        given["size"] = draws.shape(draw, rank, 1, 12)
    else:
        factors = draw(st.permutations((1.0, 2.0, 3.0, 0.5, 1.5, 0.7, 1.1)))[:rank]
        given["scale_factor"] = factors[0] if rank == 1 or draw(st.booleans()) else tuple(factors)
        given["recompute_scale_factor"] = draw(st.booleans())
    if mode.endswith(("linear", "cubic")):
        given["align_corners"] = draw(st.booleans())
    return Case(interpolation(**given), size, oracle=interpolated)


@st.composite
def resamplings(draw: st.DrawFn, name: str) -> Case:
    """From odd sizes to even ones or back: no element lies where the kernel is 0 then."""
    batch, channels = draws.shape(draw, 2)
    odd, even = (tuple(draw(st.permutations(sizes)))[:2] for sizes in ((1, 3, 5, 7), (2, 4, 6, 8)))
    sizes, wanted = draw(st.permutations((odd, even)))
    model = interpolation(mode=ANTIALIASED[name], size=wanted, antialias=True)
    return Case(model, (batch, channels, *sizes), oracle=resampled)
