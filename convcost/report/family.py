"""A family of models on a terminal."""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console
from rich.text import Text

from convcost.report import text
from convcost.report.table import plain_table
from convcost.symbolic import printer
from convcost.symbolic.family import Family


def print_family(console: Console, family: Family, latex: bool = False) -> None:
    """Print the formula in the rounded channel counts, and how these follow the multiplier α; or all as LaTeX."""
    if latex:
        console.print(family.latex(), soft_wrap=True)
        return
    console.print(Text(f"{family.model}: input {family.input}, width multiplier α", style="bold"))
    built, checked = _said(family.built), text.plain(family.checked)
    console.print(f"Derived from the models at α = {built}; the model at α = {checked} has exactly this cost.")
    console.print(Text(f"Domain: {family.domain}."))
    console.print()
    table = plain_table(">positions", "MACs at each")
    for size, coefficient in family.by_resolution():
        table.add_row(
            Text(printer.product_text(size, family.symbols)), Text(printer.plain(coefficient, family.symbols))
        )
    console.print(table)
    console.print()
    console.print(Text(f"Parameters: {printer.plain(family.parameters, family.symbols)}"))
    console.print()
    multipliers = (*family.built, family.checked)
    channels = plain_table("channels", "rule", *(f">α = {text.plain(multiplier)}" for multiplier in multipliers))
    for width in family.widths:
        rule = family.rules[width.name].said("α") if family.rules else "none known"
        channels.add_row(width.name, Text(rule), *(text.number(width.values[m]) for m in multipliers))
    console.print(channels)
    if any("eights" in rule.said("α") for rule in family.rules.values()):
        console.print()
        console.print("eights(x): the multiple of 8 nearest to x, at least 8; the next one where that is below 0.9·x.")


def _said(multipliers: tuple[Fraction, ...]) -> str:
    texts = [text.plain(multiplier) for multiplier in multipliers]
    return " and ".join([", ".join(texts[:-1]), texts[-1]])
