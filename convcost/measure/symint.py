"""Symbolic sizes for tensors: torch.SymInt over the theory's forms, and the conditions that a trace relied on.

torch's own symbolic sizes load its compiler and compute in SymPy, which takes longer than the model; a size here is
a form (`convcost.theory.form`) with the value it starts at, its hint. A question whose answer is not the same for
all sizes is answered for the hints, and kept: those answers are the domain in which the trace holds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch
from torch import SymBool, SymFloat, SymInt

from convcost.theory import form
from convcost.theory.errors import MeasurementError
from convcost.theory.form import Form
from convcost.theory.form_bounds import bounds, learn, learn_zero

Condition = tuple[str, Form]
"""A relation of a form to zero: "==", "!=", ">=" or "<"."""

OPPOSITE = {"==": "!=", "!=": "==", ">=": "<", "<": ">="}
_HOLDS: dict[str, Callable[[int], bool]] = {
    "==": lambda v: v == 0,
    "!=": lambda v: v != 0,
    ">=": lambda v: v >= 0,
    "<": lambda v: v < 0,
}


class Trace:
    """What the sizes of one trace have in common: the conditions it relied on, in order."""

    def __init__(self) -> None:
        self.conditions: dict[Condition, None] = {}
        self.in_kernel = False

    def size(self, name: str, hint: int) -> SymInt:
        """A new symbolic size."""
        return SymInt(Size(self, form.symbol(name, id(self)), hint))

    def require(self, relation: str, left: Form) -> None:
        """Keep a condition that holds at the hints."""
        self.conditions[relation, left] = None
        if relation == ">=":
            learn(left)
        elif relation == "==":
            learn_zero(left)

    # Two names that torch's own kernels know its symbolic environment by.
    def evaluate_sym_node(self, node: Truth, size_oblivious: bool = False, fallback_value: bool | None = None) -> bool:
        return node.bool_() if fallback_value is None else node.answer(fallback_value)

    def _maybe_evaluate_static(self, node: Truth) -> bool | None:
        return node.maybe_as_bool()


def hint_of(value: Any) -> Any:
    """The number that a size starts at; anything else as it is."""
    if isinstance(value, SymFloat):
        return float(value.node.hint)
    return value.node.hint if isinstance(value, SymInt | SymBool) else value


def form_of(value: Any) -> Form:
    """A size as a form."""
    return value.node.form if isinstance(value, SymInt) else form.number(int(value))


def _static(relation: str, left: Form) -> bool | None:
    """The answer where it is the same for all sizes."""
    if left.number is not None:
        return _HOLDS[relation](left.number)
    least, most = bounds(left)
    if least is not None and least == most:
        return _HOLDS[relation](least)
    above, below = least is not None and least >= 0, most is not None and most < 0
    if relation in (">=", "<"):
        return (relation == ">=") == above if above or below else None
    return relation == "!=" if below or (least is not None and least > 0) else None


class _Node:
    """What the nodes share of torch's protocol."""

    def __init__(self, trace: Trace, hint: Any) -> None:
        self.trace, self.hint = trace, hint
        self.shape_env, self.expr, self._hint = trace, self, hint
        self.free_symbols: frozenset[Any] = frozenset()

    def is_int(self) -> bool:
        return isinstance(self, Size)

    def is_float(self) -> bool:
        return isinstance(self, Decimal)

    def is_bool(self) -> bool:
        return isinstance(self, Truth)

    def is_nested_int(self) -> bool:
        return False

    def nested_int(self) -> None:
        return None

    def is_symbolic(self) -> bool:
        return True

    def has_hint(self) -> bool:
        return True

    def require_hint(self, fallback: Any = None) -> Any:
        return self.hint

    def clone(self) -> Any:
        return self

    def str(self) -> str:
        return repr(self.hint)

    _graph_repr = str

    def __str__(self) -> str:
        return self.str()

    def wrap_int(self, value: int) -> Size:
        return Size(self.trace, form.number(value), value)

    def wrap_float(self, value: float) -> Decimal:
        return Decimal(self.trace, form.number(0), value) if math.isnan(value) else _decimal(self.trace, value)

    def wrap_bool(self, value: bool) -> Truth:
        return Truth(self.trace, (), value)


def _number_refused(what: str) -> MeasurementError:
    return MeasurementError(
        f"the model turns a size into a number ({what}), so its cost is no one formula of that size; "
        "leave the size out of --symbols"
    )


class Size(_Node):
    """A whole number: the node of a SymInt."""

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
            raise _number_refused(f"here {self.hint}")
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
        result = self.wrap_int(1)
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

    def sym_float(self) -> Decimal:
        return Decimal(self.trace, self.form, self.hint)

    def int_truediv(self, other: Size) -> Decimal:
        return self.sym_float().float_truediv(other.sym_float())

    truediv = int_truediv

    def sym_int(self) -> Size:
        return self

    def _compare(self, relation: str, left: Form, hint: int) -> Truth:
        answer = _static(relation, left)
        conditions = () if answer is not None else ((relation, left),)
        return Truth(self.trace, conditions, _HOLDS[relation](hint) if answer is None else answer)

    def eq(self, other: Size) -> Truth:
        return self._compare("==", self.form - other.form, self.hint - other.hint)

    def ne(self, other: Size) -> Truth:
        return self._compare("!=", self.form - other.form, self.hint - other.hint)

    def ge(self, other: Size) -> Truth:
        return self._compare(">=", self.form - other.form, self.hint - other.hint)

    def lt(self, other: Size) -> Truth:
        return self._compare("<", self.form - other.form, self.hint - other.hint)

    def gt(self, other: Size) -> Truth:
        return other.lt(self)

    def le(self, other: Size) -> Truth:
        return other.ge(self)

    def is_contiguous(self, sizes: Any, strides: Any) -> Truth:
        return Truth(self.trace, (), _dense(sizes, strides, range(len(sizes))))

    def is_non_overlapping_and_dense(self, sizes: Any, strides: Any) -> Truth:
        order = sorted(range(len(sizes)), key=lambda axis: -strides[axis].hint)
        return Truth(self.trace, (), _dense(sizes, strides, order))

    def is_channels_last_contiguous_2d(self, sizes: Any, strides: Any) -> Truth:
        return Truth(self.trace, (), len(sizes) == 4 and _dense(sizes, strides, (0, 2, 3, 1)))

    def is_channels_last_contiguous_3d(self, sizes: Any, strides: Any) -> Truth:
        return Truth(self.trace, (), len(sizes) == 5 and _dense(sizes, strides, (0, 2, 3, 4, 1)))

    is_channels_last_strides_2d = is_channels_last_contiguous_2d
    is_channels_last_strides_3d = is_channels_last_contiguous_3d


def _dense(sizes: Any, strides: Any, order: Any) -> bool:
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


class Decimal(_Node):
    """A fraction of a whole number, or (exact is None) any other number that came of sizes: a SymFloat's node."""

    def __init__(self, trace: Trace, above: Form | None, hint: float | Fraction, below: int = 1) -> None:
        super().__init__(trace, hint)
        self.above, self.below = above, below

    def maybe_as_int(self) -> None:
        return None

    def is_constant(self) -> bool:
        return self.above is not None and self.above.number is not None

    def maybe_as_float(self) -> float | None:
        return self.guard_float("", 0) if self.is_constant() else None

    def guard_float(self, file: str, line: int) -> float:
        if self.above is None or self.above.number is None:
            raise _number_refused(f"here {float(self.hint):g}")
        return float(self.hint)

    def _opaque(self, hint: float) -> Decimal:
        return Decimal(self.trace, None, hint)

    def _with(self, other: Decimal, combine: Callable[..., Form], hint: Any) -> Decimal:
        if self.above is None or other.above is None:
            return self._opaque(float(hint))
        below = math.lcm(self.below, other.below)
        above = combine(self.above.times(below // self.below), other.above.times(below // other.below))
        return Decimal(self.trace, above, hint, below)

    def add(self, other: Decimal) -> Decimal:
        return self._with(other, Form.__add__, self.hint + other.hint)

    def sub(self, other: Decimal) -> Decimal:
        return self._with(other, Form.__sub__, self.hint - other.hint)

    def neg(self) -> Decimal:
        return Decimal(self.trace, None if self.above is None else -self.above, -self.hint, self.below)

    def mul(self, other: Decimal) -> Decimal:
        if self.above is None or other.above is None:
            return self._opaque(float(self.hint) * float(other.hint))
        return Decimal(self.trace, self.above * other.above, self.hint * other.hint, self.below * other.below)

    def float_truediv(self, other: Decimal) -> Decimal:
        number = None if other.above is None else other.above.number
        if self.above is None or number is None or not number:
            return self._opaque(float(self.hint) / float(other.hint))
        scale = other.below if number > 0 else -other.below
        above = self.above.times(scale)
        return Decimal(self.trace, above, Fraction(self.hint) / Fraction(other.hint), self.below * abs(number))

    truediv = float_truediv

    def float_pow(self, other: Decimal) -> Decimal:
        return self._opaque(float(self.hint) ** float(other.hint))

    pow = float_pow

    def sqrt(self) -> Decimal:
        return self._opaque(math.sqrt(self.hint))

    def sym_sqrt(self) -> Decimal:
        return self.sqrt()

    def sym_float(self) -> Decimal:
        return self

    def floor(self) -> Size:
        if self.above is None:
            raise _number_refused(f"here {float(self.hint):g}, rounded")
        return Size(self.trace, self.above // form.number(self.below), math.floor(self.hint))

    def ceil(self) -> Size:
        return self.neg().floor().neg()

    def trunc(self) -> Size:
        return self.floor() if self.hint >= 0 else self.ceil()

    sym_int = trunc

    def _compare(self, relation: str, other: Decimal) -> Truth:
        difference = self.sub(other)
        if difference.above is None:
            raise _number_refused(f"here {float(self.hint):g}, compared")
        answer = _static(relation, difference.above)
        conditions = () if answer is not None else ((relation, difference.above),)
        return Truth(self.trace, conditions, _HOLDS[relation](difference.hint) if answer is None else answer)

    def eq(self, other: Decimal) -> Truth:
        return self._compare("==", other)

    def ne(self, other: Decimal) -> Truth:
        return self._compare("!=", other)

    def ge(self, other: Decimal) -> Truth:
        return self._compare(">=", other)

    def lt(self, other: Decimal) -> Truth:
        return self._compare("<", other)

    def gt(self, other: Decimal) -> Truth:
        return other.lt(self)

    def le(self, other: Decimal) -> Truth:
        return other.ge(self)


def _decimal(trace: Trace, value: float) -> Decimal:
    if math.isinf(value):
        return Decimal(trace, None, value)
    # A decimal is what was written: 0.1 is one tenth.
    exact = Fraction(repr(value)) if value == value else Fraction(0)
    return Decimal(trace, form.number(exact.numerator), exact, exact.denominator)


class Truth(_Node):
    """An answer with the conditions that it rests on: the node of a SymBool."""

    def __init__(self, trace: Trace, conditions: tuple[Condition, ...], hint: bool, decided: bool = False) -> None:
        super().__init__(trace, hint)
        self.conditions = conditions
        self.decided = decided  # the conditions are those of the hint, not of the truth

    def maybe_as_int(self) -> None:
        return None

    def is_constant(self) -> bool:
        return not self.conditions

    def maybe_as_bool(self) -> bool | None:
        return None if self.conditions else self.hint

    def constant_bool(self) -> bool | None:
        return self.maybe_as_bool()

    def bool_(self) -> bool:
        """The model asks, or a kernel of torch."""
        return self.guard_bool("", 0) if self.trace.in_kernel else self.expect_true("", 0)

    def int_(self) -> int:
        return int(self.bool_())

    def expect_true(self, file: str, line: int) -> bool:
        """What is checked is kept."""
        for relation, left in self.reasons():
            self.trace.require(relation, left)
        return bool(self.hint)

    def guard_bool(self, file: str, line: int) -> bool:
        """A kernel looks for a faster way to the same result; only where it found special sizes is that kept."""
        for relation, left in self.reasons():
            if relation == "==":
                self.trace.require(relation, left)
        return bool(self.hint)

    def reasons(self) -> tuple[Condition, ...]:
        """Conditions from which the hint's answer follows."""
        if self.hint or self.decided:
            return self.conditions
        return tuple((OPPOSITE[relation], left) for relation, left in self.conditions)

    def answer(self, usual: bool) -> bool:
        """The answer where the kernel gives the same result for the usual one, whatever is true."""
        return usual if self.hint == usual else self.guard_bool("", 0)

    def guard_or_false(self, file: str, line: int) -> bool:
        return self.answer(False)

    guard_size_oblivious = guard_or_false

    def guard_or_true(self, file: str, line: int) -> bool:
        return self.answer(True)

    def statically_known_true(self, file: str, line: int) -> bool:
        return bool(self.hint) and not self.conditions

    def sym_not(self) -> Truth:
        return Truth(self.trace, self.reasons(), not self.hint, decided=True)

    def sym_and(self, other: Truth) -> Truth:
        return self._both(other) if self.hint and other.hint else self._first(other, False)

    def sym_or(self, other: Truth) -> Truth:
        return self._first(other, True) if self.hint or other.hint else self._both(other)

    and_, or_ = sym_and, sym_or

    def _both(self, other: Truth) -> Truth:
        return Truth(self.trace, (*self.reasons(), *other.reasons()), self.hint, decided=True)

    def _first(self, other: Truth, answer: bool) -> Truth:
        """One operand with the deciding answer is enough; one that always has it is best."""
        deciding = [truth for truth in (self, other) if truth.hint == answer]
        best = min(deciding, key=lambda truth: len(truth.conditions))
        return Truth(self.trace, best.reasons(), answer, decided=True)

    def eq(self, other: Truth) -> Truth:
        return Truth(self.trace, (*self.reasons(), *other.reasons()), self.hint == other.hint, decided=True)

    def ne(self, other: Truth) -> Truth:
        return Truth(self.trace, (*self.reasons(), *other.reasons()), self.hint != other.hint, decided=True)

    def sym_ite(self, yes: Any, no: Any) -> Any:
        return yes if self.bool_() else no


__all__ = ["Condition", "SymBool", "SymFloat", "SymInt", "Trace", "form_of", "hint_of", "torch"]
