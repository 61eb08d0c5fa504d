"""Wrong formulas, made from the right one by a slip that someone could make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Result

Change = Callable[[SimpleNamespace], Any]


@dataclass(frozen=True)
class Slip:
    """`reads` changes the arguments that the formula is given, `changes` the primitives (or `shape`) it gives.

    Both see all arguments by name; `changes` sees `shape` and the primitives of the right formula as well.
    """

    reads: Callable[[SimpleNamespace], Mapping[str, Any]] | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)

    def of(self, formula: Callable[..., Any]) -> Callable[..., Result]:
        """The formula with this slip."""
        signature = inspect.signature(formula)

        def wrong(*inputs: Any, **hyper: Any) -> Result:
            bound = signature.bind(*inputs, **hyper)
            bound.apply_defaults()
            if self.reads:
                bound.arguments.update(self.reads(SimpleNamespace(**bound.arguments)))
            result = formula(*bound.args, **bound.kwargs)
            cost = {name: getattr(result.cost, name) for name in result.cost.__slots__}
            seen = SimpleNamespace(**{**bound.arguments, "inputs": None, **cost}, shape=result.shape)
            changed = {name: change(seen) for name, change in self.changes.items()}
            shape = changed.pop("shape", result.shape)
            return Result(shape, replace(result.cost, **changed), result.windows)

        return wrong


def reads(change: Callable[[SimpleNamespace], Mapping[str, Any]]) -> Slip:
    """The formula reads its arguments wrongly."""
    return Slip(reads=change)


def gives(**changes: Change) -> Slip:
    """The formula gets these primitives wrong."""
    return Slip(changes=changes)
