"""What a compared model costs, and the calls whose cost nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from convcost.budgeting.limit import Count
from convcost.comparison.result import Comparison
from convcost.comparison.row import Row, Verdict

COUNTS = ("macs", "params", "activations")
"""What a budget can limit."""


@dataclass(frozen=True)
class Costs:
    """The formulas' counts of a comparison, made in the unit of MACs.

    macs, activations  of convolutions, linear layers and other products; of the calls in `unknown` nothing is in them
    params             of the whole model
    """

    macs: int
    params: int
    activations: int
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, comparison: Comparison) -> Costs:
        """The costs of a comparison."""
        known = [row for row in comparison.rows if row.is_product and not nobody_counts(row)]
        return cls(
            macs=sum(row.macs_formula or 0 for row in known),
            params=comparison.totals.params_measured,
            activations=sum(row.activations or 0 for row in known),
            rows=comparison.rows,
        )

    @property
    def uncounted(self) -> Mapping[str, int]:
        """The operators that nobody counts, and how often each is called."""
        return dict(sorted(Counter(row.operator for row in self.rows if nobody_counts(row)).items()))

    def unknown(self, excused: Collection[str] = ()) -> Mapping[str, int]:
        """Those of them that a user does not say to leave out."""
        return {name: times for name, times in self.uncounted.items() if name not in excused}

    def count(self, name: str, excused: Collection[str] = ()) -> Count:
        """One of `COUNTS`; parameters are known whoever uses them."""
        return Count(getattr(self, name), exact=name == "params" or not self.unknown(excused))

    def expensive(self, name: str, most: int) -> list[tuple[Row, int]]:
        """The rows that cost most, with their counts."""
        counted = [(row, _of_row(row, name)) for row in self.rows]
        return sorted(((row, n) for row, n in counted if n), key=lambda pair: -pair[1])[:most]


def nobody_counts(row: Row) -> bool:
    """Whether no formula counts a call: the book has none, or it derives another output than the model gave."""
    return row.verdict is Verdict.NO_FORMULA or (row.is_product and row.activations is None)


def _of_row(row: Row, name: str) -> int:
    if name == "params":
        return row.params_measured or 0
    if nobody_counts(row) or not row.is_product:
        return 0
    return (row.macs_formula if name == "macs" else row.activations) or 0
