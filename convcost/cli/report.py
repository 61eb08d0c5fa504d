"""`convcost report`: comparisons as one page for a browser."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import networks, shared
from convcost.cli.compare import Unit
from convcost.cli.console import show
from convcost.report.text import visible

EXAMPLE = "Example:  convcost report mobilenet_v1 'resnet --depth 50' --html costs.html"


def command(
    context: typer.Context,
    names: list[str] = typer.Argument(
        metavar="NAME",
        help="Networks or models, each written as for convcost compare and in quotes if it has options: mobilenet_v1, "
        "'resnet --depth 50', torchvision:resnet18.",
        show_default=False,
    ),
    html: Path = typer.Option(..., "--html", metavar="FILE", help="Write the page; it needs no network."),
    model: str | None = typer.Option(
        None, metavar="REF", help="Hold the networks' formulas against this model: torchvision:NAME, FILE.py:factory."
    ),
    inputs: list[str] = shared.INPUTS,
    arguments: list[str] = shared.ARGUMENTS,
    unit: Unit = typer.Option(Unit.MACS, help=shared.UNITS),
) -> int:
    """Write comparisons as one page for a browser, in which the formulas run.

    Sliders turn a network's width multiplier, image and classes: totals, chart and every layer are computed anew, by
    the same formula. Options of a network (--alpha 0.75, --depth 50) given here hold for all of them.
    Exit code: 0 no disagreement, 1 some, 2 could not run.
    """
    from convcost.report import files

    found, options = networks.apart([*names, *context.args])
    files.check_writable(html)

    from convcost.api.page import page

    written = page(found, model=model, inputs=inputs, arguments=arguments, unit=unit.value, **options)
    written.to_html(html)

    show(written)
    typer.echo(f"Written: {visible(str(html))}")
    return 0 if written.ok else 1
