"""`convcost count`: the totals by the formulas alone."""

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
    inputs: list[str] = options.INPUTS,
    arguments: list[str] = options.ARGUMENTS,
    csv: Path | None = options.CSV,
    markdown: Path | None = options.MARKDOWN,
    latex: Path | None = options.LATEX,
    json: Path | None = options.JSON,
) -> int:
    """Count MACs, FLOPs, parameters, activations and their sizes by the formulas alone.

    No counter runs, so this is the fastest way to a right number; convcost compare says whether fvcore agrees.
    Operators without a formula are named, and are in no number.

    Example: convcost count torchvision:resnet50

    Example: convcost count path/to/net.py:Net --arg width=8 --input 1,3,64,64
    """
    reference = options.reference_of(context, name, arguments)
    files = outputs(csv=csv, markdown=markdown, latex=latex, json=json)

    from convcost.api.models import count
    from convcost.core.spec import parse_inputs

    report = count(reference, parse_inputs(inputs))
    show(report, files)
    return 0
