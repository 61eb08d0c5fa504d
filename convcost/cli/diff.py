"""`convcost diff`: what changed from one network to another."""

import typer

from convcost.cli import completion, options
from convcost.cli.files import Report, reporting


@reporting()
def command(
    before: str = typer.Argument(
        help="The network before, typed as for convcost compare, and in quotes if it has options: "
        "'mobilenet_v1 --alpha 0.75', torchvision:resnet18, 'net.py:Net --arg width=8 --input 1,3,64,64'; "
        "net.py@REV:Net is the file at a revision of git. The code of a file or module is run.",
        show_default=False,
        autocompletion=completion.networks,
    ),
    after: str = typer.Argument(
        help="The network after, typed in the same way.", show_default=False, autocompletion=completion.networks
    ),
    inputs: list[str] = typer.Option(
        [], "--input", metavar="SIZES", help="An input of both models, where they have none of their own; repeatable."
    ),
    all_operators: bool = options.ALL_OPERATORS,
) -> Report:
    """Show what changed from one network to another, layer by layer, in the formulas' counts.

    Layers are matched by name, and where the names differ by what they are. Exit code: 0 whatever changed, 2 could
    not run.

    Example: convcost diff mobilenet_v1 'mobilenet_v1 --alpha 0.75' --markdown diff.md
    """
    from convcost.api.models import diff

    return diff(before, after, inputs=inputs).view(all_operators)
