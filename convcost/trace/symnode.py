"""What the nodes of symbolic sizes share, and the conditions that a trace relied on.

torch's own symbolic sizes load its compiler and compute in SymPy, which takes longer than the model; a size here is
a form (`convcost.symbolic.form`) with the number it starts at, its hint. A question whose answer is not the same for
all sizes is answered for the hints, and kept: those answers are the domain in which the trace holds.

The methods of the nodes are those that torch calls by name (torch/csrc/utils/python_symnode.h).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcost.core.errors import MeasurementError
from convcost.symbolic import form
from convcost.symbolic.condition import Condition
from convcost.symbolic.form import Form
from convcost.symbolic.form_bounds import bounds, learn, learn_zero

OPPOSITE = {"==": "!=", "!=": "==", ">=": "<", "<": ">="}


class Trace:
    """What the sizes of one trace have in common: the conditions it relied on, in order.

    `in_kernel`: one of torch's kernels is running, not the model.
    """

    def __init__(self) -> None:
        self.conditions: dict[Condition, None] = {}
        self.in_kernel = False
        self._owner = object()

    def symbol(self, name: str) -> Form:
        """A size of the input; what this trace learns of it says nothing of another's."""
        return form.symbol(name, self._owner)

    def require(self, condition: Condition) -> None:
        """Keep a condition that holds at the hints."""
        relation, left = condition
        self.conditions[condition] = None
        if relation == ">=":
            learn(left)
        elif relation == "==":
            learn_zero(left)

    def evaluate_sym_node(self, node: Any, size_oblivious: bool = False, fallback_value: bool | None = None) -> bool:
        """The answer of a SymBool's node; torch's kernels know the environment of symbolic sizes by this name."""
        answer: bool = node.bool_() if fallback_value is None else node.answer(fallback_value)
        return answer

    def _maybe_evaluate_static(self, node: Any) -> bool | None:
        answer: bool | None = node.maybe_as_bool()
        return answer


def always(relation: str, left: Form) -> bool | None:
    """Whether the form has this relation to zero, where that is the same for all sizes; None where it is not."""
    least, most = bounds(left)
    above = least is not None and least >= 0
    if least is not None and least == most:
        return {"==": least == 0, "!=": least != 0, ">=": above, "<": not above}[relation]
    below = most is not None and most < 0
    if relation in (">=", "<"):
        return (relation == ">=") == above if above or below else None
    return relation == "!=" if below or (least is not None and least > 0) else None


def refused(what: str) -> MeasurementError:
    """The error of a size whose value the model asks for."""
    return MeasurementError(
        f"the model turns a size into a number ({what}), so its cost is no one formula of that size; "
        "leave the size out of --symbols"
    )


class Node:
    """What all nodes answer. `expr` and `shape_env` are the names by which torch's kernels look at a node."""

    kind = ""
    make: dict[str, Callable[..., Any]] = {}  # noqa: RUF012

    def __init__(self, trace: Trace, hint: Any) -> None:
        self.trace, self.hint = trace, hint
        self.shape_env, self.expr, self._hint = trace, self, hint
        self.free_symbols: frozenset[Any] = frozenset()

    def __init_subclass__(cls) -> None:
        Node.make[cls.kind] = cls

    def is_int(self) -> bool:
        return self.kind == "int"

    def is_float(self) -> bool:
        return self.kind == "float"

    def is_bool(self) -> bool:
        return self.kind == "bool"

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

    def maybe_as_int(self) -> int | None:
        return None

    def _graph_repr(self) -> str:
        return repr(self.hint)

    def __str__(self) -> str:
        return repr(self.hint)

    def wrap_int(self, value: int) -> Any:
        return self.make["int"](self.trace, form.number(value), value)

    def wrap_float(self, value: float) -> Any:
        return self.make["float"].written(self.trace, value)  # type: ignore[attr-defined]

    def wrap_bool(self, value: bool) -> Any:
        return self.make["bool"](self.trace, (), value)

    def truth(self, relation: str, left: Form, holds: bool) -> Any:
        """The node of a relation that holds or not at the hints."""
        answer = always(relation, left)
        if answer is not None:
            return self.wrap_bool(answer)
        return self.make["bool"](self.trace, ((relation, left),), holds)


# Here the class' own method would hide the type.
setattr(Node, "str", Node._graph_repr)  # noqa: B010
