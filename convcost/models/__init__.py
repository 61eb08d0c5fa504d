"""The real networks: a function of each network's name builds its model. Importing this imports no torch.

A network that no well-kept library has is a file of ours, named after it or after its family; `libraries` has all
others. What builds no network of the registry here serves references to models of others (`loading.load`).
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


# Files that build several networks, or none of their own name.
_SHARED = {
    "inception": ("bn_inception", "inception_naive", "inception_resnet_v1", "inception_resnet_v2"),
    "libraries": (
        *("efficientnet", "inception_v3", "inception_v4", "mobilenet_v2", "resnext"),
        *("se_resnet", "squeezenet", "vgg", "xception"),
    ),
    "mobilenet": ("mobilenet_v1", "mobilenet_v1_cifar", "mobilenet_v1_keras", "mobilenet_v2_cifar"),
    "nasnet": ("nasnet_mobile", "pnasnet", "pnasnet_mobile"),
    "resnet": ("resnet_cifar",),
}
_FILE = {name: file for file, networks in _SHARED.items() for name in networks}


def names() -> tuple[str, ...]:
    """Return the networks of the registry that there are models of; imports none of them."""
    files = {info.name for info in pkgutil.iter_modules(__path__)}
    return tuple(sorted((files | _FILE.keys()) & records(Architecture).keys()))


@one_at_a_time
def build(reference: str, settings: Mapping[str, Any]) -> nn.Module:
    """Return the model of a name at the settings of its architecture, or `torchvision:NAME`, or `timm:NAME`.

    It has shapes but no weights, and is in evaluation mode. Raises UnknownNameError for a name there is no model
    of, MeasurementError if it cannot be built.
    """
    library, colon, name = reference.partition(":")
    if not colon and reference not in names():
        raise UnknownNameError("model", reference, names())
    file = "torchvision_and_timm" if colon else _FILE.get(reference, reference)
    module = importlib.import_module(f"convcost.models.{file}")
    from convcost.models.building import built_weightless

    def make() -> nn.Module:
        model: nn.Module = (
            module.from_library(library, name, settings) if colon else getattr(module, reference)(**settings)
        )
        return model

    try:
        return built_weightless(make)
    except ConvcostError:
        raise
    except TypeError as error:
        raise MeasurementError(f"{reference} does not take the options of the formula's network") from error
    except Exception as error:
        text = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise MeasurementError(f"{reference} cannot be built at these settings: {text}") from error
