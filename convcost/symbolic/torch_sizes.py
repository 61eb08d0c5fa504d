"""Symbolic sizes for torch: a SymInt over a form, and a SymFloat over a fraction of one.

A model may divide sizes as floats and round the result. That is exact as long as the float is: whole numbers
divided by one, and fractions whose denominator is a power of two. Any other float is not followed, and rounding it
is refused.
"""

from __future__ import annotations

import builtins
import math
import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from typing import Any, Self

import torch
from torch import SymBool, SymFloat, SymInt

from convcost.core.numeric import Count
from convcost.symbolic import form
from convcost.symbolic.condition import holds
from convcost.symbolic.factor import bounds
from convcost.symbolic.form import Form
from convcost.symbolic.symnode import BoolNode, Hint, Node, SizeAsNumberError, Trace

_FINEST = 2**20


def free_size(trace: Trace, name: str, hint: int) -> SymInt:
    """Return a symbolic size of the input."""
    return size_of(trace, trace.symbol(name), hint)


def size_of(trace: Trace, value: Form, hint: int) -> SymInt:
    """Return a form as a symbolic size."""
    return SymInt(IntNode(trace, value, hint))  # type: ignore[no-untyped-call]


def hint_of(value: Any) -> Any:
    """Return the number that a size starts at; anything else as it is."""
    if isinstance(value, SymFloat):
        return float(value.node.hint)
    return value.node.hint if isinstance(value, SymInt | SymBool) else value


def form_of(value: SymInt | Count) -> Form:
    """Return a size as a form."""
    found: Form = value.node.form if isinstance(value, SymInt) else form.number(int(value))
    return found


def _relation(relation: str, swapped: bool = False) -> Callable[[Any, Any], BoolNode]:
    """Return the method of a comparison, which may have its sides swapped."""
    return lambda self, other: other._compared(relation, self) if swapped else self._compared(relation, other)


class _Ordered(Node):
    """A node of a number: comparisons are made of one difference."""

    @abstractmethod
    def _compared(self, relation: str, other: Self) -> BoolNode:
        """Whether `self - other` has the relation to zero."""

    eq, ne, ge, lt = map(_relation, ("==", "!=", ">=", "<"))
    gt, le = _relation("<", swapped=True), _relation(">=", swapped=True)


def _on_both(operation: Callable[[Any, Any], Any]) -> Callable[[IntNode, IntNode], IntNode]:
    """Return the method that does arithmetic on the forms and on the hints of two nodes."""
    return lambda self, other: IntNode(self.trace, operation(self.form, other.form), operation(self.hint, other.hint))


def _in_memory(*order: int) -> Callable[[IntNode, Sequence[IntNode], Sequence[IntNode]], BoolNode]:
    """Return the method that says whether as many axes as these lie in this order."""
    return lambda self, sizes, strides: self.wrap_bool(len(sizes) == len(order) and _dense(sizes, strides, order))


class IntNode(_Ordered):
    """A whole number: the node of a SymInt."""

    kind = "int"
    hint: int

    def __init__(self, trace: Trace, value: Form, hint: int) -> None:
        super().__init__(trace, hint)
        self.form = value

    def maybe_as_int(self) -> int | None:
        return self.form.number

    constant_int = maybe_as_int

    def is_constant(self) -> bool:
        return self.form.number is not None

    def int_(self) -> int:
        least, most = bounds(self.form)
        if least is None or least != most:
            raise SizeAsNumberError(f"here {self.hint}", self.form.names)
        return least

    def guard_int(self, file: str, line: int) -> int:
        return self.int_()

    def _made(self, value: Form, hint: int) -> IntNode:
        return IntNode(self.trace, value, hint)

    add, sub, mul = _on_both(operator.add), _on_both(operator.sub), _on_both(operator.mul)
    floordiv = int_floordiv = _on_both(operator.floordiv)
    mod = _on_both(operator.mod)

    def sym_sum(self, others: tuple[IntNode, ...]) -> IntNode:
        return reduce(IntNode.add, others)

    def neg(self) -> IntNode:
        return self._made(-self.form, -self.hint)

    def pow_by_natural(self, other: IntNode) -> IntNode:
        return reduce(IntNode.mul, [self] * other.int_(), self._made(form.number(1), 1))

    def sym_max(self, other: IntNode) -> IntNode:
        if other.form.number == 1 and self.hint >= 1 and self.form.number is None:
            # Strides are made so; a tensor has no empty axis.
            self.ge(other).expect_true("", 0)
            return self
        return self._made(form.larger(self.form, other.form), max(self.hint, other.hint))

    def sym_min(self, other: IntNode) -> IntNode:
        return self._made(form.smaller(self.form, other.form), min(self.hint, other.hint))

    def floor(self, digits: int | None = None) -> IntNode:
        return self

    sym_int = ceil = trunc = round = floor

    def sym_float(self) -> FloatNode:
        return FloatNode(self.trace, self.form, self.hint)

    def int_truediv(self, other: IntNode) -> FloatNode:
        return self.sym_float().float_truediv(other.sym_float())

    truediv = int_truediv

    def _compared(self, relation: str, other: IntNode) -> BoolNode:
        return self.truth(relation, self.form - other.form, holds(relation, self.hint - other.hint))

    def is_contiguous(self, sizes: Sequence[IntNode], strides: Sequence[IntNode]) -> BoolNode:
        return self.wrap_bool(_dense(sizes, strides, range(len(sizes))))

    def is_non_overlapping_and_dense(self, sizes: Sequence[IntNode], strides: Sequence[IntNode]) -> BoolNode:
        order = sorted(range(len(sizes)), key=lambda axis: -strides[axis].hint)
        return self.wrap_bool(_dense(sizes, strides, order))

    is_channels_last_contiguous_2d = is_channels_last_strides_2d = _in_memory(0, 2, 3, 1)
    is_channels_last_contiguous_3d = is_channels_last_strides_3d = _in_memory(0, 2, 3, 4, 1)


def _dense(sizes: Sequence[IntNode], strides: Sequence[IntNode], order: Iterable[int]) -> bool:
    """Whether strides lay the axes in this order, the last one closest; axes of size 1 do not matter."""
    expected = form.number(1)
    for axis in reversed(list(order)):
        size, stride = sizes[axis].form, strides[axis].form
        if size.number == 1:
            continue
        if (stride - expected).expanded().number != 0:
            return False
        expected = expected * size
    return True


def _of_fractions(operation: Callable[[Any, Any], Any]) -> Callable[[FloatNode, FloatNode], FloatNode]:
    """Return the method that adds or subtracts two nodes."""

    def combine(self: FloatNode, other: FloatNode) -> FloatNode:
        hint: Hint = operation(self.hint, other.hint)
        exact = (self._dyadic and other._dyadic) or 1 in (self.below, other.below)
        if self.above is None or other.above is None or not exact:
            return self._unknown(float(hint))
        below = math.lcm(self.below, other.below)
        above = operation(self.above.times(below // self.below), other.above.times(below // other.below))
        return FloatNode(self.trace, above, hint, below)

    return combine


class FloatNode(_Ordered):
    """`above/below`: the node of a SymFloat; `above` is None for a number that is not followed."""

    kind = "float"

    def __init__(self, trace: Trace, above: Form | None, hint: Hint, below: int = 1) -> None:
        super().__init__(trace, hint)
        self.above, self.below = above, below

    @classmethod
    def of(cls, trace: Trace, value: float) -> FloatNode:
        """Return a float of the model's own."""
        if not math.isfinite(value) or Fraction(value).denominator > _FINEST:
            return cls(trace, None, value)
        exact = Fraction(value)
        return cls(trace, form.number(exact.numerator), exact, exact.denominator)

    @property
    def _names(self) -> frozenset[str]:
        return frozenset() if self.above is None else frozenset(self.above.names)

    @property
    def number(self) -> int | None:
        """The numerator, if it is a number."""
        return None if self.above is None else self.above.number

    @property
    def _dyadic(self) -> bool:
        return _power_of_two(self.below)

    def is_constant(self) -> bool:
        return self.number is not None

    def maybe_as_float(self) -> float | None:
        return float(self.hint) if self.is_constant() else None

    constant_float = maybe_as_float

    def guard_float(self, file: str, line: int) -> float:
        if self.number is None:
            raise SizeAsNumberError(f"here {float(self.hint):g}", self._names)
        return float(self.hint)

    def _unknown(self, hint: float) -> FloatNode:
        return FloatNode(self.trace, None, hint)

    add, sub = _of_fractions(operator.add), _of_fractions(operator.sub)

    def neg(self) -> FloatNode:
        return FloatNode(self.trace, None if self.above is None else -self.above, -self.hint, self.below)

    def mul(self, other: FloatNode) -> FloatNode:
        if self.above is None or other.above is None or not (self._dyadic and other._dyadic):
            return self._unknown(float(self.hint) * float(other.hint))
        return FloatNode(self.trace, self.above * other.above, self.hint * other.hint, self.below * other.below)

    def float_truediv(self, other: FloatNode) -> FloatNode:
        number = other.number
        exact = number and other.below == 1 and (self.below == 1 or (self._dyadic and _power_of_two(abs(number))))
        if self.above is None or not number or not exact:
            return self._unknown(float(self.hint) / float(other.hint))
        above = self.above if number > 0 else -self.above
        return FloatNode(self.trace, above, Fraction(self.hint) / Fraction(other.hint), self.below * abs(number))

    truediv = float_truediv

    def float_pow(self, other: FloatNode) -> FloatNode:
        return self._unknown(float(self.hint) ** float(other.hint))

    pow = float_pow

    def sqrt(self) -> FloatNode:
        return self._unknown(math.sqrt(self.hint))

    sym_sqrt = sqrt

    def sym_float(self) -> FloatNode:
        return self

    def floor(self) -> IntNode:
        if self.above is None:
            raise SizeAsNumberError(f"here {float(self.hint):g}, rounded", self._names)
        return IntNode(self.trace, self.above // form.number(self.below), math.floor(self.hint))

    def ceil(self) -> IntNode:
        return self.neg().floor().neg()

    def trunc(self) -> IntNode:
        return self.floor() if self.hint >= 0 else self.ceil()

    sym_int = trunc

    def _compared(self, relation: str, other: FloatNode) -> BoolNode:
        if self.above is None or other.above is None:
            raise SizeAsNumberError(f"here {float(self.hint):g}, compared", self._names | other._names)
        difference = self.above.times(other.below) - other.above.times(self.below)
        return self.truth(relation, difference, holds(relation, Fraction(self.hint) - Fraction(other.hint)))


def _power_of_two(number: int) -> bool:
    return number & (number - 1) == 0


@contextmanager
def branchless() -> Iterator[None]:
    """Make Python's `max` and `min` of symbolic sizes symbolic sizes, within the context.

    Python's own compare, which a trace decides for the sizes that it starts from: a model that pads by
    `max(needed, 0)`, as many do, would then have one formula for each residue class.
    """
    plain = builtins.max, builtins.min
    builtins.max, builtins.min = _symbolic(plain[0], torch.sym_max), _symbolic(plain[1], torch.sym_min)
    try:
        yield
    finally:
        builtins.max, builtins.min = plain


def _symbolic(plain: Callable[..., Any], symbolic: Callable[..., SymInt]) -> Callable[..., Any]:
    def extreme(*values: Any, **settings: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        sizes = all(isinstance(item, int | SymInt) for item in items)
        if not settings and sizes and any(isinstance(item, SymInt) for item in items):
            return reduce(symbolic, items)
        return plain(*values, **settings)

    return extreme
