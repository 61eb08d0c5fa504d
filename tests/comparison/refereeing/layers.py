"""Convolutions and linear layers, plain and in every disguise."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tests.comparison.refereeing.case import IMAGE, PAIR, Case, case, layer, linear, made_of


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
