"""A check of a project's budgets as text, data frame, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.budgeting.checking import BudgetedCount, BudgetOutcome
from convcost.report import check_text, files, markdown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CheckReport:
    """What `convcost.check` returns; `updated` is the baseline that was written."""

    title: str
    outcomes: tuple[BudgetOutcome, ...]
    updated: Path | None = None

    def __repr__(self) -> str:
        return f"<{self.title}, {check_text.conclusion(self.outcomes)[:-1]}>"

    @property
    def ok(self) -> bool:
        """Whether every budget was checked and holds."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def errors(self) -> tuple[str, ...]:
        """Why budgets could not be checked."""
        return tuple(outcome.error for outcome in self.outcomes if outcome.error)

    @property
    def broken(self) -> tuple[BudgetOutcome, ...]:
        """The budgets that were checked and do not hold."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok and not outcome.error)

    def text(self, width: int = 80) -> str:
        """What `convcost check` prints, without colours."""
        from convcost.report.check_screen import print_check
        from convcost.report.plain import plain

        return plain(lambda console: print_check(console, self), width)

    def to_frame(self) -> pd.DataFrame:
        """One row a count of a budget, raw integers; what there is not is <NA>."""
        import pandas as pd

        rows = [_raw(outcome, finding) for outcome in self.outcomes for finding in outcome.findings or [None]]
        frame = pd.DataFrame(rows, columns=_COLUMNS)
        return frame.astype(dict.fromkeys(("number", "bound", "margin", "baseline", "change"), "Int64"))

    def markdown(self, path: str | Path | None = None) -> str:
        """A summary for a pull request or a CI job; written to `path` if given, whole or not at all."""
        parts = [f"### {markdown.escaped(self.title)}: {check_text.conclusion(self.outcomes)}"]
        parts.append(markdown.table(check_text.HEADERS, check_text.rows(self.outcomes)))
        parts.append(_list(check_text.changes(self.outcomes)))
        for outcome in self.outcomes:
            if not outcome.ok:
                parts += _failure(outcome)
        content = "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
        if path is not None:
            files.write(Path(path), content)
        return content

    def _repr_html_(self) -> str:
        html: str = self.to_frame().to_html(index=False, escape=True)
        return html


_COLUMNS = (
    *("budget", "count", "number", "exact", "relation", "bound", "margin", "baseline", "change", "verdict", "error"),
)


def _raw(outcome: BudgetOutcome, finding: BudgetedCount | None) -> tuple[Any, ...]:
    name = outcome.budget.name
    if finding is None:
        return (name, "", None, None, "", None, None, None, None, check_text.NOT_RUN, outcome.error)
    number, limit = finding.count.number, finding.limit
    bound = ("", None, None) if limit is None else (limit.relation, limit.bound, limit.margin(number))
    exact = finding.count.exact
    return (name, finding.name, number, exact, *bound, finding.before, finding.change, str(finding.state), "")


def _list(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {markdown.escaped(sentence)}" for sentence in sentences)


def _failure(outcome: BudgetOutcome) -> list[str]:
    parts = [f"#### {markdown.escaped(outcome.budget.name)}", _list(check_text.complaints(outcome))]
    name = check_text.blamed(outcome)
    if name and outcome.costs is not None:
        headers = ["most expensive", "", f">{check_text.NAMES[name]}", ">share"]
        parts.append(markdown.table(headers, check_text.expensive(outcome.costs, name)))
    return parts
