"""Functions of one, two and three tensors; small and uneven."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from . import draws
from .case import Applied, Case

_NAMES = (
    *("abs", "angle", "ceil", "floor", "frac", "neg", "round", "sgn", "sign", "trunc", "nan_to_num"),
    *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "logit", "reciprocal", "rsqrt", "sqrt", "square"),
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinc", "sinh", "tan"),
    *("deg2rad", "rad2deg", "erf", "erfc", "erfinv", "lgamma", "digamma"),
    *("isfinite", "isinf", "isnan", "isneginf", "isposinf", "signbit", "logical_not", "bitwise_not"),
)
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    **{name: getattr(torch, name) for name in _NAMES},
    "rrelu": torch.rrelu,
}
WITH_NUMBERS = (
    *("remainder", "fmod", "pow", "floor_divide", "clamp_min", "clamp_max", "xlogy", "float_power"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)
_TENSORS_ONLY = (
    *("maximum", "minimum", "fmax", "fmin", "atan2", "hypot", "copysign", "logaddexp"),
    *("logical_and", "logical_or", "logical_xor"),
)
OF_WHOLES = (
    *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "and_operator"),
)


def pairwise_max(left: Tensor, right: Tensor) -> Tensor:
    return torch.max(left, right)


def choose(chosen: Tensor, condition: Tensor, other: Tensor) -> Tensor:
    return torch.where(condition, chosen, other)


def masked_fill(input: Tensor, mask: Tensor, value: float) -> Tensor:
    return input.masked_fill(mask, value)


PAIRS: dict[str, Callable[..., Tensor]] = {
    **{name: getattr(torch, name) for name in (*WITH_NUMBERS, *_TENSORS_ONLY, *OF_WHOLES[:-1])},
    "pairwise_max": pairwise_max,
    "and_operator": operator.and_,
}
WHOLE = {"bitwise_not", *OF_WHOLES}
TRIPLES = ("lerp", "addcmul", "addcdiv", "where", "masked_fill", "clamp")
SCALED = ("add_scaled", "sub_scaled", "div_rounded")


def kind(name: str) -> torch.dtype | None:
    return torch.int64 if name in WHOLE else None


def condition(shape: tuple[int, ...]) -> Tensor:
    """True and false by turns."""
    count = int(torch.Size(shape).numel())
    return (torch.arange(count) % 2 == 0).reshape(shape)


@st.composite
def functions(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    return Case(Applied(FUNCTIONS[name], dtype=kind(name)), size)


def _broadcast(draw: st.DrawFn, operands: int) -> list[tuple[int, ...]]:
    """Shapes that broadcast: each may lack leading axes and may have 1 where another has more."""
    size = draws.shape(draw, draw(st.integers(1, 4)), high=6)
    return [
        tuple(1 if draw(st.integers(0, 2)) == 0 else n for n in size[draw(st.integers(0, len(size) - 1)) :])
        for _ in range(operands)
    ]


@st.composite
def pairs(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(sorted(PAIRS)))
    left, right = _broadcast(draw, 2)
    number = name in WITH_NUMBERS and draw(st.booleans())
    return Case(Applied(PAIRS[name], 3.0 if number else right, dtype=kind(name)), left)


@st.composite
def multiples(draw: st.DrawFn) -> Case:
    left, right = _broadcast(draw, 2)
    other = right if draw(st.booleans()) else 3.0
    function: Any = draw(st.sampled_from((torch.add, torch.sub, torch.rsub, torch.div)))
    settings: dict[str, Any] = {"alpha": 3}
    if function is torch.div:
        settings = {"rounding_mode": draw(st.sampled_from(("floor", "trunc")))}
    return Case(Applied(function, other, **settings), left)


@st.composite
def triples(draw: st.DrawFn) -> Case:
    return _triple(draw(st.sampled_from(TRIPLES)), _broadcast(draw, 3), draw(st.booleans()))


def _triple(name: str, shapes: list[tuple[int, ...]], plain: bool) -> Case:
    first, second, third = shapes
    if name == "where":
        return Case(Applied(choose, condition(second), 2.0 if plain else third), first)
    if name == "masked_fill":
        # The input is filled, so the mask may not be larger.
        mask = tuple(1 if n == 1 else m for n, m in zip(second[::-1], first[::-1], strict=False))[::-1]
        return Case(Applied(masked_fill, condition(mask), -1.0), first)
    if name == "clamp":
        return Case(Applied(torch.clamp, min=-1, max=6) if plain else Applied(torch.clamp, second, third), first)
    if name == "lerp":
        return Case(Applied(torch.lerp, second, 0.5 if plain else third), first)
    settings: dict[str, Any] = {} if plain else {"value": 3}
    return Case(Applied(getattr(torch, name), second, third, **settings), first)


def triple(name: str, plain: bool) -> Case:
    """One of fixed shapes, all sizes different where they are not 1."""
    return _triple(name, [(2, 1, 5, 1), (3, 1, 4), (2, 1, 1, 4)], plain)
