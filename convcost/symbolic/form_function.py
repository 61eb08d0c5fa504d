"""A form as a function of whole numbers and of arrays of them, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convcost.core.errors import DomainError
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form

_SAFE = 2**62


class Function:
    """Called with a value for each symbol, in their order or by name: Python ints or arrays, which are broadcast.

    Arrays are reckoned with in int64 where every value on the way fits, else in Python's ints; the result has
    the type that was used. `forms` are what the value is the largest of. Raises DomainError for a number below 1,
    or what is no whole number.
    """

    def __init__(self, name: str, forms: Sequence[Form], symbols: Sequence[str]) -> None:
        self.name, self.forms, self.symbols = name, tuple(forms), tuple(symbols)

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The value at these sizes."""
        sizes = read_sizes(self.symbols, values, named)
        if any(hasattr(value, "shape") for value in sizes.values()):
            return self._on_arrays(sizes)
        return max(_values(self.forms, sizes))

    def _on_arrays(self, sizes: Mapping[str, Any]) -> Any:
        import numpy as np

        arrays = {name: np.asarray(value) for name, value in sizes.items()}
        most = {name: int(array.max(initial=1)) for name, array in arrays.items()}
        fits = all(_magnitude(form, most) < _SAFE for form in self.forms)
        kind: Any = np.int64 if fits else object
        typed = {name: array.astype(kind) for name, array in arrays.items()}
        whole = np.zeros(np.broadcast_shapes(*(array.shape for array in arrays.values())), dtype=kind)
        first, *others = _values(self.forms, typed)
        for other in others:
            first = np.maximum(first, other)
        return first + whole

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.symbols)})"


def read_sizes(symbols: Sequence[str], values: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """A checked value for every symbol; raises DomainError for one too many, missing, or no whole number from 1."""
    given = dict(zip(symbols, values, strict=False))
    unknown = [name for name in named if name not in symbols]
    if len(values) > len(symbols) or unknown:
        surplus = repr(unknown[0]) if unknown else f"a size number {len(values)}"
        raise DomainError(f"there is no {surplus}; the sizes are {', '.join(symbols) or 'all fixed'}")
    if twice := [name for name in named if name in given]:
        raise DomainError(f"{twice[0]} is given twice; give it once")
    given.update(named)
    if missing := [name for name in symbols if name not in given]:
        raise DomainError(f"a value for {', '.join(missing)} is missing")
    for name, value in given.items():
        given[name] = _whole(name, value)
    return given


def _whole(name: str, value: Any) -> Any:
    if hasattr(value, "dtype"):
        if value.dtype.kind not in "iuO" or (value < 1).any():
            raise DomainError(f"{name} must hold whole numbers of at least 1")
        return value if value.shape else int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DomainError(f"{name} is {value!r}, but must be a whole number of at least 1")
    return value


def _values(forms: Sequence[Form], sizes: Mapping[str, Any]) -> list[Any]:
    known: dict[Factor, Any] = {}
    return [form.value(sizes, known) for form in forms]


def _magnitude(form: Form, most: Mapping[str, int]) -> int:
    """No value on the way to the form's is larger, positive or negative."""
    total = 0
    for monomial, coefficient in form.terms.items():
        product = abs(coefficient)
        for factor, power in monomial:
            product *= _of_factor(factor, most) ** power
        total += product
    return total


def _of_factor(factor: Factor, most: Mapping[str, int]) -> int:
    if factor.kind == "symbol":
        return most[factor.parts[0]]
    return max(_magnitude(part, most) for part in factor.parts if isinstance(part, Form)) + 1
