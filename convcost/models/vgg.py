"""VGG (Simonyan & Zisserman 2014, arXiv 1409.1556): torchvision's; configuration C is its D with three 1×1s."""

from __future__ import annotations

from torch import nn

from convcost.models._zoo import torchvision_model

_LAYERS = {"A": 11, "B": 13, "C": 16, "D": 16, "E": 19}


def build(*, classes: int, variant: str, **_: object) -> nn.Module:
    """The module for the settings of the book's architecture (resolution and batch are the input's)."""
    model = torchvision_model(f"vgg{_LAYERS[variant]}", num_classes=classes, init_weights=False)
    if variant == "C":
        features = model.get_submodule("features")
        convolutions = [name for name, module in features.named_children() if isinstance(module, nn.Conv2d)]
        # The third convolution of the third, fourth and fifth stage.
        for name in (convolutions[6], convolutions[9], convolutions[12]):
            old = features.get_submodule(name)
            features.add_module(name, nn.Conv2d(old.in_channels, old.out_channels, 1))  # type: ignore[arg-type]
    return model
