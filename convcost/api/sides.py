"""One side of a difference: a text as one types it for `convcost compare`, or a comparison that was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcost.api import spelled
from convcost.comparison.difference import Side, of_comparison, of_network
from convcost.core.architecture import Architecture
from convcost.core.registry import find

if TYPE_CHECKING:
    from convcost.report.comparison import ComparisonReport


def side(given: str | ComparisonReport, inputs: Sequence[str] = ()) -> Side:
    """A network of the book from its formula, any model by comparing it; `inputs` where the text gives none."""
    if not isinstance(given, str):
        return of_comparison(given.comparison, given.reference)
    text = spelled.read(given)
    if text.of_the_book:
        architecture = find(Architecture, text.reference, "network")
        return of_network(architecture.network(architecture.settings(text.options)), given)
    return of_comparison(spelled.compared(text, spelled.inputs_of(text.inputs or inputs)).comparison, given)
