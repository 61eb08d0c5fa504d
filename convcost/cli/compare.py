"""`convcost compare`: the main job."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import show

EXAMPLE = "Example:  convcost compare mobilenet_v1 --alpha 0.75 --rho 0.857 --csv layers.csv"


class Per(StrEnum):
    """What a row stands for."""

    LAYER = "layer"
    BLOCK = "block"
    OPERATOR = "operator"


class Unit(StrEnum):
    """What is counted."""

    MACS = "macs"
    FLOPS = "flops"


def command(
    context: typer.Context,
    name: str = typer.Argument(
        help="A network of the book (convcost list shows them); or any model: torchvision:NAME, timm:NAME, "
        "package.module:factory, path/to/file.py:factory (whose code is run).",
        show_default=False,
        autocompletion=completion.networks,
    ),
    alpha: str | None = typer.Option(
        None, metavar="A", help="Width multiplier α, a decimal.", autocompletion=completion.values("alpha")
    ),
    rho: str | None = typer.Option(None, metavar="R", help="Resolution multiplier ρ, a decimal."),
    resolution: str | None = typer.Option(
        None,
        metavar="PX",
        help="Side of the image in pixels, in place of ρ.",
        autocompletion=completion.values("resolution"),
    ),
    batch: str | None = typer.Option(None, metavar="N", help="Images a batch."),
    classes: str | None = typer.Option(None, metavar="K", help="Number of classes."),
    depth: str | None = typer.Option(
        None, metavar="N", help="Layers with weights (ResNets).", autocompletion=completion.values("depth")
    ),
    variant: str | None = typer.Option(
        None, metavar="NAME", help="A relative of the net: shallow, v1.5.", autocompletion=completion.values("variant")
    ),
    model: str | None = typer.Option(
        None, metavar="REF", help="Hold a network's formula against this model: torchvision:NAME, FILE.py:factory."
    ),
    inputs: list[str] = shared.INPUTS,
    arguments: list[str] = shared.ARGUMENTS,
    per: Per = typer.Option(Per.LAYER, help="What a row stands for."),
    unit: Unit = typer.Option(Unit.MACS, help=shared.UNITS),
    all_operators: bool = shared.ALL_OPERATORS,
    csv: Path | None = typer.Option(None, metavar="FILE", help="Write the rows as CSV, raw integers."),
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write the comparison as Markdown."),
    latex: Path | None = shared.LATEX,
    json: Path | None = typer.Option(None, metavar="FILE", help="Write everything as JSON."),
    plot: Path | None = typer.Option(None, metavar="FILE", help="Draw MACs and parameters as .svg or .png."),
) -> int:
    """Hold formulas against fvcore's count of the real PyTorch model, layer by layer.

    Of a network of the book it is the paper's formula; of any other model, those of the operators that it calls.
    A network's other options are given the same way (--bands 15, --shortcut A); convcost show NAME lists them.
    Exit code: 0 no disagreement, 1 some, 2 could not run.
    """
    from convcost.report import files

    known = {
        "alpha": alpha,
        "rho": rho,
        "resolution": resolution,
        "batch": batch,
        "classes": classes,
        "depth": depth,
        "variant": variant,
    }
    options = networks.gather(name, known, context.args)
    files.check_all([path for path in (csv, markdown, latex, json, plot) if path is not None])
    if plot is not None:
        from convcost.report.plot import check

        check(plot)

    from convcost.api.compare import compare
    from convcost.models import spelling

    given = spelling.given_inputs(inputs)
    keywords = spelling.parse_arguments(arguments)
    report = compare(name, model=model, inputs=given, arguments=keywords, unit=unit.value, **options)
    report = report.view(per.value, all_operators)
    writers = (report.to_csv, report.to_markdown, report.to_latex, report.to_json)
    for path, write in zip((csv, markdown, latex, json), writers, strict=True):
        if path is not None:
            write(path)
    if plot is not None:
        report.to_plot(plot)
    show(report)
    return 0 if report.ok else 1
