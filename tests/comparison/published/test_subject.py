"""The language of subjects: closed, parsed here, exact."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.comparison.published.count import count
from convcost.comparison.published.notation import Arithmetic, ClaimError, NamedCost, named_costs, parse, value
from convcost.comparison.published.reading import PLAIN
from convcost.core.errors import ConvcostError


def test_leaf_with_settings_and_part() -> None:
    assert parse("mobilenet_v1 alpha=0.5 resolution=160") == NamedCost(
        "mobilenet_v1", (("alpha", "0.5"), ("resolution", "160"))
    )
    assert parse("mobilenet_v1[conv dw 3×3]") == NamedCost("mobilenet_v1", (), "conv dw 3×3")


def test_precedence_and_grouping() -> None:
    def number(text: str) -> Fraction:
        return value(parse(text), lambda named: Fraction(7))

    assert number("1 - 2 * 3") == -5
    assert number("(1 - 2) * 3") == -3
    assert number("8 / 4 / 2") == 1
    assert number("9 - 4 - 3") == 2
    assert number("1/4 * net + 0.5") == Fraction(9, 4)
    assert parse("a - b") == Arithmetic(NamedCost("a"), "-", NamedCost("b"))
    assert [named.name for named in named_costs(parse("a / (b + 2 * c)"))] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a +", "(a", "a)", "A", "a ** b", "__import__('os')", "a[x", "1 +", "a; b", "lambda: 0", "a.b", "()"],
)
def test_what_is_no_subject_is_refused(text: str) -> None:
    with pytest.raises(ClaimError):
        parse(text)


def test_depth_is_bounded() -> None:
    with pytest.raises(ClaimError):
        parse("(" * 5000 + "a" + ")" * 5000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mobilnet_v1", "did you mean mobilenet_v1"),
        ("mobilenet_v1 depth=5", "has no option 'depth'"),
        ("mobilenet_v1[conv 9×9]", "has no layer, block or kind of layer"),
        ("depthwise_separable D_K=3", "needs values for"),
        ("depthwise_separable D_K=3 M=8 N=8 D_F=7 q=1", "needs values for"),
        ("depthwise_separable D_K=x M=8 N=8 D_F=7", "takes numbers, and 'x' is not one"),
        ("depthwise_separable D_K=1/0 M=8 N=8 D_F=7", "takes numbers, and '1/0' is not one"),
        ("mobilenet_v1 / (mobilenet_v1 - mobilenet_v1)", "the subject divides by zero"),
        ("depthwise_separable[conv1] D_K=3", "stands where the subject should end"),
    ],
)
def test_what_the_book_has_not_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConvcostError, match=message):
        value(parse(text), lambda named: count(named, "macs", "macs", PLAIN))
