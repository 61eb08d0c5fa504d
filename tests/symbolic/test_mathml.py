"""Printed formulas as MathML: each sign in its place, and nothing is lost."""

from __future__ import annotations

import re

import pytest

from convcost.core.architecture import Architecture
from convcost.core.registry import records
from convcost.symbolic.closed_form import network_form
from convcost.symbolic.mathml import typeset

FORMULAS = {
    "N": "<math><mi>N</mi></math>",
    "2·x": "<math><mn>2</mn><mo>·</mo><mi>x</mi></math>",
    "-x - 1": "<math><mo>−</mo><mi>x</mi></math> − <math><mn>1</mn></math>",
    "c32": "<math><msub><mi>c</mi><mn>32</mn></msub></math>",
    "D_K²": "<math><msup><mrow><msub><mi>D</mi><mi>K</mi></msub></mrow><mn>2</mn></msup></math>",
    "alpha": "<math><mi>α</mi></math>",
    "(a + b)/2": "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mn>2</mn></mrow></mfrac></math>",
    "⌈H/2⌉": "<math><mrow><mo>⌈</mo><mfrac><mrow><mi>H</mi></mrow><mrow><mn>2</mn></mrow></mfrac><mo>⌉</mo></mrow>"
    "</math>",
    "max(⌊x⌋, 8)": "<math><mrow><mi>max</mi><mo>(</mo><mrow><mo>⌊</mo><mi>x</mi><mo>⌋</mo></mrow><mo>,</mo><mn>8</mn>"
    "<mo>)</mo></mrow></math>",
    "x^(a + b)": "<math><msup><mrow><mi>x</mi></mrow><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></msup></math>",
    "3·1,024": "<math><mn>3</mn><mo>·</mo><mn>1,024</mn></math>",
}


@pytest.mark.parametrize("line", FORMULAS)
def test_formulas(line: str) -> None:
    assert typeset(line) == FORMULAS[line]


@pytest.mark.parametrize("line", ["4 values, 1 to 5", "", "a +", "(a", "<b>", "⌈H/2"])
def test_what_is_no_formula_is_a_text(line: str) -> None:
    assert typeset(line) == line.replace("<", "&lt;").replace(">", "&gt;")


def test_a_number_is_a_text() -> None:
    assert typeset("4,231,976") == "4,231,976"


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹-", "0123456789−")


@pytest.mark.parametrize("name", records(Architecture))
def test_no_letter_of_a_networks_formula_is_lost(name: str) -> None:
    for equation in network_form(records(Architecture)[name], {}).equations():
        line = getattr(equation.right, "text", str(equation.right))
        shown = typeset(line)
        # A fraction's line and needless brackets are drawn, not written; an index loses its _.
        kept = [re.sub(r"[ ()/^_*]", "", text) for text in (re.sub(r"<[^>]*>", "", shown), line.translate(_RAISED))]
        assert kept[0] == kept[1]
        assert "<math>" in shown or re.fullmatch(r"[\d,]+", line)
