"""The assertions of `convcost.testing`: a failure says what differs, by how much, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from convcost.core.errors import DomainError
from convcost.core.kinds import checked

if TYPE_CHECKING:
    from torch import nn

    from convcost.core.numeric import Shape
    from convcost.report.comparison import ComparisonReport


@checked()
def assert_agreement(
    model: nn.Module | str, inputs: object = None, formula: str | None = None, **options: object
) -> None:
    """Assert that formulas and fvcore's count of a model agree, layer by layer, as `convcost.compare` says it.

    model        a module, or a text as `convcost compare` takes it: "torchvision:resnet18",
                 "net.py:Net --arg width=8" (naming a module of yours runs its code)
    inputs       as `convcost.compare` takes them: a shape, several of them, tensors, a dict of keyword inputs;
                 None where the formula or the library has its own
    formula      a network of the registry, with its options in the text or as keywords: "mobilenet_v1 --alpha 0.75";
                 None compares the formula of each operator with fvcore's count of it
    options      of the formula

    Raises AssertionError with the layers that differ, and ConvcostError with one line of text for what is not there
    or cannot be run. What fvcore cannot count is no disagreement (`assert_no_uncounted`).
    """
    __tracebackhide__ = True
    from convcost.testing.failure import disagreement

    if formula is None and options:
        raise DomainError(f"{next(iter(options))} is an option of a formula; give formula=NAME too")
    if formula is None:
        report = _compare_with_operators(model, inputs)
    else:
        report = _compare_with_network(formula, options, model, inputs)
    if not report.ok:
        raise AssertionError(disagreement(report, formula))


@checked()
def assert_cost(
    model: nn.Module | str,
    inputs: object = None,
    *,
    macs: str | None = None,
    params: str | None = None,
    activations: str | None = None,
    uncounted: Iterable[str] = (),
) -> None:
    """Assert what a model costs, exactly, by the formulas of what it calls.

    model, inputs  as `assert_agreement` takes them
    macs           multiply-accumulates of convolutions, linear layers and other products
    params         parameters, shared ones once
    activations    elements that these layers write
    uncounted      operators that may be left out, by their names in PyTorch: "aten::linalg_det"

    A limit is <=, <, ==, >= or > and an amount: "<= 300M", "== 3504872", "< 1.2G". Where the
    model calls what no formula counts, its MACs and activations are unknown: then a limit fails that this could break.

    Raises AssertionError with number, limit, the amount over it and the most expensive layers; ConvcostError
    with one line of text for a limit that is none, and for a model that cannot be run.
    """
    __tracebackhide__ = True
    from convcost.budgeting.cost import ModelCosts
    from convcost.budgeting.project import Limit
    from convcost.testing.failure import excess

    given = {"macs": macs, "params": params, "activations": activations}
    limits = {name: Limit.read(name, text) for name, text in given.items() if text is not None}
    if not limits:
        raise DomainError("give a limit: macs='<= 300M', params='== 3504872' or activations='<= 5M'")
    excused = _names(uncounted)
    report = _compare_with_operators(model, inputs)
    costs = ModelCosts.of(report.comparison)
    kept = {name: limit.holds(costs.count(name, excused)) for name, limit in limits.items()}
    broken = {name: limits[name] for name, holds in kept.items() if not holds}
    if broken:
        raise AssertionError(excess(report, costs, broken, excused))


@checked()
def assert_no_uncounted(model: nn.Module | str, inputs: object = None, *, uncounted: Iterable[str] = ()) -> None:
    """Assert that there is a formula for everything that a model calls; arguments as of `assert_cost`.

    Raises AssertionError with the calls that nobody counts, ConvcostError where the model cannot be run.
    """
    __tracebackhide__ = True
    from convcost.budgeting.cost import ModelCosts
    from convcost.testing.failure import left_out

    excused = _names(uncounted)
    report = _compare_with_operators(model, inputs)
    costs = ModelCosts.of(report.comparison)
    if costs.unknown(excused):
        raise AssertionError(left_out(report, costs, excused))


def _names(uncounted: Iterable[str]) -> tuple[str, ...]:
    if isinstance(uncounted, str):
        raise DomainError(f"uncounted is {uncounted!r}, but must be several names: ({uncounted!r},)")
    return tuple(uncounted)


def _compare_with_operators(model: nn.Module | str, inputs: object) -> ComparisonReport:
    """Compare a model with the formulas of its operators; a text may say what its input is."""
    from convcost.api.models import compare
    from convcost.core.parsing import parse_model

    return compare(parse_model(model) if isinstance(model, str) else model, inputs=inputs)


def _compare_with_network(
    formula: str, options: Mapping[str, object], model: nn.Module | str, inputs: object
) -> ComparisonReport:
    """Compare a model with a network of the registry, whose options say the input."""
    from convcost.api.models import compare
    from convcost.comparison.reference import build_network
    from convcost.core.parsing import parse_model
    from convcost.core.spec import parse_inputs

    paper = parse_model(formula)
    if not paper.is_network:
        raise DomainError(f"the formula is {formula!r}, but must be a network of the registry (convcost list)")
    for name in options:
        if name in paper.settings:
            raise DomainError(f"{name} is given in the formula's text and as a keyword; give it once")
    paper = replace(paper, settings={**paper.settings, **options})
    shape = tuple(build_network(paper)[0].input_shape)
    if not isinstance(model, str):
        _check_same_input(formula, shape, inputs)
        return compare(paper, model=model)
    reference = parse_model(model)
    if reference.settings:
        raise DomainError(f"the formula's options are the model's too; leave {model!r} without any")
    _check_same_input(formula, shape, parse_inputs(reference.inputs) if inputs is None else inputs)
    return compare(replace(paper, arguments=reference.arguments), model=reference.text)


def _check_same_input(formula: str, shape: Shape, inputs: object) -> None:
    """Raise DomainError unless the inputs that are given are the formula's."""
    if inputs is None:
        return
    from convcost.trace.copies import Inputs

    given = Inputs.of(inputs)
    if [spec.shape for spec in given.specs] != [shape]:
        sizes = "×".join(map(str, shape))
        raise DomainError(f"{formula} takes an input of {sizes}, not {given}; its options say so (resolution, batch)")
