"""Forms: whatever is done to them, their value is that of the same arithmetic on Python's ints."""

from __future__ import annotations

import random
from typing import Any

import pytest

from convcost.symbolic.condition import learn
from convcost.symbolic.expressions import to_sympy
from convcost.symbolic.factor import bounds
from convcost.symbolic.form import Form, larger, number, smaller, symbol
from convcost.symbolic.printer import LATEX, parts, plain

H, W, B = symbol("H"), symbol("W"), symbol("B")


def _step(draw: random.Random, form: Form, value: int, size: int) -> tuple[Form, int]:
    """One random operation, on a form of H and on its value where H is `size`."""
    n = draw.choice((1, 2, 3, 4, 5, 7, 8))
    kind = draw.choice(["add", "sub", "mul", "floor", "mod", "halve", "max", "min", "square", "exact"])
    steps: dict[str, Any] = {
        "add": lambda: (form + number(n), value + n),
        "sub": lambda: (form - number(n), value - n),
        "mul": lambda: (form.times(n), value * n),
        "floor": lambda: (form // number(n), value // n),
        "mod": lambda: (form + form % number(n), value + value % n),
        "halve": lambda: (form - form // number(2), value - value // 2),
        "max": lambda: (larger(form + form % number(n) - number(3), form), max(value + value % n - 3, value)),
        "min": lambda: (smaller(form, H.times(n)), min(value, size * n)),
        "square": lambda: ((form + H) * (form - number(n)), (value + size) * (value - n)),
        "exact": lambda: (form * (H + number(n)) // (H + number(n)), value),
    }
    made: tuple[Form, int] = steps[kind]()
    return made


def test_values_are_those_of_plain_arithmetic_and_within_the_bounds() -> None:
    draw = random.Random(0)  # noqa: S311
    for _ in range(3000):
        form, value = H, draw.randint(1, 300)
        size = value
        for _ in range(draw.randint(1, 6)):
            form, value = _step(draw, form, value, size)
        assert form.value({"H": size}) == value
        least, most = bounds(form)
        assert least is None or least <= value
        assert most is None or value <= most
        assert form.expanded().value({"H": size}) == value


def test_sympy_expression_has_the_same_values() -> None:
    draw = random.Random(1)  # noqa: S311
    for _ in range(30):
        form, value = H, draw.randint(1, 100)
        size = value
        for _ in range(3):
            form, value = _step(draw, form, value, size)
        assert to_sympy(form).subs(dict.fromkeys(to_sympy(form).free_symbols, size)) == value


def test_the_same_size_written_differently_is_the_same_form() -> None:
    # Three convolutions of stride 2 and padding 1, one by one; and ⌈H/8⌉ = ⌊(H + 7)/8⌋ at once.
    size = H
    for _ in range(3):
        size = (size + number(2) - number(3)) // number(2) + number(1)
    assert size == (H + number(7)) // number(8)
    # Padded to a multiple of 7: H + (7 - H mod 7) mod 7 = 7·⌈H/7⌉.
    padded = H + (number(7) - H % number(7)) % number(7)
    assert padded == ((H + number(6)) // number(7)).times(7)


def test_products_of_sums_stay_one_term() -> None:
    area = (H - number(2)) * (W - number(2)) * B
    assert len(area.terms) == 1
    assert area.times(64) // (W - number(2)) == (B * (H - number(2))).times(64)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ((B * ((H + number(1)) // number(2)) * ((W + number(1)) // number(2))).times(9408), "9408·B·⌈H/2⌉·⌈W/2⌉"),
        ((H - number(3)) // number(4) * H + number(5), "H·⌊(H - 3)/4⌋ + 5"),
        ((H + number(5)) // number(8) - number(2), "⌊(H - 11)/8⌋"),
        ((H * H - number(1)) * B, "B·(H² - 1)"),
        (larger(H, W), "max(H, W)"),
        (H // W, "⌊H/W⌋"),
        (number(0), "0"),
        (number(0) - H, "-H"),
    ],
)
def test_text(form: Form, text: str) -> None:
    assert plain(form, ("B", "H", "W")) == text


def test_latex() -> None:
    form = (B * ((H + number(1)) // number(2))).times(3) + number(4)
    assert " ".join(parts(form, ("B", "H"), LATEX)) == r"3 B \left\lceil \frac{H}{2} \right\rceil + 4"


def test_what_is_learnt_is_known_of_one_owner_only() -> None:
    mine, other = symbol("H", "mine"), symbol("H", "other")
    learn((">=", mine // number(4) - number(2)))  # ⌊H/4⌋ ≥ 2
    assert bounds(mine)[0] == 8
    assert bounds(other)[0] == 1


def test_a_size_known_as_a_multiple_is_divided_exactly() -> None:
    size = symbol("H", "multiple")
    learn(("==", size - (size // number(8)).times(8)))
    assert (size + number(7)) // number(8) == size // number(8)
    assert (size + number(3)) // number(2) == size // number(2) + number(1)
    assert (size + number(15)) // number(16) != size // number(16)
