"""A row of a comparison: one layer as the paper has it, as the model runs it, and as fvcore counts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from convcost.core.numeric import Shape
from convcost.core.op_call import Hyper, OpCall


class Verdict(StrEnum):
    """What came of a row, from the best to the worst."""

    AGREE = "agree"
    CONVENTION = "convention"
    UNCOUNTED = "uncounted"
    NO_FORMULA = "no formula"
    NOT_CALLED = "not called"
    DISAGREE = "disagree"

    @property
    def severity(self) -> int:
        """Position in the order above."""
        return list(Verdict).index(self)

    @property
    def ok(self) -> bool:
        """False where formula and model are not the same thing."""
        return self in (Verdict.AGREE, Verdict.CONVENTION, Verdict.UNCOUNTED)


@dataclass(frozen=True)
class Row:
    """A call with what was measured, the verdict and its reason. Counts are in the comparison's unit; None is unknown.

    layer        its name
    call         the paper's call, the model's where the paper has none
    module       the path of the model's call, empty where there is none
    activations  the elements that the formula says are written: unknown too where the model writes others
    """

    layer: str
    call: OpCall
    verdict: Verdict
    reason: str
    module: str = ""
    params_formula: int | None = None
    params_measured: int | None = None
    macs_formula: int | None = None
    macs_measured: int | None = None
    activations: int | None = None

    @property
    def block(self) -> str:
        """The block of the network, or the outermost module of the model."""
        return self.call.block

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self.call.name

    @property
    def kind(self) -> str:
        """The name that papers group layers by: conv 1×1, conv dw 3×3, fully connected."""
        return self.call.kind

    @property
    def input_shape(self) -> Shape | None:
        """The shape of the first operand."""
        return next(iter(self.call.shapes), None)

    @property
    def output_shape(self) -> Shape | None:
        """The shape of the output."""
        return self.call.output

    @property
    def hyper(self) -> Hyper:
        """All hyper-parameters."""
        return self.call.hyper

    @property
    def is_product(self) -> bool:
        """Whether it multiplies and accumulates."""
        return self.call.is_product

    @property
    def difference(self) -> int | None:
        """Measured less formula, None where one of them is unknown."""
        if self.macs_formula is None or self.macs_measured is None:
            return None
        return self.macs_measured - self.macs_formula


@dataclass(frozen=True)
class Group(Row):
    """Several rows summed up, a block or a kind of layer; its verdict is the worst of theirs."""

    rows: tuple[Row, ...] = ()

    @property
    def kind(self) -> str:
        """The first row's."""
        return self.rows[0].kind

    @property
    def output_shape(self) -> Shape | None:
        """The last row's."""
        return self.rows[-1].output_shape

    @property
    def is_product(self) -> bool:
        """Whether any of the rows does."""
        return any(row.is_product for row in self.rows)


def summed(rows: Sequence[Row], name: str) -> Group:
    """Return several rows as one."""
    worst = max(rows, key=lambda row: row.verdict.severity)
    first, several = rows[0].call, f"{len(rows)} layer{'s' if len(rows) != 1 else ''}"
    unknown = any(row.macs_measured is None and row.macs_formula for row in rows)
    return Group(
        layer=name,
        call=OpCall(name, None, several, first.inputs, {}, first.output, block=name),
        verdict=worst.verdict,
        reason=f"{worst.layer}: {worst.reason}" if worst.reason else "",
        params_formula=_total(row.params_formula for row in rows),
        params_measured=_total(row.params_measured for row in rows),
        macs_formula=_total(row.macs_formula for row in rows),
        # fvcore's sum is unknown if it left out a row that has multiply-accumulates.
        macs_measured=None if unknown else _total(row.macs_measured for row in rows),
        activations=_total(row.activations for row in rows),
        rows=tuple(rows),
    )


def counted(rows: Sequence[Row]) -> int | None:
    """Return fvcore's sum over the rows that it counts, None where there are rows and it counts none of them."""
    return _total(row.macs_measured for row in rows) if rows else 0


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
