"""A model by its reference: the book's, a library's, or one of the user's own package or file.

Importing this imports no torch. Naming a user's module runs its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.errors import MeasurementError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.registry import find
from convcost.core.spec import TensorSpec

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Loaded:
    """A model in evaluation mode, without weights (the user's own module instance is left as it is).

    `inputs` are the positional inputs that its library declares, None where none is declared; `note` says in
    one line where they come from, or why there are none.
    """

    module: nn.Module
    name: str
    inputs: tuple[TensorSpec, ...] | None
    note: str


LIBRARIES = ("torchvision", "timm")


@one_at_a_time
def load(reference: str, arguments: Mapping[str, object] | None = None, *, initialised: bool = False) -> Loaded:
    """The model that a reference means, built without weights, and its default inputs.

    reference  a network of the book, `torchvision:NAME`, `timm:NAME`, `package.module:factory` or
               `path/to/file.py:factory`, where factory is a class, a function or an nn.Module instance
    arguments  the factory's keyword arguments (the options of a network of the book); a text that is a Python
               literal is that value, any other text is itself
    initialised  build plainly on the CPU, with the initial weights and true buffers that a forward pass needs
                 where it computes with values (the book's networks never need it)

    Trained weights are never loaded and nothing is downloaded; the random state afterwards is that of before. Raises
    UnknownNameError for a name that is not there, DomainError for an option outside its domain and
    MeasurementError where the model cannot be built, each with one line of text.
    """
    given = dict(arguments or {})
    place, colon, name = reference.rpartition(":")
    if not colon:
        return _of_the_book(reference, given)
    from convcost.models.spelling import read_value

    values = {key: read_value(value) if isinstance(value, str) else value for key, value in given.items()}
    if place in LIBRARIES:
        return _of_a_library(place, name, values, initialised)
    return _of_the_user(reference, place, name, values, initialised)


def _of_the_book(name: str, given: Mapping[str, object]) -> Loaded:
    if name.endswith(".py"):
        raise MeasurementError(f"{name} names no factory; write {name}:FACTORY, a class or function of that file")
    from convcost import models

    architecture = find(Architecture, name, "network")
    settings = architecture.settings(given)
    shape = tuple(architecture.network(settings).input_shape)
    return Loaded(models.build(name, settings), name, (TensorSpec(shape),), "input of the book's network")


def _of_a_library(library: str, name: str, values: Mapping[str, Any], initialised: bool) -> Loaded:
    from convcost.models import _zoo, weights
    from convcost.models._factory import called

    reference = f"{library}:{name}"
    factory = _zoo.timm_factory(name) if library == "timm" else _zoo.torchvision_factory(name)
    module = called(reference, factory, values, forbidden=WEIGHTS, initialised=initialised)
    if library == "timm":
        return Loaded(module, reference, (TensorSpec(_zoo.timm_input(module)),), "input size of timm's configuration")
    inputs, note = weights.default_inputs(name, values)
    return Loaded(module, reference, inputs, note)


# What would make a library load weights; some builders do so by default.
WEIGHTS = frozenset(
    {"weights", "weights_backbone", "pretrained", "pretrained_backbone", "pretrained_strict", "checkpoint_path"}
)


def _of_the_user(reference: str, place: str, name: str, values: Mapping[str, Any], initialised: bool) -> Loaded:
    from convcost.models import _factory, _own

    with _own.importing(place, name) as factory:
        module = _factory.called(reference, factory, values, initialised=initialised)
    inputs, note = _own.default_inputs(reference, module)
    return Loaded(module, reference, inputs, note)
