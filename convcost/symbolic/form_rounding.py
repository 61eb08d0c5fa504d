"""Floors of forms, in one spelling."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from convcost.symbolic.factor import Factor, Monomial, alone, leading, without
from convcost.symbolic.form import Form, number
from convcost.symbolic.form_bounds import at_least, divisor_of


def floored(form: Form, divisor: int) -> Form:
    """⌊form/divisor⌋ with the whole multiples taken out, nested floors joined and the fraction reduced."""
    if divisor < 0:
        form, divisor = -form, -divisor
    if divisor == 0:
        raise ZeroDivisionError("a size is divided by 0")
    if all(c % divisor == 0 for c in form.terms.values()):
        return Form({m: c // divisor for m, c in form.terms.items()})
    form = form.expanded()
    # Coefficients are brought nearest to 0, so that ⌊-W/7⌋ stays -⌈W/7⌉.
    whole = {m: (2 * c + divisor - 1) // (2 * divisor) if m else c // divisor for m, c in form.terms.items()}
    rest = Form({m: c - whole[m] * divisor for m, c in form.terms.items() if c != whole[m] * divisor})
    taken = Form({m: c for m, c in whole.items() if c})
    constant = rest.terms.get((), 0)
    moving = {m: c for m, c in rest.terms.items() if m}
    if not moving:
        return taken
    if moving[leading(moving)] < 0:
        # ⌊-x/n⌋ = -⌊(x + n - 1)/n⌋ for whole x.
        return taken - floored(Form({m: -c for m, c in rest.terms.items()}) + number(divisor - 1), divisor)
    common = gcd(divisor, *moving.values())
    if common > 1:
        reduced = Form({m: c // common for m, c in moving.items()}) + number(constant // common)
        return taken + floored(reduced, divisor // common)
    if spare := constant % gcd(divisor_of(Form(moving)), divisor):
        return taken + floored(rest - number(spare), divisor)
    for monomial, coefficient in moving.items():
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0].kind == "floor":
            inner, by = monomial[0][0].parts
            others = rest - Form({monomial: 1})
            return taken + floored(inner + others.times(by), divisor * by)
    return taken + Form({((Factor.of("floor", rest, divisor), 1),): 1})


def quotient(above: Form, below: Form) -> Form:
    """⌊above/below⌋ of forms without a common factor: a whole part, and the rest where it is not sure to be 0 or -1."""
    if below.number is not None:
        return floored(above, below.number)
    if len(below.terms) > 1:
        return Form({((Factor.of("quotient", above, below), 1),): 1})
    ((divisor, times),) = below.terms.items()
    taken = {m: c // times for m, c in above.terms.items() if divides(divisor, m)}
    whole = Form({without(m, divisor): c for m, c in taken.items() if c})
    rest = above - whole * below
    for shift in (0, 1):
        # 0 ≤ rest + shift·below < below
        raised = rest + below.times(shift)
        if at_least(raised, 0) and at_least(below - raised, 1):
            return whole - number(shift)
    return whole + Form({((Factor.of("quotient", rest, below), 1),): 1})


def halved(form: Form) -> Form:
    """x - ⌊x/2⌋ is ⌊(x + 1)/2⌋, where x is any sum or itself a floor: ⌊y/m⌋ - ⌊y/2m⌋."""
    if len(form.terms) < 2:
        return form
    for monomial, coefficient in form.terms.items():
        factor = alone(monomial)
        if factor is None or factor.kind != "floor" or factor.parts[1] % 2:
            continue
        inner, half = factor.parts[0], factor.parts[1] // 2
        for whole, shift in _wholes(form, inner, half):
            if all(form.terms.get(m, 0) == -coefficient * c for m, c in whole.items()):
                rest = Form({m: c for m, c in form.terms.items() if m != monomial and m not in whole})
                up = floored(inner + number(half), 2 * half).times(-coefficient)
                return rest + number(coefficient * shift) + up
    return form


def divides(small: Monomial, large: Monomial) -> bool:
    """Whether a product is a part of another."""
    powers = dict(large)
    return all(powers.get(factor, 0) >= power for factor, power in small)


def _wholes(form: Form, inner: Form, half: int) -> Iterator[tuple[dict[Monomial, int], int]]:
    """What stands for x without its constant, and that constant, if ⌊x/2⌋ is ⌊inner/2·half⌋."""
    if half == 1:
        yield {m: c for m, c in inner.terms.items() if m}, inner.terms.get((), 0)
        return
    for monomial in form.terms:
        factor = alone(monomial)
        if factor is not None and factor.kind == "floor" and factor.parts[1] == half:
            apart = Form({m: c for m, c in inner.terms.items() if m}), inner.terms.get((), 0)
            other = factor.parts[0]
            shift = apart[1] - other.terms.get((), 0)
            if Form({m: c for m, c in other.terms.items() if m}) == apart[0] and shift % half == 0:
                yield {monomial: 1}, shift // half
