"""Every proof on one Markdown page: theorems, and residuals with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from convcost.comparison.proof import Theorem
from convcost.report import markdown
from convcost.report.proof import Case, ProofReport, stage_table, statements
from convcost.symbolic import resolution

_INTRODUCTION = (
    "Each row is a theorem or its refutation, for every batch size B, height H and width W in its domain at once: the "
    "registry's formula against one symbolic trace of the real model. Equality is decided by residue class "
    "(`convcost/symbolic/equality.py`), nothing is sampled. `convcost prove` makes one row."
)


def page(reports: Sequence[ProofReport]) -> str:
    """A table of all cases, then what differs and where, then the formulas that were proved."""
    cases = [(report, case) for report in reports for case in report.cases]
    proved = sum(case.proof.proved for _, case in cases)
    rows = [
        [report.architecture.name, case.name, report.reference, case.proof.words, *_outcomes(case)]
        for report, case in cases
    ]
    parts = [
        "# Proofs",
        _INTRODUCTION,
        f"{proved} of {len(cases)} are proved.",
        markdown.table(["network", "options", "model", "domain", "MACs", "parameters"], rows),
        "## What differs",
        *(_residual(report, case) for report, case in cases if not case.proof.proved),
        "## MACs, proved",
        markdown.table(["network", "options", "model", "MACs"], _formulas(cases)),
    ]
    return markdown.joined(parts)


def _outcomes(case: Case) -> list[str]:
    return ["proved" if isinstance(s, Theorem) else "not equal" for s in case.proof.totals]


def _residual(report: ProofReport, case: Case) -> str:
    parts = [f"### {markdown.sentence(_title(report, case))}"]
    for items, sentences in groupby(statements(case.proof), attrgetter("item")):
        lines = [f"{'- ' if items else ''}{markdown.escaped(sentence.text)}" for sentence in sentences]
        parts.append(("\n" if items else "\n\n").join(lines))
    parts.append(markdown.of_table(stage_table(case.proof, differing=True)))
    return "\n\n".join(part.strip("\n") for part in parts)


def _title(report: ProofReport, case: Case) -> str:
    options = f" ({case.name})" if case.name else ""
    return f"{report.architecture.name}{options} against {report.reference}"


def _formulas(cases: Sequence[tuple[ProofReport, Case]]) -> list[list[str]]:
    return [
        [report.architecture.name, case.name, report.reference, resolution.text(statement.terms)]
        for report, case in cases
        for statement in case.proof.totals
        if isinstance(statement, Theorem) and statement.quantity == "MACs"
    ]
