"""What came of a comparison: a row per layer, the totals, and what nothing accounts for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from convcost.core.architecture import Network
from convcost.core.errors import DomainError
from convcost.core.numeric import Shape
from convcost.core.op_call import OpCall
from convcost.core.spec import TensorSpec

if TYPE_CHECKING:
    from convcost.trace.values import ValueDependence


class Verdict(StrEnum):
    """What came of a row, from the best to the worst."""

    AGREE = "agree"
    CONVENTION = "convention"
    UNCOUNTED = "uncounted"
    NO_FORMULA = "no formula"
    NOT_CALLED = "not called"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"

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


def grouped(rows: Sequence[Row], name: str) -> Group:
    """Return several rows as one."""
    worst = max(rows, key=lambda row: row.verdict.severity)
    first, last, several = rows[0].call, rows[-1].call, f"{len(rows)} layer{'s' if len(rows) != 1 else ''}"
    unknown = any(row.macs_measured is None and row.macs_formula for row in rows)
    return Group(
        layer=name,
        call=OpCall(name, None, several, first.inputs, {}, last.output, block=name),
        verdict=worst.verdict,
        reason=f"{worst.layer}: {worst.reason}" if worst.reason else "",
        params_formula=known_sum(row.params_formula for row in rows),
        params_measured=known_sum(row.params_measured for row in rows),
        macs_formula=known_sum(row.macs_formula for row in rows),
        # fvcore's sum is unknown if it left out a row that has multiply-accumulates.
        macs_measured=None if unknown else known_sum(row.macs_measured for row in rows),
        activations=known_sum(row.activations for row in rows),
        rows=tuple(rows),
    )


def known_sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum of the counts that are known, None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


@dataclass(frozen=True)
class Totals:
    """Sums over the whole net.

    `macs_*` are convolutions, linear layers and other products, the measured ones of those that fvcore counts, None
    where it counts none of them; `fvcore_*` all that fvcore counts, None where it gives no number. Of a model without
    a paper, `params_formula` are those that its calls use, `params_unused` no call uses, `params_frozen` are not
    trained, and `fvcore_excused` is what fvcore counts more than the formulas in rows that say so themselves.
    """

    macs_formula: int
    macs_measured: int | None
    params_formula: int
    params_measured: int
    fvcore_total: int | None
    fvcore_total_formula: int | None
    params_unused: int = 0
    params_frozen: int = 0
    fvcore_excused: int = 0

    @property
    def params_accounted(self) -> int:
        """All parameters that are accounted for."""
        return self.params_formula + self.params_unused

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
        pairs = {"parameters": (self.params_accounted, self.params_measured)}
        if self.fvcore_total is not None and self.fvcore_total_formula is not None:
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
            biases = int(call.cost.parameters) - int(call.weights)
            owned[call.kind] += max(int(call.parameters) - biases, 0)
    all_macs, all_weights = macs.total() or 1, owned.total() or 1
    return tuple(
        KindBreakdown(kind, Fraction(count, all_macs), Fraction(owned[kind], all_weights))
        for kind, count in macs.most_common()
    )


@dataclass(frozen=True)
class Comparison:
    """Every operator of the net as a row, and the totals. `unit` is macs or flops.

    `paper` is the paper's network, None for a model that is compared with its operators' formulas alone.
    `uncounted` are operators that fvcore has no handle for; `traced_only` are those of them that the model calls
    only while it is traced, so that what fvcore saw is not what the rows say. `device` is where fvcore traced the
    model, empty where it could not, which `fvcore_failed` then explains; `fvcore_refused` says why it counted a wrapper
    of the model instead, and `doubts` why it ran on the CPU. `dependence` says where the values of the input decide
    what the model costs, and `unseen` what the model does that no call stands for, so that it is in no number.
    """

    paper: Network | None
    inputs: tuple[TensorSpec, ...]
    unit: str
    rows: tuple[Row, ...]
    totals: Totals
    uncounted: dict[str, int]
    traced_only: tuple[str, ...]
    device: str
    fvcore_failed: str = ""
    fvcore_refused: str = ""
    doubts: tuple[str, ...] = ()
    dependence: ValueDependence | None = None
    unseen: tuple[str, ...] = ()

    @property
    def breakdown(self) -> tuple[KindBreakdown, ...]:
        """What each kind of layer has of the paper's network; of the model where there is no paper."""
        return breakdown(self.paper.core if self.paper else [row.call for row in self.rows])

    @property
    def network(self) -> Network:
        """The paper's network; raises DomainError where there is no paper."""
        if self.paper is None:
            raise DomainError("this model was compared without a paper's formula")
        return self.paper

    @property
    def layers(self) -> tuple[Row, ...]:
        """The rows that multiply and accumulate: convolutions, fully connected layers, other products."""
        return tuple(row for row in self.rows if row.call.is_product)

    @property
    def verdict(self) -> Verdict:
        """The worst of all rows that matter; `disagree` if a total differs that no row accounts for.

        It is `unknown` where the model was not seen whole.
        """
        if self.unseen:
            return Verdict.UNKNOWN
        bad = [row.verdict for row in self.bad]
        if not bad and self.unaccounted:
            bad = [Verdict.DISAGREE]
        core = [row.verdict for row in self.rows if row.call.is_product or row.call.may_multiply]
        return max([*bad, *core], key=lambda verdict: verdict.severity, default=Verdict.AGREE)

    @property
    def whole(self) -> bool:
        """Whether all products of the model are in the totals; a paper says itself what it has."""
        return not self.unseen and not (self.paper is None and any(row.call.may_multiply for row in self.rows))

    @property
    def bad(self) -> tuple[Row, ...]:
        """The rows that turn the verdict."""
        return tuple(row for row in self.rows if self.turns(row))

    def turns(self, row: Row) -> bool:
        """Tell whether a row turns the verdict: only products do, and layers that paper and model do not share.

        An operator without a formula does so only where a paper lacks it.
        """
        if row.verdict.ok or (row.call.operator is None and not row.call.may_multiply):
            return False
        return self.paper is not None or (row.call.is_product and row.verdict is not Verdict.NO_FORMULA)

    @property
    def unaccounted(self) -> str:
        """What differs in the whole though it does in no row; empty if nothing does."""
        traced = f"only the traced model calls {', '.join(self.traced_only)}" if self.traced_only else ""
        return "; ".join(filter(None, (self.totals.unaccounted, traced)))

    @property
    def ok(self) -> bool:
        """No disagreement."""
        return self.verdict.ok or (self.verdict is Verdict.NO_FORMULA and not self.bad)

    def per(self, level: str, all_operators: bool = False) -> tuple[Row, ...]:
        """Return a row per `layer`, per `block` or per `operator` kind; raises DomainError for another level."""
        if level not in ("layer", "block", "operator"):
            raise DomainError(f"per is {level!r}, but must be layer, block or operator")
        rows = self.rows if all_operators else self.layers
        if level == "layer":
            return rows
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row.call.block if level == "block" else row.kind, []).append(row)
        return tuple(grouped(members, name) for name, members in groups.items())
