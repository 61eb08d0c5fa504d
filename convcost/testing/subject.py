"""The comparison that an assertion is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from convcost.api.models import compare
from convcost.comparison.reference import build_network
from convcost.core.errors import DomainError
from convcost.core.numeric import Shape
from convcost.core.parsing import parse_inputs, parse_model

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.comparison import ComparisonReport


def compare_with_operators(model: nn.Module | str, inputs: object) -> ComparisonReport:
    """Compare a model with the formulas of its operators; a text may say what its input is."""
    return compare(parse_model(model) if isinstance(model, str) else model, inputs=inputs)


def compare_with_network(
    formula: str, options: Mapping[str, object], model: nn.Module | str, inputs: object
) -> ComparisonReport:
    """Compare a model with a network of the registry, whose options say the input."""
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
    from convcost.trace.inputs import Inputs

    given = Inputs.of(inputs)
    if [spec.shape for spec in given.specs] != [shape]:
        sizes = "×".join(map(str, shape))
        raise DomainError(f"{formula} takes an input of {sizes}, not {given}; its options say so (resolution, batch)")
