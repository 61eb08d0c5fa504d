"""A record needs a source, guards its domain, and evaluates on its symbols."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from convcost.core.cost import Cost, Result
from convcost.core.errors import DomainError
from convcost.core.record import Condition, Formula, Operator, Source, Symbol, positive
from convcost.core.registry import find

WORK = Source("A paper", "equation 1")


def area(a: Any, b: Any) -> Cost:
    return Cost(macs=a * b)


def formula(**changes: Any) -> Formula:
    template = {"a": Symbol("a", "side", "pixels"), "b": Symbol("b", "other side", "pixels", 2)}
    given: dict[str, Any] = {"name": "area", "title": "Area", "function": area, "template": template, "source": WORK}
    return Formula(**{**given, **changes})


@pytest.mark.parametrize("source", [None, "A paper, equation 1", ("A paper", "equation 1")])
def test_record_without_a_source_cannot_exist(source: Any) -> None:
    with pytest.raises(TypeError, match="formula 'area' has no source"):
        formula(source=source)
    with pytest.raises(TypeError, match="formula 'area' has no source"):
        Operator("area", "Area", lambda input: Result(input, Cost()), {}, source)
    with pytest.raises(TypeError, match="source"):
        Formula(name="area", title="Area", function=area, template={})  # type: ignore[call-arg]


@pytest.mark.parametrize(("work", "place"), [("", "equation 1"), ("A paper", ""), (" ", "x"), ("x", "\n")])
def test_source_without_the_work_or_the_place_cannot_exist(work: str, place: str) -> None:
    with pytest.raises(TypeError, match="a source needs the work and the place in it"):
        Source(work, place)


def test_source_as_text() -> None:
    assert str(WORK) == "A paper, equation 1"


def test_evaluate_on_several_carriers() -> None:
    a, b = sympy.symbols("a b")
    record = formula()
    assert record.evaluate({"a": 3, "b": 5}) == Cost(macs=15)
    assert record.evaluate({"a": a, "b": b}).macs == a * b
    swept: Any = record.evaluate({"a": np.array([3, 4]), "b": 5}).macs
    assert swept.tolist() == [15, 20]


def test_violated_condition_prints_its_sentence_and_the_values_it_mentions() -> None:
    order = Condition("a must be above b", lambda x: x.a > x.b, ("a", "b"))
    record = formula(domain=(positive("b"), order))
    with pytest.raises(DomainError) as caught:
        record.evaluate({"a": 3, "b": 5})
    assert str(caught.value) == "area: a must be above b (a = 3, b = 5)"
    with pytest.raises(DomainError) as caught:
        record.evaluate({"a": 3, "b": 0})
    assert str(caught.value) == "area: b is 0, but must be a whole number of at least 1"
    assert record.evaluate({"a": 5, "b": 3}) == Cost(macs=15)


def test_condition_on_a_symbol_waits_and_on_an_array_holds_for_every_element() -> None:
    record = formula(domain=(positive("a"),))
    assert record.evaluate({"a": sympy.Symbol("a"), "b": 1}).macs == sympy.Symbol("a")
    with pytest.raises(DomainError, match="a is "):
        record.evaluate({"a": np.array([3, 0]), "b": 1})
    swept: Any = record.evaluate({"a": np.array([3, 1]), "b": 1}).macs
    assert swept.tolist() == [3, 1]


def conv2d() -> Operator:
    return find(Operator, "conv2d", "operator")


@pytest.mark.parametrize(
    ("shape", "hyper", "text"),
    [
        (
            (1, 3, 4, 4),
            {"kernel_size": 5},
            "conv2d: the kernel must fit into the padded input; use a larger image or more padding "
            "(input = (1, 3, 4, 4), kernel_size = 5, padding = 0, dilation = 1)",
        ),
        (
            (1, 3, 4, 4),
            {"kernel_size": 3, "groups": 2},
            "conv2d: groups must be at least 1 and divide both the input and the output channels "
            "(input = (1, 3, 4, 4), out_channels = 8, groups = 2)",
        ),
        (
            (1, 3, 4, 4),
            {"kernel_size": 3, "stride": 0},
            "conv2d: kernel size, stride and dilation must be at least 1 (kernel_size = 3, stride = 0, dilation = 1)",
        ),
        (
            (0, 3, 4, 4),
            {"kernel_size": 3},
            "conv2d: every size of the input must be at least 1 (input = (0, 3, 4, 4))",
        ),
        (
            (1, 3, 4, 4),
            {"kernel_size": 3, "stride": 2, "padding": "same"},
            "conv2d: padding 'same' needs stride 1 (padding = same, stride = 2)",
        ),
    ],
    ids=["fits", "groups", "stride", "empty", "same"],
)
def test_convolution_outside_its_domain(shape: tuple[int, ...], hyper: dict[str, Any], text: str) -> None:
    with pytest.raises(DomainError) as caught:
        conv2d()(shape, out_channels=8, **hyper)
    assert str(caught.value) == text


def test_evaluate_fills_the_shapes_of_an_operator() -> None:
    sizes = {"N": 2, "C_in": 6, "H": 18, "W": 29, "C_out": 15, "K_h": 3, "K_w": 5, "S_h": 2, "S_w": 3}
    values = {**sizes, "P_h": 1, "P_w": 2, "E_h": 1, "E_w": 1, "G": 3, "b": 1}
    cost = conv2d().evaluate(values)
    # 9·10 positions of 2 samples and 15 channels, (6/3)·3·5 taps each.
    assert (cost.macs, cost.bias_adds, cost.parameters) == (2 * 15 * 90 * 30, 2 * 15 * 90, 15 * 30 + 15)


def test_complete_spreads_what_stands_for_an_axis_and_fills_defaults() -> None:
    assert conv2d().complete({"out_channels": 4, "kernel_size": 3, "stride": (2,), "padding": "same"}, 2) == {
        "out_channels": 4,
        "kernel_size": (3, 3),
        "stride": (2, 2),
        "padding": "same",
        "dilation": (1, 1),
        "groups": 1,
        "bias": False,
    }
    pool = find(Operator, "max_pool2d", "operator")
    assert pool.complete({"kernel_size": (3, 2)}, 2)["stride"] == (3, 2)
    for rank in (3, 1, 2):  # what is kept of one rank is not given for another
        assert pool.complete({"kernel_size": 3}, rank)["kernel_size"] == (3,) * rank
