"""One-operator models. Among them is every reproducible wrong count that a forward pass of a counter here shows."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.theory.spec import TensorSpec
from tests.referee.case import Case, case, layer, linear, made_of, of, product

IMAGE = (1, 16, 14, 14)
PAIR = (2, 6, 10, 11)


class Derived(nn.Conv2d):
    """What a lookup by the very class overlooks."""


class DerivedLinear(nn.Linear):
    """The same for a linear layer."""


def _twice() -> nn.Module:
    conv = nn.Conv2d(16, 16, 3, padding=1, bias=False)
    return nn.Sequential(nn.Sequential(conv), nn.Sequential(conv))


def _linear_twice() -> nn.Module:
    layer = nn.Linear(12, 12)
    return nn.Sequential(layer, nn.Sequential(layer))


def _weight_normed() -> nn.Module:
    normed: nn.Module = torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(16, 32, 3, padding=1, bias=False))
    return normed


_TWICE = (nn.Conv2d(16, 16, 3, padding=1, bias=False), IMAGE)
_CONV = (nn.Conv2d(16, 32, 3, padding=1, bias=False), IMAGE)

CONVOLUTIONS: dict[str, Case] = {
    "conv2d": layer(lambda: nn.Conv2d(16, 32, 3, padding=1, bias=False), IMAGE),
    "conv2d with bias": layer(lambda: nn.Conv2d(6, 15, (3, 5), (2, 3), (1, 2)), PAIR),
    "conv2d, batch of 3": layer(lambda: nn.Conv2d(4, 6, 3), (3, 4, 9, 8)),
    "conv1d": layer(lambda: nn.Conv1d(4, 6, 3, 2, 1), (2, 4, 17)),
    "conv3d": layer(lambda: nn.Conv3d(2, 4, 3, (1, 2, 3), 1), (1, 2, 6, 8, 9)),
    "conv2d, dilated": layer(lambda: nn.Conv2d(3, 5, 3, dilation=2), (1, 3, 11, 12)),
    "conv2d, grouped": layer(lambda: nn.Conv2d(6, 15, 3, groups=3), PAIR),
    "conv2d, depthwise": layer(lambda: nn.Conv2d(6, 12, 3, padding=1, groups=6, bias=False), PAIR),
    "conv2d, padding='same', odd": layer(lambda: nn.Conv2d(3, 5, 3, padding="same"), (1, 3, 8, 9)),
    "conv2d, padding='same', even": layer(lambda: nn.Conv2d(16, 32, 4, padding="same", bias=False), IMAGE),
    "conv2d, padding='valid'": layer(lambda: nn.Conv2d(3, 5, 3, padding="valid"), (1, 3, 8, 9)),
    "conv2d, circular padding": case(
        lambda: nn.Conv2d(3, 5, 3, padding=1, padding_mode="circular"),
        (1, 3, 8, 9),
        probes=((nn.Conv2d(3, 5, 3, padding=1), (1, 3, 8, 9)),),
    ),
    "conv2d, unbatched": case(lambda: nn.Conv2d(16, 32, 3, padding=1, bias=False), IMAGE[1:], probes=(_CONV,)),
    "class derived from conv2d": case(lambda: Derived(16, 32, 3, padding=1, bias=False), IMAGE, probes=(_CONV,)),
    "conv2d, weight norm": case(_weight_normed, IMAGE, probes=(_CONV,)),
    "F.conv2d": case(
        made_of(lambda m, x: F.conv2d(x, m.w, padding=1), w=lambda: torch.ones(32, 16, 3, 3)), IMAGE, probes=(_CONV,)
    ),
    "conv2d in two places": case(_twice, IMAGE, probes=(_TWICE, _TWICE)),
    "conv2d called twice": case(
        made_of(lambda m, x: m.conv(m.conv(x)), conv=lambda: nn.Conv2d(16, 16, 3, padding=1, bias=False)),
        IMAGE,
        probes=(_TWICE, _TWICE),
    ),
    "conv2d that nothing comes of": case(
        made_of(
            lambda m, x: (m.unused(x), m.used(x))[1],
            unused=lambda: nn.Conv2d(4, 9, 1),
            used=lambda: nn.Conv2d(4, 3, 1),
        ),
        (1, 4, 5, 6),
        probes=((nn.Conv2d(4, 9, 1), (1, 4, 5, 6)), (nn.Conv2d(4, 3, 1), (1, 4, 5, 6))),
    ),
}
TRANSPOSED: dict[str, Case] = {
    "conv_transpose2d": layer(lambda: nn.ConvTranspose2d(16, 32, 4, 2, 1, bias=False), (1, 16, 7, 7)),
    "conv_transpose2d with bias": layer(lambda: nn.ConvTranspose2d(4, 6, 3, 2, 1, 1), (2, 4, 7, 9)),
    "conv_transpose2d, grouped": layer(
        lambda: nn.ConvTranspose2d(16, 32, 4, 2, 1, groups=4, bias=False), (1, 16, 7, 7)
    ),
    "conv_transpose2d, depthwise": layer(
        lambda: nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=16, bias=False), (1, 16, 7, 7)
    ),
    "conv_transpose2d, stride 1": layer(lambda: nn.ConvTranspose2d(4, 6, 3, padding=1), (1, 4, 7, 9)),
    "conv_transpose1d": layer(lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1), (2, 4, 9)),
    "conv_transpose3d": layer(lambda: nn.ConvTranspose3d(2, 3, 2, 2), (1, 2, 4, 5, 6)),
}
LINEAR: dict[str, Case] = {
    "linear": layer(lambda: nn.Linear(64, 32), (3, 64)),
    "linear without bias": layer(lambda: nn.Linear(64, 32, bias=False), (3, 64)),
    "linear on tokens": layer(lambda: nn.Linear(64, 32), (2, 10, 64)),
    "linear on tokens, no bias": layer(lambda: nn.Linear(64, 32, bias=False), (2, 10, 64)),
    "linear on a map": layer(lambda: nn.Linear(12, 7), (2, 4, 5, 12)),
    "linear on a vector": layer(lambda: nn.Linear(64, 32), (64,)),
    "linear on transposed tokens": case(
        made_of(lambda m, x: m.linear(x.transpose(1, 2)), linear=lambda: nn.Linear(12, 7)),
        (2, 12, 5),
        probes=(linear(10, 12, 7),),
    ),
    "class derived from linear": case(lambda: DerivedLinear(64, 32), (3, 64), probes=(linear(3, 64, 32),)),
    "linear in two places": case(_linear_twice, (3, 12), probes=(linear(3, 12, 12), linear(3, 12, 12))),
    "F.linear": case(
        made_of(lambda m, x: F.linear(x, m.w), w=lambda: torch.ones(32, 64)), (3, 64), probes=(linear(3, 64, 32),)
    ),
    "bilinear": case(lambda: nn.Bilinear(5, 6, 7), (3, 5), (3, 6), probes=((F.bilinear, (3, 5), (3, 6), (7, 5, 6)),)),
}


PRODUCTS: dict[str, Case] = {
    "@": product(lambda x, y: x @ y, (32, 64), (64, 24)),
    "@ of batches": product(lambda x, y: x @ y, (2, 3, 5), (2, 5, 4)),
    "torch.matmul": product(torch.matmul, (2, 3, 5), (2, 5, 4)),
    "Tensor.matmul": product(lambda x, y: x.matmul(y), (2, 3, 5), (2, 5, 4)),
    "matmul, left broadcast": product(torch.matmul, (8, 64), (5, 64, 32)),
    "matmul, right broadcast": product(torch.matmul, (5, 8, 64), (64, 32)),
    "matmul, matrix and vector": product(torch.matmul, (32, 64), (64,)),
    "matmul, vector and matrix": product(torch.matmul, (64,), (64, 24)),
    "torch.mm": product(torch.mm, (32, 64), (64, 24)),
    "torch.bmm": product(torch.bmm, (2, 3, 5), (2, 5, 4)),
    "Tensor.bmm": product(lambda x, y: x.bmm(y), (2, 3, 5), (2, 5, 4)),
    "torch.mv": product(torch.mv, (32, 64), (64,)),
    "torch.dot": product(torch.dot, (64,), (64,)),
    "torch.addmm": case(of(torch.addmm), (3, 4), (3, 5), (5, 4), probes=((torch.mm, (3, 5), (5, 4)),)),
    "torch.baddbmm": case(
        of(torch.baddbmm), (2, 3, 4), (2, 3, 5), (2, 5, 4), probes=((torch.bmm, (2, 3, 5), (2, 5, 4)),)
    ),
    "einsum of scores": product(lambda q, k: torch.einsum("bhid,bhjd->bhij", q, k), (1, 16, 77, 64), (1, 16, 77, 64)),
    "einsum of a product": product(lambda x, y: torch.einsum("ij,jk->ik", x, y), (12, 13), (13, 14)),
    "einsum of a transpose": case(of(lambda x: torch.einsum("ij->ji", x)), (10, 20)),
    "einsum of elements": product(lambda x, y: torch.einsum("ij,ij->ij", x, y), (10, 20), (10, 20)),
}
_Q = (2, 4, 8, 16)


def _attended(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v)


def _scores(queries: tuple[int, ...], keys: tuple[int, ...], values: tuple[int, ...]) -> tuple[tuple[object, ...], ...]:
    """The two products of attention, without its softmax."""
    rows = (*queries[:-1], keys[-2])
    return (torch.matmul, queries, (*keys[:-2], keys[-1], keys[-2])), (torch.matmul, rows, values)


_EIGHT = ((2, 4, 32, 16), (2, 4, 32, 16), (2, 4, 32, 16))
ATTENTION: dict[str, Case] = {
    "attention": case(of(_attended), *_EIGHT, probes=_scores(*_EIGHT)),
    "attention, longer keys": case(
        of(_attended), _Q, (2, 4, 9, 16), (2, 4, 9, 16), probes=_scores(_Q, (2, 4, 9, 16), (2, 4, 9, 16))
    ),
    "attention, wider values": case(
        of(_attended), _Q, (2, 4, 9, 16), (2, 4, 9, 5), probes=_scores(_Q, (2, 4, 9, 16), (2, 4, 9, 5))
    ),
    "attention of one head": case(
        of(_attended), (3, 8, 16), (3, 9, 16), (3, 9, 16), probes=_scores((3, 8, 16), (3, 9, 16), (3, 9, 16))
    ),
    "attention, causal": case(
        of(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)), *_EIGHT, probes=_scores(*_EIGHT)
    ),
    "multi-head attention": case(
        made_of(
            lambda m, x: m.attention(x, x, x, need_weights=False)[0],
            attention=lambda: nn.MultiheadAttention(64, 4, batch_first=True),
        ),
        (2, 10, 64),
        probes=(linear(20, 64, 192), *_scores((2, 4, 10, 16), (2, 4, 10, 16), (2, 4, 10, 16)), linear(20, 64, 64)),
    ),
    "multi-head attention with weights": case(
        made_of(lambda m, x: m.attention(x, x, x)[0], attention=lambda: nn.MultiheadAttention(64, 4, batch_first=True)),
        (2, 10, 64),
        probes=(linear(20, 64, 192), *_scores((2, 4, 10, 16), (2, 4, 10, 16), (2, 4, 10, 16)), linear(20, 64, 64)),
    ),
    "multi-head attention, other keys": case(
        made_of(
            lambda m, q, k, v: m.attention(q, k, v, need_weights=False)[0],
            attention=lambda: nn.MultiheadAttention(64, 4, kdim=40, vdim=24, batch_first=True),
        ),
        (2, 10, 64),
        (2, 12, 40),
        (2, 12, 24),
        probes=(
            linear(20, 64, 64),
            linear(24, 40, 64),
            linear(24, 24, 64),
            *_scores((2, 4, 10, 16), (2, 4, 12, 16), (2, 4, 12, 16)),
            linear(20, 64, 64),
        ),
    ),
    "transformer encoder": case(
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(64, 4, 128, batch_first=True), 2, enable_nested_tensor=False
        ),
        (2, 32, 64),
        probes=(
            linear(64, 64, 192),
            *_scores(*_EIGHT),
            *(linear(64, 64, 64), linear(64, 64, 128), linear(64, 128, 64)),
        )
        * 2,
    ),
}
RECURRENT: dict[str, Case] = {
    "lstm": case(lambda: nn.LSTM(20, 30), (2, 7, 20), probes=(linear(14, 20, 120), linear(14, 30, 120))),
    "lstm, batch first": case(
        lambda: nn.LSTM(20, 30, batch_first=True), (2, 7, 20), probes=(linear(14, 20, 120), linear(14, 30, 120))
    ),
    "lstm, two layers, both ways": case(
        lambda: nn.LSTM(5, 6, num_layers=2, bidirectional=True),
        (4, 3, 5),
        probes=(linear(12, 5, 24), linear(12, 6, 24), linear(12, 12, 24), linear(12, 6, 24)) * 2,
    ),
    "lstm without bias": case(
        lambda: nn.LSTM(5, 6, bias=False), (4, 3, 5), probes=(linear(12, 5, 24), linear(12, 6, 24))
    ),
    "gru": case(lambda: nn.GRU(5, 6), (4, 3, 5), probes=(linear(12, 5, 18), linear(12, 6, 18))),
    "lstm cell": case(
        made_of(lambda m, x: m.cell(x)[0], cell=lambda: nn.LSTMCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 24), linear(3, 6, 24)),
    ),
    "gru cell": case(
        made_of(lambda m, x: m.cell(x), cell=lambda: nn.GRUCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 18), linear(3, 6, 18)),
    ),
    "rnn cell": case(
        made_of(lambda m, x: m.cell(x), cell=lambda: nn.RNNCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 6), linear(3, 6, 6)),
    ),
    "embedding": case(lambda: nn.Embedding(100, 64), TensorSpec((2, 7), "int64")),
    "rnn": case(lambda: nn.RNN(5, 6), (4, 3, 5), probes=(linear(12, 5, 6), linear(12, 6, 6))),
}
NORMS: dict[str, Case] = {
    "batch norm": case(lambda: nn.BatchNorm2d(16), IMAGE),
    "batch norm, not affine": case(lambda: nn.BatchNorm2d(16, affine=False), IMAGE),
    "batch norm, batch of 2": case(lambda: nn.BatchNorm2d(6), PAIR),
    "batch norm of vectors": case(lambda: nn.BatchNorm1d(5), (3, 5)),
    "batch norm of volumes": case(lambda: nn.BatchNorm3d(2), (2, 2, 3, 4, 5)),
    "layer norm": case(lambda: nn.LayerNorm(64), (2, 49, 64)),
    "layer norm, not affine": case(lambda: nn.LayerNorm(64, elementwise_affine=False), (2, 49, 64)),
    "group norm": case(lambda: nn.GroupNorm(4, 16), IMAGE),
    "group norm, not affine": case(lambda: nn.GroupNorm(4, 16, affine=False), IMAGE),
    "instance norm": case(lambda: nn.InstanceNorm2d(16, affine=True), IMAGE),
    "instance norm, not affine": case(lambda: nn.InstanceNorm2d(16), IMAGE),
}
ACTIVATIONS: dict[str, Case] = {
    "relu": case(nn.ReLU, IMAGE),
    "relu in place": case(lambda: nn.ReLU(inplace=True), IMAGE),
    "relu, batch of 2": case(nn.ReLU, PAIR),
    "F.relu": case(of(lambda x: F.relu(x)), IMAGE),
    "torch.relu": case(of(lambda x: torch.relu(x)), IMAGE),
    "Tensor.relu": case(of(lambda x: x.relu()), IMAGE),
    "F.relu, batch of 2": case(of(lambda x: F.relu(x)), PAIR),
    "relu6": case(nn.ReLU6, IMAGE),
    "leaky relu": case(nn.LeakyReLU, IMAGE),
    "prelu": case(nn.PReLU, IMAGE),
    "prelu, a slope per channel": case(lambda: nn.PReLU(16), IMAGE),
    "elu": case(nn.ELU, IMAGE),
    "gelu": case(nn.GELU, IMAGE),
    "F.gelu": case(of(lambda x: F.gelu(x)), IMAGE),
    "silu": case(nn.SiLU, IMAGE),
    "F.silu": case(of(lambda x: F.silu(x)), IMAGE),
    "hardswish": case(nn.Hardswish, IMAGE),
    "sigmoid": case(nn.Sigmoid, IMAGE),
    "tanh": case(nn.Tanh, IMAGE),
    "softmax": case(lambda: nn.Softmax(dim=-1), (1, 4, 64, 64)),
    "F.softmax": case(of(lambda x: F.softmax(x, dim=-1)), (1, 4, 64, 64)),
    "dropout": case(nn.Dropout, IMAGE),
    "convolution and relu": case(
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.ReLU()),
        (1, 3, 16, 16),
        probes=((nn.Conv2d(3, 8, 3, padding=1), (1, 3, 16, 16)),),
    ),
    "convolution and F.gelu, batch of 4": case(
        made_of(lambda m, x: F.gelu(m.conv(x)), conv=lambda: nn.Conv2d(3, 8, 3, padding=1)),
        (4, 3, 16, 16),
        probes=((nn.Conv2d(3, 8, 3, padding=1), (4, 3, 16, 16)),),
    ),
}
POOLS: dict[str, Case] = {
    "max pool": case(lambda: nn.MaxPool2d(3, 2, 1), IMAGE),
    "max pool, kernel of two numbers": case(lambda: nn.MaxPool2d((3, 2), 2, 1), IMAGE),
    "F.max_pool2d": case(of(lambda x: F.max_pool2d(x, 2)), IMAGE),
    "max pool of a sequence": case(lambda: nn.MaxPool1d(3, 2), (2, 4, 17)),
    "average pool": case(lambda: nn.AvgPool2d(2), IMAGE),
    "average pool, overlapping": case(lambda: nn.AvgPool2d(3, 1, 1), IMAGE),
    "F.avg_pool2d": case(of(lambda x: F.avg_pool2d(x, 3, 1, 1)), IMAGE),
    "global average pool": case(lambda: nn.AdaptiveAvgPool2d(1), IMAGE),
    "average pool as large as the image": case(lambda: nn.AvgPool2d(14), IMAGE),
    "mean over the image": case(of(lambda x: x.mean((2, 3))), IMAGE),
    "adaptive average pool": case(lambda: nn.AdaptiveAvgPool2d(5), IMAGE),
    "adaptive average pool of a sequence": case(lambda: nn.AdaptiveAvgPool1d(1), (1, 16, 50)),
    "F.adaptive_avg_pool2d": case(of(lambda x: F.adaptive_avg_pool2d(x, 1)), IMAGE),
    "adaptive max pool": case(lambda: nn.AdaptiveMaxPool2d(7), IMAGE),
}
RESIZES: dict[str, Case] = {
    "upsampling, nearest": case(lambda: nn.Upsample(scale_factor=2), (1, 16, 7, 7)),
    "upsampling, bilinear": case(lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (1, 16, 7, 7)),
    "upsampling, bicubic": case(lambda: nn.Upsample(scale_factor=2, mode="bicubic"), (1, 16, 7, 7)),
    "upsampling, linear": case(lambda: nn.Upsample(scale_factor=2, mode="linear"), (1, 4, 9)),
    "upsampling, trilinear": case(lambda: nn.Upsample(scale_factor=2, mode="trilinear"), (1, 2, 3, 4, 5)),
    "upsampling, batch of 2": case(lambda: nn.Upsample(scale_factor=2), (2, 3, 7, 5)),
    "F.grid_sample": case(of(lambda x, g: F.grid_sample(x, g, align_corners=False)), (1, 16, 7, 7), (1, 5, 6, 2)),
    "F.interpolate to a size": case(of(lambda x: F.interpolate(x, size=(14, 14), mode="bilinear")), (1, 16, 7, 7)),
    "F.interpolate by a factor": case(of(lambda x: F.interpolate(x, scale_factor=2)), (2, 3, 7, 5)),
}
POINTWISE: dict[str, Case] = {
    "+": case(of(lambda x: x + x), IMAGE),
    "torch.add": case(of(lambda x: torch.add(x, x)), IMAGE),
    "Tensor.add": case(of(lambda x: x.add(x)), IMAGE),
    "*": case(of(lambda x: x * x), IMAGE),
    "torch.mul": case(of(lambda x: torch.mul(x, x)), IMAGE),
    "Tensor.mul": case(of(lambda x: x.mul(x)), IMAGE),
    "* by a number": case(of(lambda x: x * 2.0), IMAGE),
    "* by a gate per channel": case(of(lambda x: x * x.mean((2, 3), keepdim=True)), IMAGE),
    "-": case(of(lambda x: x - x), IMAGE),
    "/": case(of(lambda x: x / 3.0), IMAGE),
    "concatenation": case(of(lambda x: torch.cat([x, x], 1)), IMAGE),
    "pixel shuffle": case(lambda: nn.PixelShuffle(2), IMAGE),
    "flattening": case(nn.Flatten, IMAGE),
}

CASES: dict[str, Case] = {
    **CONVOLUTIONS,
    **TRANSPOSED,
    **LINEAR,
    **PRODUCTS,
    **ATTENTION,
    **RECURRENT,
    **NORMS,
    **ACTIVATIONS,
    **POOLS,
    **RESIZES,
    **POINTWISE,
}
