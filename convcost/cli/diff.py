"""`convcost diff`: what changed from one network to another."""

from __future__ import annotations

from pathlib import Path

import typer

from convcost.cli import completion, shared
from convcost.cli.console import show

EXAMPLE = "Example:  convcost diff mobilenet_v1 'mobilenet_v1 --alpha 0.75' --markdown diff.md"


def command(
    before: str = typer.Argument(
        help="What there was, written as for convcost compare and in quotes if it has options: "
        "'mobilenet_v1 --alpha 0.75', torchvision:resnet18, 'net.py:Net --arg width=8 --input 1,3,64,64'; "
        "net.py@REV:Net is the file at a revision of git. A module of yours is run.",
        show_default=False,
        autocompletion=completion.networks,
    ),
    after: str = typer.Argument(
        help="What there is, written in the same way.", show_default=False, autocompletion=completion.networks
    ),
    inputs: list[str] = typer.Option(
        [], "--input", metavar="SIZES", help="Input of both models, where one has none of its own; once an input."
    ),
    all_operators: bool = shared.ALL_OPERATORS,
    markdown: Path | None = typer.Option(None, metavar="FILE", help="Write Markdown, as for a pull request."),
    latex: Path | None = shared.LATEX,
) -> int:
    """Show what changed from one network to another, layer by layer, in the formulas' counts.

    Layers are matched by name, the others by what they are. Exit code 0 whatever changed, 2 could not run.
    """
    from convcost.report import files

    files.check_all([path for path in (markdown, latex) if path is not None])

    from convcost.api.design import diff

    report = diff(before, after, inputs=inputs).view(all_operators)
    for path, write in ((markdown, report.to_markdown), (latex, report.to_latex)):
        if path is not None:
            write(path)
    show(report)
    return 0
