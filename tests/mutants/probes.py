"""A handful of uneven configurations of each operator, which no wrong formula of the lists survives.

No two dimensions are equal, strides do not divide, and every setting is in use somewhere.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.operators import parts
from tests.operators.case import Binary, Case, Concat, Mean
from tests.operators.strategies_pointwise import ACTIVATIONS
from tests.operators.strategies_pooling import ADAPTIVE, POOLS
from tests.operators.strategies_recurrent import LAYERS, Packed

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
    **{name: [Case(kind(), (2, 5, 3, 4))] for name, kind in ACTIVATIONS.items()},
    "prelu": [Case(nn.PReLU(5), (2, 5, 3, 4)), Case(nn.PReLU(), (2, 5, 3))],
    "softmax": [Case(nn.Softmax(1), (2, 5, 3)), Case(nn.Softmax(-1), (2, 5, 3, 4))],
    **{
        name: [
            Case(Binary(getattr(torch, name), (3, 1, 4)), (2, 1, 5, 1)),
            Case(Binary(getattr(torch, name), 3.0), (2, 5)),
        ]
        for name in ("add", "sub", "mul", "div")
    },
    "concat": [Case(Concat((2, 5, 3), 1, (4, 7)), (2, 5, 3)), Case(Concat((2, 5, 3), -1, (4,)), (2, 5, 3))],
    "mean": [Case(Mean((2, 3), keepdim=True), (2, 5, 3, 4)), Case(Mean((-2,)), (2, 5, 3)), Case(Mean(), (2, 5, 3))],
    "flatten": [Case(nn.Flatten(), (2, 5, 3, 4)), Case(nn.Flatten(-3, -2), (2, 5, 3, 4))],
    "dropout": [Case(nn.Dropout(), (2, 5, 3, 4))],
    **FURTHER,
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
