"""A convention: the first rule that matches speaks, and what has no rule is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from convcost.core.convention import Convention, Rule
from convcost.core.cost import Cost, Result
from convcost.core.op_call import OpCall
from convcost.core.record import Operator, Source
from convcost.core.registry import find

COST = Cost(macs=1000, bias_adds=100, elementwise=10, parameters=1)
SOURCE = Source("A counter", "its code")


def call(name: str, hyper: dict[str, Any]) -> OpCall:
    """A call that costs `COST`."""
    return OpCall("", None, name, (), hyper, (), result=Result((), COST))


def convention(*rules: Rule) -> Convention:
    return Convention("counter", "A counter", rules, SOURCE)


def test_the_first_rule_that_matches_speaks() -> None:
    narrow = Rule(("conv2d",), {"macs": 3}, "narrow", {"groups": (2, 4)})
    wide = Rule(("conv2d", "linear"), {"macs": 1, "bias_adds": 2}, "wide")
    ordered = convention(narrow, wide)
    assert ordered.rule(call("conv2d", {"groups": 4})) is narrow
    assert ordered.rule(call("conv2d", {"groups": 3})) is wide
    assert ordered.rule(call("conv2d", {})) is wide
    assert ordered.rule(call("linear", {"groups": 2})) is wide
    assert ordered.rule(call("relu", {})) is None
    assert convention(wide, narrow).rule(call("conv2d", {"groups": 4})) is wide
    assert ordered.weigh(call("conv2d", {"groups": 4})) == 3000
    assert ordered.weigh(call("linear", {})) == 1200


def test_every_condition_of_a_rule_must_hold() -> None:
    rule = Rule(("batch_norm",), {"elementwise": 1}, "both", {"training": (True,), "affine": (False,)})
    assert rule.matches(call("batch_norm", {"training": True, "affine": False}))
    assert not rule.matches(call("batch_norm", {"training": True, "affine": True}))
    assert not rule.matches(call("batch_norm", {"training": True}))


def test_no_rule_and_no_handle_are_unknown_and_no_weight_is_zero() -> None:
    rules = convention(Rule(("relu",), {}, "free"), Rule(("gelu",), None, "no handle"))
    assert rules.weigh(call("relu", {})) == 0
    assert rules.weigh(call("gelu", {})) is None
    assert rules.weigh(call("silu", {})) is None


def test_star_is_any_operator() -> None:
    assert convention(Rule(("*",), {"parameters": 7}, "all")).weigh(call("anything", {})) == 7


def test_the_two_units() -> None:
    assert find(Convention, "macs", "unit").weigh(call("conv2d", {})) == 1000
    assert find(Convention, "flops", "unit").weigh(call("conv2d", {})) == 2 * 1000 + 100 + 10


def test_convention_without_a_source_cannot_exist() -> None:
    with pytest.raises(TypeError, match="convention 'counter' has no source"):
        Convention("counter", "A counter", (), None)  # type: ignore[arg-type]


IMAGE = (1, 16, 14, 14)
PAIR = (2, 16, 14, 14)


# Printed by fvcore 0.1.5.post20221221 for the PyTorch module on an input of this shape; None is "unsupported".
@pytest.mark.parametrize(
    ("operator", "shape", "hyper", "printed"),
    [
        ("batch_norm", IMAGE, {"affine": True}, 6_272),
        ("batch_norm", IMAGE, {"affine": False}, 3_136),
        ("batch_norm", PAIR, {"affine": True, "training": True}, 31_360),
        ("batch_norm", PAIR, {"affine": False, "training": True}, 25_088),
        ("layer_norm", (2, 49, 64), {"normalized_shape": (64,)}, 31_360),
        ("layer_norm", (2, 49, 64), {"normalized_shape": (64,), "affine": False}, 25_088),
        ("group_norm", IMAGE, {"groups": 4}, 15_680),
        ("group_norm", IMAGE, {"groups": 4, "affine": False}, 12_544),
        ("instance_norm", IMAGE, {"affine": True}, 15_680),
        ("instance_norm", IMAGE, {"affine": False}, 12_544),
        ("adaptive_avg_pool2d", IMAGE, {"output_size": 1}, 3_136),
        ("adaptive_avg_pool2d", IMAGE, {"output_size": 5}, 3_136),
        ("adaptive_avg_pool1d", (1, 16, 50), {"output_size": 1}, None),
        ("adaptive_avg_pool3d", (1, 4, 7, 8, 14), {"output_size": 1}, None),
        ("avg_pool2d", IMAGE, {"kernel_size": 2}, None),
        ("max_pool2d", IMAGE, {"kernel_size": 3, "stride": 2}, None),
        ("relu", IMAGE, {}, 0),
        ("relu6", IMAGE, {}, None),
        ("gelu", IMAGE, {}, None),
        ("sigmoid", IMAGE, {}, None),
        ("softmax", (1, 4, 64, 64), {"dim": 3}, None),
        ("dropout", IMAGE, {}, 0),
        ("conv2d", IMAGE, {"out_channels": 32, "kernel_size": 4, "padding": "same"}, None),
        ("conv2d", IMAGE, {"out_channels": 32, "kernel_size": 3, "padding": 1, "bias": True}, 903_168),
        ("conv_transpose2d", (1, 16, 7, 7), {"out_channels": 32, "kernel_size": 4, "stride": 2, "padding": 1}, 401_408),
        ("linear", (2, 10, 64), {"out_features": 32, "bias": True}, 40_960),
    ],
    ids=lambda value: str(value) if isinstance(value, str | dict) else None,
)
def test_fvcore(operator: str, shape: tuple[int, ...], hyper: dict[str, Any], printed: int | None) -> None:
    made = OpCall("", find(Operator, operator, "operator"), "", (shape,), hyper, shape).evaluated()
    assert find(Convention, "fvcore", "convention").weigh(made) == printed


def test_fvcore_on_add_and_mul_is_unknown() -> None:
    for name in ("add", "mul"):
        made = OpCall("", find(Operator, name, "operator"), "", (IMAGE, IMAGE), {}, IMAGE).evaluated()
        assert find(Convention, "fvcore", "convention").weigh(made) is None
