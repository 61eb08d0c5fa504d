"""The pages of audits in reports/: verdicts, what fvcore leaves out, and the numbers that a library publishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convcost.auditing.row import AuditRow
from convcost.report import audit as findings
from convcost.report import markdown, text
from convcost.report.audit import AuditReport
from convcost.report.content import Column, Table, numbers


def page(report: AuditReport, title: str, versions: Mapping[str, str], sections: Sequence[str] = ()) -> str:
    """Verdicts, what fvcore leaves uncounted, every disagreement, what was not compared; `sections` come first.

    versions  of what the rows depend on, by package
    """
    rows = report.rows
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [
        f"# {title}",
        f"{text.number(len(rows))} models at their own input sizes, without weights. Counted with {used}. The CSV "
        "beside this page has every row: MACs by the formulas and by fvcore, calls by verdict, each reason.",
        *sections,
        "## Verdicts",
        _table(findings.verdicts(rows)),
        *_left_out(rows),
        *_disagreements(rows),
    ]
    missing, errors = findings.missing(rows), findings.errors(rows)
    if missing.rows:
        parts += ["## Operators without a formula", _table(missing)]
    if errors.rows:
        parts += ["## Not compared", _table(errors)]
    return markdown.joined(parts)


def _table(table: Table) -> str:
    return markdown.of_table(table).strip()


def _left_out(rows: Sequence[AuditRow]) -> list[str]:
    table = findings.left_out(rows)
    if not table.rows:
        return []
    some = [row for row in rows if row.uncounted]
    total, missed = sum(row.macs_formula or 0 for row in some), sum(row.macs_uncounted or 0 for row in some)
    return [
        "## What fvcore leaves uncounted",
        f"Of {text.number(len(some))} models fvcore leaves out products: {text.number(missed)} of their "
        f"{text.number(total)} MACs. The shares are of a model's own MACs, over the models with that operator.",
        _table(table),
        _table(spread(rows)),
        "The largest shares:",
        _table(largest(rows, _MOST)),
    ]


_MOST = 20


def _disagreements(rows: Sequence[AuditRow]) -> list[str]:
    found = [row for row in rows if row.disagreements]
    if not found:
        return ["## Disagreements", "None."]
    lines = [
        (row.name, text.number(calls), text.signed(row.macs_differing), reason)
        for row in found
        for reason, calls in findings.kinds(row).items()
    ]
    headers = ("model", ">calls", ">MACs that fvcore lacks", "reason")
    return [
        "## Disagreements",
        _table(findings.disagreements(rows)),
        "The MACs are the model's: the formulas' less fvcore's, over all calls that fvcore counts otherwise.",
        markdown.table(headers, lines).strip(),
    ]


def share(row: AuditRow) -> Fraction:
    """The part of a model's products that fvcore leaves uncounted."""
    return Fraction(row.macs_uncounted or 0, row.macs_formula or 1)


_STEPS = (Fraction(1, 100), Fraction(1, 20), Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(1))


def spread(rows: Sequence[AuditRow]) -> Table:
    """How much of a model fvcore leaves out, and of how many models."""
    shares = [share(row) for row in rows if row.uncounted]
    table, low = [], Fraction(0)
    for high in _STEPS:
        # The first step holds 0 too: an operator that multiplies nothing.
        inside = sum((low < part or low == 0) and part <= high for part in shares)
        table.append((f"{100 * low} to {100 * high} %", text.number(inside)))
        low = high
    return Table([Column("share of MACs left out"), *numbers("models")], table)


def largest(rows: Sequence[AuditRow], most: int) -> Table:
    """The models of whose products fvcore leaves out the largest share."""
    found = sorted((row for row in rows if row.uncounted), key=lambda row: (-share(row), row.name))
    table = []
    for row in found[:most]:
        operators = ", ".join(sorted({name for calls in row.uncounted.values() for name in calls}))
        table.append((row.name, operators, text.number(row.macs_uncounted), text.percent(share(row))))
    return Table([Column("model"), Column("operators"), *numbers("MACs left out", "share")], table)


@dataclass(frozen=True)
class Entry:
    """One set of weights: billions of MACs as printed, parameters, and the row of the model that they belong to."""

    weights: str
    gmacs: str
    parameters: int
    row: AuditRow

    @property
    def computed(self) -> str:
        """The row's MACs at the digits of the print."""
        digits = len(self.gmacs.partition(".")[2])
        if self.row.macs_formula is None:
            return text.UNKNOWN
        return text.decimal(Fraction(self.row.macs_formula, 10**9), digits).replace(",", "")

    @property
    def equal(self) -> bool:
        """Whether both numbers are the published ones."""
        return self.computed == self.gmacs and self.row.parameters == self.parameters


def published_section(entries: Iterable[Entry], notes: Iterable[str]) -> str:
    """The exceptions, each with its reason, then every entry that is equal; `notes` are sentences above them."""
    known = list(entries)
    equal = [entry for entry in known if entry.equal]
    differing = [entry for entry in known if not entry.equal and not entry.row.error]
    failed = [entry for entry in known if entry.row.error]
    parts = [
        "## Published numbers",
        f"Of {len(known)} sets of weights, {len(equal)} publish exactly what the formulas give: billions of MACs of "
        "convolutions, linear layers, matrix products and attention to the last printed digit, and the number of "
        f"parameters. {len(differing)} differ, {len(failed)} are not compared.",
        " ".join(notes),
    ]
    headers = ("weights", ">published", ">computed", ">parameters", ">computed", "model")
    if differing:
        parts += ["### Differing", markdown.table(headers, map(_cells, differing)).strip()]
    if failed:
        lines = [(entry.weights, entry.gmacs, entry.row.error) for entry in failed]
        parts += ["### Not compared", markdown.table(("weights", ">published", "reason"), lines).strip()]
    parts += ["### Equal", markdown.table(headers, map(_cells, equal)).strip()]
    return "\n\n".join(parts)


def _cells(entry: Entry) -> tuple[str, ...]:
    parameters = text.number(entry.parameters), text.number(entry.row.parameters)
    return entry.weights, entry.gmacs, entry.computed, *parameters, entry.row.name
