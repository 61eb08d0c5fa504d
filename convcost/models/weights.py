"""What torchvision publishes with its weights: billions of MACs, parameters, and the input they were measured at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convcost.core.spec import TensorSpec
from convcost.models.torchvision_and_timm import library, torchvision_builder, torchvision_names

# Not in the weights' metadata; with these its numbers are reproduced to the last digit.
_FRAMES = 16
_FLOW_IMAGE = (512, 512)
_SIDE = 224  # of a vision transformer built without weights

_NO_INPUT = "takes a list of images, and what it computes depends on what they show"


@dataclass(frozen=True)
class PublishedWeights:
    """One set of weights: `gmacs` is torchvision's `_ops` as text, `parameters` its `num_params`.

    The model that they belong to is built with `arguments`; `inputs` are None for a detector.
    """

    reference: str
    weights: str
    gmacs: str
    parameters: int
    arguments: Mapping[str, Any]
    inputs: tuple[TensorSpec, ...] | None
    default: bool


def published_entries() -> list[PublishedWeights]:
    """Return every set of weights of every model that torchvision registers, quantised models too."""
    return [entry for name in torchvision_names() for entry in _entries(name)]


def published(reference: str) -> PublishedWeights | None:
    """Return the numbers of a model at its default input, of its default weights where these were measured there.

    None for what is not `torchvision:NAME`, and where no weights were measured at that input.
    """
    library, _, name = reference.rpartition(":")
    if library != "torchvision":
        return None
    inputs, _ = default_inputs(name, {})
    entries = [entry for entry in _entries(name) if entry.inputs == inputs]
    return next((entry for entry in entries if entry.default), entries[0] if entries else None)


def default_inputs(name: str, arguments: Mapping[str, Any]) -> tuple[tuple[TensorSpec, ...] | None, str]:
    """Return the input of a model of torchvision, batch 1, at the size of its default weights, and where it comes from.

    `arguments` that fix the model's input size overrule the weights' size.
    """
    weights = _enumeration(name).DEFAULT
    if _kind(name) == "detection":
        return None, f"torchvision:{name} {_NO_INPUT}"
    sides = _sides(name, weights)
    if name.startswith("vit_"):
        sides = (arguments.get("image_size", _SIDE),) * 2
    for option in ("input_size", "spatial_size"):
        sides = tuple(arguments.get(option, sides))
    return _inputs(name, sides, arguments.get("temporal_size", _FRAMES)), f"input size of {weights}"


def _entries(name: str) -> list[PublishedWeights]:
    enumeration = _enumeration(name)
    found = []
    for weights in enumeration:
        sides = _sides(name, weights)
        entry = PublishedWeights(
            reference=f"torchvision:{name}",
            weights=str(weights),
            gmacs=f"{weights.meta['_ops']:.3f}",
            parameters=weights.meta["num_params"],
            arguments=_arguments(name, sides),
            inputs=None if _kind(name) == "detection" else _inputs(name, sides, _FRAMES),
            default=weights is enumeration.DEFAULT,
        )
        found.append(entry)
    return found


def _enumeration(name: str) -> Any:
    torchvision_builder(name)  # an unknown name has its error
    return library("torchvision").models.get_model_weights(name)


def _kind(name: str) -> str:
    """Return the package of a builder: models, detection, segmentation, video, optical_flow or quantization."""
    return torchvision_builder(name).__module__.split(".")[-2]


def _sides(name: str, weights: Any) -> tuple[int, ...]:
    """Return height and width: what the weights' transforms crop to, or resize the shorter side of an image to."""
    if _kind(name) == "optical_flow":
        return _FLOW_IMAGE
    settings = getattr(weights.transforms, "keywords", {})
    size = settings.get("crop_size", settings.get("resize_size", ()))
    return (size, size) if isinstance(size, int) else tuple(size)


def _inputs(name: str, sides: tuple[int, ...], frames: int) -> tuple[TensorSpec, ...]:
    if _kind(name) == "optical_flow":
        return (TensorSpec((1, 3, *sides)),) * 2
    if _kind(name) == "video":
        return (TensorSpec((1, 3, frames, *sides)),)
    return (TensorSpec((1, 3, *sides)),)


def _arguments(name: str, sides: tuple[int, ...]) -> dict[str, Any]:
    """Return what a builder sets by itself when it is given weights."""
    if name.startswith("vit_"):
        return {"image_size": sides[0]}
    if name.endswith("googlenet"):
        return {"aux_logits": False}
    if _kind(name) == "segmentation" and not name.startswith("lraspp"):
        return {"aux_loss": True}
    return {}
