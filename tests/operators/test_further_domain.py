"""Settings outside the domains of sampling, tables, rearrangement and the remaining norms and pools."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  as everyone calls it

from convcost.core.errors import DomainError
from convcost.core.record import Operator
from convcost.core.registry import find

IMAGE = (2, 6, 5, 4)
WINDOW = {"kernel_size": 2, "stride": 1, "padding": 0, "dilation": 1}
ROOM = "kernel and output size must be at least 1, and their sum"


def zeros(*shape: int) -> torch.Tensor:
    return torch.zeros(shape)


# The operator, its input shapes and hyper-parameters, what is said, and the same in PyTorch.
BAD: list[tuple[str, tuple[Any, ...], dict[str, Any], str, Callable[[], Any]]] = [
    (
        "grid_sample",
        (IMAGE, (3, 7, 8, 2)),
        {},
        "the grid must be (batch, *sizes, axes)",
        lambda: F.grid_sample(zeros(*IMAGE), zeros(3, 7, 8, 2), align_corners=False),
    ),
    (
        "grid_sample",
        (IMAGE, (2, 7, 8, 3)),
        {},
        "the grid must be (batch, *sizes, axes)",
        lambda: F.grid_sample(zeros(*IMAGE), zeros(2, 7, 8, 3), align_corners=False),
    ),
    (
        "grid_sample",
        (IMAGE, (2, 7, 8, 2)),
        {"mode": "area"},
        "the mode must be nearest, bilinear or bicubic",
        lambda: F.grid_sample(zeros(*IMAGE), zeros(2, 7, 8, 2), mode="area", align_corners=False),
    ),
    (
        "affine_grid",
        ((2, 3, 3),),
        {"size": (2, 1, 4, 5)},
        "a map must be (batch, axes, axes + 1)",
        lambda: F.affine_grid(zeros(2, 3, 3), [2, 1, 4, 5], align_corners=False),
    ),
    (
        "embedding_bag",
        ((3,), (2,)),
        {"num_embeddings": 5, "embedding_dim": 4, "mode": "median"},
        "the mode must be sum, mean or max",
        lambda: F.embedding_bag(zeros(3).long(), zeros(5, 4), torch.tensor([0, 1]), mode="median"),
    ),
    (
        "pad",
        (IMAGE,),
        {"pad": (1, 2, 1)},
        "padding must come in pairs",
        lambda: F.pad(zeros(*IMAGE), (1, 2, 1)),
    ),
    (
        "pad",
        (IMAGE,),
        {"pad": (-3, -2)},
        "may not crop more than there is",
        lambda: F.pad(zeros(*IMAGE), (-3, -2)),
    ),
    (
        "pad",
        (IMAGE,),
        {"pad": (4, 0, 0, 0), "mode": "reflect"},
        "an axis must be longer than its reflection",
        lambda: F.pad(zeros(*IMAGE), (4, 0, 0, 0), mode="reflect"),
    ),
    (
        "pad",
        (IMAGE,),
        {"pad": (5, 0, 0, 0), "mode": "circular"},
        "as long as what goes round",
        lambda: F.pad(zeros(*IMAGE), (5, 0, 0, 0), mode="circular"),
    ),
    (
        "pixel_shuffle",
        (IMAGE,),
        {"upscale_factor": 2},
        "its square divide the channels",
        lambda: F.pixel_shuffle(zeros(*IMAGE), 2),
    ),
    (
        "pixel_shuffle",
        (IMAGE,),
        {"upscale_factor": 0},
        "the factor must be at least 1",
        lambda: F.pixel_shuffle(zeros(*IMAGE), 0),
    ),
    (
        "pixel_unshuffle",
        (IMAGE,),
        {"downscale_factor": 2},
        "divide height and width",
        lambda: F.pixel_unshuffle(zeros(*IMAGE), 2),
    ),
    (
        "channel_shuffle",
        (IMAGE,),
        {"groups": 4},
        "groups must be at least 1 and divide the channels",
        lambda: F.channel_shuffle(zeros(*IMAGE), 4),
    ),
    (
        "unfold",
        (IMAGE,),
        {"kernel_size": (2, 5)},
        "the kernel must fit into the padded input",
        lambda: F.unfold(zeros(*IMAGE), (2, 5)),
    ),
    (
        "fold",
        ((2, 24, 13),),
        {"output_size": (5, 4), **WINDOW},
        "the taps must divide the rows, the columns be the window's positions",
        lambda: F.fold(zeros(2, 24, 13), (5, 4), **WINDOW),
    ),
    (
        "fold",
        ((2, 25, 12),),
        {"output_size": (5, 4), **WINDOW},
        "the taps must divide the rows, the columns be the window's positions",
        lambda: F.fold(zeros(2, 25, 12), (5, 4), **WINDOW),
    ),
    (
        "rms_norm",
        (IMAGE,),
        {"normalized_shape": (5,)},
        "the normalised shape must be the last sizes",
        lambda: F.rms_norm(zeros(*IMAGE), [5]),
    ),
    (
        "lp_pool2d",
        (IMAGE,),
        {"norm_type": 2, "kernel_size": (2, 5)},
        "the kernel must fit into the input",
        lambda: F.lp_pool2d(zeros(*IMAGE), 2, (2, 5)),
    ),
    (
        "lp_pool2d",
        (IMAGE,),
        {"norm_type": 2, "kernel_size": 2, "stride": 0},
        "kernel size and stride must be at least 1",
        lambda: F.lp_pool2d(zeros(*IMAGE), 2, 2, 0),
    ),
    (
        "fractional_max_pool2d",
        (IMAGE,),
        {"kernel_size": 2, "output_size": 4},
        f"{ROOM} at most one more than the input's size",
        lambda: F.fractional_max_pool2d(zeros(*IMAGE), 2, 4),
    ),
    (
        "fractional_max_pool3d",
        ((2, 6, 5, 5, 5),),
        {"kernel_size": 2, "output_size": 4},
        f"{ROOM} no more than the input's size",
        lambda: F.fractional_max_pool3d(zeros(2, 6, 5, 5, 5), 2, 4),
    ),
    (
        "max_unpool2d",
        (IMAGE, (2, 6, 5, 5)),
        {"output_size": (10, 8)},
        "every element needs its index",
        lambda: F.max_unpool2d(zeros(*IMAGE), zeros(2, 6, 5, 5).long(), (2, 2)),
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=[f"{bad[0]} {bad[2]}" for bad in BAD])
def test_outside_the_domain_for_the_formula_and_for_pytorch(bad: tuple[Any, ...]) -> None:
    name, inputs, hyper, sentence, real = bad
    with pytest.raises(DomainError, match=f"^{name}: .*{re.escape(sentence)}"):
        find(Operator, name, "operator")(*inputs, **hyper)
    with pytest.raises((RuntimeError, ValueError, ZeroDivisionError, AttributeError)):
        real()


def test_empty_bags_are_outside_the_domain() -> None:
    # PyTorch gives zeros for them; how many there are no shape tells, but for more bags than indices.
    with pytest.raises(DomainError, match="there must be an index for every bag"):
        find(Operator, "embedding_bag", "operator")((2,), (3,), num_embeddings=5, embedding_dim=4)
    bags = find(Operator, "embedding_bag", "operator")
    assert bags((2,), (3,), num_embeddings=5, embedding_dim=4, include_last_offset=True).shape == (2, 4)


@pytest.mark.parametrize(("mode", "padding"), [("reflect", 3), ("circular", 4)])
def test_most_that_an_axis_can_be_padded_by(mode: str, padding: int) -> None:
    pad = (padding, 0, 0, 0)
    real = F.pad(zeros(*IMAGE), pad, mode=mode)
    assert find(Operator, "pad", "operator")(IMAGE, pad=pad, mode=mode).shape == tuple(real.shape)
