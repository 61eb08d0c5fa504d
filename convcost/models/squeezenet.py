"""SqueezeNet 1.0 (Iandola et al. 2016, arXiv 1602.07360): torchvision's."""

from __future__ import annotations

from torch import nn

from convcost.models._zoo import torchvision_model


def build(*, classes: int, variant: str, **_: object) -> nn.Module:
    """The module; `variant` caffe pads its last convolution by 1, as the authors' Caffe net does."""
    model = torchvision_model("squeezenet1_0", num_classes=classes)
    if variant == "caffe":
        last = model.get_submodule("classifier.1")
        assert isinstance(last, nn.Conv2d)  # noqa: S101 - for mypy
        last.padding = (1, 1)
    return model
