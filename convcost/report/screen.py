"""A comparison on a terminal."""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console
from rich.text import Text

from convcost.comparison.result import Comparison, Row
from convcost.comparison.scaling_note import against_baseline, scaling_note
from convcost.report import columns, text
from convcost.report.comparison import (
    ComparisonReport,
    conclusion,
    heading,
    missing_formulas,
    parameter_note,
    source,
    total_rows,
    uncounted_notes,
)
from convcost.report.table import STYLES, plain_table, print_rows


def print_comparison(console: Console, report: ComparisonReport, per: str, all_operators: bool) -> None:
    """Layers, totals, shares, the law, what was not counted, and the verdict."""
    comparison = report.comparison
    rows = comparison.per(per, all_operators)
    console.print(Text(heading(report), style="bold"))
    _print_scaled(console, report)
    console.print(Text(source(report)))
    console.print()
    print_rows(console, columns.shown(comparison.unit), rows)
    console.print()
    totals = plain_table("Total", ">formula", ">measured", ">difference")
    for cells in total_rows(comparison):
        totals.add_row(*cells)
    console.print(totals)
    if not all_operators:
        console.print(Text("Parameters and fvcore's total are those of all operators (--all-operators shows them)."))
    _print_shares(console, comparison)
    if comparison.paper is not None:
        _print_ratio(console, comparison)
        _print_law(console, report)
    _print_uncounted(console, comparison)
    for note in filter(None, (parameter_note(comparison), missing_formulas(comparison))):
        console.print(Text(note))
    reasons = [row for row in rows if row.reason and comparison.turns(row)]
    for row in reasons[:_MOST_REASONS]:
        console.print(Text(f"{row.layer}: {row.reason}", style=STYLES[str(row.verdict)]))
    if len(reasons) > _MOST_REASONS:
        console.print(f"… and {len(reasons) - _MOST_REASONS} more (--csv has every reason).")
    _print_notes(console, rows)
    console.print(Text(conclusion(report), style=STYLES[report.verdict]))


_MOST_REASONS = 10


def _print_scaled(console: Console, report: ComparisonReport) -> None:
    """What a multiplier of the image came to: ρ = 0.857 of 224 is 191.968 pixels, rounded to 192."""
    if report.comparison.paper is None:
        return
    network = report.comparison.network
    for option in network.architecture.options:
        if option.scales and option.name in report.given:
            base = next(o for o in network.architecture.options if o.name == option.scales)
            factor = Fraction(option.read(report.given[option.name]))
            exact = text.plain(factor * int(base.default or 1))
            pixels = f"{exact} pixels, an image of {network.settings[base.name]}"
            console.print(Text(f"{option.symbol} = {text.plain(factor)} of {base.default} is {pixels}."))


def _print_shares(console: Console, comparison: Comparison) -> None:
    if not comparison.breakdown:
        return
    console.print()
    table = plain_table("Kind of layer", ">share of MACs", ">share of weights")
    for share in comparison.breakdown:
        table.add_row(share.kind, text.percent(share.macs), text.percent(share.weights))
    console.print(table)


def _print_ratio(console: Console, comparison: Comparison) -> None:
    ratio = against_baseline(comparison.network)
    if ratio is not None:
        console.print()
        console.print(f"Standard convolutions in place of separable ones: {text.decimal(ratio, 2)} times the MACs.")


def _print_law(console: Console, report: ComparisonReport) -> None:
    found = scaling_note(report.comparison.network, report.given)
    if found is None or (found.alpha == 1 and found.factor == 1):
        return
    cost = found.exact - found.unrounded
    console.print()
    table = plain_table("Scaling law", ">MACs")
    table.add_row("α²ρ² of the full net", text.decimal(found.square, 1))
    table.add_row("each layer by its α and ρ, nothing rounded", text.decimal(found.unrounded, 1))
    table.add_row("exact, channels and image rounded", text.number(found.exact))
    console.print(table)
    sign = "+" if cost >= 0 else ""
    console.print(f"Rounding costs {sign}{text.decimal(cost, 1)} MACs ({sign}{text.percent(cost / found.unrounded)}).")


def _print_uncounted(console: Console, comparison: Comparison) -> None:
    console.print()
    for note in uncounted_notes(comparison):
        console.print(Text(note))


def _print_notes(console: Console, rows: tuple[Row, ...]) -> None:
    notes = sorted({row.reason for row in rows if row.reason and row.verdict in ("convention", "uncounted")})
    for note in notes:
        console.print(Text(f"Note: {note}."))
