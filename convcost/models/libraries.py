"""Networks that torchvision or timm has already, at the settings of our formulas; the image is the input's."""

from fractions import Fraction
from functools import partial

from torch import nn

from convcost.models.torchvision_and_timm import library, timm_model, torchvision_model


def efficientnet(*, alpha: Fraction, depth: Fraction, classes: int, **_: object) -> nn.Module:
    """Build torchvision's network of B0's stages; its head is as wide as the authors' code makes it."""
    library("torchvision")
    from torchvision.models import efficientnet as source

    width = float(alpha)
    stages, _last = source._efficientnet_conf("efficientnet_b0", width_mult=width, depth_mult=float(depth))
    head = source.MBConvConfig.adjust_channels(1280, width)
    model: nn.Module = source.EfficientNet(stages, dropout=0.2, num_classes=classes, last_channel=head)
    return model


def inception_v3(*, classes: int, **_: object) -> nn.Module:
    """Build torchvision's port of the release without auxiliary classifier, which acts in training only."""
    return torchvision_model(
        "inception_v3", aux_logits=False, init_weights=False, transform_input=False, num_classes=classes
    )


def inception_v4(*, classes: int, **_: object) -> nn.Module:
    """Build timm's port of the authors' release."""
    return timm_model("inception_v4", num_classes=classes)


def mobilenet_v2(*, alpha: Fraction, classes: int, **_: object) -> nn.Module:
    """Build torchvision's model at a width multiplier; it rounds channels as the paper's authors do."""
    return torchvision_model("mobilenet_v2", width_mult=float(alpha), num_classes=classes)


def resnext(*, depth: int, classes: int, variant: str, **_: object) -> nn.Module:
    """Build torchvision's 50 layers, timm's 101 (torchvision's are 32×8d), or timm's with squeeze-and-excitation."""
    if variant == "se":
        return timm_model(f"seresnext{depth}_32x4d", num_classes=classes, block_args=_squeezing(16))
    if depth == 50:
        return torchvision_model("resnext50_32x4d", num_classes=classes)
    return timm_model(f"resnext{depth}_32x4d", num_classes=classes)


def se_resnet(*, depth: int, classes: int, reduction: int, variant: str, **_: object) -> nn.Module:
    """Build timm's port of the authors' Caffe nets (v1), or timm's own ResNet with the same blocks (v1.5)."""
    if variant == "v1":
        return timm_model(f"legacy_seresnet{depth}", num_classes=classes, reduction=reduction)
    return timm_model(f"seresnet{depth}", num_classes=classes, block_args=_squeezing(reduction))


def _squeezing(reduction: int) -> dict[str, object]:
    # timm's default would round the squeezed channels to a multiple of 8, which the paper does not.
    return {"attn_layer": partial(library("timm").layers.SEModule, rd_ratio=1 / reduction, rd_divisor=1)}


def squeezenet(*, classes: int, variant: str, **_: object) -> nn.Module:
    """Build SqueezeNet 1.0; `variant` caffe pads its last convolution by 1, as the authors' Caffe net does."""
    model = torchvision_model("squeezenet1_0", num_classes=classes)
    if variant == "caffe":
        last = model.get_submodule("classifier.1")
        assert isinstance(last, nn.Conv2d)  # noqa: S101 - for mypy
        last.padding = (1, 1)
    return model


_VGG_LAYERS = {"A": 11, "B": 13, "C": 16, "D": 16, "E": 19}


def vgg(*, classes: int, variant: str, **_: object) -> nn.Module:
    """Build torchvision's VGG; configuration C is its D with three 1×1 convolutions."""
    model = torchvision_model(f"vgg{_VGG_LAYERS[variant]}", num_classes=classes, init_weights=False)
    if variant == "C":
        features = model.get_submodule("features")
        convolutions = [(name, layer) for name, layer in features.named_children() if isinstance(layer, nn.Conv2d)]
        for place in (6, 9, 12):  # the third convolution of the third, fourth and fifth stage
            name, old = convolutions[place]
            features.add_module(name, nn.Conv2d(old.in_channels, old.out_channels, 1))
    return model


def xception(*, classes: int, **_: object) -> nn.Module:
    """Build timm's port of Chollet's Keras net."""
    return timm_model("legacy_xception", num_classes=classes)
