"""What stands in reports/: every network at the settings that are compared there."""

from __future__ import annotations

from itertools import product
from typing import Any

from convcost.core.architecture import Architecture
from convcost.core.registry import find
from convcost.symbolic.closed_form import OPEN

ALPHAS = ("1", "0.75", "0.5", "0.25")
RESOLUTIONS = ("224", "192", "160", "128")


def _at(*resolutions: int, **fixed: str) -> list[dict[str, Any]]:
    return [{**fixed, "resolution": str(resolution)} for resolution in resolutions]


def _each(option: str, *values: object, **fixed: str) -> list[dict[str, str]]:
    return [{**fixed, option: str(value)} for value in values]


SYSTEMS: dict[str, list[dict[str, Any]]] = {
    # Tables 6 and 7 of the paper are the edges of this grid; Tables 4 and 5 are the two variants.
    "mobilenet_v1": [
        *({"alpha": alpha, "resolution": resolution} for alpha, resolution in product(ALPHAS, RESOLUTIONS)),
        *_each("variant", "shallow", "full-conv"),
    ],
    "mobilenet_v1_cifar": [{}, *_each("alpha", "0.5"), {"resolution": "33", "batch": "3"}],
    "mobilenet_v1_keras": [{}, *_each("variant", "shallow"), *_at(225, alpha="0.5")],
    "mobilenet_v2": [{}, *_each("alpha", "1.4", "0.75", "0.35"), *_at(96, 225, alpha="1.4")],
    "mobilenet_v2_cifar": [{}, *_at(33, 56)],
    "hybridsn": [
        {},
        {"bands": "15", "classes": "9"},
        {"bands": "15"},
        *_each("variant", "batch-norm", "no-bias", "se"),
        {"window": "19", "batch": "3"},
    ],
    "se_resnet": [*_each("depth", 50, 101, 152), *_each("variant", "v1.5"), *_at(225, reduction="8")],
    "resnet": [
        *_each("depth", 18, 34, 50, 101, 152),
        *_each("depth", 50, 101, 152, variant="v1.5"),
        *_each("depth", 18, 34, shortcut="A"),
        *_at(225, batch="3"),
    ],
    "resnext": [*_each("depth", 50, 101), *_each("variant", "se"), *_at(225, batch="3")],
    "vgg": [*_each("variant", "D", "A", "B", "C", "E"), *_at(225, batch="3")],
    "squeezenet": [{}, *_each("variant", "caffe"), *_at(224, classes="10")],
    "resnet_cifar": [*_each("depth", 20, 32, 44, 56, 110), *_each("shortcut", "B"), *_at(33)],
    "inception_naive": [{}, *_each("variant", "reduced"), *_at(11)],
    "googlenet": [{}, *_each("variant", "torchvision"), *_at(225)],
    "bn_inception": [{}, {"variant": "listed", "conv1": "full"}, *_at(225)],
    "inception_v3": [{}, *_at(225, 331)],
    "inception_v4": [{}, *_at(225, 331)],
    "inception_resnet_v1": [{}, *_at(225, 331)],
    "inception_resnet_v2": [{}, *_each("variant", "released"), *_at(225)],
    "xception": [{}, *_at(225, 331)],
    "alexnet": [{}, *_each("variant", "ungrouped", "one-weird-trick", "single-tower"), *_at(243)],
    "nasnet": [{}, *_at(225), {"repeats": "4"}],
    "nasnet_mobile": [{}, *_at(225), {"batch": "3"}],
    "pnasnet": [{}, *_at(225), {"repeats": "2"}],
    "pnasnet_mobile": [{}, *_at(225), {"batch": "3"}],
    # B0, B1 and B2.
    "efficientnet": [{}, *_at(240, depth="1.1"), *_at(260, alpha="1.1", depth="1.2")],
}


def _proved(name: str) -> list[tuple[str, dict[str, Any], str | None]]:
    """A network's own model at every setting above, once, apart from image and batch, which a proof leaves open."""
    architecture = find(Architecture, name, "network")
    grid = next((option.published for option in architecture.options if option.name == "alpha"), ())
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for options in SYSTEMS[name]:
        given = {key: value for key, value in options.items() if key not in OPEN and not (key == "alpha" and grid)}
        found.setdefault(tuple(architecture.settings(given).items()), given)
    return [(name, given, None) for given in found.values()]


PROOFS: list[tuple[str, dict[str, Any], str | None]] = [
    *(proof for name in SYSTEMS for proof in _proved(name)),
    ("resnet", {"depth": "18"}, "torchvision:resnet18"),
    ("resnet", {}, "torchvision:resnet50"),
    ("resnet", {"variant": "v1.5"}, "torchvision:resnet50"),
    ("resnet", {"depth": "152", "variant": "v1.5"}, "torchvision:resnet152"),
    ("resnext", {}, "torchvision:resnext50_32x4d"),
    ("se_resnet", {}, "timm:seresnet50"),
    ("se_resnet", {"variant": "v1.5"}, "timm:seresnet50"),
    ("vgg", {}, "torchvision:vgg16"),
    ("squeezenet", {}, "torchvision:squeezenet1_0"),
    ("alexnet", {"variant": "single-tower"}, "torchvision:alexnet"),
    ("mobilenet_v2", {"alpha": "1"}, "torchvision:mobilenet_v2"),
    ("googlenet", {}, "torchvision:googlenet"),
    ("googlenet", {"variant": "torchvision"}, "torchvision:googlenet"),
    ("inception_v3", {}, "torchvision:inception_v3"),
    ("inception_v4", {}, "timm:inception_v4"),
    ("inception_resnet_v2", {"variant": "released"}, "timm:inception_resnet_v2"),
    ("xception", {}, "timm:legacy_xception"),
]
