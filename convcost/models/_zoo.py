"""Models of torchvision and timm, by name, never with weights."""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from torch import nn

from convcost.theory.errors import MeasurementError, UnknownNameError

# torchvision's compiled operators do not load beside a torch built for another device; counting needs none of
# them, but the import fails unless these two at least have a schema.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_fragment: torch.library.Library | None = None


def _library(name: str) -> ModuleType:
    try:
        if name in ("torchvision", "timm"):
            _prepare_torchvision()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MeasurementError(f"this model needs {name}: pip install 'convcost[zoo]'") from error


def _prepare_torchvision() -> None:
    global _fragment
    if _fragment is not None:
        return
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        _fragment = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
        for schema in _SCHEMAS:
            _fragment.define(schema)  # type: ignore[no-untyped-call]


def torchvision_model(name: str, **options: Any) -> nn.Module:
    """A model of torchvision by its registered name, without weights."""
    models = _library("torchvision").models
    if name not in models.list_models():
        raise UnknownNameError("torchvision model", name, models.list_models())
    # GoogLeNet and Inception v3 warn that their initialisation is slow; there is none on the meta device.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder = models.get_model_builder(name)
        if "weights_backbone" in inspect.signature(builder).parameters:
            options["weights_backbone"] = None  # its default downloads
        model: nn.Module = builder(weights=None, **options)
    return model


def timm_model(name: str, **options: Any) -> nn.Module:
    """A model of timm by its name, without weights."""
    timm = _library("timm")
    if not timm.is_model(name):
        raise UnknownNameError("timm model", name, timm.list_models())
    model: nn.Module = timm.create_model(name, pretrained=False, **options)
    return model


def timm_layer(name: str) -> Any:
    """A layer class of timm, to put into one of its models."""
    return getattr(_library("timm").layers, name)


def from_library(library: str, name: str, settings: Mapping[str, Any]) -> nn.Module:
    """The model that a reference `library:name` means, with the settings' number of classes."""
    makers = {"torchvision": torchvision_model, "timm": timm_model}
    if library not in makers:
        raise UnknownNameError("library", library, makers)
    classes = {"num_classes": settings["classes"]} if "classes" in settings else {}
    return makers[library](name, **classes)
