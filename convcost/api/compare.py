"""Formulas against fvcore's count of a real model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.api.subject import called, real_model
from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.registry import find

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.comparison import ComparisonReport


def compare(
    name: str | nn.Module,
    *,
    model: nn.Module | str | None = None,
    inputs: Any = None,
    arguments: Mapping[str, Any] | None = None,
    unit: str = "macs",
    **options: object,
) -> ComparisonReport:
    """Hold formulas against fvcore's count of a real model, layer by layer.

    name       an architecture of the book ("mobilenet_v1"): the paper's formula against the model; or any model:
               a module, "torchvision:NAME", "timm:NAME", "package.module:factory", "path/to/file.py:factory": the
               formulas of the operators that it calls (naming a module of yours runs its code)
    model      of an architecture: the model to measure, a module or a reference as above (a library's is built with
               the same number of classes); by default the book's own choice, built at the same settings
    inputs     of a model: a shape, a tensor, a tuple of these for several arguments, a dict for keyword arguments;
               a library's model has its own
    arguments  of a model reference: the factory's keyword arguments
    unit       "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    options    the architecture's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    if not isinstance(name, str) or ":" in name:
        foreign = ["model"] if model is not None else list(options)
        if foreign:
            raise DomainError(f"{foreign[0]} belongs to a network of the book, and {called(name)} is a model")
        return _compare_model(name, inputs, dict(arguments or {}), unit)
    if name.endswith(".py"):
        raise DomainError(f"{name} names no factory; write {name}:FACTORY, a class, a function or a module")
    architecture = find(Architecture, name, "network")
    if inputs is not None:
        raise DomainError(f"{name} is a network of the book; its options say its input (convcost show {name})")
    settings = architecture.settings(options)
    network = architecture.network(settings)

    from convcost.comparison.paper import compare_paper
    from convcost.comparison.scaling_note import against_baseline, law
    from convcost.report.comparison import ComparisonReport
    from convcost.trace.capture import capture
    from convcost.trace.fvcore import trace

    wanted = name if model is None else model
    real = real_model(wanted, settings, arguments)
    comparison = compare_paper(network, capture(real, network.input_shape), trace(real, network.input_shape), unit)
    return ComparisonReport(comparison, options, called(wanted), law(network, options), against_baseline(network))


def _compare_model(model: str | nn.Module, inputs: Any, arguments: Mapping[str, Any], unit: str) -> ComparisonReport:
    from convcost.comparison.reference import compare_module, compare_reference
    from convcost.report.comparison import ComparisonReport

    if isinstance(model, str):
        return ComparisonReport(compare_reference(model, arguments, inputs, unit), {}, model)
    if inputs is None:
        raise DomainError(f"{called(model)} does not say what it takes; give an input's shape, such as 1,3,224,224")
    return ComparisonReport(compare_module(model, inputs, unit), {}, called(model))
