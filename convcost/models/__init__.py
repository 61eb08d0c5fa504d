"""The real networks: one file a name, each with `build(**settings)`. Importing this imports no torch.

A file is our own module where no well-kept library has the network, and else names the library's.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.theory.errors import ConvcostError, MeasurementError, UnknownNameError

if TYPE_CHECKING:
    from torch import nn


def names() -> tuple[str, ...]:
    """The models there are; imports none of them."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")))


def build(reference: str, settings: Mapping[str, Any]) -> nn.Module:
    """The model of a name at the settings of its architecture, or `torchvision:NAME`, or `timm:NAME`.

    It is built on the meta device, in evaluation mode: it has shapes but no weights. Raises UnknownNameError
    for a name there is no model of, MeasurementError if it cannot be built.
    """
    import torch

    library, colon, name = reference.partition(":")
    if not colon and reference not in names():
        raise UnknownNameError("model", reference, names())
    module = importlib.import_module("convcost.models._zoo" if colon else f"convcost.models.{reference}")
    try:
        with torch.device("meta"):
            model: nn.Module = module.from_library(library, name, settings) if colon else module.build(**settings)
    except ConvcostError:
        raise
    except TypeError as error:
        raise MeasurementError(f"{reference} has not the same options as the formula's network") from error
    except Exception as error:
        text = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise MeasurementError(f"{reference} cannot be built at these settings: {text}") from error
    return model.eval()
