"""What a printed number can mean, and two counters against each other."""

from __future__ import annotations

import pytest
from torch import nn

from convcost.comparison.refereeing.against import parse
from convcost.comparison.refereeing.explanation import explained_difference
from convcost.comparison.refereeing.run import counted_model, explain_number
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.parsing import parse_reference
from tests.comparison.refereeing import printed
from tests.comparison.refereeing.predicted import judged

MOBILENET = "torchvision:mobilenet_v2"


# Printed by these counters, by papers, and by nobody.
@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        ("300774272", ""),
        ("0.6015 GFLOPs", "2 per MAC"),
        ("314.2M", "as fvcore and mmengine count"),
        ("307.45 M", "as torchprofile counts"),
        ("327.5M", "as thop and ultralytics-thop count"),
        ("299.5M", "without the last layer"),
        ("585M", None),
    ],
)
def test_the_best_reading_of_a_number(number: str, meaning: str | None) -> None:
    found = explain_number(counted_model(parse_reference(MOBILENET), None), number)
    best = found.found[0].reading.sentence if found.found else None
    assert best == meaning
    assert found.explained is (meaning is not None)


def test_another_image_is_a_reading() -> None:
    found = explain_number(counted_model(nn.Conv2d(3, 8, 3, padding=1, bias=False), (1, 3, 224, 224)), "19.31M")
    # 3·8·9 taps at 299×299 positions are 19,310,616.
    assert [one.reading.sentence for one in found.found] == ["an image of 299"]


@pytest.mark.parametrize("text", ["", "many", "3e8", "1.2.3M", "5 apples", "-3M"])
def test_what_is_no_number_is_one_line(text: str) -> None:
    with pytest.raises(ConvcostError, match="cannot read the number"):
        parse(text)


def test_the_difference_of_two_counters_is_the_sum_of_its_terms() -> None:
    rows = [row for row in printed.rows() if row.case == "convolution and F.gelu, batch of 4"]
    found = judged("convolution and F.gelu, batch of 4", rows)
    for first in found.explanations:
        for second in found.explanations:
            one = explained_difference(first, second)
            assert one.difference == (second.printed or 0) - (first.printed or 0)
            assert sum(term.amount for term in one.terms) == one.difference
            assert one.unexplained == 0


def test_a_counter_without_a_number_has_no_difference() -> None:
    rows = [row for row in printed.rows() if row.case == "matmul, matrix and vector"]
    found = judged("matmul, matrix and vector", rows)
    with pytest.raises(DomainError, match="fvcore printed no number: its handle of aten::matmul raises IndexError"):
        explained_difference(found.explanation("torch"), found.explanation("fvcore"))
