"""Formulas of the user's own, for operators and functions of autograd that no registry can know."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from convcost.core.cost import Cost, Result
from convcost.core.errors import ConvcostError, DomainError, MeasurementError, one_line_at
from convcost.core.numeric import Shape, product
from convcost.core.record import Operator, Source

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class OwnFormula:
    """A formula that a user wrote; `operator` says what of: mylib::scan, or the name of a function of autograd."""

    operator: str
    function: Callable[..., Any]
    title: str
    source: Source

    def record(self, shapes: Sequence[object], settings: Mapping[str, object], output: Shape) -> Operator:
        """Return the operator of one call, whose result is known: the formula's, with the shape that came out.

        Raises MeasurementError where the formula fails or gives no count.
        """
        wanted = {
            name
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        try:
            found = self.function(*shapes, **{name: settings[name] for name in settings if name in wanted})
        except ConvcostError:
            raise
        except Exception as error:
            raise MeasurementError(f"the formula of {self.operator} fails: {one_line_at(error)}") from error
        result = self._result(found, output)
        return Operator(
            self.operator,
            self.title,
            lambda *_, **__: result,
            {},
            self.source,
            is_product=not (isinstance(result.cost.macs, int) and result.cost.macs == 0),
        )

    def _result(self, found: object, output: Shape) -> Result:
        if isinstance(found, Result):
            return found
        if isinstance(found, float | bool) or not (isinstance(found, Cost) or hasattr(found, "__floordiv__")):
            raise MeasurementError(
                f"the formula of {self.operator} gives {found!r}, but must give a whole number "
                "(of multiply-accumulates), a Cost or a Result"
            )
        cost: Any = found if isinstance(found, Cost) else Cost(macs=found)  # type: ignore[arg-type]
        written = product(output) if isinstance(cost.activations, int) and not cost.activations else cost.activations
        return Result(output, replace(cost, activations=written))


OWN: dict[str, OwnFormula] = {}
"""Those that were given, by the operator."""


def operator(name: str, *, title: str = "", source: str = "") -> Callable[[_Function], _Function]:
    """Take the decorated function for the formula of an operator of the user's own.

    name    the operator as torch.library has it, "mylib::scan"; or the name of a subclass of torch.autograd.Function,
            whose forward is then counted by the formula and not by what it calls
    title   what it is, in a few words
    source  where the formula comes from

    The function takes the shape of each tensor that the operator is called with, in their order, and as keywords
    those of its other arguments that it names. It returns the multiply-accumulates, or a Cost, or a Result, whose
    shape is then compared with the real one. Operators that have a formula keep it.
    """
    if not isinstance(name, str) or not name:
        raise DomainError(f"{name!r} names no operator; write mylib::scan, or the name of an autograd.Function")

    def decorate(function: _Function) -> _Function:
        place = inspect.getsourcefile(function) or "a function"
        said = Source(source or "the user's own formula", function.__qualname__ if source else f"{place}")
        OWN[name] = OwnFormula(name, function, title or name, said)
        return function

    return decorate
