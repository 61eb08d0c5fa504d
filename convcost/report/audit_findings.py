"""What an audit found, in tables that the screen and the reports share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from statistics import median

from convcost.auditing.row import ERROR, NOT_AUDITED, AuditRow
from convcost.report import text

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]
"""Headers (> aligns to the right) and rows."""

MEANINGS = {
    "agree": "agree in full: fvcore counts every product as the formulas do",
    "uncounted": "agree, but fvcore leaves products uncounted",
    "no formula": "have an operator that the book has no formula for",
    "disagree": "disagree somewhere",
    NOT_AUDITED: "not audited: the input has no fixed size",
    ERROR: "could not be compared",
}


def verdicts(rows: Sequence[AuditRow]) -> Table:
    """How many models have each verdict."""
    found = [(str(sum(row.verdict == verdict for row in rows)), meaning) for verdict, meaning in MEANINGS.items()]
    return (">models", "verdict"), [cells for cells in found if cells[0] != "0"]


def share(row: AuditRow) -> Fraction:
    """The part of a model's products that fvcore leaves uncounted."""
    return Fraction(row.macs_uncounted or 0, row.macs_formula or 1)


def left_out(rows: Sequence[AuditRow]) -> Table:
    """What fvcore leaves out, the largest first: in how many models, and how much of them."""
    found: dict[tuple[str, str], list[tuple[Fraction, AuditRow]]] = {}
    weight: dict[tuple[str, str], int] = {}
    for row in rows:
        for reason, operators in row.uncounted.items():
            for operator, (_, macs) in operators.items():
                found.setdefault((operator, reason), []).append((Fraction(macs, row.macs_formula or 1), row))
                weight[operator, reason] = weight.get((operator, reason), 0) + macs
    table = []
    for key in sorted(found, key=lambda key: (-weight[key], key)):
        shares = [part for part, _ in found[key]]
        most, model = max(found[key], key=lambda item: (item[0], item[1].name))
        table.append((*key, text.number(len(shares)), text.percent(median(shares)), text.percent(most), model.name))
    return ("operator", "reason", ">models", ">median", ">most", "in"), table


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
    return ("share of MACs left out", ">models"), table


def largest(rows: Sequence[AuditRow], most: int) -> Table:
    """The models of whose products fvcore leaves out the largest share."""
    found = sorted((row for row in rows if row.uncounted), key=lambda row: (-share(row), row.name))
    table = []
    for row in found[:most]:
        operators = ", ".join(sorted({name for calls in row.uncounted.values() for name in calls}))
        table.append((row.name, operators, text.number(row.macs_uncounted), text.percent(share(row))))
    return ("model", "operators", ">MACs left out", ">share"), table


_NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d+)*(?![\w.-])")


def kind(sentence: str) -> str:
    """A sentence with its numbers left open: 12,345 becomes n, conv2d and 1-D stay."""
    return _NUMBER.sub("n", sentence)


def kinds(row: AuditRow) -> dict[str, int]:
    """The kinds of a model's disagreements, and in how many calls."""
    found: dict[str, int] = {}
    for reason, calls in row.disagreements.items():
        found[kind(reason)] = found.get(kind(reason), 0) + calls
    return found


def disagreements(rows: Sequence[AuditRow]) -> Table:
    """The kinds of disagreement: in how many models and calls."""
    found: dict[str, tuple[set[str], int]] = {}
    for row in rows:
        for reason, calls in kinds(row).items():
            models, times = found.get(reason, (set(), 0))
            found[reason] = models | {row.name}, times + calls
    order = sorted(found, key=lambda reason: (-len(found[reason][0]), reason))
    return ("reason", ">models", ">calls"), [
        (reason, text.number(len(found[reason][0])), text.number(found[reason][1])) for reason in order
    ]


def missing(rows: Sequence[AuditRow]) -> Table:
    """Operators without a formula: in how many models and calls."""
    found: dict[str, list[int]] = {}
    for row in rows:
        for name, calls in row.no_formula.items():
            found.setdefault(name, []).append(calls)
    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return ("operator without a formula", ">models", ">calls"), [
        (name, text.number(len(found[name])), text.number(sum(found[name]))) for name in order
    ]


def errors(rows: Iterable[AuditRow]) -> Table:
    """Why models were not compared, and which."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.error:
            found.setdefault(row.error, []).append(row.name)
    return ("not compared", ">models", "first"), [
        (reason, text.number(len(names)), names[0])
        for reason, names in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
