"""A row of a comparison: one layer as the paper has it, as the model runs it, and as fvcore counts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convcost.comparison.verdict import Verdict
from convcost.core.numeric import Shape


@dataclass(frozen=True)
class Row:
    """One layer, or several summed up. Counts are in the comparison's unit; None is unknown, never zero.

    `activations` are the elements that the formula says are written: unknown too where the model writes others.
    """

    layer: str
    block: str
    operator: str
    kind: str
    module: str
    input_shape: Shape | None
    output_shape: Shape | None
    hyper: dict[str, Any]
    params_formula: int | None
    params_measured: int | None
    macs_formula: int | None
    macs_measured: int | None
    verdict: Verdict
    reason: str
    is_product: bool
    activations: int | None = None

    @property
    def difference(self) -> int | None:
        """Measured less formula, None where one of them is unknown."""
        if self.macs_formula is None or self.macs_measured is None:
            return None
        return self.macs_measured - self.macs_formula


def summed(rows: list[Row], name: str) -> Row:
    """Several rows as one; its verdict is the worst of theirs."""
    worst = max(rows, key=lambda row: row.verdict.severity)
    return Row(
        layer=name,
        block=name,
        operator=f"{len(rows)} layer{'s' if len(rows) != 1 else ''}",
        kind=rows[0].kind,
        module="",
        input_shape=rows[0].input_shape,
        output_shape=rows[-1].output_shape,
        hyper={},
        params_formula=_total(row.params_formula for row in rows),
        params_measured=_total(row.params_measured for row in rows),
        macs_formula=_total(row.macs_formula for row in rows),
        macs_measured=_whole(rows),
        verdict=worst.verdict,
        reason=f"{worst.layer}: {worst.reason}" if worst.reason else "",
        is_product=any(row.is_product for row in rows),
        activations=_total(row.activations for row in rows),
    )


def counted(rows: Sequence[Row]) -> int | None:
    """fvcore's sum over the rows that it counts, unknown where there are rows and it counts none of them."""
    return _total(row.macs_measured for row in rows) if rows else 0


def _total(counts: Any) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _whole(rows: list[Row]) -> int | None:
    """fvcore's sum; unknown if it left out a row that has multiply-accumulates."""
    unknown = any(row.macs_measured is None and row.macs_formula for row in rows)
    return None if unknown else _total(row.macs_measured for row in rows)
