"""What the nodes of symbolic sizes share, what a trace of them relied on, and the node of a SymBool.

torch's own symbolic sizes load its compiler and compute in SymPy, which takes longer than the model; a size here is
a form (`convcost.symbolic.form`) with the number it starts at, its hint. A condition that does not hold for all sizes
alike is decided by the hints, and kept: those conditions are the domain in which the trace holds.

The methods of the nodes are those that torch calls by name (torch/csrc/utils/python_symnode.h).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from convcost.core.errors import MeasurementError
from convcost.symbolic import form
from convcost.symbolic.condition import OPPOSITE, SizeCondition, always, learn
from convcost.symbolic.form import Form

Hint: TypeAlias = int | float | Fraction


class Trace:
    """What the sizes of one trace have in common: the conditions it relied on, in order.

    `in_kernel`: one of torch's kernels is running, not the model.
    """

    def __init__(self) -> None:
        self.conditions: dict[SizeCondition, None] = {}
        self.in_kernel = False
        self._owner = object()

    def symbol(self, name: str) -> Form:
        """Return a size of the input; what this trace learns of it says nothing of another's."""
        return form.symbol(name, self._owner)

    def require(self, condition: SizeCondition) -> None:
        """Keep a condition that holds at the hints."""
        self.conditions[condition] = None
        learn(condition)

    def evaluate_sym_node(
        self, node: BoolNode, size_oblivious: bool = False, fallback_value: bool | None = None
    ) -> bool:
        """Decide a SymBool's node; torch's kernels know the environment of symbolic sizes by this name."""
        return node.bool_() if fallback_value is None else node.decided_as(fallback_value)

    def _maybe_evaluate_static(self, node: BoolNode) -> bool | None:
        return node.maybe_as_bool()


class SizeAsNumberError(MeasurementError):
    """The model asks for the value of a size; `names` are the symbols in it."""

    def __init__(self, what: str, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        super().__init__(
            f"the model turns a size into a number ({what}), so no single formula of that size gives its cost; "
            "leave the size out of --symbols"
        )


def _answer(value: bool | None) -> Callable[[Node], Any]:
    """Return the method of a question that has one answer for all nodes."""
    return lambda self: value


def _of_kind(kind: str) -> Callable[[Node], bool]:
    return lambda self: self.kind == kind


class Node:
    """What all nodes have. `expr` and `shape_env` are the names by which torch's kernels look at a node."""

    kind = ""
    kinds: ClassVar[dict[str, type[Any]]] = {}

    def __init__(self, trace: Trace, hint: Hint) -> None:
        self.trace, self.hint = trace, hint
        self.shape_env, self.expr, self._hint = trace, self, hint
        self.free_symbols: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        Node.kinds[cls.kind] = cls

    is_int, is_float, is_bool = map(_of_kind, ("int", "float", "bool"))
    is_symbolic = has_hint = _answer(True)
    is_nested_int, nested_int, maybe_as_int = _answer(False), _answer(None), _answer(None)

    def require_hint(self, fallback: object = None) -> Hint:
        return self.hint

    def clone(self) -> Node:
        return self

    def _graph_repr(self) -> str:
        return repr(self.hint)

    __str__ = _graph_repr

    def wrap_int(self, value: int) -> Any:
        return self.kinds["int"](self.trace, form.number(value), value)

    def wrap_float(self, value: float) -> Any:
        return self.kinds["float"].of(self.trace, value)

    def wrap_bool(self, value: bool) -> BoolNode:
        return BoolNode(self.trace, (), value)

    def truth(self, relation: str, left: Form, holds: bool) -> BoolNode:
        """Return the node of a relation to zero that holds or not at the hints."""
        known = always(relation, left)
        return BoolNode(self.trace, ((relation, left),), holds) if known is None else self.wrap_bool(known)


# Here the class' own method would hide the type.
setattr(Node, "str", Node._graph_repr)  # noqa: B010


class BoolNode(Node):
    """Whether conditions hold: the node of a SymBool.

    `decided`: the conditions are those of the hint, be it true or false, not those of true.
    """

    kind = "bool"
    hint: bool

    def __init__(self, trace: Trace, conditions: tuple[SizeCondition, ...], hint: bool, decided: bool = False) -> None:
        super().__init__(trace, hint)
        self.conditions, self.decided = conditions, decided

    def is_constant(self) -> bool:
        return not self.conditions

    def maybe_as_bool(self) -> bool | None:
        return None if self.conditions else self.hint

    constant_bool = maybe_as_bool

    def bool_(self) -> bool:
        """The model or one of torch's kernels asks for the value."""
        return self.guard_bool("", 0) if self.trace.in_kernel else self.expect_true("", 0)

    def int_(self) -> int:
        return int(self.bool_())

    def expect_true(self, file: str, line: int) -> bool:
        """What is checked is kept."""
        for condition in self.reasons():
            self.trace.require(condition)
        return bool(self.hint)

    def guard_bool(self, file: str, line: int) -> bool:
        """A kernel looks for a faster way to the same result; only where it found special sizes is that kept."""
        for condition in self.reasons():
            if condition[0] == "==":
                self.trace.require(condition)
        return bool(self.hint)

    def reasons(self) -> tuple[SizeCondition, ...]:
        """Return conditions from which the hint follows."""
        if self.hint or self.decided:
            return self.conditions
        return tuple((OPPOSITE[relation], left) for relation, left in self.conditions)

    def decided_as(self, usual: bool) -> bool:
        """Decide for a kernel that gives the same result in the usual case, whatever is true."""
        return usual if self.hint == usual else self.guard_bool("", 0)

    def guard_or_false(self, file: str, line: int) -> bool:
        return self.decided_as(False)

    guard_size_oblivious = guard_or_false

    def guard_or_true(self, file: str, line: int) -> bool:
        return self.decided_as(True)

    def statically_known_true(self, file: str, line: int) -> bool:
        return bool(self.hint) and not self.conditions

    def sym_not(self) -> BoolNode:
        return self._with(self.reasons(), not self.hint)

    def sym_and(self, other: BoolNode) -> BoolNode:
        return self._both(other, True) if self.hint and other.hint else self._first(other, False)

    def sym_or(self, other: BoolNode) -> BoolNode:
        return self._first(other, True) if self.hint or other.hint else self._both(other, False)

    and_, or_ = sym_and, sym_or

    def eq(self, other: BoolNode) -> BoolNode:
        return self._both(other, self.hint == other.hint)

    def ne(self, other: BoolNode) -> BoolNode:
        return self._both(other, self.hint != other.hint)

    def _with(self, conditions: tuple[SizeCondition, ...], hint: bool) -> BoolNode:
        return BoolNode(self.trace, conditions, hint, decided=True)

    def _both(self, other: BoolNode, hint: bool) -> BoolNode:
        return self._with((*self.reasons(), *other.reasons()), hint)

    def _first(self, other: BoolNode, hint: bool) -> BoolNode:
        """One operand that decides is enough; one that always does is best."""
        deciding = [truth for truth in (self, other) if truth.hint == hint]
        return self._with(min(deciding, key=lambda truth: len(truth.conditions)).reasons(), hint)

    def sym_ite(self, yes: Node, no: Node) -> Node:
        return yes if self.bool_() else no
