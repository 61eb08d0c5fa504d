"""`convcost compare`: the main job."""

from pathlib import Path

import typer

from convcost.cli import options
from convcost.cli.console import outputs, show


def command(
    context: typer.Context,
    name: str = options.MODEL,
    alpha: str | None = options.ALPHA,
    rho: str | None = options.RHO,
    resolution: str | None = options.RESOLUTION,
    batch: str | None = options.BATCH,
    classes: str | None = options.CLASSES,
    depth: str | None = options.DEPTH,
    variant: str | None = options.VARIANT,
    model: str | None = options.COUNTERPART,
    inputs: list[str] = options.INPUTS,
    arguments: list[str] = options.ARGUMENTS,
    per: str = options.per("layer", "block", "operator"),
    unit: str = options.UNIT,
    all_operators: bool = options.ALL_OPERATORS,
    csv: Path | None = options.CSV,
    markdown: Path | None = options.MARKDOWN,
    latex: Path | None = options.LATEX,
    json: Path | None = options.JSON,
    plot: Path | None = options.output("Draw MACs and parameters as .svg, .pdf or .png."),
) -> int:
    """Compare formulas with fvcore's count of the real PyTorch model, layer by layer.

    For a network it is the paper's formula; for any other model, those of the operators that it calls. A network's
    other options are given the same way (--bands 15, --shortcut A); convcost show NAME lists them.
    Exit code: 0 no disagreement, 1 some, 2 could not run.

    Example: convcost compare mobilenet_v1 --alpha 0.75 --rho 0.857 --csv layers.csv
    """
    reference = options.reference_of(context, name, arguments)
    files = outputs(csv=csv, markdown=markdown, latex=latex, json=json, plot=plot)

    from convcost.api.models import compare
    from convcost.core.spec import parse_inputs

    report = compare(reference, parse_inputs(inputs), model=model, unit=unit).view(per, all_operators)
    show(report, files)
    return 0 if report.ok else 1
