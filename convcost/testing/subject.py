"""The comparison that an assertion is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.api import spelled
from convcost.api.compare import compare
from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.numeric import Shape
from convcost.core.registry import find
from convcost.models import spelling
from convcost.models.revision import checked_out

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.comparison import ComparisonReport


def compared(model: nn.Module | str, inputs: Any) -> ComparisonReport:
    """A model against the formulas of its operators; a text may say what its input is."""
    if not isinstance(model, str):
        return compare(model, inputs=inputs)
    text = spelled.read(model)
    return spelled.compared(text, spelled.inputs_of(text.inputs) if inputs is None else inputs)


def compared_to(formula: str, options: Mapping[str, object], model: nn.Module | str, inputs: Any) -> ComparisonReport:
    """A model against a network of the book, whose options say the input."""
    paper = spelled.read(formula)
    if not paper.of_the_book:
        raise DomainError(f"the formula is {formula!r}, but must be a network of the book (convcost list names them)")
    twice = [name for name in options if name in paper.options]
    if twice:
        raise DomainError(f"{twice[0]} is given in the formula's text and as a keyword; give it once")
    settings: dict[str, Any] = {**paper.options, **options}
    architecture = find(Architecture, paper.reference, "network")
    shape = tuple(architecture.network(architecture.settings(settings)).input_shape)
    if not isinstance(model, str):
        _same_input(formula, shape, inputs)
        return compare(paper.reference, model=model, **settings)
    text = spelled.read(model)
    if text.options:
        raise DomainError(f"the formula's options are the model's too; leave {model!r} without any")
    _same_input(formula, shape, spelled.inputs_of(text.inputs) if inputs is None else inputs)
    arguments = spelling.parse_arguments(text.arguments)
    with checked_out(text.reference) as place:
        return compare(paper.reference, model=place, arguments=arguments, **settings)


def _same_input(formula: str, shape: Shape, inputs: Any) -> None:
    """Raise DomainError unless the inputs that are given are the formula's."""
    if inputs is None:
        return
    from convcost.trace.inputs import Inputs

    given = Inputs.of(inputs)
    if [spec.shape for spec in given.specs] != [shape]:
        sizes = "×".join(map(str, shape))
        raise DomainError(f"{formula} takes an input of {sizes}, not {given}; its options say so (resolution, batch)")
