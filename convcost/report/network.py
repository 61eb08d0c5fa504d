"""A network of the book as one closed form in its options."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from convcost.core.architecture import Architecture
from convcost.report import text
from convcost.report.architecture import definitions, print_options
from convcost.report.table import plain_table


def print_network(console: Console, architecture: Architecture, values: Mapping[str, str], latex: bool) -> None:
    """Print the closed form of a network in the options that `values` leave open, and its value if none is."""
    from convcost.symbolic import expressions as symbolic
    from convcost.symbolic.closed_form import network_form

    form = network_form(architecture, values)
    if latex:
        console.print(form.latex(), soft_wrap=True)
        return
    console.print(Text(f"{architecture.name}: {architecture.title}", style="bold"))
    console.print(Text(f"Source: {architecture.source}"))
    console.print()
    console.print("Multiply-accumulates of convolutions and linear layers are the sum of")
    order = [str(name) for name, _ in form.widths]
    table = plain_table(">positions", "MACs at each")
    for size, coefficient in form.terms:
        table.add_row(Text(symbolic.line(size, ("B", "R"))), Text(symbolic.line(coefficient, order)))
    console.print(table)
    console.print()
    console.print(Text(f"Parameters: {symbolic.line(form.parameters, order)}"))
    if form.widths:
        console.print(Text(f"where {definitions({meaning: name for name, meaning in form.widths})}"))
    if not form.macs.free_symbols:
        console.print()
        console.print(Text(f"MACs: {text.number(int(form.macs))}"))
    print_options(console, architecture)
