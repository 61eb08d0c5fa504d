"""One model of an audit: the outcome of its comparison, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from convcost.comparison.result import Comparison, Row, Verdict

ERROR = "error"
NOT_AUDITED = "not audited"


@dataclass(frozen=True)
class AuditRow:
    """Counts are of one forward pass at `input`, in MACs; None is unknown, never zero.

    verdict          the worst of: agree; uncounted (fvcore leaves out products); no formula (the registry has none for
                     some operator that may multiply); disagree; unknown (the model was not seen whole); "error" where
                     the model could not be compared, "not audited" where its library declares no input of a fixed
                     size, both with the reason in `error`
    macs_formula     of every product operator; of these fvcore counts `macs_fvcore`, leaves out `macs_uncounted`, and
                     differs by `macs_differing` (formula less fvcore)
    rows_*           operator calls by verdict
    uncounted        products that fvcore leaves out: reason → operator → [calls, MACs]
    no_formula       operators without a formula → calls
    disagreements    reason → calls
    seconds          of wall-clock time; `peak_mib` is the largest resident memory of the process that was observed
    """

    name: str
    verdict: str
    input: str = ""
    parameters: int | None = None
    macs_formula: int | None = None
    macs_fvcore: int | None = None
    macs_uncounted: int | None = None
    macs_differing: int | None = None
    fvcore_total: int | None = None
    rows_agree: int | None = None
    rows_convention: int | None = None
    rows_uncounted: int | None = None
    rows_no_formula: int | None = None
    rows_disagree: int | None = None
    uncounted: Mapping[str, Mapping[str, list[int]]] = field(default_factory=dict)
    no_formula: Mapping[str, int] = field(default_factory=dict)
    disagreements: Mapping[str, int] = field(default_factory=dict)
    device: str = ""
    error: str = ""
    seconds: float = 0.0
    peak_mib: int = 0

    def timed(self, seconds: float, peak: int) -> AuditRow:
        """Return the row with what it took: seconds, and bytes of memory."""
        return replace(self, seconds=round(seconds, 3), peak_mib=-(-peak // 2**20))

    def as_json(self) -> dict[str, object]:
        """Return plain data, which `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> AuditRow:
        """Return the row of plain data; raises TypeError where fields are missing or unknown."""
        if not isinstance(data, dict) or set(data) != {known.name for known in fields(cls)}:
            raise TypeError("these are not the fields of a row")
        return cls(**data)


def summary(name: str, comparison: Comparison) -> AuditRow:
    """Return the row of a comparison in MACs."""
    rows, totals = comparison.rows, comparison.totals
    times = Counter(row.verdict for row in rows)
    left_out = [row for row in comparison.layers if row.macs_measured is None]
    missing = Counter(row.operator for row in rows if row.call.may_multiply)
    disagreements = Counter(row.reason for row in comparison.bad if row.verdict is Verdict.DISAGREE)
    disagreements.update(f"not counted whole: {work}" for work in comparison.unseen)
    if comparison.unaccounted:
        disagreements[f"in the whole: {comparison.unaccounted}"] += 1
    found = {Verdict.AGREE}
    found |= {Verdict.DISAGREE} if disagreements else set()
    found |= {Verdict.NO_FORMULA} if missing else set()
    found |= {Verdict.UNCOUNTED} if left_out else set()
    found |= {Verdict.UNKNOWN} if comparison.unseen else set()
    return AuditRow(
        name=name,
        verdict=str(max(found, key=lambda verdict: verdict.severity)),
        input=" and ".join(map(str, comparison.inputs)),
        parameters=totals.params_measured,
        macs_formula=totals.macs_formula,
        macs_fvcore=totals.macs_measured,
        macs_uncounted=sum(row.macs_formula or 0 for row in left_out),
        macs_differing=-sum(row.difference or 0 for row in comparison.layers),
        fvcore_total=totals.fvcore_total,
        rows_agree=times[Verdict.AGREE],
        rows_convention=times[Verdict.CONVENTION],
        rows_uncounted=times[Verdict.UNCOUNTED],
        rows_no_formula=times[Verdict.NO_FORMULA],
        rows_disagree=times[Verdict.DISAGREE],
        uncounted=_uncounted(left_out),
        no_formula=_sorted(Counter(row.operator for row in rows if row.verdict is Verdict.NO_FORMULA)),
        disagreements=_sorted(disagreements),
        device=comparison.device,
    )


def _uncounted(rows: list[Row]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for row in sorted(rows, key=lambda row: (row.reason, row.operator)):
        calls = found.setdefault(row.reason, {}).setdefault(row.operator, [0, 0])
        calls[0] += 1
        calls[1] += row.macs_formula or 0
    return found


def _sorted(times: Counter[str]) -> dict[str, int]:
    return dict(sorted(times.items(), key=lambda item: (-item[1], item[0])))
