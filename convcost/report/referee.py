"""A referee's accounts as data frame, CSV, Markdown, HTML and JSON."""

from __future__ import annotations

import html
import json
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.comparison.refereeing.explanation import Explanation, RefereeRun
from convcost.comparison.refereeing.terms import CONVENTION, FAULT
from convcost.core.errors import DomainError
from convcost.core.spec import TensorSpec
from convcost.report import files, markdown, spreadsheet, text
from convcost.report.sheet import Sheet, Shown, Table

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("total", "operator", "layer")
COLUMNS = (
    *("counter", "version", "unit", "printed", "core", "convention", "fault", "unexplained", "failed"),
    *("kind", "term", "amount", "calls", "sentence"),
)
PARTS = ("counter", "part", "calls", "core", "expected", "convention", "fault")


@dataclass(frozen=True)
class RefereeReport(Shown):
    """What `convcost.referee` returns: a row a counter, each with the terms that its number differs by."""

    refereed: RefereeRun
    reference: str
    inputs: tuple[TensorSpec, ...]

    def __repr__(self) -> str:
        return f"<{heading(self)}: {conclusion(self)}>"

    @property
    def accounts(self) -> tuple[Explanation, ...]:
        """One a counter."""
        return self.refereed.explanations

    @property
    def core(self) -> int:
        """Multiply-accumulates of all products, by the formulas."""
        return self.refereed.core

    @property
    def counted(self) -> tuple[Explanation, ...]:
        """Those of the counters that printed a number."""
        return tuple(account for account in self.accounts if account.printed is not None)

    @property
    def ok(self) -> bool:
        """Every printed number is explained to the last unit."""
        return self.refereed.ok

    def __getitem__(self, counter: str) -> Explanation:
        return self.refereed.explanation(counter)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a term, raw integers; a counter that agrees or failed has a row of its own."""
        return self.table()

    def table(self, per: str = "total") -> pd.DataFrame:
        """Terms of the total, or what each counter makes of every operator or layer."""
        import pandas as pd

        if per not in LEVELS:
            raise DomainError(f"per is {per!r}, but must be total, operator or layer")
        rows = [row for a in self.accounts for row in (_terms(a) if per == "total" else parts(a, per))]
        frame = pd.DataFrame(rows, columns=list(COLUMNS if per == "total" else PARTS))
        counts = ("printed", "core", "convention", "fault", "unexplained", "amount", "calls", "expected")
        return frame.astype({name: "Int64" for name in counts if name in frame})

    def to_csv(self, path: str | Path | None = None, per: str = "total") -> str:
        """CSV, raw integers; written to `path` if given, whole or not at all."""
        return _deliver(spreadsheet.text(self.table(per)), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """A Markdown page: a row a counter, then the terms of each."""
        head, origin = markdown.sentence(heading(self)), markdown.sentence(source(self))
        parts = [f"# {head}", origin, markdown.table(list(HEADERS), summary(self.accounts))]
        for account in self.accounts:
            if account.terms:
                parts += [f"## {account.counter}", markdown.table(list(TERM_HEADERS), term_rows(account))]
        parts.append(f"{conclusion(self)}.")
        return _deliver("\n\n".join(part.strip("\n") for part in parts) + "\n", path)

    def to_html(self, path: str | Path | None = None, per: str = "total") -> str:
        """An HTML page with the table of terms."""
        table = self.table(per).to_html(index=False, escape=True, na_rep="")
        title = html.escape(heading(self))
        page = f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{title}</title>\n<h1>{title}</h1>\n{table}\n'
        return _deliver(page, path)

    def to_json(self, path: str | Path | None = None) -> str:
        """Everything as JSON."""
        data: dict[str, Any] = {
            "model": self.reference,
            "inputs": [str(spec) for spec in self.inputs],
            "core": self.core,
            "without_formula": dict(self.refereed.unknown),
            "counters": [_json(account) for account in self.accounts],
        }
        return _deliver(json.dumps(data, indent=2, ensure_ascii=False) + "\n", path)

    def sheet(self) -> Sheet:
        """A row a counter, then the terms of each."""
        tables = [Table(HEADERS, summary(self.accounts))]
        tables += [
            Table(TERM_HEADERS, term_rows(a), [["together", text.signed(a.difference), "", "", ""]], a.counter)
            for a in self.accounts
            if a.terms
        ]
        failed = [f"{a.counter}: {a.failed}." for a in self.accounts if a.printed is None]
        return Sheet(heading(self), source(self), tables, [*failed, f"{conclusion(self)}."])


def _deliver(content: str, path: str | Path | None) -> str:
    if path is not None:
        files.write(Path(path), content)
    return content


def _json(account: Explanation) -> dict[str, Any]:
    return {
        **{name: getattr(account, name) for name in ("counter", "version", "unit", "printed", "difference")},
        **{name: getattr(account, name) for name in ("convention", "fault", "unexplained", "failed")},
        "terms": [
            {"kind": t.kind, "term": t.label, "amount": t.amount, "calls": t.calls, "sentence": t.sentence}
            for t in account.terms
        ],
        "odd_modules": [{"path": o.path, "printed": o.printed, "expected": o.expected} for o in account.odd],
    }


def _terms(account: Explanation) -> list[tuple[Any, ...]]:
    known = account.printed is not None
    start = (
        *(account.counter, account.version, account.unit, account.printed, account.core),
        *((account.convention, account.fault, account.unexplained) if known else (None, None, None)),
        account.failed,
    )
    found = [(*start, t.kind, t.label, t.amount, t.calls, t.sentence) for t in account.terms]
    return found or [(*start, "", "", None, None, "")]


def parts(account: Explanation, per: str) -> list[tuple[Any, ...]]:
    """What a counter makes of each operator or layer, by its convention and known faults."""
    sums: dict[str, Tally[str]] = {}
    for one in account.calls:
        name = one.call.name if per == "operator" else one.call.path or one.call.name
        tally = sums.setdefault(name, Tally())
        tally["calls"] += 1
        tally["core"] += int(one.call.macs)
        tally["expected"] += one.first + one.second
        for term in one.terms:
            tally[term.kind] += term.amount
    kinds = ("calls", "core", "expected", CONVENTION, FAULT)
    return [(account.counter, name, *(tally[kind] for kind in kinds)) for name, tally in sums.items()]


def heading(report: RefereeReport) -> str:
    """torchvision:mobilenet_v2: input 1×3×224×224."""
    return f"{report.reference}: input {' and '.join(map(str, report.inputs)) or 'none'}"


def source(report: RefereeReport) -> str:
    """What the numbers are held against."""
    unknown = report.refereed.unknown
    left = f" No formula: {', '.join(f'{name} {n} times' for name, n in sorted(unknown.items()))}." if unknown else ""
    return f"The formulas of all products: {report.core:,} multiply-accumulates.{left}"


HEADERS = ("counter", ">printed", "unit", ">difference", ">convention", ">fault", ">unexplained")
TERM_HEADERS = ("term", ">amount", ">calls", "kind", "why")


def summary(accounts: Sequence[Explanation]) -> list[list[str]]:
    """A row a counter."""
    return [
        [a.counter, "not counted", a.unit, *("",) * 4]
        if a.printed is None
        else [
            *(a.counter, text.number(a.printed), "FLOP" if a.unit == "flops" else "MAC", text.signed(a.difference)),
            *(text.signed(a.convention), text.signed(a.fault), text.signed(a.unexplained)),
        ]
        for a in accounts
    ]


def term_rows(account: Explanation) -> list[list[str]]:
    """A row a term, and one for what is left."""
    rows = [[t.label, text.signed(t.amount), text.number(t.calls), t.kind, t.sentence] for t in account.terms]
    if not account.explained:
        rows.append(["unexplained", text.signed(account.unexplained), "", "", where(account)])
    return rows


def where(account: Explanation) -> str:
    """The modules that an unexplained number is in, as far as the counter says."""
    if not account.odd:
        return "the counter does not say where"
    shown = "; ".join(f"{o.path or 'the model'}: {o.printed:,} in place of {o.expected:,}" for o in account.odd[:5])
    return shown + (f"; and {len(account.odd) - 5} more" if len(account.odd) > 5 else "")


def conclusion(report: RefereeReport) -> str:
    """One line: whether every number is explained."""
    counted = report.counted
    left = [account.counter for account in counted if not account.explained]
    if left:
        return f"Not explained to the last unit: {', '.join(left)}"
    return f"{len(counted)} of {len(counted)} numbers explained to the last unit" if counted else "No number to explain"
