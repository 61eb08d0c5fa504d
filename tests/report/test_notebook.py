"""What a notebook shows of everything that Python hands out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convcost
from tests.report import latex
from tests.report.odd import NAMES, reports
from tests.report.page import Page

MATH = {"math", "mfrac", "mi", "mn", "mo", "mrow", "msub", "msup"}
RESULTS: dict[str, Callable[[], Any]] = {
    "compare": lambda: reports()["compare"],
    "diff": lambda: reports()["diff"],
    "referee": lambda: reports()["referee"],
    "derive": lambda: reports()["derive"],
    "sweep": lambda: convcost.sweep("mobilenet_v1", alpha="0.5,1"),
    "verify": lambda: convcost.verify(convcost.sweep("mobilenet_v1", alpha="0.25", resolution="32"), 1),
    "verified point": lambda: convcost.verify(convcost.sweep("mobilenet_v1", alpha="0.25", resolution="32"), 1)[0],
    "solve": lambda: convcost.solve("mobilenet_v1", max_macs="150M", resolution=160),
    "nothing fits": lambda: convcost.solve("mobilenet_v1", max_macs="1", resolution=160),
    "derive_family": lambda: convcost.derive_family("mobilenet_v1", "alpha"),
    "prove": lambda: convcost.prove("alexnet"),
    "claims": lambda: convcost.claims("xception"),
    "audit": lambda: convcost.audit(["torchvision:alexnet"], jobs=1),
    "cost": lambda: convcost.cost("depthwise_separable", D_K=3, M=512, N=512, D_F=14),
    "cost of arrays": lambda: convcost.cost("depthwise_separable", D_K=3, M=np.arange(1, 5), N=512, D_F=14),
    "closed_form": lambda: convcost.closed_form("depthwise_separable", D_K=3),
    "closed form of a network": lambda: convcost.closed_form("mobilenet_v1"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_everything_has_both(name: str) -> None:
    result = RESULTS[name]()
    page = Page.of(result._repr_html_())
    assert page.tags <= {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "p", "strong", *MATH}
    assert page.open == []
    text = result._repr_latex_()
    if name == "nothing fits":
        assert text is None  # it has no table
        return
    assert latex.balanced(text)
    assert text.count("$$") % 2 == 0
    assert "<script" not in text
    assert text.startswith("$$\n")
    assert text.endswith("\n$$")
    assert len(page.rows) > 0


def test_names_stand_in_the_page_as_they_are() -> None:
    first = [row[0] for row in Page.of(reports()["compare"]._repr_html_()).rows]
    assert first[1 : 1 + len(NAMES)] == list(NAMES)


def test_the_numbers_of_a_cost() -> None:
    # 3·3·512·14² + 512·512·14²
    cost = RESULTS["cost"]()
    assert 9 * 512 * 196 + 512 * 512 * 196 == 52_283_392
    assert r"\text{MACs} &= 52{,}283{,}392" in cost._repr_latex_()
    assert ["MACs", "52,283,392"] in Page.of(cost._repr_html_()).rows


def test_formulas_are_typeset() -> None:
    # D_K·D_K·M·D_F·D_F + M·N·D_F·D_F, Howard et al. 2017, equation 5; here in alphabetical order.
    page = convcost.closed_form("depthwise_separable")._repr_html_()
    d_k, d_f = (f"<msup><mrow><msub><mi>D</mi><mi>{x}</mi></msub></mrow><mn>2</mn></msup>" for x in "KF")
    times = "<mo>·</mo>"
    first, second = (times.join(parts) for parts in ((d_f, d_k, "<mi>M</mi>"), (d_f, "<mi>M</mi>", "<mi>N</mi>")))
    assert f"<math>{first}</math> + <math>{second}</math>" in page


def test_markdown_for_those_who_show_it() -> None:
    report = RESULTS["sweep"]()
    assert report._repr_markdown_() == report.to_markdown()
