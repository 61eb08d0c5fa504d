"""Proofs in words, in every format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.proof import DifferingLayer, Proof, Residual, Theorem
from convcost.core.architecture import Architecture
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Heading, Sentence, Table
from convcost.report.report import Records, Report
from convcost.symbolic import resolution
from convcost.symbolic.function import sizes_text

_MOST_REASONS = 6
_QUANTITIES = ("MACs", "parameters")


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
class ProofReport(Report):
    """What `convcost.prove` returns: one case, or one for each width multiplier that the paper has numbers for."""

    architecture: Architecture
    reference: str
    cases: tuple[Case, ...]

    def __repr__(self) -> str:
        return f"<{heading(self)}: {self.verdict}>"

    @property
    def ok(self) -> bool:
        """Whether every case is a theorem."""
        return all(case.proof.proved for case in self.cases)

    @property
    def verdict(self) -> str:
        """One word or two."""
        if self.ok:
            return "proved"
        return "not equal" if any(case.proof.residuals for case in self.cases) else "not decided"

    @property
    def conclusion(self) -> str:
        """The verdict in a line; it says so where a proof leaves sizes out on which the model may do something else."""
        narrower = self.ok and any(case.proof.domain.guards for case in self.cases)
        return f"Verdict: {self.verdict}{', for no other sizes than those above' if narrower else ''}."

    @property
    def proof(self) -> Proof:
        """The first case's."""
        return self.cases[0].proof

    def records(self) -> Records:
        """One row per stage of each case, the total last: proved, or what the model has more."""
        rows = [(case.name, *row) for case in self.cases for row in stages(case.proof)]
        return Records.of(("options", "stage", *_QUANTITIES), rows)

    def content(self) -> Content:
        """What is proved of each case as a whole, its stages, and the verdict."""
        blocks: list[Block] = []
        for case in self.cases:
            if len(self.cases) > 1 or case.name:
                blocks.append(Heading(case.name or "As in the paper"))
            blocks += [*statements(case.proof), stage_table(case.proof)]
        return self._told(blocks)

    def screen(self) -> Content:
        """The same, the stages only where there is one case, or something is not equal."""
        blocks: list[Block] = []
        for case in self.cases:
            blocks.append(GAP)
            if case.name:
                blocks.append(Sentence(f"At {case.name}:"))
            blocks += statements(case.proof)
            if len(self.cases) == 1 or case.proof.residuals:
                blocks.append(stage_table(case.proof))
        return self._told(blocks)

    def _told(self, blocks: list[Block]) -> Content:
        source = f"Formula: {self.architecture.source}. Model: {self.reference}."
        verdict = Sentence(self.conclusion, "green" if self.ok else "bold red")
        return Content(heading(self), source, [*blocks, GAP, verdict])


def stage_table(proof: Proof, differing: bool = False) -> Table:
    """One row per stage, the total last; only those that are not proved if wanted."""
    rows = [row for row in stages(proof) if not differing or {*row[1:]} != {"proved"}]
    styles = {cell: "green" if cell == "proved" else "bold red" for row in rows for cell in row[1:]}
    columns = [Column(name, "words", styles=styles) for name in _QUANTITIES]
    return Table([Column("stage", "name"), *columns], rows)


def heading(report: ProofReport) -> str:
    """The title of a report."""
    return f"{report.architecture.title} for every batch, height and width"


def statements(proof: Proof) -> list[Sentence]:
    """What is proved of the whole network, or what is not equal and where: sentences, and items that belong to them."""
    found = []
    for statement in proof.totals:
        if isinstance(statement, Theorem):
            said, details = f"proved for all {proof.words}", [resolution.text(statement.terms)]
        else:
            at = statement.counterexample
            sides = f"{_value(at.left)} in the formula, {_value(at.right)} in the model"
            said = f"not equal on {proof.words}: {statement.sentence}"
            details = [f"Smallest counterexample: {sizes_text(at.at)}: {sides}.", *_reasons(statement.layers)]
        found.append(Sentence(f"{statement.quantity}: {said}."))
        found += [Sentence(detail, indent=2, item=True) for detail in details]
    for name, often in proof.unknown.items():
        found.append(Sentence(f"Not decided: the model calls {text.times({name: often})}, which has no formula."))
    return found


def _reasons(layers: Sequence[DifferingLayer]) -> list[str]:
    """One line per reason, with the first of its layers."""
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
    """One row per stage, the total last: whether each quantity is proved, or what the model has more."""
    rows: dict[str, dict[str, str]] = {}
    for statement in proof.statements:
        said = "proved" if isinstance(statement, Theorem) else _difference(statement)
        rows.setdefault(statement.stage, {})[statement.quantity] = said
    total = rows.pop("total")
    return [[name, *(row[q] for q in _QUANTITIES)] for name, row in [*rows.items(), ("total", total)]]


def _difference(statement: Residual) -> str:
    shown = resolution.text(statement.terms)
    return shown if shown.startswith("-") else f"+{shown}"
