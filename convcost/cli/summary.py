"""`convcost summary`: a model as the tree of its modules."""

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
    variant: str | None = options.VARIANT,
    inputs: list[str] = options.INPUTS,
    arguments: list[str] = options.ARGUMENTS,
    tree_depth: int = options.amount("--depth", "N", "How deep the tree is shown.", default=3),
    sort: str = options.choice(
        "--sort", "Modules in the tree's order, or the largest first.", "tree", "macs", "params"
    ),
    top: int | None = options.amount("--top", "N", "Show this many rows at most."),
    csv: Path | None = options.CSV,
    markdown: Path | None = options.MARKDOWN,
    latex: Path | None = options.LATEX,
    json: Path | None = options.JSON,
) -> int:
    """Show a model as the tree of its modules: output, parameters, MACs and their share.

    The numbers are those of convcost count: formulas over what the model calls. A module that stands at several
    places is counted at the first. --depth is that of the tree; a network's own depth is typed with its name:
    'resnet --depth 18'.

    Example: convcost summary torchvision:resnet50 --depth 2

    Example: convcost summary timm:convnext_tiny --sort macs --top 10
    """
    reference = options.reference_of(context, name, arguments)
    files = outputs(csv=csv, markdown=markdown, latex=latex, json=json)

    from convcost.api.models import summary
    from convcost.core.spec import parse_inputs

    report = summary(reference, parse_inputs(inputs), depth=tree_depth, sort=sort, top=top)
    show(report, files)
    return 0
