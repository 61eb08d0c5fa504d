"""Proofs of networks against networks that differ in what is known: the residual is that, and where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from convcost.comparison.proof import DifferingLayer, Proof, Residual, Theorem, counting_calls, prove
from convcost.core.architecture import Architecture
from convcost.core.cost import Cost, Result
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.symbolic.closed_form import B, H, ImageForm, W, image_form
from convcost.symbolic.expressions import symbol
from convcost.symbolic.resolution import simplify, text
from tests.symbolic.pairs import halved


def drawn(name: str, **options: Any) -> ImageForm:
    return image_form(find(Architecture, name, "network"), options)


def against(left: ImageForm, right: ImageForm) -> Proof:
    return prove(counting_calls(left.network), counting_calls(right.network), left.domain)


def in_total(proof: Proof) -> dict[str, Theorem | Residual]:
    return {s.quantity: s for s in proof.statements if s.stage == "total"}


def test_a_network_against_itself_in_other_words() -> None:
    form = drawn("resnet")
    ours = counting_calls(form.network)
    # A trace has floors of floors; here one side keeps them, the other has them plain.
    assert all(
        call.cost.macs != simplify(call.cost.macs) for call in ours if call.block == "conv5_x" and call.cost.macs
    )
    proof = prove(ours, [costing(call, simplify(call.cost.macs)) for call in ours], form.domain)
    assert proof.proved
    assert proof.words == "B ≥ 1, H ≥ 32, W ≥ 32"
    # Two statements for the total, and for conv1, four stages and the classifier.
    assert [s.stage for s in proof.statements[::2]] == [
        *("total", "conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "fc")
    ]
    assert text(in_total(proof)["parameters"].terms) == "25,557,032"


def test_the_stride_of_a_bottleneck() -> None:
    proof = against(drawn("resnet"), drawn("resnet", variant="v1.5"))
    total = in_total(proof)
    assert isinstance(total["parameters"], Theorem)
    macs = total["MACs"]
    assert isinstance(macs, Residual)
    # The first 1×1 of the first block of stages 3 to 5 sees the image before the halving: 256·128, 512·256,
    # 1024·512 MACs at four times the positions, less the same after it.
    assert text(macs.terms) == (
        "32768·B·⌈H/4⌉·⌈W/4⌉ + 98304·B·⌈H/8⌉·⌈W/8⌉ + 393216·B·⌈H/16⌉·⌈W/16⌉ - 524288·B·⌈H/32⌉·⌈W/32⌉"
    )
    assert macs.counterexample.at == {"B": 1, "H": 32, "W": 32}
    assert [layer.name for layer in macs.layers] == [f"conv{stage}_x.block1.conv1" for stage in (3, 4, 5)]
    assert macs.layers[0].reason == "stride is (2, 2) in the formula, (1, 1) in the model"
    assert [s.stage for s in proof.residuals] == ["total", "conv3_x", "conv4_x", "conv5_x"]


def test_shortcuts_that_only_the_model_has() -> None:
    proof = against(drawn("resnet", shortcut="A"), drawn("resnet", shortcut="B"))
    macs, weights = proof.residuals[:2]
    assert (macs.stage, macs.quantity, weights.stage, weights.quantity) == ("total", "MACs", "total", "parameters")
    # Projections 64→256, 256→512, 512→1024, 1024→2048, each with a norm of two parameters a channel.
    assert macs.sentence == (
        "the model has 16384·B·⌈H/4⌉·⌈W/4⌉ + 131072·B·⌈H/8⌉·⌈W/8⌉ + 524288·B·⌈H/16⌉·⌈W/16⌉"
        " + 2097152·B·⌈H/32⌉·⌈W/32⌉ more"
    )
    assert (
        weights.sentence == f"the model has {16384 + 131072 + 524288 + 2097152 + 2 * (256 + 512 + 1024 + 2048):,} more"
    )
    assert {layer.reason for layer in macs.layers} == {"the model calls this, the formula has no such layer"}
    back = against(drawn("resnet", shortcut="B"), drawn("resnet", shortcut="A"))
    assert back.residuals[1].sentence.endswith(" fewer")
    assert {layer.reason for layer in back.residuals[0].layers} == {
        "the formula has this layer, the model never calls it"
    }


def costing(call: OpCall, macs: Any) -> OpCall:
    return replace(call, result=Result(call.output, Cost(macs=macs)))


def calls(*sizes: Any) -> list[OpCall]:
    conv, shape, hyper = find(Operator, "conv2d", "operator"), (B, 3, H, W), {"kernel_size": (3, 3)}
    made = [OpCall(f"conv{number}", conv, "", (shape,), hyper, shape, 27, block="net") for number in range(len(sizes))]
    return [costing(call, 9 * B * size * W) for call, size in zip(made, sizes, strict=True)]


def test_a_difference_at_odd_sizes_only() -> None:
    domain = drawn("resnet").domain
    proof = prove(calls(halved(H, 1), H), calls(H // 2, H), domain)
    (macs, _) = proof.residuals
    assert macs.sentence == "the model less the formula is -9·B·⌈H/2⌉·W + 9·B·⌊H/2⌋·W"
    assert macs.counterexample.at == {"B": 1, "H": 33, "W": 32}
    assert macs.counterexample.left == 9 * 32 * (17 + 33)
    assert macs.counterexample.right == 9 * 32 * (16 + 33)
    assert macs.layers == (DifferingLayer("conv0", "its input differs: an earlier layer does"),)


def test_differences_that_make_up_for_each_other_are_in_the_stages() -> None:
    domain = drawn("resnet").domain
    ours = [replace(call, block=call.path) for call in calls(H, halved(H, 1))]
    theirs = [costing(call, macs) for call, macs in zip(ours, (ours[1].cost.macs, ours[0].cost.macs), strict=True)]
    proof = prove(ours, theirs, domain)
    assert {(s.stage, s.quantity) for s in proof.residuals} == {("conv0", "MACs"), ("conv1", "MACs")}
    assert isinstance(in_total(proof)["MACs"], Theorem)
    assert not proof.proved


def test_channels_may_be_symbols_too() -> None:
    C = symbol("C")
    call = replace(calls(H)[0], parameters=27 * C)
    domain = replace(drawn("resnet").domain, least={"B": 1, "H": 32, "W": 32, "C": 1})
    proof = prove([call], [replace(call, parameters=27 * C + 2 * C)], domain)
    assert [text(s.terms, ("C",)) for s in proof.residuals] == ["2·C", "2·C"]


@pytest.mark.parametrize("name", ["densenet", ""])
def test_names_are_those_of_the_book(name: str) -> None:
    with pytest.raises(ValueError, match="unknown network"):
        drawn(name)
