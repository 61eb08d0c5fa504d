"""`convcost prove`: formula and model as one function of batch, height and width."""

from pathlib import Path

import typer

from convcost.cli import options
from convcost.cli.console import outputs, show


def command(
    context: typer.Context,
    name: str = options.NETWORK,
    alpha: str | None = options.ALPHA,
    classes: str | None = options.CLASSES,
    depth: str | None = options.DEPTH,
    variant: str | None = options.VARIANT,
    model: str | None = options.COUNTERPART,
    arguments: list[str] = options.ARGUMENTS,
    markdown: Path | None = options.MARKDOWN,
    latex: Path | None = options.LATEX,
) -> int:
    """Decide whether a paper's formula and a real model cost the same for every batch, height and width.

    A decision, not a sample: MACs and parameters, in total and stage by stage, are proved equal, or the difference
    is printed as a formula with the smallest input that shows it. Without --alpha there is a proof for each width
    multiplier of the paper. A network's other options are given the same way (--shortcut A).
    Exit code: 0 proved, 1 not, 2 could not run.

    Example: convcost prove mobilenet_v1 --alpha 0.75
    """
    settings = options.settings_of(context, name)
    files = outputs(markdown=markdown, latex=latex)

    from convcost.api.models import prove
    from convcost.core.parsing import parse_arguments

    report = prove(name, model=model, arguments=parse_arguments(arguments), **settings)

    show(report, files)
    return 0 if report.proved else 1
