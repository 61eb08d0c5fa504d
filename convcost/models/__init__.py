"""The real networks: one file a name, each with `build(**settings)`. Importing this imports no torch.

A file is our own module where no well-kept library has the network, and else names the library's. What is no
network of the book here serves references to models of others (`reference.load`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, MeasurementError, UnknownNameError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.registry import records

if TYPE_CHECKING:
    from torch import nn


def names() -> tuple[str, ...]:
    """The networks of the book that there are models of; imports none of them."""
    files = {info.name for info in pkgutil.iter_modules(__path__)}
    return tuple(sorted(files & records(Architecture).keys()))


@one_at_a_time
def build(reference: str, settings: Mapping[str, Any]) -> nn.Module:
    """The model of a name at the settings of its architecture, or `torchvision:NAME`, or `timm:NAME`.

    It has shapes but no weights, and is in evaluation mode. Raises UnknownNameError for a name there is no model
    of, MeasurementError if it cannot be built.
    """
    library, colon, name = reference.partition(":")
    if not colon and reference not in names():
        raise UnknownNameError("model", reference, names())
    module = importlib.import_module("convcost.models._zoo" if colon else f"convcost.models.{reference}")
    from convcost.models._weightless import weightless

    def make() -> nn.Module:
        model: nn.Module = module.from_library(library, name, settings) if colon else module.build(**settings)
        return model

    try:
        return weightless(make)
    except ConvcostError:
        raise
    except TypeError as error:
        raise MeasurementError(f"{reference} has not the same options as the formula's network") from error
    except Exception as error:
        text = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise MeasurementError(f"{reference} cannot be built at these settings: {text}") from error
