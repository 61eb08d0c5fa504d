"""`convcost prove`: formula and model as one function of batch, height and width."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import show

EXAMPLE = "Example:  convcost prove mobilenet_v1 --alpha 0.75"


def command(
    context: typer.Context,
    name: str = shared.NETWORK,
    alpha: str | None = typer.Option(
        None,
        metavar="A",
        help="One width multiplier α; by default all of the paper's.",
        autocompletion=completion.values("alpha"),
    ),
    classes: str | None = typer.Option(None, metavar="K", help="Number of classes."),
    depth: str | None = typer.Option(
        None, metavar="N", help="Layers with weights (ResNets).", autocompletion=completion.values("depth")
    ),
    variant: str | None = typer.Option(
        None, metavar="NAME", help="A relative of the net: shallow, v1.5.", autocompletion=completion.values("variant")
    ),
    model: str | None = typer.Option(
        None, metavar="REF", help="Hold the formula against this model: torchvision:NAME, FILE.py:factory."
    ),
    arguments: list[str] = shared.ARGUMENTS,
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write the proof as Markdown."),
    latex: Path | None = shared.LATEX,
) -> int:
    """Decide whether a paper's formula and a real model cost the same for every batch, height and width.

    A decision, not a sample: MACs and parameters, in total and stage by stage, are proved equal, or the difference
    is printed as a formula with the smallest input that shows it. A network's other options are given the same way
    (--shortcut A). Exit code: 0 proved, 1 not, 2 could not run.
    """
    from convcost.report import files

    known = {"alpha": alpha, "classes": classes, "depth": depth, "variant": variant}
    options = networks.gather(name, known, context.args)
    files.check_all([path for path in (markdown, latex) if path is not None])

    from convcost.api.prove import prove
    from convcost.models import spelling

    report = prove(name, model=model, arguments=spelling.parse_arguments(arguments), **options)

    for path, write in ((markdown, report.to_markdown), (latex, report.to_latex)):
        if path is not None:
            write(path)
    show(report)
    return 0 if report.proved else 1
