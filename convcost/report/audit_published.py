"""An audit against the numbers that a library publishes with its weights, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from convcost.auditing.row import AuditRow
from convcost.report import markdown, text


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


def section(entries: Iterable[Entry], notes: Iterable[str]) -> str:
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
