"""Budgets that do not pass as GitHub's workflow commands, which it shows beside the lines of a pull request."""

from __future__ import annotations

import os
import re
from pathlib import Path

from convcost.budgeting.checking import BudgetOutcome
from convcost.budgeting.project import TABLE
from convcost.report.check import CheckReport, changes_of, complaints

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github_annotations(report: CheckReport) -> list[str]:
    """Return a line per budget that does not pass: ::error file=…,line=…,title=…::what is wrong."""
    content = report.file.read_text(encoding="utf-8") if report.file.is_file() else ""
    file = _in_the_repository(report.file)
    return [_annotation(outcome, file, content) for outcome in report.outcomes if not outcome.ok]


def _annotation(outcome: BudgetOutcome, file: str, content: str) -> str:
    name = outcome.budget.name
    header = re.search(rf"^\s*\[\s*{re.escape(TABLE)}\.(['\"]?){re.escape(name)}\1\s*\]", content, re.MULTILINE)
    properties = {"file": file, "title": f"convcost: budget {name}"}
    if header is not None:
        properties["line"] = str(content.count("\n", 0, header.end()) + 1)
    told = ",".join(f"{key}={properties[key].translate(_PROPERTY)}" for key in sorted(properties))
    said = "\n".join([*complaints(outcome), *changes_of(outcome)])
    return f"::error {told}::{said.translate(_DATA)}"


def _in_the_repository(file: Path) -> str:
    """Return a file's path from the root of the checkout, which a workflow starts in unless it says otherwise."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    return file.resolve().relative_to(root).as_posix() if root in file.resolve().parents else str(file)
