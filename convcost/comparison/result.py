"""What came of a comparison: rows, totals, where the products are, and what nothing accounts for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.row import Row, Verdict, summed
from convcost.core.architecture import Network
from convcost.core.errors import DomainError
from convcost.core.op_call import OpCall
from convcost.core.spec import TensorSpec


@dataclass(frozen=True)
class Totals:
    """Sums over the whole net.

    `macs_*` are convolutions, linear layers and other products, the measured ones of those that fvcore counts, None
    where it counts none of them; `fvcore_*` all that fvcore counts, None where it gives no number. Of a model without
    a paper, `params_formula` are the weights of its operators; `params_operands` are parameters that are added,
    multiplied or looked up without being weights, `params_unused` no call uses, and `fvcore_excused` is what fvcore
    counts more than the formulas in rows that say so themselves.
    """

    macs_formula: int
    macs_measured: int | None
    params_formula: int
    params_measured: int
    fvcore_total: int | None
    fvcore_total_formula: int
    params_operands: int = 0
    params_unused: int = 0
    fvcore_excused: int = 0

    @property
    def params_accounted(self) -> int:
        """All parameters that are accounted for."""
        return self.params_formula + self.params_operands + self.params_unused

    @property
    def equal(self) -> bool:
        """Whether formula and measurement are equal in all three."""
        return (
            self.macs_formula == self.macs_measured
            and self.params_accounted == self.params_measured
            and self.fvcore_total in (None, self.fvcore_total_formula)
        )

    @property
    def unaccounted(self) -> str:
        """What differs in the whole though it may in no row: parameters, or all that fvcore counts."""
        pairs = {
            "parameters": (self.params_accounted, self.params_measured),
        }
        if self.fvcore_total is not None:
            pairs["all that fvcore counts"] = self.fvcore_total_formula + self.fvcore_excused, self.fvcore_total
        return "; ".join(f"{n}: {a:,} by the formula, {b:,} measured" for n, (a, b) in pairs.items() if a != b)


@dataclass(frozen=True)
class KindBreakdown:
    """What one kind of layer has of the net's MACs and weights (biases and norms not counted)."""

    kind: str
    macs: Fraction
    weights: Fraction


def breakdown(calls: Iterable[OpCall]) -> tuple[KindBreakdown, ...]:
    """Return what each kind of product has of all MACs and weights, the largest first."""
    macs: Counter[str] = Counter()
    owned: Counter[str] = Counter()
    for call in calls:
        if call.is_product:
            macs[call.kind] += int(call.macs)
            owned[call.kind] += int(call.weights) if call.parameters else 0
    all_macs, all_weights = macs.total() or 1, owned.total() or 1
    return tuple(
        KindBreakdown(kind, Fraction(count, all_macs), Fraction(owned[kind], all_weights))
        for kind, count in macs.most_common()
    )


@dataclass(frozen=True)
class Comparison:
    """Every operator of the net as a row, and the totals. `unit` is macs or flops.

    `paper` is the paper's network, None for a model that is compared with its operators' formulas alone.
    `uncounted` are operators that fvcore has no handle for; `unseen` are those of them that the model calls only
    while it is traced, so that what fvcore saw is not what the rows say.
    """

    paper: Network | None
    inputs: tuple[TensorSpec, ...]
    unit: str
    rows: tuple[Row, ...]
    totals: Totals
    uncounted: dict[str, int]
    unseen: tuple[str, ...]
    breakdown: tuple[KindBreakdown, ...]
    device: str

    @property
    def network(self) -> Network:
        """The paper's network; raises DomainError where there is no paper."""
        if self.paper is None:
            raise DomainError("this model was compared without a paper's formula")
        return self.paper

    @property
    def layers(self) -> tuple[Row, ...]:
        """The rows that multiply and accumulate: convolutions, fully connected layers, other products."""
        return tuple(row for row in self.rows if row.is_product)

    @property
    def verdict(self) -> Verdict:
        """The worst of all rows that matter; `disagree` if a total differs that no row accounts for."""
        bad = [row.verdict for row in self.bad]
        if not bad and self.unaccounted:
            bad = [Verdict.DISAGREE]
        core = [row.verdict for row in self.rows if row.is_product or row.verdict is Verdict.NO_FORMULA]
        return max([*bad, *core], key=lambda verdict: verdict.severity, default=Verdict.AGREE)

    @property
    def bad(self) -> tuple[Row, ...]:
        """The rows that turn the verdict."""
        return tuple(row for row in self.rows if self.turns(row))

    def turns(self, row: Row) -> bool:
        """Whether a row turns the verdict; an operator without a formula does so only where a paper lacks it."""
        return not row.verdict.ok and not (self.paper is None and row.verdict is Verdict.NO_FORMULA)

    @property
    def unaccounted(self) -> str:
        """What differs in the whole though it does in no row; empty if nothing does."""
        traced = f"only the traced model calls {', '.join(self.unseen)}" if self.unseen else ""
        return "; ".join(filter(None, (self.totals.unaccounted, traced)))

    @property
    def ok(self) -> bool:
        """No disagreement."""
        return self.verdict.ok or (self.verdict is Verdict.NO_FORMULA and not self.bad)

    def per(self, level: str, all_operators: bool = False) -> tuple[Row, ...]:
        """Rows per `layer`, summed per `block`, or summed per `operator` kind."""
        if level not in ("layer", "block", "operator"):
            raise DomainError(f"per is {level!r}, but must be layer, block or operator")
        rows = self.rows if all_operators else self.layers
        if level == "layer":
            return rows
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row.block if level == "block" else row.kind, []).append(row)
        return tuple(summed(members, name) for name, members in groups.items())
