"""The ones probe on products that can be counted by hand, and on what has none to count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import ConvcostError
from convcost.trace.probe import ones_probe


def einsum(equation: str) -> Callable[..., torch.Tensor]:
    return lambda *operands: torch.einsum(equation, *operands)


@pytest.mark.parametrize(
    ("module", "shape", "count"),
    [
        (nn.Conv1d(1, 1, 3), (1, 1, 5), 3 * 3),
        # A tap on padding counts: 5 outputs of 3 taps.
        (nn.Conv1d(1, 1, 3, padding=1), (1, 1, 5), 5 * 3),
        # 15 outputs at 9·10 positions of 2 samples, each of (6/3)·3·5 taps.
        (nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2), groups=3), (2, 6, 18, 29), 2 * 15 * 90 * 30),
        # Output ⌊(9 + 2·2 - 2·2 - 1)/2⌋ + 1 = 5 of 3 taps.
        (nn.Conv1d(1, 1, 3, 2, 2, 2), (1, 1, 9), 5 * 3),
        (nn.Conv3d(2, 4, (1, 2, 3), bias=False), (1, 2, 4, 5, 6), 4 * 4 * 4 * 4 * 2 * 6),
        # The padding of 3 taps is uneven: 1 before and 2 after; the output keeps 14·14.
        (nn.Conv2d(16, 32, 4, padding="same"), (1, 16, 14, 14), 1_605_632),
        (nn.Conv2d(16, 32, 4, padding="valid"), (1, 16, 14, 14), 11 * 11 * 32 * 16 * 16),
        # Every input element meets every tap: 16·7·7·32·4·4, padding crops the sums only.
        (nn.ConvTranspose2d(16, 32, 4, 2, 1), (1, 16, 7, 7), 401_408),
        (nn.ConvTranspose2d(16, 32, 4, 2, 1, groups=4), (1, 16, 7, 7), 100_352),
        (nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=16), (1, 16, 7, 7), 12_544),
        (nn.ConvTranspose1d(2, 3, 5, 3, 2, output_padding=1, dilation=2), (7, 2, 9), 7 * 2 * 9 * 3 * 5),
        (nn.ConvTranspose3d(2, 3, (1, 2, 3), 2), (1, 2, 4, 5, 6), 2 * 4 * 5 * 6 * 3 * 6),
        (nn.Linear(64, 32), (2, 10, 64), 40_960),
        (nn.Linear(64, 32), (64,), 2_048),
        (nn.Conv2d(2, 3, 3), (2, 8, 9), 3 * 6 * 7 * 2 * 9),
    ],
    ids=str,
)
def test_module(module: nn.Module, shape: tuple[int, ...], count: int) -> None:
    assert ones_probe(module, shape) == count


@pytest.mark.parametrize(
    ("function", "shapes", "count"),
    [
        # The left operand is broadcast: 5·8·64·32.
        (torch.matmul, [(8, 64), (5, 64, 32)], 81_920),
        (torch.matmul, [(32, 64), (64,)], 2_048),
        (torch.dot, [(64,), (64,)], 64),
        (torch.bmm, [(2, 3, 5), (2, 5, 7)], 2 * 3 * 5 * 7),
        # 16·577·577·64.
        (einsum("bhid,bhjd->bhij"), [(1, 16, 577, 64), (1, 16, 577, 64)], 340_919_296),
        (einsum("ij,ij->ij"), [(10, 20), (10, 20)], 200),
        (F.bilinear, [(4, 3), (4, 5), (2, 3, 5)], 4 * 3 * 5 * 2),
        (F.linear, [(4, 3), (7, 3)], 84),
    ],
    ids=["broadcast matmul", "matrix times vector", "dot", "bmm", "attention", "Hadamard", "bilinear", "linear"],
)
def test_function(function: Callable[..., Any], shapes: list[tuple[int, ...]], count: int) -> None:
    assert ones_probe(function, *shapes) == count


@pytest.mark.parametrize(
    ("hyper", "dense", "valid"),
    [
        # 5 positions of 3 taps; the first and the last have one on the padding.
        ({"padding": 1}, 15, 13),
        ({"padding": "same"}, 15, 13),
        ({"padding": "valid"}, 9, 9),
        # Positions 0, 2 and 4 of 3 taps.
        ({"padding": 1, "stride": 2}, 9, 7),
        # Taps at -2, 0, 2 around each of 5 positions: two positions lose one at either end.
        ({"padding": 2, "dilation": 2}, 15, 11),
    ],
    ids=str,
)
def test_taps_on_padding(hyper: dict[str, Any], dense: int, valid: int) -> None:
    shapes = (1, 1, 5), (1, 1, 3)
    assert ones_probe(F.conv1d, *shapes, **hyper) == dense
    assert ones_probe(F.conv1d, *shapes, dense=False, **hyper) == valid


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_xla_leaves_out_the_taps_on_padding() -> None:
    # Two 2×2 filters on a 4×4 image, 'same': Keras prints 256 FLOPs, XLA's cost analysis 196. An axis has 4 positions
    # of 2 taps, the last with one on the padding: 8·8 or 7·7 products a filter, 2 FLOPs each.
    conv = nn.Conv2d(1, 2, 2, padding="same", bias=False)
    assert 2 * ones_probe(conv, (1, 1, 4, 4)) == 256
    assert 2 * ones_probe(conv, (1, 1, 4, 4), dense=False) == 196


def test_cropped_products_of_a_transposed_convolution() -> None:
    # 4 elements meet 3 taps; padding 1 crops the two sums at the ends, which have one product each.
    assert ones_probe(nn.ConvTranspose1d(1, 1, 3, padding=1), (1, 1, 4)) == 12
    assert ones_probe(nn.ConvTranspose1d(1, 1, 3, padding=1), (1, 1, 4), dense=False) == 10


def test_weights_and_biases_of_the_module_do_not_matter() -> None:
    module = nn.Conv1d(1, 1, 3)
    nn.init.constant_(module.weight, 7.0)
    nn.init.constant_(module.bias, 9.0)  # type: ignore[arg-type]
    assert ones_probe(module, (1, 1, 5)) == 9


# Where the sum happens to be whole, only another look at the function can tell.
@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (torch.exp, [(3,)]),
        (lambda x: x.softmax(1), [(4, 7)]),
        (lambda x: x.softmax(1), [(4, 8)]),
        (torch.relu, [(3,)]),
        (torch.square, [(3,)]),
        (torch.add, [(3,), (3,)]),
        (lambda x: F.max_pool1d(x, 2), [(1, 1, 6)]),
        (lambda x: x / 0, [(3,)]),
        (lambda x: x - torch.inf * 0, [(3,)]),
    ],
    ids=["exp", "softmax", "softmax with a whole sum", "relu", "square", "add", "max_pool", "infinite", "not a number"],
)
def test_what_is_not_multilinear_is_refused(function: Callable[..., Any], shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ConvcostError, match="multilinear"):
        ones_probe(function, *shapes)


def test_a_sum_too_large_to_be_exact_is_refused() -> None:
    """The sum is 2**54 by a factor: nothing that large is run."""
    with pytest.raises(ConvcostError, match=r"2\*\*53"):
        ones_probe(lambda x: x * 2.0**54, (1,))


@pytest.mark.parametrize("module", [nn.ReLU(), nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")], ids=str)
def test_unknown_module_is_refused(module: nn.Module) -> None:
    with pytest.raises(ConvcostError, match=f"does not know the module {type(module).__name__}; give it"):
        ones_probe(module, (1, 1, 5, 5))
