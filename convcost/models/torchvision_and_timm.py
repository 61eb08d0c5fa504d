"""Models of torchvision and timm by name, never with weights."""

import functools
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from torch import nn

from convcost.core.errors import MeasurementError, UnknownNameError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.models import late_imports


@one_at_a_time
def library(name: str) -> ModuleType:
    """Import a library; raises MeasurementError with what to install."""
    late_imports.help_torchvision()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name in ("torchvision", "timm"):  # timm imports the other one, and then the compiler
                with _without_compiler():
                    importlib.import_module("torchvision")
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MeasurementError(f"this model needs {name}: pip install {name}") from error


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Put off what torchvision asks torch's compiler for at its import until it is used.

    Importing the compiler takes as long as importing torch.
    """
    name = "torch._dynamo.utils"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _Later(name)
    try:
        yield
    finally:
        del sys.modules[name]


class _Later(ModuleType):
    def __getattr__(self, attribute: str) -> Callable[..., bool]:
        if attribute != "is_compile_supported":
            raise AttributeError(attribute)
        return lambda *args: getattr(importlib.import_module(self.__name__), attribute)(*args)


def torchvision_names() -> list[str]:
    """Return the names of all models that torchvision registers."""
    return list(library("torchvision").models.list_models())


def torchvision_builder(name: str) -> Callable[..., nn.Module]:
    """Return torchvision's own builder of a registered name; raises UnknownNameError with the near names."""
    if name not in torchvision_names():
        raise UnknownNameError("torchvision model", name, torchvision_names(), prefix="torchvision:")
    builder: Callable[..., nn.Module] = library("torchvision").models.get_model_builder(name)
    return builder


def torchvision_factory(name: str) -> Callable[..., nn.Module]:
    """Return what builds a model of torchvision without weights, its backbone's included."""
    builder = torchvision_builder(name)
    options = inspect.signature(builder).parameters
    none = {option: None for option in ("weights", "weights_backbone") if option in options}  # a default downloads
    return _quiet(lambda **given: builder(**given, **none), like=builder)


def torchvision_model(name: str, **options: object) -> nn.Module:
    """Build a model of torchvision by its registered name, without weights."""
    return torchvision_factory(name)(**options)


def timm_factory(name: str) -> Callable[..., nn.Module]:
    """Return what builds a model of timm without weights; raises UnknownNameError with the near names."""
    timm = library("timm")
    if not timm.is_model(name):
        raise UnknownNameError("timm model", name, timm.list_models(), prefix="timm:")
    return _quiet(
        lambda **given: timm.create_model(name, pretrained=False, **given), like=timm.models.model_entrypoint(name)
    )


def timm_model(name: str, **options: object) -> nn.Module:
    """Build a model of timm by its name, without weights."""
    return timm_factory(name)(**options)


def _quiet(make: Callable[..., nn.Module], like: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Return `make` with the signature of `like` and without warnings, such as that an initialisation is slow."""

    @functools.wraps(like)
    def quietly(**options: object) -> nn.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make(**options)

    return quietly


FACTORIES = {"torchvision": torchvision_factory, "timm": timm_factory}


def from_library(place: str, name: str, settings: Mapping[str, object]) -> nn.Module:
    """Build the model that a reference `library:name` means, with the settings' number of classes."""
    if place not in FACTORIES:
        raise UnknownNameError("library", place, FACTORIES)
    classes = {"num_classes": settings["classes"]} if "classes" in settings else {}
    return FACTORIES[place](name)(**classes)
