"""`convcost page`: comparisons as one page for a browser."""

from typing import Any

import typer

from convcost.cli import options
from convcost.cli.files import Report, output, reporting
from convcost.core.errors import ConvcostError


@reporting(html=output("Write the page to this file; it opens without the internet.", ...))
def command(
    context: typer.Context,
    names: list[str] = typer.Argument(
        metavar="NAME",
        help="Networks or models, each typed as for convcost compare, and in quotes if it has options: mobilenet_v1, "
        "'resnet --depth 50', torchvision:resnet18.",
        show_default=False,
    ),
    model: str | None = options.COUNTERPART,
    inputs: list[str] = options.INPUTS,
    arguments: list[str] = options.ARGUMENTS,
    unit: str = options.UNIT,
) -> Report:
    """Write comparisons as one page for a browser, in which the formulas run.

    Sliders change a network's width multiplier, image and classes: totals, chart and every layer are computed anew, by
    the same formula. Options of a network that are typed here (--alpha 0.75, --depth 50) apply to all of them.
    Exit code: 0 no disagreement, 1 some, 2 could not run.

    Example: convcost page mobilenet_v1 'resnet --depth 50' --html costs.html
    """
    from convcost.core.parsing import once, split_options

    # typer leaves options that it does not know among the names.
    found, others = split_options([*names, *context.args])
    if not found:
        raise ConvcostError("give a network's name, such as mobilenet_v1")
    settings: dict[str, Any] = once(others)
    from convcost.api.projects import page

    return page(found, model=model, inputs=inputs, arguments=arguments, unit=unit, **settings)
