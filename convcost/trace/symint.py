"""Symbolic sizes: torch.SymInt over the theory's forms."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from torch import SymBool, SymFloat, SymInt

from convcost.symbolic import form
from convcost.symbolic.form import Form
from convcost.symbolic.form_bounds import bounds
from convcost.trace import symbool, symfloat
from convcost.trace.symnode import Node, Trace, refused

__all__ = ["Size", "form_of", "hint_of", "open_size", "symbool", "symfloat"]


def open_size(trace: Trace, name: str, hint: int) -> SymInt:
    """A symbolic size of the input."""
    return SymInt(Size(trace, trace.symbol(name), hint))  # type: ignore[no-untyped-call]


def hint_of(value: Any) -> Any:
    """The number that a size starts at; anything else as it is."""
    if isinstance(value, SymFloat):
        return float(value.node.hint)
    return value.node.hint if isinstance(value, SymInt | SymBool) else value


def form_of(value: Any) -> Form:
    """A size as a form."""
    return value.node.form if isinstance(value, SymInt) else form.number(int(value))


class Size(Node):
    """A whole number: the node of a SymInt."""

    kind = "int"

    def __init__(self, trace: Trace, value: Form, hint: int) -> None:
        super().__init__(trace, hint)
        self.form = value

    def maybe_as_int(self) -> int | None:
        return self.form.number

    def is_constant(self) -> bool:
        return self.form.number is not None

    def constant_int(self) -> int | None:
        return self.form.number

    def int_(self) -> int:
        least, most = bounds(self.form)
        if least is None or least != most:
            raise refused(f"here {self.hint}")
        return least

    def guard_int(self, file: str, line: int) -> int:
        return self.int_()

    def add(self, other: Size) -> Size:
        return Size(self.trace, self.form + other.form, self.hint + other.hint)

    def sym_sum(self, others: tuple[Size, ...]) -> Size:
        return functools.reduce(Size.add, others)

    def sub(self, other: Size) -> Size:
        return Size(self.trace, self.form - other.form, self.hint - other.hint)

    def mul(self, other: Size) -> Size:
        return Size(self.trace, self.form * other.form, self.hint * other.hint)

    def neg(self) -> Size:
        return Size(self.trace, -self.form, -self.hint)

    def floordiv(self, other: Size) -> Size:
        return Size(self.trace, self.form // other.form, self.hint // other.hint)

    int_floordiv = floordiv

    def mod(self, other: Size) -> Size:
        return Size(self.trace, self.form % other.form, self.hint % other.hint)

    def pow_by_natural(self, other: Size) -> Size:
        result: Size = self.wrap_int(1)
        for _ in range(other.int_()):
            result = result.mul(self)
        return result

    def sym_max(self, other: Size) -> Size:
        if other.form.number == 1 and self.hint >= 1 and self.form.number is None:
            # Strides are made so; a tensor has no empty axis.
            self.ge(other).expect_true("", 0)
            return self
        return Size(self.trace, form.larger(self.form, other.form), max(self.hint, other.hint))

    def sym_min(self, other: Size) -> Size:
        return Size(self.trace, form.smaller(self.form, other.form), min(self.hint, other.hint))

    def floor(self) -> Size:
        return self

    ceil = trunc = floor

    def round(self, digits: int | None = None) -> Size:
        return self

    def sym_float(self) -> Any:
        return self.make["float"](self.trace, self.form, self.hint)

    def int_truediv(self, other: Size) -> Any:
        return self.sym_float().float_truediv(other.sym_float())

    truediv = int_truediv

    def sym_int(self) -> Size:
        return self

    def eq(self, other: Size) -> Any:
        return self.truth("==", self.form - other.form, self.hint == other.hint)

    def ne(self, other: Size) -> Any:
        return self.truth("!=", self.form - other.form, self.hint != other.hint)

    def ge(self, other: Size) -> Any:
        return self.truth(">=", self.form - other.form, self.hint >= other.hint)

    def lt(self, other: Size) -> Any:
        return self.truth("<", self.form - other.form, self.hint < other.hint)

    def gt(self, other: Size) -> Any:
        return other.lt(self)

    def le(self, other: Size) -> Any:
        return other.ge(self)

    def is_contiguous(self, sizes: Any, strides: Any) -> Any:
        return self.wrap_bool(_dense(sizes, strides, range(len(sizes))))

    def is_non_overlapping_and_dense(self, sizes: Any, strides: Any) -> Any:
        order = sorted(range(len(sizes)), key=lambda axis: -strides[axis].hint)
        return self.wrap_bool(_dense(sizes, strides, order))

    def is_channels_last_contiguous_2d(self, sizes: Any, strides: Any) -> Any:
        return self.wrap_bool(len(sizes) == 4 and _dense(sizes, strides, (0, 2, 3, 1)))

    def is_channels_last_contiguous_3d(self, sizes: Any, strides: Any) -> Any:
        return self.wrap_bool(len(sizes) == 5 and _dense(sizes, strides, (0, 2, 3, 4, 1)))

    is_channels_last_strides_2d = is_channels_last_contiguous_2d
    is_channels_last_strides_3d = is_channels_last_contiguous_3d


def _dense(sizes: Any, strides: Any, order: Iterable[int]) -> bool:
    """Whether strides lay the axes in this order, the last one closest; about sizes of 1 nothing is asked."""
    expected = form.number(1)
    for axis in reversed(list(order)):
        size, stride = sizes[axis].form, strides[axis].form
        if size.number == 1:
            continue
        if (stride - expected).expanded().number != 0:
            return False
        expected = expected * size
    return True
