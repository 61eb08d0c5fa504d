"""A model without a paper as a program without dials: its rows at the input that was measured."""

from __future__ import annotations

from convcost.comparison.result import Comparison
from convcost.comparison.row import Row
from convcost.explore.structures import Layer, Program, Structure, program
from convcost.report import text
from convcost.theory.recorded import Recorded, Recording


def model_program(comparison: Comparison) -> Program:
    """The counts of the comparison, each a constant."""

    def draw(recording: Recording, values: list[Recorded]) -> Structure:
        def place(count: int | None) -> int | None:
            return None if count is None else recording.whole(count)

        def layer(row: Row) -> Layer:
            stride = text.compact(row.hyper.get("stride", 1))
            return Layer(
                name=row.layer,
                block=row.block,
                operator=row.operator,
                kind=row.kind,
                stride="" if stride == "1" else stride,
                multilinear=row.multilinear,
                macs=place(row.macs_formula),
                parameters=place(row.params_formula),
                activations=None,
                output=tuple(recording.whole(size) for size in row.output_shape or ()),
            )

        totals = comparison.totals
        return Structure(
            guards=(),
            layers=tuple(layer(row) for row in comparison.rows),
            macs=place(totals.macs_formula),
            parameters=place(totals.params_accounted),
        )

    return program((), draw)
