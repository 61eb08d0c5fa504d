"""The papers' algorithms on numbers that count what is done to them.

A norm's few operations on a whole group (its mean divided by the size, 1/sigma) are free in this book and are
done on plain numbers here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class Tally:
    """How many operations were done."""

    def __init__(self) -> None:
        self.operations = 0


class Counted:
    """A number whose operations are counted."""

    def __init__(self, value: float, tally: Tally) -> None:
        self.value, self.tally = value, tally

    def _done(self, value: float) -> Counted:
        self.tally.operations += 1
        return Counted(value, self.tally)

    def __add__(self, other: Counted | float) -> Counted:
        return self._done(self.value + plain(other))

    def __sub__(self, other: Counted | float) -> Counted:
        return self._done(self.value - plain(other))

    def __mul__(self, other: Counted | float) -> Counted:
        return self._done(self.value * plain(other))

    def __truediv__(self, other: Counted | float) -> Counted:
        return self._done(self.value / plain(other))

    def __pow__(self, exponent: float) -> Counted:
        return self._done(self.value**exponent)

    def maximum(self, other: Counted) -> Counted:
        return self._done(max(self.value, other.value))

    def exp(self) -> Counted:
        return self._done(math.exp(self.value))

    def under(self, function: Callable[..., float], *others: Counted | float) -> Counted:
        """A function of this number, and of others: one evaluation."""
        return self._done(function(self.value, *(plain(other) for other in others)))


def plain(number: Counted | float) -> float:
    return number.value if isinstance(number, Counted) else number


def normalised(group: Sequence[Counted], scale: Sequence[float] | None, shift: Sequence[float] | None) -> list[Counted]:
    """One group normalised by its own statistics (Ioffe & Szegedy 2015, Algorithm 1), without epsilon."""
    tally = group[0].tally
    total = Counted(0.0, tally)
    for x in group:
        total = total + x
    mean = total.value / len(group)
    differences = [x - mean for x in group]
    squares = Counted(0.0, tally)
    for d in differences:
        squares = squares + d * d
    deviation = math.sqrt(squares.value / len(group)) or 1.0
    result = [d * (1 / deviation) for d in differences]
    if scale is not None:
        result = [y * g for y, g in zip(result, scale, strict=True)]
    if shift is not None:
        result = [y + b for y, b in zip(result, shift, strict=True)]
    return result


def folded(group: Sequence[Counted], factor: float, offset: float) -> list[Counted]:
    """One channel under the two constants of Algorithm 2."""
    return [x * factor + offset for x in group]


def by_root(group: Sequence[Counted], mean: bool, length: float, scale: Sequence[float] | None) -> list[Counted]:
    """One group times `length` over the root of its squares' sum or mean (Zhang & Sennrich 2019, equation 4)."""
    total = Counted(0.0, group[0].tally)
    for x in group:
        total = total + x * x
    root = math.sqrt(total.value / (len(group) if mean else 1))
    result = [x * (length / root) for x in group]
    return result if scale is None else [y * g for y, g in zip(result, scale, strict=True)]


def bag(rows: Sequence[Sequence[Counted]], mode: str, weights: Sequence[float] | None) -> list[Counted]:
    """The rows of one bag made one row."""
    if weights is not None:
        rows = [[x * weight for x in row] for row, weight in zip(rows, weights, strict=True)]
    total = list(rows[0])
    for row in rows[1:]:
        total = [x.maximum(y) if mode == "max" else x + y for x, y in zip(total, row, strict=True)]
    return [x / len(rows) for x in total] if mode == "mean" else total


def responses(column: Sequence[Counted], size: int, alpha: float, beta: float, k: float) -> list[Counted]:
    """The channels of one pixel, each damped by `size` neighbours' squares (Krizhevsky et al. 2012, section 3.3)."""
    nothing = [Counted(0.0, column[0].tally)]
    squares = [*nothing * (size // 2), *(x * x for x in column), *nothing * ((size - 1) // 2)]
    result = []
    for index, x in enumerate(column):
        total = squares[index]
        for neighbour in squares[index + 1 : index + size]:
            total = total + neighbour
        result.append(x / (total * (alpha / size) + k) ** beta)
    return result


def softmax_row(row: Sequence[Counted]) -> list[Counted]:
    powers = [x.exp() for x in row]
    total = powers[0]
    for p in powers[1:]:
        total = total + p
    return [p / total for p in powers]


def numbers(values: Tensor, tally: Tally) -> list[Counted]:
    return [Counted(value, tally) for value in values.flatten().tolist()]


def gathered(results: Sequence[Sequence[Counted]], like: Tensor) -> Tensor:
    """Rows of counted numbers as one tensor of the shape of `like`."""
    return torch.tensor([x.value for row in results for x in row], dtype=torch.float64).reshape(like.shape)
