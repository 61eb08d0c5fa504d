"""`convcost formula`: one formula in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from convcost.cli import completion
from convcost.cli.console import show
from convcost.core.errors import ConvcostError

if TYPE_CHECKING:
    from convcost.report.report import Report

EXAMPLE = "Example:  convcost formula depthwise_separable --set D_K=3 --set M=512 --set N=512 --set D_F=14"


def command(
    name: str = typer.Argument(
        help="A formula, an operator or a network (convcost list shows them).",
        show_default=False,
        autocompletion=completion.formulas,
    ),
    set_: list[str] = typer.Option(
        [],
        "--set",
        metavar="SYMBOL=VALUE",
        help="Give a symbol a value; repeatable.",
        autocompletion=completion.symbols,
    ),
    latex: bool = typer.Option(False, "--latex", help="Print the closed form as LaTeX, nothing else."),
) -> int:
    """Print a formula: its symbols with meaning and unit, domain, source, closed form and value."""
    values: dict[str, str] = {}
    for item in set_:
        symbol, equals, value = item.partition("=")
        if not equals or not symbol or not value:
            raise ConvcostError(f"--set is {item!r}, but must be SYMBOL=VALUE, such as M=512")
        if symbol in values:
            raise ConvcostError(f"--set gives {symbol} twice; give it once")
        values[symbol] = value

    from convcost.core.architecture import Architecture
    from convcost.core.registry import lookup
    from convcost.explore.formula_values import formula_values
    from convcost.report.formula import FormulaReport, NetworkFormReport
    from convcost.symbolic.closed_form import network_form

    record = lookup(name)
    if isinstance(record, Architecture):
        report: Report = NetworkFormReport(record, network_form(record, values))
    else:
        report = FormulaReport(formula_values(record, values))
    if latex:
        typer.echo(report.to_latex(), nl=False)
    else:
        show(report)
    return 0
