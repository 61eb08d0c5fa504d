"""What is asked of a model that is named: it is loaded, then compared, proved equal or derived.

A model is built without weights, and with them where it cannot run without. Importing this imports no torch, so that
what is wrong with a name or an option is said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError, MeasurementError
from convcost.core.parsing import ModelReference, parse_reference
from convcost.core.registry import find
from convcost.core.spec import parse_inputs
from convcost.models.loading import inputs_of, load, load_counterpart, model_name
from convcost.models.revision import checked_out

if TYPE_CHECKING:
    from torch import nn

    from convcost.comparison.difference import Side
    from convcost.comparison.formula_count import FormulaCount
    from convcost.comparison.proof import Proof
    from convcost.comparison.result import Comparison
    from convcost.core.architecture import Network
    from convcost.symbolic.family import Family
    from convcost.trace.derive import Checkable

Outcome = TypeVar("Outcome", "Comparison", "FormulaCount")


def compare_reference(
    reference: ModelReference,
    inputs: object = None,
    unit: str = "macs",
    model: str | nn.Module | None = None,
    plain: bool = False,
) -> Comparison:
    """Compare a network's formula with its model (or with `model`), or the operators' formulas with a model.

    `inputs` of a model go before those of its reference, and these before those that its library declares. A file at
    a revision of git is that one's. Raises DomainError for what does not go with the reference, MeasurementError where
    the model cannot be built or run, or has no inputs. With `plain`, fvcore runs on the CPU in any case.
    """
    if reference.is_network:
        return _compare_network(reference, inputs, unit, model, plain)
    from convcost.comparison.compare import compare_module

    if model is not None:
        raise DomainError(f"{reference.text} is a model; only a network is compared with another model (--model)")
    with checked_out(reference) as found:
        return _run_loaded(found, inputs, partial(compare_module, unit=unit, plain=plain))


def _run_loaded(reference: ModelReference, inputs: object, run: Callable[[nn.Module, object], Outcome]) -> Outcome:
    """Return what `run` makes of a model that is loaded, on these inputs, its reference's or those of its library."""
    loaded = load(reference)
    given = inputs_of(reference, loaded, inputs)
    with suppress(MeasurementError):
        found = run(loaded.module, given)
        if found.dependence is None:
            return found
    # What a model computes from its buffers while it runs, and what decides by values, needs the model's own.
    return run(load(reference, initialised=True).module, given)


def _compare_network(
    reference: ModelReference, inputs: object, unit: str, model: str | nn.Module | None, plain: bool
) -> Comparison:
    if inputs is not None:
        raise _own_input(reference)
    network, settings = build_network(reference)

    from convcost.comparison.compare import compare_paper
    from convcost.trace.capture import capture
    from convcost.trace.fvcore import trace_fvcore

    wanted = reference.name if model is None else model
    with checked_out(parse_reference(wanted)) if isinstance(wanted, str) else nullcontext(wanted) as found:
        real = load_counterpart(found, settings, reference.arguments)
        seen = capture(real, network.input_shape)
        return compare_paper(network, seen, trace_fvcore(real, network.input_shape, None if plain else seen), unit)


def build_network(reference: ModelReference) -> tuple[Network, Mapping[str, object]]:
    """Return the network of a reference and its settings; raises DomainError for inputs, which its options say."""
    architecture = find(Architecture, reference.name, "network")
    if reference.inputs:
        raise _own_input(reference)
    settings = architecture.settings(reference.settings)
    return architecture.network(settings), settings


def _own_input(reference: ModelReference) -> DomainError:
    return DomainError(
        f"{reference.name} is a network, whose options say its input (convcost show {reference.name}); "
        "leave out the input"
    )


def count_model(
    model: nn.Module | ModelReference, inputs: object = None, *, tree: bool = False, nonzero: bool = False
) -> FormulaCount:
    """Return what a model costs by the formulas alone.

    Of a network it is the paper's formula, which needs no torch; with `tree`, the modules of its model. A file at a
    revision of git is that one's. With `nonzero`, weights of a model that are zero multiply nothing.
    """
    from convcost.comparison.formula_count import of_module, of_network

    if not isinstance(model, ModelReference):
        return of_module(model, _given(inputs, model_name(model)), model_name(model), nonzero=nonzero)
    if not model.is_network:
        with checked_out(model) as found:
            return _run_loaded(found, inputs, partial(of_module, name=model.text, nonzero=nonzero))
    if nonzero:
        raise DomainError(f"{model.text} is a paper's network, which has no weights to be zero; name a model")
    if inputs is not None:
        raise _own_input(model)
    _refuse_arguments(model)
    network, _ = build_network(model)
    if not tree:
        return of_network(network)
    return of_module(load(model).module, tuple(map(int, network.input_shape)), model.name, network)


def side_of(reference: ModelReference, title: str, inputs: Sequence[str] = ()) -> Side:
    """Return one side of a difference: a network from its formula, a model by comparing it.

    `inputs` are those of a model whose reference gives none.
    """
    from convcost.comparison.difference import of_comparison, of_network

    if reference.is_network:
        _refuse_arguments(reference)
        return of_network(build_network(reference)[0], title)
    return of_comparison(compare_reference(reference, parse_inputs(reference.inputs or inputs)), title)


def prove_network(
    reference: ModelReference, model: str | nn.Module | None = None
) -> list[tuple[Mapping[str, object], Proof]]:
    """Prove that a network's formula and its model (or `model`) cost the same, or find where they do not.

    Each proof comes with the settings that it holds for: one for each width multiplier that the paper has numbers for,
    unless `alpha` is among the settings or a module is given.
    """
    from convcost.symbolic.closed_form import image_form

    architecture, settings = find(Architecture, reference.name, "network"), reference.settings
    image_form(architecture, settings)  # a wrong option is an error before torch is imported

    from convcost.comparison.proof import prove_derived
    from convcost.trace.derive import derive

    wanted = reference.name if model is None else model
    real_model = parse_reference(wanted) if isinstance(wanted, str) else wanted
    multipliers = next((o.published for o in architecture.options if o.name == "alpha"), ())
    one = "alpha" in settings or not multipliers or not isinstance(wanted, str)
    found: list[tuple[Mapping[str, object], Proof]] = []
    for given in [settings] if one else [{"alpha": alpha, **settings} for alpha in multipliers]:
        form = image_form(architecture, given)
        real = load_counterpart(real_model, architecture.settings(given), reference.arguments)
        found.append((given, prove_derived(form, derive(real, form.input))))
    return found


def derive_model(
    model: nn.Module | ModelReference, inputs: object = None, symbols: Sequence[str] | None = None
) -> Checkable:
    """Derive a model's cost as a formula of its input's sizes, on these inputs or those that its library declares."""
    from convcost.trace.derive import Checkable

    if not isinstance(model, ModelReference):
        return Checkable.of(model, _given(inputs, model_name(model)), symbols, model_name(model))
    real, own = _load_to_derive(model)
    return Checkable.of(real, _given(own if inputs is None else inputs, model.text), symbols, model.text)


def derive_family_of(reference: ModelReference, over: str, inputs: object = None) -> Family:
    """Derive a family of models over the width multiplier that `over` names, a setting or a factory's argument."""
    from convcost.trace.merged_builds import derive_family

    def build(multiplier: Fraction) -> nn.Module:
        chosen = {**reference.options, over: str(float(multiplier))}
        return _load_to_derive(reference, chosen)[0]

    given = _given(_load_to_derive(reference)[1] if inputs is None else inputs, reference.text)
    return derive_family(build, given, name=reference.text)


def _load_to_derive(reference: ModelReference, options: Mapping[str, object] | None = None) -> tuple[nn.Module, object]:
    if reference.is_network:
        _refuse_arguments(reference)
    loaded = load(reference, options)
    known = reference.inputs or loaded.inputs
    return loaded.module, inputs_of(reference, loaded, symbols=True) if known else None


def _refuse_arguments(network: ModelReference) -> None:
    for name in network.arguments:
        raise DomainError(f"{network.name} is a network; give {name} as its option: --{name} VALUE")


def _given(inputs: object, name: str) -> object:
    if inputs is None:
        raise DomainError(f"{name} does not say what it takes; give an input's shape, such as B,3,H,W")
    return inputs
