"""Names of our own models, and building one without weights."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.theory.errors import MeasurementError, UnknownNameError

if TYPE_CHECKING:
    from torch import nn


def names() -> tuple[str, ...]:
    """The models there are; imports none of them."""
    import convcost.models as package

    found = (info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in found if name != "catalog"))


def build(name: str, settings: Mapping[str, Any]) -> nn.Module:
    """The model at the settings of its architecture, on the meta device: it has shapes but no weights.

    Raises UnknownNameError for a name there is no model of, MeasurementError if it cannot be built.
    """
    import torch

    if name not in names():
        raise UnknownNameError("model", name, names())
    module = importlib.import_module(f"convcost.models.{name}")
    try:
        with torch.device("meta"):
            model: nn.Module = module.build(**settings)
    except (RuntimeError, OverflowError, TypeError) as error:
        raise MeasurementError(f"{name} cannot be built at these settings: {first_line(error)}") from error
    return model


def first_line(error: BaseException) -> str:
    """The first line of an error's text, or its type's name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
