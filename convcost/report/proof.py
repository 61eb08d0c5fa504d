"""Proofs in words, as Markdown and as what `convcost.prove` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from convcost.comparison.proof import DifferingLayer, Proof, Residual, Theorem
from convcost.core.architecture import Architecture
from convcost.report import files, markdown, text
from convcost.report.sheet import Sheet, Shown, Table
from convcost.symbolic import resolution

_MOST_REASONS = 6
HEADERS = ("stage", "MACs", "parameters")


@dataclass(frozen=True)
class Case:
    """One proof, and the options that it was made at."""

    options: Mapping[str, object]
    proof: Proof

    @property
    def name(self) -> str:
        """alpha = 0.75, classes = 10; empty for the defaults."""
        return ", ".join(f"{name} = {text.plain(value)}" for name, value in self.options.items())


@dataclass(frozen=True)
class ProofReport(Shown):
    """What `convcost.prove` returns: one case, or one for each width multiplier that the paper has numbers for."""

    architecture: Architecture
    reference: str
    cases: tuple[Case, ...]

    def __repr__(self) -> str:
        return f"<{heading(self)}: {self.verdict}>"

    @property
    def proved(self) -> bool:
        """Whether every case is a theorem."""
        return all(case.proof.proved for case in self.cases)

    @property
    def verdict(self) -> str:
        """One word or two."""
        if self.proved:
            return "proved"
        return "not equal" if any(case.proof.residuals for case in self.cases) else "not decided"

    @property
    def conclusion(self) -> str:
        """The verdict in a line; it says so where a proof leaves sizes out on which the model may do something else."""
        narrower = self.proved and any(case.proof.domain.guards for case in self.cases)
        return f"Verdict: {self.verdict}{', for no other sizes than those above' if narrower else ''}."

    @property
    def proof(self) -> Proof:
        """The first case's."""
        return self.cases[0].proof

    def sheet(self) -> Sheet:
        """The stages of each case, and what is proved of the whole."""
        tables, notes = [], []
        for case in self.cases:
            *rows, total = stages(case.proof)
            tables.append(Table(HEADERS, rows, [total], case.name or "as in the paper"))
            notes += [f"{sentence} {' '.join(details)}" for sentence, details in statements(case.proof)]
        return Sheet(heading(self), source(self), tables, [*notes, self.conclusion])

    def to_markdown(self, path: str | Path | None = None) -> str:
        """A Markdown page; written to `path` if given, whole or not at all."""
        parts = [f"# {markdown.sentence(heading(self))}", markdown.sentence(source(self))]
        for case in self.cases:
            if len(self.cases) > 1 or case.name:
                parts.append(f"## {case.name or 'As in the paper'}")
            for sentence, details in statements(case.proof):
                parts.append("\n".join([markdown.escaped(sentence), *(f"- {markdown.escaped(d)}" for d in details)]))
            parts.append(markdown.table(list(HEADERS), stages(case.proof)))
        page = "\n\n".join(part.strip("\n") for part in parts) + "\n"
        if path is not None:
            files.write(Path(path), page)
        return page


def heading(report: ProofReport) -> str:
    """The title of a report."""
    return f"{report.architecture.title} for every batch, height and width"


def source(report: ProofReport) -> str:
    """Where both sides are from."""
    return f"Formula: {report.architecture.source}. Model: {report.reference}."


def statements(proof: Proof) -> list[tuple[str, list[str]]]:
    """What is proved of the whole network, or what is not equal and where: a sentence, and lines that belong to it."""
    found = [_statement(statement, proof) for statement in proof.totals]
    for name, times in proof.unknown.items():
        often = f"{times} time{'s' if times > 1 else ''}"
        found.append((f"Not decided: the model calls {name} {often}, which has no formula.", []))
    return found


def _statement(statement: Theorem | Residual, proof: Proof) -> tuple[str, list[str]]:
    if isinstance(statement, Theorem):
        return f"{statement.quantity}: proved for all {proof.words}.", [resolution.text(statement.terms)]
    at = statement.counterexample
    where = ", ".join(f"{name} = {value}" for name, value in at.at.items())
    sides = f"{_value(at.left)} in the formula, {_value(at.right)} in the model"
    details = [
        f"Smallest counterexample: {where}: {sides}.",
        *_reasons(statement.layers),
    ]
    return f"{statement.quantity}: not equal on {proof.words}: {statement.sentence}.", details


def _reasons(layers: Sequence[DifferingLayer]) -> list[str]:
    """One line a reason, with the first of its layers."""
    groups: dict[str, list[str]] = {}
    for layer in layers:
        groups.setdefault(layer.reason, []).append(layer.name)
    lines = [
        f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: {reason}."
        for reason, names in groups.items()
    ]
    if len(lines) > _MOST_REASONS:
        lines[_MOST_REASONS:] = [f"… and {len(lines) - _MOST_REASONS} more reasons."]
    return lines


def _value(count: Fraction) -> str:
    return text.number(int(count)) if count.denominator == 1 else str(count)


def stages(proof: Proof) -> list[list[str]]:
    """One row a stage, the total last: whether each quantity is proved, or what the model has more."""
    rows: dict[str, dict[str, str]] = {}
    for statement in proof.statements:
        same = isinstance(statement, Theorem)
        said = "proved" if same else _difference(statement)
        rows.setdefault(statement.stage, {})[statement.quantity] = said
    total = rows.pop("total")
    return [[name, *(row[q] for q in HEADERS[1:])] for name, row in [*rows.items(), ("total", total)]]


def _difference(statement: Any) -> str:
    shown = resolution.text(statement.terms)
    return shown if shown.startswith("-") else f"+{shown}"
