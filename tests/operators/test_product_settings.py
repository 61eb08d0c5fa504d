"""Products outside their domain, and calls of them that real models make seldom enough to be forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import DomainError
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.probe import executed

from .case import Case
from .products import Product

Bad = tuple[str, tuple[Any, ...], dict[str, Any], str, Callable[..., Tensor]]

INNER = "the left operand must have as many columns as the right one has rows (left = "
LEADING = "the operands' leading axes must broadcast (left = "
SIZES = "axes of the same index must have the same size or 1 (equation = "
AXES = "each operand must have an axis for each of its indices (equation = "
HEADS = "heads of keys and values must be those of the queries, or divide them with enable_gqa (query = "


def einsum(equation: str, *shapes: tuple[int, ...]) -> Bad:
    sentence = SIZES if all(map(len, shapes)) and "ij,jk" in equation else AXES
    return "einsum", (shapes,), {"equation": equation}, sentence, lambda *x: torch.einsum(equation, *x)


BAD: list[Bad] = [
    ("matmul", ((2, 3), (4, 5)), {}, INNER, torch.matmul),
    ("matmul", ((2, 3), (4,)), {}, INNER, torch.matmul),
    ("matmul", ((3,), (4, 5)), {}, INNER, torch.matmul),
    ("matmul", ((2, 4, 3), (5, 3, 7)), {}, LEADING, torch.matmul),
    ("mm", ((2, 3), (2, 3)), {}, INNER, torch.mm),
    ("bmm", ((2, 4, 3), (5, 3, 7)), {}, LEADING, torch.bmm),
    ("dot", ((3,), (4,)), {}, INNER, torch.dot),
    ("addmm", ((2, 5), (2, 3), (4, 5)), {}, INNER, torch.addmm),
    ("baddbmm", ((2, 4, 7), (2, 4, 3), (5, 3, 7)), {}, LEADING, torch.baddbmm),
    (
        "multi_dot",
        (((2, 3), (3, 5), (4, 7)),),
        {},
        "each matrix must have as many columns as the next one has rows (matrices = ",
        lambda *x: torch.linalg.multi_dot(x),
    ),
    (
        "tensordot",
        ((2, 3), (4, 5)),
        {"dims": ((1,), (0,))},
        "axes summed together must have the same size or 1 (left = (2, 3), right = (4, 5), dims = ((1,), (0,)))",
        lambda a, b: torch.tensordot(a, b, dims=([1], [0])),
    ),
    (
        "bilinear",
        ((2, 3), (4, 5)),
        {"out_features": 7},
        "the inputs must have the same leading axes (left = ",
        lambda a, b: F.bilinear(a, b, a.new_zeros(7, 3, 5)),
    ),
    einsum("ij,jk->ik", (2, 3), (4, 5)),
    einsum("...ij,jk", (7, 2, 3), (4, 5)),
    einsum("ijk,jk->ik", (2, 3), (4, 5)),
    einsum("i,j->ij", (2,), (3,), (4,)),
    einsum("...ij->ij", (2,)),
    (
        "scaled_dot_product_attention",
        ((2, 3, 4, 5), (2, 3, 6, 7), (2, 3, 6, 5)),
        {},
        "queries must be as wide as keys, and keys as many as values (query = ",
        F.scaled_dot_product_attention,
    ),
    (
        "scaled_dot_product_attention",
        ((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 8, 7)),
        {},
        "queries must be as wide as keys, and keys as many as values (query = ",
        F.scaled_dot_product_attention,
    ),
    (
        "scaled_dot_product_attention",
        ((2, 6, 4, 5), (2, 3, 7, 5), (2, 3, 7, 8)),
        {},
        HEADS,
        F.scaled_dot_product_attention,
    ),
    (
        "scaled_dot_product_attention",
        ((2, 6, 4, 5), (2, 4, 7, 5), (2, 4, 7, 8)),
        {"enable_gqa": True},
        HEADS,
        partial(F.scaled_dot_product_attention, enable_gqa=True),
    ),
]


@pytest.mark.parametrize(
    ("operator", "inputs", "hyper", "sentence", "real"), BAD, ids=[f"{bad[0]} {bad[1]} {bad[2]}" for bad in BAD]
)
def test_bad_settings(
    operator: str, inputs: tuple[Any, ...], hyper: dict[str, Any], sentence: str, real: Callable[..., Tensor]
) -> None:
    with pytest.raises(DomainError, match=f"^{operator}: {re.escape(sentence)}") as caught:
        find(Operator, operator, "operator")(*inputs, **hyper)
    assert "\n" not in str(caught.value)
    shapes = inputs[0] if operator in ("einsum", "multi_dot") else inputs
    with pytest.raises((RuntimeError, ValueError)):
        real(*(torch.zeros(shape) for shape in shapes))


def test_sizes_as_arrays_that_do_not_fit() -> None:
    sides, wrong = np.array([7, 14, 5]), np.array([7, 15, 5])
    matmul = find(Operator, "matmul", "operator")
    # 2·side·3 products.
    swept: Any = matmul((2, sides), (sides, 3)).cost.macs
    assert swept.tolist() == [42, 84, 30]
    with pytest.raises(DomainError, match=re.escape(INNER)):
        matmul((2, sides), (wrong, 3))


def called(function: Callable[..., Any], *shapes: tuple[int, ...]) -> OpCall:
    return Case(Product(function, *shapes[1:]), shapes[0]).call()


def test_einsum_by_lists_of_axes() -> None:
    call = called(lambda a, b: torch.einsum(a, [0, 1], b, [1, 2], [0, 2]), (2, 3), (3, 5))
    assert find(Operator, "einsum", "operator")(*call.inputs, **call.hyper).cost.macs == 30


@pytest.mark.parametrize("path", [(0, 1, 0, 1), (1, 2, 0, 1), (0, 2, 0, 1), (2, 0, 1, 0)])
def test_einsum_along_a_path(path: tuple[int, ...]) -> None:
    """Where opt_einsum is installed PyTorch takes its order of contraction."""
    shapes = (80, 3), (3, 90), (90, 2)

    def function(*operands: Tensor) -> Any:
        return torch.ops.aten.einsum("ij,jk,kl->il", operands, path=path)

    call = called(function, *shapes)
    result = find(Operator, "einsum", "operator")(*call.inputs, **call.hyper)
    assert (result.cost.macs, result.shape) == (executed(function, *shapes).macs, (80, 2))


@pytest.mark.parametrize("equation", ["ij->ji", "iij->ij", "ij", "...j->j...", "ii->i"])
def test_einsum_that_is_a_view(equation: str) -> None:
    letters = equation.partition("->")[0].replace("...", "x")
    shape = tuple({"i": 3, "j": 5, "x": 4}[letter] for letter in letters)
    call = called(lambda x: torch.einsum(equation, x), shape)
    result = find(Operator, "einsum", "operator")(*call.inputs, **call.hyper)
    viewed = torch.einsum(equation, torch.zeros(shape))
    assert result.shape == call.output == tuple(viewed.shape)
    assert result.cost == type(result.cost)()


@pytest.mark.parametrize(("equation", "additions"), [("ij->i", 3 * 4), ("ii", 2), ("iij->j", 2 * 5), ("ij->", 14)])
def test_einsum_that_is_a_sum(equation: str, additions: int) -> None:
    # Each output of n terms takes n - 1 additions; a diagonal has 3 elements.
    shape = tuple({"i": 3, "j": 5}[letter] for letter in equation.partition("->")[0])
    call = called(lambda x: torch.einsum(equation, x), shape)
    cost = find(Operator, "einsum", "operator")(*call.inputs, **call.hyper).cost
    assert (cost.macs, cost.elementwise) == (0, additions)


def test_inner_product_with_a_number_is_a_multiplication() -> None:
    call = called(lambda a, b: torch.inner(a, b[0]), (2, 3), (4,))
    assert (call.name, call.inputs, call.output) == ("mul", ((2, 3), ()), (2, 3))


@pytest.mark.parametrize("function", [torch.chain_matmul, lambda *x: torch.linalg.multi_dot(x)])
@pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated:UserWarning")
def test_chain_under_either_name(function: Callable[..., Any]) -> None:
    call = called(function, (10, 3), (3, 8), (8, 2), (2, 9))
    # 3·8·2 for the middle, 10·3·2 with the first, 10·2·9 with the last.
    assert find(Operator, call.name, "operator")(*call.inputs, **call.hyper).cost.macs == 48 + 60 + 180
