"""What makes fvcore run on the CPU, each construct by the doubt that it raises."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.models.mobilenet import MobileNetV1
from convcost.models.torchvision_and_timm import torchvision_model
from convcost.trace.capture import capture

from .modules import Written

IMAGE = (2, 3, 8, 9)


def _made(forward: Any) -> nn.Module:
    model = Written(forward, conv=nn.Conv2d(3, 4, 3))
    model.register_buffer("one", torch.tensor([1.0]))
    return model


def _quietly(m: Any, x: Tensor) -> Any:
    with torch.no_grad():
        return m.conv(x)


def _in_half(m: Any, x: Tensor) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return m.conv(x)


def _asked(m: Any, x: Tensor) -> Any:
    return m.conv(x) if x.device.type == "cpu" else m.conv(x) * 2


@torch.library.custom_op("convcost_tests::double", mutates_args=())
def double(x: Tensor) -> Tensor:
    return x * 2


@double.register_fake
def _(x: Tensor) -> Tensor:
    return torch.empty_like(x)


FORWARDS: dict[str, tuple[Any, str]] = {
    "reads a number": (lambda m, x: m.conv(x) * float(m.one.item()), "the model does not run on the meta device"),
    "takes a constant's number": (
        lambda m, x: m.conv(x) * torch.tensor(2.0).item(),
        "the model reads a number from a tensor",
    ),
    "switches gradients off": (_quietly, "the model switches gradients off"),
    "runs under autocast": (_in_half, "the model runs under autocast"),
    "asks for the device": (_asked, "the model asks where its tensors are and how they lie in memory"),
    "asks for strides": (
        lambda m, x: m.conv(x).as_strided((2, 3), m.conv(x).stride()[:2]),
        "the model asks where its tensors are and how they lie in memory",
    ),
    "transforms a function": (
        lambda m, x: torch.func.vmap(lambda image: m.conv(image))(x),
        "the model transforms functions (torch.func)",
    ),
    "calls another library": (
        lambda m, x: double(m.conv(x)),
        "the model calls convcost_tests::double, which is not PyTorch's own",
    ),
}


@pytest.mark.parametrize("name", FORWARDS)
def test_construct_raises_its_doubt(name: str) -> None:
    forward, doubt = FORWARDS[name]
    assert doubt in capture(_made(forward), IMAGE).doubts


def _frozen() -> nn.Module:
    return nn.Sequential(nn.MultiheadAttention(4, 2).requires_grad_(False))


def test_frozen_attention_is_in_doubt() -> None:
    model = Written(lambda m, x: m.inner(x, x, x)[0], inner=nn.MultiheadAttention(4, 2))
    assert capture(model, (5, 1, 4)).doubts == ()
    model.requires_grad_(False)
    assert capture(model, (5, 1, 4)).doubts == ("module 'inner' is frozen attention",)


def test_hooks_and_patched_forwards_are_in_doubt() -> None:
    hooked = nn.Sequential(nn.Conv2d(3, 4, 3))
    hooked[0].register_forward_hook(lambda *_: None)
    assert capture(hooked, IMAGE).doubts == ("module '0' has hooks",)
    patched = nn.Sequential(nn.Conv2d(3, 4, 3))
    patched.forward = torch.abs  # type: ignore[method-assign]
    assert capture(patched, IMAGE).doubts == ("the model has a forward that is not its class's",)


def test_gradients_that_the_caller_switched_off_are_in_doubt() -> None:
    with torch.no_grad():
        assert capture(nn.Conv2d(3, 4, 3), IMAGE).doubts == ("gradients are switched off",)


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "densenet121", "vit_b_16", "swin_t", "convnext_tiny"])
def test_usual_nets_raise_none(name: str) -> None:
    assert capture(torchvision_model(name), (1, 3, 224, 224)).doubts == ()


def test_only_a_model_that_reads_sizes_is_said_to() -> None:
    assert not capture(MobileNetV1(), (1, 3, 32, 32)).reads_sizes
    assert not capture(torchvision_model("resnet18"), (1, 3, 32, 32)).reads_sizes
    assert capture(Written(lambda _, x: x.view(x.size(0), -1)), IMAGE).reads_sizes
    assert capture(Written(lambda _, x: x.reshape(len(x), -1)), IMAGE).reads_sizes
    assert capture(Written(lambda _, x: x / x.shape[-1] ** 0.5), IMAGE).reads_sizes
