"""An audit as a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convcost.auditing.row import AuditRow
from convcost.report import audit_findings as findings
from convcost.report import markdown, text
from convcost.report.audit import AuditReport


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
    if missing[1]:
        parts += ["## Operators without a formula", _table(missing)]
    if errors[1]:
        parts += ["## Not compared", _table(errors)]
    return "\n\n".join(parts) + "\n"


def _table(table: findings.Table) -> str:
    return markdown.table(*table).strip()


def _left_out(rows: Sequence[AuditRow]) -> list[str]:
    table = findings.left_out(rows)
    if not table[1]:
        return []
    some = [row for row in rows if row.uncounted]
    total, missed = sum(row.macs_formula or 0 for row in some), sum(row.macs_uncounted or 0 for row in some)
    return [
        "## What fvcore leaves uncounted",
        f"Of {text.number(len(some))} models fvcore leaves out products: {text.number(missed)} of their "
        f"{text.number(total)} MACs. The shares are of a model's own MACs, over the models with that operator.",
        _table(table),
        _table(findings.spread(rows)),
        "The largest shares:",
        _table(findings.largest(rows, _MOST)),
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
