"""Reductions, scans, gates and additions at indices; small and uneven."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it
from hypothesis import strategies as st

from . import draws
from .case import Applied, Case

OVER_AXES: dict[str, Callable[..., Any]] = {
    **{name: getattr(torch, name) for name in ("sum", "amax", "amin", "all", "any", "count_nonzero", "logsumexp")},
    **{name: getattr(torch, name) for name in ("var", "std", "var_mean", "std_mean")},
    "norm": torch.linalg.vector_norm,
}
OVER_AN_AXIS = {name: getattr(torch, name) for name in ("prod", "max", "min", "argmax", "argmin", "aminmax")}
ORDERS = (2, 0, 1, 3, 0.5, math.inf, -math.inf)
SCANS = {name: getattr(torch, name) for name in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp")}
ROWWISE = {"log_softmax": F.log_softmax, "glu": F.glu}
SCATTERS = ("scatter_add", "scatter_reduce", "index_add", "index_add_scaled")


def reduction(name: str, size: tuple[int, ...], dim: Any, keepdim: bool = False, **settings: Any) -> Case:
    function = {**OVER_AXES, **OVER_AN_AXIS}[name]
    if dim is not None and name != "count_nonzero":
        settings["keepdim"] = keepdim
    return Case(Applied(function, **({} if dim is None else {"dim": dim}), **settings), size)


@st.composite
def reductions(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(sorted({**OVER_AXES, **OVER_AN_AXIS})))
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    everything = name != "logsumexp" and draw(st.integers(0, 4)) == 0
    axes = draw(st.permutations(range(len(size))))[: draw(st.integers(1, len(size)))]
    from_the_end = draw(st.integers(0, 1)) * len(size)
    dim: Any = tuple(axis - from_the_end for axis in axes)
    if name in OVER_AN_AXIS or draw(st.booleans()):
        dim = dim[0]
    settings: dict[str, Any] = {}
    if name == "norm":
        settings["ord"] = draw(st.sampled_from(ORDERS))
    if name in ("var", "std", "var_mean", "std_mean") and draw(st.booleans()):
        settings["correction"] = 0
    return reduction(name, size, None if everything else dim, draw(st.booleans()), **settings)


@st.composite
def along_an_axis(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(sorted({**SCANS, **ROWWISE})))
    size = list(draws.shape(draw, draw(st.integers(1, 4)), high=6))
    dim = draw(st.integers(-len(size), len(size) - 1))
    if name == "glu":
        size[dim] *= 2
    return Case(Applied({**SCANS, **ROWWISE}[name], dim=dim), tuple(size))


def scatter(name: str, size: tuple[int, ...], dim: int, count: int) -> Case:
    """`count` slices or rows into the axis `dim`, all of them to the same few places."""
    source = (*size[:dim], count, *size[dim + 1 :])
    places = torch.arange(count) % size[dim]
    if name.startswith("index_add"):
        settings: dict[str, Any] = {"alpha": 3} if name.endswith("scaled") else {}
        return Case(Applied(torch.index_add, dim, places, source, **settings), size)
    # An index may be smaller than the source, which then is not read to its end.
    shape = tuple(n if axis == dim else max(1, n - 1) for axis, n in enumerate(source))
    index = places.reshape([-1 if axis == dim else 1 for axis in range(len(size))]).expand(shape).clone()
    settings = {"reduce": "amax"} if name == "scatter_reduce" else {}
    return Case(Applied(getattr(torch, name), dim, index, source, **settings), size)


@st.composite
def scatters(draw: st.DrawFn) -> Case:
    size = draws.shape(draw, draw(st.integers(1, 3)), high=6)
    dim = draw(st.integers(0, len(size) - 1))
    return scatter(draw(st.sampled_from(SCATTERS)), size, dim, draw(st.integers(1, 8)))
