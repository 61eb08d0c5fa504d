"""The largest of several forms, as an exact function of whole numbers and of arrays of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from convcost.core.errors import DomainError
from convcost.symbolic.factor import Factor, Monomial, at_least
from convcost.symbolic.form import Form, Value, lone, number

_SAFE = 2**62
_TIMES = (1, 2, 4, 8, 16, 32, 64)


class Function:
    """Called with a value for each symbol, in their order or by name: Python ints or arrays, which are broadcast.

    Arrays are evaluated in int64 where every value on the way fits, else in Python's ints; the result has
    the type that was used. The value is the largest of the `forms`. Raises DomainError for a number below 1,
    or one that is not whole.
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
        kind: type[object] = np.int64 if fits else object
        typed = {name: array.astype(kind) for name, array in arrays.items()}
        whole = np.zeros(np.broadcast_shapes(*(array.shape for array in arrays.values())), dtype=kind)
        first, *others = _values(self.forms, typed)
        for other in others:
            first = np.maximum(first, other)
        return first + whole

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.symbols)})"


def sizes_text(sizes: Mapping[str, int]) -> str:
    """Return sizes in words: H = 224, W = 224."""
    return ", ".join(f"{name} = {size}" for name, size in sizes.items()) or "the given input"


def read_sizes(symbols: Sequence[str], values: Sequence[Value], named: Mapping[str, Value]) -> dict[str, Value]:
    """Return a checked value for every symbol.

    Raises DomainError for a value too many, a missing one, or one that is not a whole number from 1 on.
    """
    given = dict(zip(symbols, values, strict=False))
    unknown = [name for name in named if name not in symbols]
    if len(values) > len(symbols) or unknown:
        surplus = repr(unknown[0]) if unknown else f"size number {len(values)}"
        raise DomainError(f"there is no {surplus}; the sizes are {', '.join(symbols) or 'all fixed'}")
    if twice := [name for name in named if name in given]:
        raise DomainError(f"{twice[0]} is given twice; give it once")
    given.update(named)
    if missing := [name for name in symbols if name not in given]:
        said = f"a value for {', '.join(missing)} is missing"
        raise DomainError(said, f"{said}: --at {','.join(f'{name}=…' for name in symbols if name != 'B')}")
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


def _values(forms: Sequence[Form], sizes: Mapping[str, Value]) -> list[Value]:
    known: dict[Factor, Value] = {}
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


def undominated(forms: Iterable[Form]) -> list[Form]:
    """Return forms whose maximum is that of all; what is left out is proved to be nowhere above one that stays."""
    best: dict[frozenset[Monomial], list[Form]] = {}
    for form in forms:
        alike = best.setdefault(frozenset(form.terms), [])
        if not any(_covers(kept, form) for kept in alike):
            alike[:] = [kept for kept in alike if not _covers(form, kept)] + [form]
    left = sorted((form for alike in best.values() for form in alike), key=_weight, reverse=True)
    kept: list[Form] = []
    for form in left:
        if not any(_never_below(other, form) for other in kept):
            kept = [other for other in kept if not _never_below(form, other)] + [form]
    return kept


def _weight(form: Form) -> int:
    return sum(form.terms.values())


def _covers(large: Form, small: Form) -> bool:
    """Coefficient by coefficient, of the same positive terms."""
    return all(0 <= c <= large.terms.get(m, 0) for m, c in small.terms.items())


def _never_below(large: Form, small: Form) -> bool:
    """Whether each term of `small` is proved to be at most a part of one of `large`, no part being used twice."""
    left = dict(large.terms)
    for monomial, coefficient in small.terms.items():
        for other, available in left.items():
            times = _ratio(monomial, other)
            if times is not None and 0 <= coefficient * times <= available:
                left[other] = available - coefficient * times
                break
        else:
            return False
    return all(c >= 0 for c in left.values())


def _ratio(small: Monomial, large: Monomial) -> int | None:
    """A number that `large` times it is at least `small`: ⌈H/2⌉ is at most 2·⌈H/4⌉."""
    ratio = 1
    beside = {factor.names: (factor, power) for factor, power in small}
    for factor, power in large:
        other, exponent = beside.pop(factor.names, (None, power))
        below = number(1) if other is None else lone(other)
        times = _times(below, lone(factor))
        if exponent != power or times is None:
            return None
        ratio *= times**power
    return None if beside else ratio


def _times(small: Form, large: Form) -> int | None:
    return next((times for times in _TIMES if at_least(large.times(times) - small, 0)), None)
