"""Models of torchvision, of timm and of the registry, with the inputs that they are declared for."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from convcost.core.errors import ConvcostError, DomainError, MeasurementError
from convcost.core.spec import TensorSpec
from convcost.models.loading import LoadedModel, load


def run(loaded: LoadedModel) -> None:
    assert isinstance(loaded.inputs, tuple)
    assert all(p.is_meta for p in loaded.module.parameters())
    assert not any(module.training for module in loaded.module.modules())
    with torch.inference_mode():
        loaded.module(*(torch.zeros(i.shape, device="meta") for i in loaded.inputs))


# Input sizes: torchvision's documentation of each set of default weights, timm's of each configuration.
@pytest.mark.parametrize(
    ("reference", "arguments", "shapes"),
    [
        ("torchvision:squeezenet1_1", {}, [(1, 3, 224, 224)]),
        ("torchvision:inception_v3", {}, [(1, 3, 299, 299)]),
        ("torchvision:efficientnet_b1", {}, [(1, 3, 240, 240)]),
        ("torchvision:regnet_x_400mf", {}, [(1, 3, 224, 224)]),  # computes its widths with tensors
        ("torchvision:vit_b_32", {"image_size": "64"}, [(1, 3, 64, 64)]),
        ("torchvision:quantized_shufflenet_v2_x0_5", {}, [(1, 3, 224, 224)]),
        ("torchvision:lraspp_mobilenet_v3_large", {"num_classes": "3"}, [(1, 3, 520, 520)]),
        ("torchvision:r3d_18", {}, [(1, 3, 16, 112, 112)]),
        ("torchvision:raft_small", {}, [(1, 3, 512, 512), (1, 3, 512, 512)]),
        ("timm:test_resnet", {}, [(1, 3, 160, 160)]),
        ("timm:test_vit", {"img_size": "96", "in_chans": "1"}, [(1, 1, 96, 96)]),
        ("timm:test_efficientnet.r160_in1k", {"num_classes": "7"}, [(1, 3, 160, 160)]),
        ("mobilenet_v1", {"alpha": "0.25", "resolution": "128"}, [(1, 3, 128, 128)]),
        ("hybridsn", {}, [(1, 1, 30, 25, 25)]),  # Roy et al. 2020, Table I: 25×25 pixels of 30 bands
    ],
)
def test_model_runs_on_its_default_input(
    reference: str, arguments: dict[str, str], shapes: list[tuple[int, ...]]
) -> None:
    loaded = load(reference, arguments)
    assert loaded.name == reference
    assert loaded.inputs == tuple(map(TensorSpec, shapes))
    run(loaded)


def test_vision_transformer_takes_the_size_that_it_was_built_for() -> None:
    """Its default weights are for 518 pixels; without weights torchvision builds it for 224."""
    assert load("torchvision:vit_h_14").inputs == (TensorSpec((1, 3, 224, 224)),)


def test_detector_has_no_default_input() -> None:
    loaded = load("torchvision:ssd300_vgg16")
    assert loaded.inputs is None
    assert loaded.note == (
        "torchvision:ssd300_vgg16 takes a list of images, and what it computes depends on what they show"
    )


@pytest.mark.parametrize(
    ("reference", "arguments", "message"),
    [
        ("torchvision:resnet5", {}, "unknown torchvision model 'resnet5'; did you mean torchvision:resnet50"),
        ("timm:resnet5", {}, "unknown timm model 'resnet5'; did you mean timm:resnet50"),
        ("timm:test_resnet.nowhere", {}, "timm:test_resnet.nowhere cannot be built: "),
        ("torchvision:resnet18", {"weights": "DEFAULT"}, "torchvision:resnet18: leave out weights; models are built "),
        (
            "torchvision:fcn_resnet50",
            {"weights_backbone": "x"},
            "torchvision:fcn_resnet50: leave out weights_backbone;",
        ),
        (
            "timm:test_resnet",
            {"pretrained": "True"},
            "timm:test_resnet: leave out pretrained; models are built without",
        ),
        ("timm:test_resnet", {"checkpoint_path": "x"}, "timm:test_resnet: leave out checkpoint_path; "),
        (
            "torchvision:resnet18",
            {"clases": "3"},
            "torchvision:resnet18 takes no argument 'clases'; it takes progress, ",
        ),
        ("timm:test_resnet", {"clases": "3"}, "timm:test_resnet takes no argument 'clases'; it takes block, layers, "),
        ("torchvision:resnet18", {"num_classes": "few"}, "torchvision:resnet18 cannot be built: TypeError: "),
    ],
)
def test_bad_model_says_so_in_one_line(reference: str, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        load(reference, arguments)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_accepted_arguments_name_those_of_the_class_and_none_that_loads_weights() -> None:
    with pytest.raises(MeasurementError) as raised:
        load("torchvision:resnet18", {"clases": "3"})
    named = str(raised.value).partition("it takes ")[2].split(", ")
    assert {"num_classes", "groups", "norm_layer"} <= set(named)
    assert not {"self", "weights", "kwargs"} & set(named)


def test_option_of_the_book_keeps_its_domain() -> None:
    with pytest.raises(DomainError, match="alpha is '2x', but must be a decimal above 0 and at most 16"):
        load("mobilenet_v1", {"alpha": "2x"})


@pytest.mark.parametrize("name", ["torchvision", "timm"])
def test_library_that_is_not_installed_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MeasurementError, match=rf"^this model needs {name}: pip install {name}$"):
        load(f"{name}:resnet18")


def test_random_state_is_kept_by_a_model_that_the_meta_device_refuses() -> None:
    before = torch.get_rng_state()
    load("torchvision:regnet_x_400mf")
    assert torch.equal(torch.get_rng_state(), before)


def test_nothing_draws_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(tensor: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        assert tensor.is_meta
        return tensor

    for name in ("normal_", "uniform_"):
        monkeypatch.setattr(torch.Tensor, name, drawn)
    load("torchvision:regnet_x_400mf")
    load("timm:test_resnet")
    with pytest.raises(AssertionError):
        nn.init.normal_(torch.empty(3))
