"""A handful of uneven configurations of each operator, which no wrong formula of the lists survives.

No two dimensions are equal, strides do not divide, and every setting is in use somewhere.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.operators import parts
from tests.operators.case import Applied, Case, Concat
from tests.operators.products import Attention, Bilinear, Chain, Contraction, Einsum, Product, Sum
from tests.operators.strategies_elementwise import FUNCTIONS, PAIRS, TRIPLES, kind, triple
from tests.operators.strategies_pointwise import ACTIVATIONS
from tests.operators.strategies_pooling import ADAPTIVE, POOLS
from tests.operators.strategies_recurrent import LAYERS, Packed
from tests.operators.strategies_reduction import (
    ORDERS,
    OVER_AN_AXIS,
    OVER_AXES,
    ROWWISE,
    SCANS,
    SCATTERS,
    reduction,
    scatter,
)

from . import further_products
from .probes_further import FURTHER

IMAGE = (2, 6, 18, 29)
VOLUME = (2, 6, 9, 11, 14)

PROBES: dict[str, list[Case]] = {
    "conv1d": [
        Case(nn.Conv1d(6, 15, 5, stride=3, padding=2, dilation=2, groups=3), (2, 6, 29)),
        Case(nn.Conv1d(4, 12, 3, stride=2, padding=1, groups=4, bias=False), (3, 4, 17)),
    ],
    "conv2d": [
        Case(nn.Conv2d(6, 15, (3, 5), stride=(2, 3), padding=(1, 2), groups=3), IMAGE),
        Case(nn.Conv2d(6, 15, (3, 4), stride=(3, 2), padding=(2, 1), dilation=(2, 3)), IMAGE),
        Case(nn.Conv2d(7, 14, (2, 5), stride=(1, 4), groups=7, bias=False), (3, 7, 11, 26)),
    ],
    "conv3d": [
        Case(nn.Conv3d(6, 15, (2, 3, 4), (3, 2, 5), (0, 1, 2), (3, 2, 1), groups=3), VOLUME),
        Case(nn.Conv3d(4, 10, (1, 3, 2), (1, 2, 3), (1, 0, 2), bias=False), (3, 4, 7, 9, 8)),
    ],
    "conv_transpose1d": [Case(nn.ConvTranspose1d(6, 15, 5, 3, 2, output_padding=1, groups=3, dilation=2), (2, 6, 13))],
    "conv_transpose2d": [
        Case(nn.ConvTranspose2d(6, 15, (3, 5), (2, 4), (1, 2), (1, 3), 3, dilation=(3, 2)), (2, 6, 8, 11)),
        Case(nn.ConvTranspose2d(4, 7, (2, 3), (3, 1), bias=False), (3, 4, 5, 9)),
    ],
    "conv_transpose3d": [
        Case(
            nn.ConvTranspose3d(6, 15, (2, 3, 4), (3, 2, 5), (0, 1, 2), (2, 1, 0), 3, dilation=(1, 2, 3)),
            (2, 6, 4, 5, 7),
        )
    ],
    "linear": [
        Case(nn.Linear(7, 11), (2, 5, 3, 7)),
        Case(nn.Linear(7, 11, bias=False), (3, 7)),
        Case(nn.Linear(7, 3), (7,)),
    ],
    **{
        name: [
            Case(make(3, 7, 3, bidirectional=True), (5, 2, 3), oracle=parts.recurrent),
            Case(make(3, 7, 2, bias=False, batch_first=True), (2, 5, 3), oracle=parts.recurrent),
            Case(Packed(make(3, 7), [4, 4, 2, 1]), (11, 3), oracle=parts.recurrent),
        ]
        for name, make in LAYERS.items()
    },
    "matmul": [
        Case(Product(torch.matmul, (2, 1, 7, 5)), (3, 4, 7)),
        Case(Product(torch.matmul, (3, 7, 5)), (2, 1, 4, 7)),
        Case(Product(torch.matmul, (7,)), (2, 4, 7)),
        Case(Product(torch.matmul, (2, 7, 5)), (7,)),
    ],
    "mm": [Case(Product(torch.mm, (7, 5)), (4, 7))],
    "bmm": [Case(Product(torch.bmm, (3, 7, 5)), (3, 4, 7))],
    "mv": [Case(Product(torch.mv, (7,)), (4, 7))],
    "dot": [Case(Product(torch.dot, (7,)), (7,))],
    "outer": [Case(Product(torch.outer, (7,)), (4,))],
    "kron": [Case(Product(torch.kron, (5, 7)), (2, 3)), Case(Product(torch.kron, (4, 5, 7)), (3,))],
    "multi_dot": [
        Case(Chain((3, 8), (8, 2), (2, 9)), (10, 3)),
        Case(Chain((4, 11), (11, 5)), (7, 4)),
    ],
    "addmm": [
        Case(Sum(torch.addmm, (7, 5), (5,)), (4, 7)),
        Case(Sum(torch.addmm, (7, 5), (4, 5), beta=0, alpha=3), (4, 7)),
    ],
    "baddbmm": [
        Case(Sum(torch.baddbmm, (3, 7, 5), (3, 1, 5), beta=2), (3, 4, 7)),
        Case(Sum(torch.baddbmm, (3, 7, 5), (3, 4, 5), beta=0, alpha=3), (3, 4, 7)),
    ],
    "addbmm": [
        Case(Sum(torch.addbmm, (3, 7, 5), (1, 5), beta=2), (3, 4, 7)),
        Case(Sum(torch.addbmm, (3, 7, 5), (4, 5), beta=0, alpha=3), (3, 4, 7)),
    ],
    "addmv": [
        Case(Sum(torch.addmv, (7,), (1,), beta=2), (4, 7)),
        Case(Sum(torch.addmv, (7,), (4,), beta=0, alpha=3), (4, 7)),
    ],
    "addr": [
        Case(Sum(torch.addr, (7,), (7,), beta=2), (4,)),
        Case(Sum(torch.addr, (7,), (4, 7), beta=0, alpha=3), (4,)),
    ],
    "tensordot": [
        Case(Contraction(torch.tensordot, (4, 3, 5), dims=([1, 2], [1, 0])), (2, 3, 4)),
        Case(Contraction(torch.inner, (5, 7)), (2, 7)),
    ],
    "bilinear": [Case(Bilinear((2, 4, 5), 3, 7, True), (2, 4, 3)), Case(Bilinear((4, 5), 3, 7, False), (4, 3))],
    "einsum": [
        Case(Einsum("ij,jk,kl->il", (3, 11), (11, 5)), (2, 3)),
        Case(Einsum("bij,bkjm->kib", (2, 7, 4, 5)), (2, 3, 4)),
    ],
    "scaled_dot_product_attention": [
        Case(Attention((2, 3, 7, 5), (2, 3, 7, 11), enable_gqa=True, is_causal=True), (2, 6, 4, 5)),
        Case(Attention((2, 3, 7, 5), (2, 3, 7, 11), (4, 7)), (2, 3, 4, 5)),
    ],
    "batch_norm": [
        Case(nn.BatchNorm2d(5), (2, 5, 3, 4)),
        Case(nn.BatchNorm2d(5, affine=False), (2, 5, 3, 4)),
        Case(nn.BatchNorm1d(5, track_running_stats=False), (2, 5, 3)),
    ],
    "instance_norm": [Case(nn.InstanceNorm2d(5, affine=True), (2, 5, 3, 4)), Case(nn.InstanceNorm1d(5), (2, 5, 3))],
    "group_norm": [Case(nn.GroupNorm(3, 6), (2, 6, 5, 4)), Case(nn.GroupNorm(2, 6, affine=False), (4, 6, 5))],
    "local_response_norm": [
        Case(nn.LocalResponseNorm(5), (2, 7, 3, 4)),
        Case(nn.LocalResponseNorm(2), (4, 3, 5)),
    ],
    "layer_norm": [
        Case(nn.LayerNorm((4, 3)), (2, 5, 4, 3)),
        Case(nn.LayerNorm(3, elementwise_affine=False), (2, 5, 3)),
    ],
    **{name: [Case(make(), (2, 5, 3, 4))] for name, make in ACTIVATIONS.items()},
    **{name: [Case(Applied(function, dtype=kind(name)), (2, 5, 3, 4))] for name, function in FUNCTIONS.items()},
    **{
        name: [Case(Applied(function, (3, 1, 4), dtype=kind(name)), (2, 1, 5, 1))]
        for name, function in PAIRS.items()
        if name != "float_power"
    },
    "add_scaled": [Case(Applied(torch.add, (3, 1, 4), alpha=3), (2, 1, 5, 1))],
    "sub_scaled": [
        Case(Applied(torch.sub, (3, 1, 4), alpha=3), (2, 1, 5, 1)),
        Case(Applied(torch.rsub, (3, 1, 4), alpha=3), (2, 1, 5, 1)),
    ],
    "div_rounded": [Case(Applied(torch.div, (3, 1, 4), rounding_mode="floor"), (2, 1, 5, 1))],
    **{name: [triple(name, plain) for plain in (True, False)] for name in TRIPLES},
    **{
        name: [reduction(name, (2, 5, 3, 4), (2, 3), keepdim=True), reduction(name, (2, 5, 3), -2)]
        for name in OVER_AXES
    },
    "norm": [reduction("norm", (2, 5, 3, 4), (1, 3), keepdim=True, ord=order) for order in ORDERS],
    **{name: [reduction(name, (2, 5, 3, 4), -2, keepdim=True), reduction(name, (2, 5, 3), 1)] for name in OVER_AN_AXIS},
    **{name: [Case(Applied(function, dim=1), (2, 5, 3, 4))] for name, function in SCANS.items()},
    **{name: [Case(Applied(function, dim=1), (2, 6, 3, 4))] for name, function in ROWWISE.items()},
    **{name: [scatter(name, (2, 5, 3), 1, 7)] for name in SCATTERS},
    "prelu": [Case(nn.PReLU(5), (2, 5, 3, 4)), Case(nn.PReLU(), (2, 5, 3))],
    "softmax": [Case(nn.Softmax(1), (2, 5, 3)), Case(nn.Softmax(-1), (2, 5, 3, 4))],
    **{
        name: [
            Case(Applied(getattr(torch, name), (3, 1, 4)), (2, 1, 5, 1)),
            Case(Applied(getattr(torch, name), 3.0), (2, 5)),
        ]
        for name in ("add", "sub", "mul", "div")
    },
    "concat": [Case(Concat((2, 5, 3), 1, (4, 7)), (2, 5, 3)), Case(Concat((2, 5, 3), -1, (4,)), (2, 5, 3))],
    "mean": [
        Case(Applied(torch.mean, dim=(2, 3), keepdim=True), (2, 5, 3, 4)),
        Case(Applied(torch.mean, dim=-2), (2, 5, 3)),
        Case(Applied(torch.mean), (2, 5, 3)),
    ],
    "flatten": [Case(nn.Flatten(), (2, 5, 3, 4)), Case(nn.Flatten(-3, -2), (2, 5, 3, 4))],
    "dropout": [Case(nn.Dropout(), (2, 5, 3, 4))],
    **FURTHER,
    **further_products.PROBES,
}
KERNEL, STRIDE, PADDING, DILATION, SIZES = (4, 2, 3), (3, 5, 2), (2, 0, 1), (1, 3, 2), (14, 18, 12)
for _rank in (1, 2, 3):
    _axes = KERNEL[:_rank], STRIDE[:_rank], PADDING[:_rank]
    _shape = (2, 5, *SIZES[:_rank])
    PROBES[f"max_pool{_rank}d"] = [
        Case(POOLS["max", _rank](*_axes, DILATION[-_rank:]), _shape),
        Case(POOLS["max", _rank](*_axes, ceil_mode=True), _shape),
    ]
    PROBES[f"avg_pool{_rank}d"] = [
        Case(POOLS["avg", _rank](*_axes), _shape),
        Case(POOLS["avg", _rank](*_axes, ceil_mode=True), _shape),
    ]
    for _kind in ("max", "avg"):
        PROBES[f"adaptive_{_kind}_pool{_rank}d"] = [
            Case(ADAPTIVE[_kind, _rank]((4, 7, 5)[:_rank]), _shape),
            Case(ADAPTIVE[_kind, _rank]((10, 6, 8)[:_rank]), _shape),
        ]

PROBES["lstm"].append(Case(LAYERS["lstm"](3, 7, 2, bidirectional=True, proj_size=4), (5, 2, 3), oracle=parts.recurrent))

WEAK = [Case(nn.Conv2d(64, 64, 3, padding=1, bias=False), (1, 64, 14, 14))]
"""The layer that is tried first, and that tells little: square, as many channels out as in, one image."""
