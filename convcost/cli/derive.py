"""`convcost derive`: what a model costs as a formula of its input's sizes."""

from __future__ import annotations

from enum import StrEnum

import typer

from convcost.cli import completion, networks, shared
from convcost.cli.console import show
from convcost.core.errors import ConvcostError

EXAMPLE = "Example:  convcost derive mobilenet_v1 --alpha 0.75 --at H=192,W=192"


class Per(StrEnum):
    """What a formula stands for."""

    LAYER = "layer"
    STAGE = "stage"
    TOTAL = "total"


def command(
    context: typer.Context,
    model: str = typer.Argument(
        help="A network of the book, torchvision:NAME, timm:NAME, package.module:factory, path/to/file.py:factory "
        "(whose code is run).",
        show_default=False,
        autocompletion=completion.networks,
    ),
    symbols: str | None = typer.Option(
        None, metavar="B,H,W", help="Names of the open sizes: batch, then spatial axes; a name twice is one size."
    ),
    inputs: list[str] = typer.Option(
        [], "--input", metavar="SIZES", help="A model's input, open sizes by name: B,3,H,W, int64:B,L; once an input."
    ),
    arguments: list[str] = shared.ARGUMENTS,
    per: Per = typer.Option(Per.TOTAL, help="What a formula stands for."),
    at: list[str] = typer.Option(
        [], "--at", metavar="H=224,W=224", help="Give the formulas' values at these sizes (batch 1); repeatable."
    ),
    over: str | None = typer.Option(
        None, metavar="OPTION", help="Derive a family over its width multiplier: alpha, or a factory's argument."
    ),
    latex: bool = typer.Option(
        False,
        "--latex",
        help="Print LaTeX and nothing else: the MACs' formula, the table of --per, or the family's formulas.",
    ),
) -> int:
    """Derive what a real model costs, as a formula of its input's sizes: one symbolic trace, no weights.

    MACs, parameters, activations and the largest working set, and the sizes for which they hold.
    A network of the book takes its options too (--alpha 0.75, --depth 50).
    """
    from convcost.models import spelling

    options = networks.gather(model, {}, context.args)
    points = [_point(text) for text in at]
    positional, keyword = spelling.parse_inputs(inputs, symbols=True)
    if positional and keyword:
        raise ConvcostError("give all inputs by name (NAME=B,77), or none")
    names = None if symbols is None else _names(symbols)

    if over is not None:
        if at or per is not Per.TOTAL:
            raise ConvcostError("--over prints a family's formula; leave out --at and --per")
        from convcost.api.family import derive_family

        family = derive_family(
            model,
            over,
            inputs=keyword or positional or None,
            arguments=spelling.parse_arguments(arguments),
            **options,
        )
        if latex:
            typer.echo(family.to_latex(), nl=False)
        else:
            show(family)
        return 0

    from convcost.api.derive import derivation

    derived = derivation(
        model,
        inputs=keyword or positional or None,
        symbols=names,
        arguments=spelling.parse_arguments(arguments),
        **options,
    )

    from convcost.api.derive import report_of

    report = report_of(derived, per.value, points)
    if latex:
        typer.echo(report.to_latex(), nl=False)
    else:
        show(report)
    return 0


def _names(text: str) -> list[str]:
    from convcost.models.spelling import SYMBOL

    names = [name.strip() for name in text.split(",")]
    if not all(map(SYMBOL.fullmatch, names)):
        raise ConvcostError(f"--symbols is {text!r}, but must be names such as B,H,W")
    return names


def _point(text: str) -> dict[str, int]:
    point: dict[str, int] = {}
    for item in text.split(","):
        name, _, value = (part.strip() for part in item.partition("="))
        if not name or not value.isdecimal() or not value.isascii() or len(value) > 12 or not int(value):
            raise ConvcostError(f"--at is {text!r}, but must give whole numbers from 1, such as H=224,W=224")
        if name in point:
            raise ConvcostError(f"--at gives {name} twice; give it once")
        point[name] = int(value)
    return point
