"""Why the numbers of counters differ: each explained, in every format."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convcost.comparison.published.verdict import Found
from convcost.comparison.refereeing.against import ReadNumber
from convcost.comparison.refereeing.explanation import ExplainedDifference, Explanation, RefereeRun
from convcost.comparison.refereeing.terms import CONVENTION, FAULT
from convcost.core.errors import DomainError
from convcost.core.spec import TensorSpec
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table, numbers
from convcost.report.report import Records, Report

LEVELS = ("total", "operator", "layer")
COLUMNS = (
    *("counter", "version", "unit", "printed", "core", "convention", "fault", "unexplained", "failed"),
    *("kind", "term", "amount", "calls", "sentence"),
)
PARTS = ("counter", "part", "calls", "core", "expected", "convention", "fault")
_STYLES = {"convention": "cyan", "fault": "yellow"}
_COUNTERS = [
    *(Column("counter"), Column("printed", "number"), Column("unit", rank=4), Column("difference", "number", 1)),
    *(Column("convention", "number", 3), Column("fault", "number", 2), Column("unexplained", "number")),
]
_TERMS = [
    *(Column("term", "words", styles={"unexplained": "bold red"}), Column("amount", "number")),
    *(Column("calls", "number", 2), Column("kind", rank=1, styles=_STYLES)),
]


@dataclass(frozen=True)
class RefereeReport(Report):
    """What `convcost.referee` returns: one row per counter, each with the terms that its number differs by.

    per  what a row of the frame and on a terminal stands for: a term of the total, an operator, or a layer
    """

    refereed: RefereeRun
    reference: str
    inputs: tuple[TensorSpec, ...]
    per: str = "total"

    def __repr__(self) -> str:
        return f"<{heading(self)}: {conclusion(self)}>"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """One per counter."""
        return self.refereed.explanations

    @property
    def core(self) -> int:
        """Multiply-accumulates of all products, by the formulas."""
        return self.refereed.core

    @property
    def counted(self) -> tuple[Explanation, ...]:
        """Those of the counters that printed a number."""
        return tuple(explanation for explanation in self.explanations if explanation.printed is not None)

    @property
    def ok(self) -> bool:
        """Every printed number is explained to the last unit."""
        return self.refereed.ok

    @property
    def exit_code(self) -> int:
        """2 where no counter printed a number, and else 1 where one is not explained."""
        return super().exit_code if self.counted else 2

    def __getitem__(self, counter: str) -> Explanation:
        return self.refereed.explanation(counter)

    def view(self, per: str = "total") -> RefereeReport:
        """The same with other rows: terms of the total, or what each counter makes of every operator or layer."""
        if per not in LEVELS:
            raise DomainError(f"per is {per!r}, but must be total, operator or layer")
        return replace(self, per=per)

    def records(self) -> Records:
        """One row per term, whole numbers as they are; a counter that agrees or failed has a row of its own."""
        rows = [row for a in self.explanations for row in (_terms(a) if self.per == "total" else parts(a, self.per))]
        columns = COLUMNS if self.per == "total" else PARTS
        counts = {"printed", "core", "convention", "fault", "unexplained", "amount", "calls", "expected"}
        return Records.of(columns, rows, counts & set(columns))

    def data(self) -> dict[str, object]:
        """Everything: each counter's number, its terms, and the modules that its convention does not explain."""
        return {
            "model": self.reference,
            "inputs": [str(spec) for spec in self.inputs],
            "core": self.core,
            "without_formula": dict(self.refereed.unknown),
            "counters": [_json(explanation) for explanation in self.explanations],
        }

    def content(self) -> Content:
        """One row per counter, then the terms of each with the reasons, and the operators or layers if wanted."""
        blocks: list[Block] = [Table(_COUNTERS, summary(self.explanations)), *self._failed()]
        columns = [*_TERMS, Column("why", "words")]
        for a in self.explanations:
            if a.terms or not a.explained:
                together = [["together", text.signed(a.difference), "", "", ""]]
                blocks.append(Table(columns, term_rows(a), together, _versioned(a)))
            blocks += [] if self.per == "total" else _parts_of(a, self.per)
        return self._told(blocks)

    def screen(self) -> Content:
        """The same, faults and what is not explained as sentences; or operators or layers in place of terms."""
        counters = Table(_COUNTERS, summary(self.explanations), everything="--markdown")
        blocks: list[Block] = [counters, *self._failed()]
        for explanation in self.explanations:
            blocks += _terms_of(explanation) if self.per == "total" else _parts_of(explanation, self.per)
        return self._told(blocks)

    def _failed(self) -> list[Sentence]:
        failed = [a for a in self.explanations if a.printed is None]
        return [Sentence(text.ended(f"{a.counter}: {a.failed}"), "yellow") for a in failed]

    def _told(self, blocks: list[Block]) -> Content:
        verdict = Sentence(f"{conclusion(self)}.", "green" if self.ok else "bold red")
        return Content(heading(self), source(self), [*blocks, GAP, verdict])


@dataclass(frozen=True, repr=False)
class BetweenReport(Report):
    """The difference of two counters, term by term."""

    report: RefereeReport
    between: ExplainedDifference

    @property
    def ok(self) -> bool:
        """Whether the terms explain the difference to the last unit."""
        return not self.between.unexplained

    def records(self) -> Records:
        """One row per term, whole numbers as they are."""
        rows = [(term.label, term.amount, term.kind) for term in self.between.terms]
        rows += [("unexplained", self.between.unexplained, "")] if self.between.unexplained else []
        return Records.of(("term", "amount", "kind"), rows, ["amount"])

    def content(self) -> Content:
        """Both numbers, and the terms of their difference."""
        found = self.between
        first, second = found.first, found.second
        rows = [[term.label, text.signed(term.amount), term.kind] for term in found.terms]
        if found.unexplained:
            rows.append(["unexplained", text.signed(found.unexplained), ""])
        table = Table([*_TERMS[:2], _TERMS[3]], rows, [["together", text.signed(found.difference), ""]])
        said = f"{first.counter} prints {first.printed:,}, {second.counter} {second.printed:,}."
        return Content(heading(self.report), said, [table])


@dataclass(frozen=True)
class AgainstReport(Report):
    """What a number that somebody printed for a model can mean."""

    name: str
    against: ReadNumber

    @property
    def ok(self) -> bool:
        """Whether a reading gives the number."""
        return self.against.explained

    def __repr__(self) -> str:
        return f"<{self.name}: {self.against.text} {'is explained' if self.against.explained else 'has no reading'}>"

    def records(self) -> Records:
        """One row per reading, the best first; the nearest one where none gives the number."""
        found = self.against.found if self.against.explained else [self.against.nearest]
        rows = [(_reading(self.against, one), text.plain(one.value), self.against.explained) for one in found]
        return Records.of(("reading", "value", "explains"), rows)

    def content(self) -> Content:
        """The readings of the number, best first, or the nearest one."""
        found = self.against
        if not found.explained:
            said = f"No reading makes {found.text} of {self.name}. Nearest: {_reading(found, found.nearest)}."
            return Content(f"{self.name}: {found.text} has no reading", "", [Sentence(said, "bold red")])
        readings = [Sentence(_reading(found, one), indent=2, item=True) for one in found.found]
        return Content(f"{self.name}: what {found.text} can mean", "", readings)

    def screen(self) -> Content:
        """The same, the sentence alone where there is no reading."""
        return self.content() if self.against.explained else replace(self.content(), title="")


def _terms_of(explanation: Explanation) -> list[Block]:
    """A counter's terms, its faults in words, and where it is not explained."""
    if not explanation.terms and explanation.explained:
        return []
    columns = [replace(_TERMS[0], header=_versioned(explanation)), *_TERMS[1:]]
    blocks: list[Block] = [Table(columns, [row[:4] for row in term_rows(explanation)], everything="--csv")]
    faults = dict.fromkeys(t.sentence for t in explanation.terms if t.kind == "fault" and t.sentence != t.label)
    blocks += [Sentence(f"Fault: {sentence}.", indent=2) for sentence in faults]
    if not explanation.explained:
        blocks.append(Sentence(f"Unexplained: {where(explanation)}.", "bold red", indent=2))
    return blocks


def _versioned(explanation: Explanation) -> str:
    return f"{explanation.counter} {explanation.version}".rstrip()


def _parts_of(explanation: Explanation, per: str) -> list[Block]:
    """What a counter makes of each operator or layer that costs something."""
    if not explanation.calls:
        return []
    columns = [
        *(Column(f"{explanation.counter}, {per}", "name"), Column("calls", "number", 4), *numbers("MACs", "counted")),
        *numbers("convention", "fault", rank=2),
    ]
    rows = [
        [str(name), text.number(calls), text.number(core), text.number(expected), *map(text.signed, terms)]
        for _, name, calls, core, expected, *terms in parts(explanation, per)
        if core or expected
    ]
    return [Table(columns, rows, everything="--csv")]


def _reading(against: ReadNumber, found: Found) -> str:
    """As fvcore counts (314.193 M)."""
    unit = f" {'KMGT'[against.power - 1]}" if against.power else ""
    printed = len(str(against.number.step.denominator)) - 1
    value = text.decimal(found.value, printed + 3 if against.power else 0)
    return f"{found.reading.sentence or 'multiply-accumulates alone'} ({value}{unit})"


def _json(explanation: Explanation) -> dict[str, object]:
    return {
        **{name: getattr(explanation, name) for name in ("counter", "version", "unit", "printed", "difference")},
        **{name: getattr(explanation, name) for name in ("convention", "fault", "unexplained", "failed")},
        "terms": [
            {"kind": t.kind, "term": t.label, "amount": t.amount, "calls": t.calls, "sentence": t.sentence}
            for t in explanation.terms
        ],
        "odd_modules": [{"path": o.path, "printed": o.printed, "expected": o.expected} for o in explanation.odd],
    }


def _terms(explanation: Explanation) -> list[tuple[int | str | None, ...]]:
    known = explanation.printed is not None
    start = (
        *(explanation.counter, explanation.version, explanation.unit, explanation.printed, explanation.core),
        *((explanation.convention, explanation.fault, explanation.unexplained) if known else (None, None, None)),
        explanation.failed,
    )
    found = [(*start, t.kind, t.label, t.amount, t.calls, t.sentence) for t in explanation.terms]
    return found or [(*start, "", "", None, None, "")]


def parts(explanation: Explanation, per: str) -> list[tuple[str, str, int, int, int, int, int]]:
    """What a counter makes of each operator or layer, by its convention and known faults."""
    sums: dict[str, Tally[str]] = {}
    for one in explanation.calls:
        name = one.call.name if per == "operator" else one.call.path or one.call.name
        tally = sums.setdefault(name, Tally())
        tally["calls"] += 1
        tally["core"] += int(one.call.macs)
        tally["expected"] += one.first + one.second
        for term in one.terms:
            tally[term.kind] += term.amount
    return [
        (explanation.counter, name, tally["calls"], tally["core"], tally["expected"], tally[CONVENTION], tally[FAULT])
        for name, tally in sums.items()
    ]


def heading(report: RefereeReport) -> str:
    """torchvision:mobilenet_v2: input 1×3×224×224."""
    return f"{report.reference}: input {' and '.join(map(str, report.inputs)) or 'none'}"


def source(report: RefereeReport) -> str:
    """Say what the numbers are compared with."""
    unknown = report.refereed.unknown
    left = f" No formula: {text.times(dict(sorted(unknown.items())))}." if unknown else ""
    return f"The formulas of all products: {report.core:,} multiply-accumulates.{left}"


def summary(explanations: Sequence[Explanation]) -> list[list[str]]:
    """One row per counter."""
    return [
        [a.counter, "not counted", a.unit, *("",) * 4]
        if a.printed is None
        else [
            *(a.counter, text.number(a.printed), "FLOP" if a.unit == "flops" else "MAC", text.signed(a.difference)),
            *(text.signed(a.convention), text.signed(a.fault), text.signed(a.unexplained)),
        ]
        for a in explanations
    ]


def term_rows(explanation: Explanation) -> list[list[str]]:
    """One row per term, and one for what is left."""
    rows = [[t.label, text.signed(t.amount), text.number(t.calls), t.kind, t.sentence] for t in explanation.terms]
    if not explanation.explained:
        rows.append(["unexplained", text.signed(explanation.unexplained), "", "", where(explanation)])
    return rows


def where(explanation: Explanation) -> str:
    """The modules that an unexplained number is in, as far as the counter says."""
    if not explanation.odd:
        return "the counter does not say where"
    shown = "; ".join(f"{o.path or 'the model'}: {o.printed:,} in place of {o.expected:,}" for o in explanation.odd[:5])
    return shown + (f"; and {len(explanation.odd) - 5} more" if len(explanation.odd) > 5 else "")


def conclusion(report: RefereeReport) -> str:
    """One line: whether every number is explained."""
    counted = report.counted
    left = [explanation.counter for explanation in counted if not explanation.explained]
    if left:
        return f"Not explained to the last unit: {', '.join(left)}"
    if not counted:
        return "No number to explain"
    wanted = len(counted) + sum(explanation.broken for explanation in report.explanations)
    return f"{len(counted)} of {wanted} numbers explained to the last unit"
