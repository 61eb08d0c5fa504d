"""A model by its reference, built without weights: the registry's, a library's, or one of the user's own.

Importing this imports no torch. Naming a user's module runs its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, DomainError, MeasurementError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.parsing import PROGRAM, ModelReference, ReferenceKind, parse_reference
from convcost.core.registry import find
from convcost.core.spec import InputsFrom, TensorSpec, parse_inputs
from convcost.models import build, late_imports

if TYPE_CHECKING:
    from torch import nn


late_imports.help_torchvision()

Given = TypeVar("Given")


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode, without weights (the user's own module instance is left as it is).

    `inputs` are those that its library declares, by name where they are keyword arguments, None where none are
    declared; `note` says in one line where they come from, or why there are none.
    """

    module: nn.Module
    name: str
    inputs: tuple[TensorSpec, ...] | Mapping[str, TensorSpec] | None
    note: str


def inputs_of(
    reference: ModelReference, loaded: LoadedModel, inputs: object = None, *, symbols: bool = False
) -> object:
    """Return what a model is called with: `inputs`, else those of its reference, else those that its library declares.

    Raises MeasurementError where there are none, or where a function that gives them fails.
    """
    given = parse_inputs(reference.inputs, symbols) if inputs is None else inputs
    if isinstance(given, InputsFrom):
        from convcost.models.user_code import returned_inputs

        return returned_inputs(given.reference)
    if given is None and loaded.inputs is None:
        raise MeasurementError(loaded.note)
    return loaded.inputs if given is None else given


@one_at_a_time
def load(
    reference: str | ModelReference, options: Mapping[str, object] | None = None, *, initialised: bool = False
) -> LoadedModel:
    """Return the model that a reference means, built without weights, and its default inputs.

    reference    as `parse_reference` reads it; a factory is a class, a function or an nn.Module instance
    options      the settings of a network, or the factory's keyword arguments, in place of the reference's own; a text
                 that is a Python literal is that value, as are true, false and none; any other text is itself
    initialised  build plainly on the CPU, with the initial weights and true buffers that a forward pass needs
                 where it computes with values (networks of the registry never need it)

    Trained weights are never loaded and nothing is downloaded; the random state afterwards is that of before. Raises
    UnknownNameError for a name that is not there, DomainError for an option outside its domain and
    MeasurementError where the model cannot be built, each with one line of text.
    """
    found = reference if isinstance(reference, ModelReference) else parse_reference(reference)
    given = dict(found.options if options is None else options)
    if found.is_network:
        return _of_the_registry(found.name, given)
    if found.kind is ReferenceKind.LIBRARY:
        return _of_a_library(found, given, initialised)
    if found.revision:
        raise ConvcostError(f"{found.text} is a file at a revision of git, which only compare, diff and check take")
    return _of_the_user(found, given, initialised)


def _of_the_registry(name: str, given: Mapping[str, object]) -> LoadedModel:
    architecture = find(Architecture, name, "network")
    settings = architecture.settings(given)
    shape = tuple(map(int, architecture.network(settings).input_shape))
    return LoadedModel(build(name, settings), name, (TensorSpec(shape),), "input of the network")


def _of_a_library(found: ModelReference, given: Mapping[str, object], initialised: bool) -> LoadedModel:
    from convcost.models.building import build_from, read_arguments
    from convcost.models.torchvision_and_timm import FACTORIES, library
    from convcost.models.transformers_library import transformers_factory, transformers_inputs
    from convcost.models.weights import default_inputs

    factory = {**FACTORIES, "transformers": transformers_factory}[found.place](found.name)
    values = read_arguments(factory, given)
    module = build_from(found.text, factory, values, forbidden=WEIGHTS, initialised=initialised)
    if found.place == "torchvision":
        return LoadedModel(module, found.text, *default_inputs(found.name, values))
    if found.place == "transformers":
        return LoadedModel(module, found.text, *transformers_inputs(module))
    image = library("timm").models.get_model_input_config(module)["input_size"]
    return LoadedModel(module, found.text, (TensorSpec((1, *image)),), "input size of timm's configuration")


# What would make a library load weights; some builders do so by default.
WEIGHTS = frozenset(
    {"weights", "weights_backbone", "pretrained", "pretrained_backbone", "pretrained_strict", "checkpoint_path"}
)


def _of_the_user(found: ModelReference, given: Mapping[str, object], initialised: bool) -> LoadedModel:
    from convcost.models.building import build_from, read_arguments
    from convcost.models.user_code import declared_inputs, importing
    from convcost.models.wrapped import read_program

    if found.place.endswith(PROGRAM):
        module = build_from(found.text, read_program(found.place), given)
        return LoadedModel(module, found.text, *declared_inputs(found.text, module))
    with importing(found) as factory:
        values = read_arguments(factory, given)
        module = build_from(found.text, factory, values, initialised=initialised)
    return LoadedModel(module, found.text, *declared_inputs(found.text, module))


def load_counterpart(
    model: ModelReference | nn.Module, settings: Mapping[str, object], arguments: Mapping[str, object]
) -> nn.Module:
    """Return the model to compare a network's formula with: one of the user's is built as `arguments` say.

    Raises DomainError for arguments of a model that is built at the network's own settings, UnknownNameError for a
    name that is not there, MeasurementError where the model cannot be built.
    """
    if not isinstance(model, ModelReference):
        return model
    if model.is_users:
        return load(model, arguments).module
    for name in arguments:
        raise DomainError(
            f"{model.text} is built at the network's own settings and takes no argument {name}; "
            "arguments are for a model of yours"
        )
    return build(model.text, settings)


def module_of(model: Given) -> Given:
    """Return the module of a user's exported program or compiled module; what is neither is itself."""
    if isinstance(model, ModelReference):
        return model
    from convcost.models.wrapped import unwrapped

    found: Given = unwrapped(model)
    return found


def model_name(model: str | nn.Module) -> str:
    """Return what reports and errors call a model: its reference, or its class."""
    return model if isinstance(model, str) else type(model).__name__
