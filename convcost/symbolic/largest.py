"""The largest of many forms, without those that another one is never below."""

from __future__ import annotations

from collections.abc import Iterable

from convcost.symbolic.factor import Monomial
from convcost.symbolic.form import Form, number
from convcost.symbolic.form_bounds import bounds


def undominated(forms: Iterable[Form]) -> list[Form]:
    """The forms whose maximum is that of all; what is left out is proved to be nowhere above one that stays."""
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


_MOST_TIMES = 64


def _ratio(small: Monomial, large: Monomial) -> int | None:
    """A number that `large` times it is at least `small`: ⌈H/2⌉ is at most 2·⌈H/4⌉."""
    ratio = 1
    beside = {factor.names: (factor, power) for factor, power in small}
    for factor, power in large:
        other, exponent = beside.pop(factor.names, (None, power))
        below = number(1) if other is None else Form({((other, 1),): 1})
        times = _times(below, Form({((factor, 1),): 1}))
        if exponent != power or times is None:
            return None
        ratio *= times**power
    return None if beside else ratio


def _times(small: Form, large: Form) -> int | None:
    times = 1
    while times <= _MOST_TIMES:
        least = bounds(large.times(times) - small)[0]
        if least is not None and least >= 0:
            return times
        times *= 2
    return None
