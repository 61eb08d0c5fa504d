"""What the documentation of PyTorch says that its functions compute, on numbers that count what is done to them.

NumPy does the broadcasting and knows nothing of costs.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
from torch import Tensor

from .case import Applied
from .counted import Counted, Tally, plain

Array = Any
"""An array of counted numbers, or one alone."""


def run(model: Applied, input: Tensor) -> tuple[Array, int]:
    """The result by the definition, and how many operations that took."""
    tally = Tally()
    operands = [_counted(value, tally) for value in (input, *model.operands())]
    definition = DEFINITIONS.get(model.function.__name__, pointwise(_once))
    return definition(*operands, **model.settings), tally.operations


def _counted(value: Tensor | float, tally: Tally) -> Any:
    if not isinstance(value, Tensor):
        return value
    flat = np.array([Counted(number, tally) for number in value.flatten().tolist()], dtype=object)
    return flat.reshape(tuple(value.shape))


def _once(x: Counted, *_: Any, **__: Any) -> Counted:
    """A function that is one evaluation whatever it is."""
    return x.under(lambda value: value)


def pointwise(function: Callable[..., Any]) -> Callable[..., Array]:
    """For every output element alike."""

    def whole(*operands: Any, **settings: Any) -> Array:
        return np.frompyfunc(partial(function, **settings), len(operands), 1)(*operands)

    return whole


def _added(x: Counted, y: Counted | float, alpha: float = 1) -> Counted:
    return x + y if alpha == 1 else x + Counted(plain(y), x.tally) * alpha


def _subtracted(x: Counted, y: Counted | float, alpha: float = 1) -> Counted:
    return x - y if alpha == 1 else x - Counted(plain(y), x.tally) * alpha


def _from(x: Counted, y: Counted | float, alpha: float = 1) -> Counted:
    return _subtracted(Counted(plain(y), x.tally), x, alpha)


def _divided(x: Counted, y: Counted | float, rounding_mode: str | None = None) -> Counted:
    return x / y if rounding_mode is None else x.under(lambda a, b: a // b, y)


def _interpolated(x: Counted, end: Counted, weight: Counted | float) -> Counted:
    return (end - x) * weight + x


def _product_added(x: Counted, y: Counted, z: Counted, value: float = 1) -> Counted:
    return x + (y * z if value == 1 else y * z * value)


def _quotient_added(x: Counted, y: Counted, z: Counted, value: float = 1) -> Counted:
    return x + (y / z if value == 1 else y / z * value)


def _held(x: Counted, *bounds: Counted, **named: float) -> Counted:
    return x.under(lambda value, low, high: min(max(value, low), high), *(bounds or (named["min"], named["max"])))


Row = Sequence[Counted]


def rows(function: Callable[..., Counted]) -> Callable[..., Array]:
    """A number for each row along the axes `dim`, which stay with `keepdim`."""

    def whole(input: Array, dim: Any = None, keepdim: bool = False, **settings: Any) -> Array:
        axes = range(input.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
        last = [axis % input.ndim for axis in axes]
        kept = [axis for axis in range(input.ndim) if axis not in last]
        lines = input.transpose(*kept, *last).reshape(*(input.shape[axis] for axis in kept), -1)
        result = np.empty(lines.shape[:-1], dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = function(list(lines[place]), **settings)
        return np.expand_dims(result, tuple(sorted(last))) if keepdim else result

    return whole


def _sum(row: Row) -> Counted:
    return reduce(lambda a, b: a + b, row)


def _folded(operation: Callable[..., float]) -> Callable[..., Array]:
    return rows(lambda row: reduce(lambda a, b: a.under(operation, b), row))


def _mean(row: Row) -> Counted:
    return _sum(row) / len(row)


def _variance(row: Row, correction: int = 1) -> Counted:
    mean = _mean(row)
    differences = [x - mean for x in row]
    return _sum([d * d for d in differences]) / (len(row) - correction)


def _norm(row: Row, ord: float = 2) -> Counted:
    if ord == 2:
        return _sum([x * x for x in row]) ** 0.5
    if ord == 0:
        return _sum([x.under(lambda value: value != 0) for x in row])
    sizes = [x.under(abs) for x in row]
    if math.isinf(ord):
        return reduce(lambda a, b: a.under(max if ord > 0 else min, b), sizes)
    return _sum(sizes) if ord == 1 else _sum([x**ord for x in sizes]) ** (1 / ord)


def _log_of_exponentials(row: Row) -> Counted:
    return _sum([x.exp() for x in row]).under(math.log)


def _both(row: Row) -> Counted:
    reduce(lambda a, b: a.under(max, b), row)
    return reduce(lambda a, b: a.under(min, b), row)


def along(function: Callable[[Row], Sequence[Counted]]) -> Callable[..., Array]:
    """A row for each row along the axis `dim`."""

    def whole(input: Array, dim: int) -> Array:
        lines = np.moveaxis(input, dim, -1)
        result = [function(list(lines[place])) for place in np.ndindex(lines.shape[:-1])]
        flat = np.array([x for row in result for x in row], dtype=object)
        return np.moveaxis(flat.reshape(*lines.shape[:-1], -1), -1, dim)

    return whole


def _running(operation: Callable[..., float]) -> Callable[..., Array]:
    return along(lambda row: list(itertools.accumulate(row, lambda a, b: a.under(operation, b))))


def _log_softmax(row: Row) -> list[Counted]:
    total = _log_of_exponentials(row)
    return [x - total for x in row]


def _running_logarithms(row: Row) -> list[Counted]:
    return [x.under(math.log) for x in itertools.accumulate([x.exp() for x in row], lambda a, b: a + b)]


def _gated(row: Row) -> list[Counted]:
    half = len(row) // 2
    return [a * b.under(lambda value: 1 / (1 + math.exp(-value))) for a, b in zip(row[:half], row[half:], strict=True)]


def _scattered(operation: Callable[..., Counted]) -> Callable[..., Array]:
    def whole(input: Array, dim: int, index: Array, source: Array, reduce: str = "sum") -> Array:
        result = input.copy()
        for place in np.ndindex(index.shape):
            target = (*place[:dim], int(plain(index[place])), *place[dim + 1 :])
            result[target] = operation(result[target], source[place])
        return result

    return whole


def _slices_added(input: Array, dim: int, index: Array, source: Array, alpha: float = 1) -> Array:
    result = input.copy()
    for place in np.ndindex(source.shape):
        target = (*place[:dim], int(plain(index[place[dim]])), *place[dim + 1 :])
        result[target] = _added(result[target], source[place], alpha)
    return result


DEFINITIONS: dict[str, Callable[..., Array]] = {
    "add": pointwise(_added),
    "sub": pointwise(_subtracted),
    "rsub": pointwise(_from),
    "mul": pointwise(lambda x, y: x * y),
    "div": pointwise(_divided),
    "lerp": pointwise(_interpolated),
    "addcmul": pointwise(_product_added),
    "addcdiv": pointwise(_quotient_added),
    "clamp": pointwise(_held),
    "choose": pointwise(lambda x, condition, other: x if condition.value else other),
    "masked_fill": pointwise(lambda x, mask, value: Counted(value, x.tally) if mask.value else x),
    "sum": rows(_sum),
    "mean": rows(_mean),
    "prod": _folded(lambda a, b: a * b),
    **{name: _folded(max) for name in ("max", "amax", "argmax")},
    **{name: _folded(min) for name in ("min", "amin", "argmin")},
    "all": _folded(lambda a, b: bool(a and b)),
    "any": _folded(lambda a, b: bool(a or b)),
    "aminmax": rows(_both),
    "count_nonzero": rows(partial(_norm, ord=0)),
    "logsumexp": rows(_log_of_exponentials),
    "var": rows(_variance),
    "var_mean": rows(_variance),
    "std": rows(lambda row, **settings: _variance(row, **settings) ** 0.5),
    "std_mean": rows(lambda row, **settings: _variance(row, **settings) ** 0.5),
    "linalg_vector_norm": rows(_norm),
    "cumsum": along(lambda row: list(itertools.accumulate(row, lambda a, b: a + b))),
    "cumprod": _running(lambda a, b: a * b),
    "cummax": _running(max),
    "cummin": _running(min),
    "logcumsumexp": along(_running_logarithms),
    "log_softmax": along(_log_softmax),
    "glu": along(_gated),
    "scatter_add": _scattered(lambda a, b: a + b),
    "scatter_reduce": _scattered(lambda a, b: a.under(max, b)),
    "index_add": _slices_added,
}
"""By the name of the function that a model applies; a function that is not here is one evaluation."""
