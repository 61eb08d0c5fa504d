"""Proofs in words, as Markdown and as what `convcost.prove` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convcost.comparison.proof import Proof, Residual, Theorem
from convcost.report import files, markdown, text
from convcost.theory import resolution
from convcost.theory.architecture import Architecture

_MOST_LAYERS = 5
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
class ProofReport:
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
    def proof(self) -> Proof:
        """The first case's."""
        return self.cases[0].proof

    def to_markdown(self, path: str | Path | None = None) -> str:
        """A Markdown page; written to `path` if given, whole or not at all."""
        parts = [f"# {heading(self)}", source(self)]
        for case in self.cases:
            if len(self.cases) > 1 or case.name:
                parts.append(f"## {case.name or 'As in the paper'}")
            parts += [markdown.escaped(line) for line in statements(case.proof)]
            parts.append(markdown.table(list(HEADERS), stages(case.proof)))
        page = "\n\n".join(part.strip("\n") for part in parts) + "\n"
        if path is not None:
            files.write(path, page)
        return page


def heading(report: ProofReport) -> str:
    """The title of a report."""
    return f"{report.architecture.title} for every batch, height and width"


def source(report: ProofReport) -> str:
    """Where both sides are from."""
    return f"Formula: {report.architecture.source}. Model: {report.reference}."


def statements(proof: Proof) -> list[str]:
    """What is proved of the whole network, what is not equal and where, one line each."""
    found = [line for statement in proof.totals for line in _statement(statement, proof)]
    for name, times in proof.unknown.items():
        found.append(f"Not decided: the model calls {name} {times} time{'s' if times > 1 else ''}, without a formula.")
    return found


def _statement(statement: Theorem | Residual, proof: Proof) -> list[str]:
    if isinstance(statement, Theorem):
        return [f"{statement.quantity}: proved for all {proof.words}: {resolution.text(statement.terms)}"]
    at = statement.counterexample
    where = ", ".join(f"{name} = {value}" for name, value in at.at.items())
    lines = [
        f"{statement.quantity}: not equal: {statement.sentence}, on {proof.words}.",
        f"Smallest counterexample: {where}: {at.left:,} in the formula, {at.right:,} in the model.",
    ]
    lines += [f"{layer.name}: {layer.reason}." for layer in statement.layers[:_MOST_LAYERS]]
    more = len(statement.layers) - _MOST_LAYERS
    return [*lines, f"… and {more} more layer{'s' if more > 1 else ''}."] if more > 0 else lines


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
