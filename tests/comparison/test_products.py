"""fvcore's known faults on products: convcost counts as the ones probe does, and says what fvcore made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from convcost.comparison.compare import compare_model
from convcost.comparison.result import Row, Verdict
from convcost.core.spec import TensorSpec
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore
from convcost.trace.probe import probed
from tests.operators.case import Case
from tests.operators.products import Attention, Bilinear, Einsum, Product, Sum

LEFT = (
    "fvcore does not broadcast the left operand of a matrix product: it counts its elements times the right operand's "
    "columns"
)
VECTOR = "fvcore takes the length of a linear layer's vector of weights for its number of outputs"
WORD = "fvcore has no handle for padding given as a word (aten::_convolution_mode)"
HALF = "fvcore halves the operations that NumPy counts for an einsum"
DIGITS = f"{HALF} and reads them from a text of four significant digits"
ALONE = f"{HALF}, which are one per element even where a single operand is only moved or summed"
FIRST = f"{HALF}, where PyTorch sums what only one operand has before it multiplies"
SEVERAL = f"{HALF}, in the order that is cheapest by them; PyTorch contracts from left to right"
ONE = f"{HALF}, which are one per product, not two, where nothing is summed"


def handle(name: str) -> str:
    return f"fvcore has no handle for aten::{name}"


@dataclass(frozen=True)
class Known:
    """A call, its MACs by arithmetic, what fvcore prints for it (None: nothing), and why."""

    case: Case
    macs: int
    fvcore: int | None
    verdict: Verdict
    reason: str


def products(function: Any, *shapes: tuple[int, ...]) -> Case:
    return Case(Product(function, *shapes[1:]), shapes[0])


def einsum(equation: str, *shapes: tuple[int, ...]) -> Case:
    return Case(Einsum(equation, *shapes[1:]), shapes[0])


UNCOUNTED, DISAGREE, AGREE = Verdict.UNCOUNTED, Verdict.DISAGREE, Verdict.AGREE
QKV = (2, 4, 32, 16)
SAME = nn.Conv2d(16, 32, 4, padding="same", bias=False)

KNOWN: dict[str, Known] = {
    # 32·16 products a head for Q·Kᵀ and as many for A·V, at 32 queries of 2·4 heads.
    "attention": Known(
        Case(Attention(QKV, QKV), QKV), 262_144, None, UNCOUNTED, handle("scaled_dot_product_attention")
    ),
    "causal attention": Known(
        Case(Attention(QKV, QKV, is_causal=True), QKV),
        262_144,
        None,
        UNCOUNTED,
        handle("scaled_dot_product_attention"),
    ),
    "matrix times vector": Known(products(torch.mv, (32, 64), (64,)), 2_048, None, UNCOUNTED, handle("mv")),
    "inner product": Known(products(torch.dot, (64,), (64,)), 64, None, UNCOUNTED, handle("dot")),
    # 14·14 positions of 32 outputs, 16·4·4 taps each.
    "padding as a word": Known(Case(SAME, (1, 16, 14, 14)), 1_605_632, None, UNCOUNTED, WORD),
    # 5·8·64·32, of which fvcore sees 8·64·32.
    "left operand broadcast": Known(products(torch.matmul, (8, 64), (5, 64, 32)), 81_920, 16_384, DISAGREE, LEFT),
    "right operand broadcast": Known(products(torch.matmul, (5, 8, 64), (64, 32)), 81_920, 81_920, AGREE, ""),
    "vector times matrices": Known(products(torch.matmul, (64,), (5, 64, 32)), 10_240, 2_048, DISAGREE, LEFT),
    "matmul with a vector": Known(
        products(torch.matmul, (32, 64), (64,)),
        2_048,
        None,
        UNCOUNTED,
        "fvcore's handle raises IndexError: list index out of range",
    ),
    "linear layer with a vector": Known(products(F.linear, (5, 64), (64,)), 320, 20_480, DISAGREE, VECTOR),
    # 16·577·577·64 = 340,919,296; twice that and 1 is printed as 6.818e+08.
    "einsum of four axes": Known(
        einsum("bhid,bhjd->bhij", (1, 16, 577, 64), (1, 16, 577, 64)), 340_919_296, 340_900_000, DISAGREE, DIGITS
    ),
    # (10·20 + 1) / 2, rounded down.
    "transposition": Known(einsum("ij->ji", (10, 20)), 0, 100, DISAGREE, ALONE),
    "product of elements": Known(einsum("ij,ij->ij", (10, 20), (10, 20)), 200, 100, DISAGREE, ONE),
    # fvcore has the two equations of a batch of matrices by heart, whatever their letters.
    "einsum that is bmm": Known(
        einsum("nct, ncp -> ntp", (37, 41, 43), (37, 41, 47)), 37 * 41 * 43 * 47, 37 * 41 * 43 * 47, AGREE, ""
    ),
    "einsum that is bmm, transposed": Known(
        einsum("xyz,xwz->xwy", (37, 41, 43), (37, 47, 43)), 37 * 41 * 43 * 47, 37 * 41 * 43 * 47, AGREE, ""
    ),
    # The sums over k come first, 2·10 additions; then 3·10 products. NumPy reckons with 2·3·10·3 operations and 1.
    "sum before the product": Known(einsum("ij,jk->i", (3, 10), (10, 3)), 30, 90, DISAGREE, FIRST),
    # (2×90)·(90×3) and (2×3)·(3×80) are 540 + 480 products; the text of 2041 operations is 2.041e+03.
    "three operands, cheapest from the left": Known(
        einsum("ij,jk,kl->il", (2, 90), (90, 3), (3, 80)), 1_020, 1_020, AGREE, ""
    ),
    # From the left 80·3·90 + 80·90·2 = 36,000 products; from the right 3·90·2 + 80·3·2 = 1,020.
    "three operands, cheapest from the right": Known(
        einsum("ij,jk,kl->il", (80, 3), (3, 90), (90, 2)), 36_000, 1_020, DISAGREE, SEVERAL
    ),
    "baddbmm": Known(
        Case(Sum(torch.baddbmm, (2, 5, 7), (2, 3, 7)), (2, 3, 5)), 210, None, UNCOUNTED, handle("baddbmm")
    ),
    "addmm": Known(Case(Sum(torch.addmm, (5, 7), (3, 7)), (3, 5)), 105, 105, AGREE, ""),
    "bilinear": Known(Case(Bilinear((4, 5), 3, 2, True), (4, 3)), 120, None, UNCOUNTED, handle("bilinear")),
}


def judged(case: Case) -> Row:
    specs = (TensorSpec(case.shape),)
    (row,) = compare_model(capture(case.model, case.shape), trace_fvcore(case.model, case.shape), specs, probed).rows
    return row


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")
@pytest.mark.parametrize("name", KNOWN)
def test_known_number_and_its_reason(name: str) -> None:
    known = KNOWN[name]
    row = judged(known.case)
    assert (row.macs_formula, row.macs_measured, row.verdict) == (known.macs, known.fvcore, known.verdict)
    settled = f"; the ones probe counts {known.macs:,}, as the formula does" if known.verdict is DISAGREE else ""
    assert row.reason == known.reason + settled


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "padding as a word"])
def test_known_number_is_that_of_the_ones_probe(name: str) -> None:
    case = KNOWN[name].case
    assert isinstance(case.model, Product)
    assert case.model.macs(case.shape) == KNOWN[name].macs
