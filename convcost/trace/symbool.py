"""Yes or no about symbolic sizes."""

from __future__ import annotations

from typing import Any

from convcost.symbolic.condition import Condition
from convcost.trace.symnode import OPPOSITE, Node, Trace


class Truth(Node):
    """An answer with the conditions that it rests on: the node of a SymBool.

    `decided`: the conditions are those of the hint's answer, not of the answer yes.
    """

    kind = "bool"

    def __init__(self, trace: Trace, conditions: tuple[Condition, ...], hint: bool, decided: bool = False) -> None:
        super().__init__(trace, hint)
        self.conditions, self.decided = conditions, decided

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
        for condition in self.reasons():
            self.trace.require(condition)
        return bool(self.hint)

    def guard_bool(self, file: str, line: int) -> bool:
        """A kernel looks for a faster way to the same result; only where it found special sizes is that kept."""
        for condition in self.reasons():
            if condition[0] == "==":
                self.trace.require(condition)
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
