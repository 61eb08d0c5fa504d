"""A model without a paper as a program: in its input's sizes where they could be derived, else at one input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convcost.comparison.result import Comparison
from convcost.comparison.row import Row
from convcost.core.errors import DomainError
from convcost.core.recorded import Recorded, Recording
from convcost.explore.slider import Dial
from convcost.explore.structures import Layer, NetworkProgram, Structure, program
from convcost.report import text
from convcost.symbolic.derivation import Derivation, Entry
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form

_MEANINGS = {"B": "images a batch", "H": "height of the input", "W": "width of the input", "L": "length of the input"}
_HIGHEST = 64

Place = Callable[[Any], int | None]


def model_program(comparison: Comparison) -> NetworkProgram:
    """The counts of the comparison, each a constant."""

    def draw(recording: Recording, _: list[Recorded]) -> Structure:
        place = _placing(recording)
        totals = comparison.totals
        return Structure(
            guards=(),
            layers=tuple(_layer(row, row.macs_formula, None, row.output_shape or (), place) for row in comparison.rows),
            macs=place(totals.macs_formula),
            parameters=place(totals.params_accounted),
        )

    return program((), draw)


def derived_program(comparison: Comparison, derivation: Derivation) -> NetworkProgram:
    """The model for all sizes of its input that are open; DomainError with the reason where that cannot be."""
    if comparison.unit != "macs":
        raise DomainError("the sizes of the input can be turned where multiply-accumulates are counted, not FLOPs")
    dials = tuple(_dial(name, size) for name, size in measured_sizes(comparison, derivation).items())
    pairs = list(zip(comparison.rows, _entries(comparison, derivation), strict=True))

    def draw(recording: Recording, values: list[Recorded]) -> Structure:
        place = _placing(recording)
        sizes = {dial.name: value for dial, value in zip(dials, values, strict=True)}
        if derivation.broken(sizes):
            raise DomainError(f"The formula holds for {derivation.domain}.")
        known: dict[Factor, Any] = {}

        def at(form: Form | None) -> Any:
            return None if form is None else form.value(sizes, known)

        return Structure(
            guards=(),
            layers=tuple(_layer(row, at(e.macs), _written(e, at), tuple(map(at, e.output)), place) for row, e in pairs),
            macs=place(at(derivation.forms["macs"][0])),
            parameters=place(derivation.parameters),
            activations=place(at(derivation.forms["activations"][0])),
        )

    found = program(dials, draw)
    structure, values = found.at([dial.start for dial in dials])
    if structure.refused:
        raise DomainError(f"what was derived holds for {derivation.domain}, not at the input that was measured")
    # Two ways to one number: the calls that were counted, and a symbolic trace.
    if [layer.macs if layer.macs is None else values[layer.macs] for layer in structure.layers] != [
        row.macs_formula for row in comparison.rows
    ]:
        raise DomainError("what was derived is not what was compared")
    return found


def measured_sizes(comparison: Comparison, derivation: Derivation) -> dict[str, int]:
    """The open sizes where they were measured; DomainError where the input is not one tensor, or has none."""
    if not derivation.symbols:
        raise DomainError("the model has no size that is open")
    sizes = dict(zip(derivation.input.split("×"), comparison.inputs[0].shape, strict=False))
    if len(comparison.inputs) != 1 or comparison.inputs[0].dtype or not set(derivation.symbols) <= set(sizes):
        raise DomainError("only a model of one image has sizes that can be turned here")
    return {name: sizes[name] for name in derivation.symbols}


def _dial(name: str, size: int) -> Dial:
    return Dial(name, name, _MEANINGS.get(name, "size of the input"), 1, max(4 * size, _HIGHEST), size, usual=size)


def _entries(comparison: Comparison, derivation: Derivation) -> list[Entry]:
    """The derived call of every row: both are in the order of execution, and a row has no mere views."""
    rest = iter(derivation.entries)
    found = []
    for row in comparison.rows:
        wanted = row.module, row.operator
        entry = next((e for e in rest if (e.module, e.operator or e.aten) == wanted), None)
        if entry is None:
            raise DomainError(f"the calls that were derived are not those that were measured, from {row.layer} on")
        found.append(entry)
    return found


def _placing(recording: Recording) -> Place:
    return lambda count: None if count is None else recording.whole(count)


def _written(entry: Entry, at: Callable[[Form], Any]) -> Any:
    return at(entry.activations) if entry.is_product else None


def _layer(row: Row, macs: Any, activations: Any, output: Sequence[Any], place: Place) -> Layer:
    stride = text.compact(row.hyper.get("stride", 1))
    return Layer(
        name=row.layer,
        block=row.block,
        operator=row.operator,
        kind=row.kind,
        stride="" if stride == "1" else stride,
        is_product=row.is_product,
        macs=place(macs),
        parameters=place(row.params_formula),
        activations=place(activations),
        output=tuple(place(size) or 0 for size in output),
    )
