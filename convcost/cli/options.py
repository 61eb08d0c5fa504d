"""Arguments and options of the commands, each declared once, and what is read from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from convcost.cli import completion
from convcost.core.errors import ConvcostError
from convcost.core.parsing import DECIMAL, ModelReference, once, parse_arguments, parse_reference, parse_settings

NETWORK = typer.Argument(
    help="A network (convcost list shows them).", show_default=False, autocompletion=completion.networks
)
MODEL = typer.Argument(
    help="A network (convcost list shows them); or any model: torchvision:NAME, timm:NAME, package.module:factory, "
    "path/to/file.py:factory (whose code is run).",
    show_default=False,
    autocompletion=completion.networks,
)
COUNTERPART = typer.Option(
    None,
    "--model",
    metavar="REF",
    help="Compare a network's formula with this model: torchvision:NAME, FILE.py:factory.",
)
INPUTS = typer.Option(
    [], "--input", metavar="SIZES", help="An input of the model: 1,3,224,224, int64:1,77, NAME=1,77; repeatable."
)
ARGUMENTS = typer.Option([], "--arg", metavar="KEY=VALUE", help="An argument of the model's factory; repeatable.")
ALL_OPERATORS = typer.Option(False, "--all-operators", help="Norms, activations and pooling as well.")


def choice(option: str, text: str, *choices: str) -> Any:
    """Declare an option that takes one of several words, by default the first."""

    def check(word: str) -> str:
        if word not in choices:
            raise typer.BadParameter(f"{word!r} is not one of {', '.join(map(repr, choices))}.", param_hint=option)
        return word

    return typer.Option(
        choices[0],
        option,
        metavar="|".join(choices),
        help=text,
        callback=check,
        autocompletion=lambda incomplete: [word for word in choices if word.startswith(incomplete)],
    )


def amount(option: str, metavar: str, text: str, *, default: float | None = None, whole: bool = True) -> Any:
    """Declare an option that takes a number above 0, a whole one unless told otherwise."""

    def read(typed: str) -> int | float:
        number = float(typed) if DECIMAL.fullmatch(typed) else 0.0
        if not number or (whole and not number.is_integer()):
            what = "whole number from 1" if whole else "number above 0"
            raise typer.BadParameter(f"{typed!r} is not a {what}.", param_hint=option)
        return int(number) if whole else number

    typed = None if default is None else str(default)
    return typer.Option(typed, option, metavar=metavar, help=text, parser=read)


def per(*choices: str) -> Any:
    """Declare `--per`: what a row stands for."""
    return choice("--per", "What a row stands for.", *choices)


UNIT = choice("--unit", "flops: two per multiply-accumulate, and every other operation once.", "macs", "flops")


def output(text: str) -> Any:
    """Declare an option that writes a file; - is standard output."""
    return typer.Option(None, metavar="FILE", help=text)


CSV = output("Write the rows as CSV, exact integers; - is standard output.")
MARKDOWN = output("Write Markdown, for example for a pull request.")
LATEX = output("Write the tables as LaTeX (booktabs).")
HTML = output("Write the rows as HTML.")
JSON = output("Write everything as JSON.")


_SETTINGS = {
    "alpha": ("A", "Width multiplier α, a decimal."),
    "rho": ("R", "Resolution multiplier ρ, a decimal."),
    "resolution": ("PX", "Side of the image in pixels, in place of ρ."),
    "batch": ("N", "Images per batch."),
    "classes": ("K", "Number of classes."),
    "depth": ("N", "Layers with weights (ResNets)."),
    "variant": ("NAME", "A variant of the network: shallow, v1.5."),
}


def setting(name: str, metavar: str = "") -> Any:
    """Declare a setting that many networks have; with `metavar="GRID"` it takes several values."""
    usual, text = _SETTINGS[name]
    return typer.Option(None, metavar=metavar or usual, help=text, autocompletion=completion.values(name))


ALPHA, RHO, RESOLUTION, BATCH, CLASSES, DEPTH, VARIANT = map(setting, _SETTINGS)
ALPHA_GRID, RHO_GRID, RESOLUTION_GRID, BATCH_GRID, CLASSES_GRID = (
    setting(name, "GRID") for name in list(_SETTINGS)[:5]
)

ANY_SETTING = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Lets a command take options that it does not know; the network knows them."""


def settings_of(context: typer.Context, name: str, words: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the settings that were typed, `--depth 50` and `--bands=15` alike, by their names in Python.

    Raises ConvcostError for what is not `--option value`.
    """
    if name.startswith("-"):
        raise ConvcostError(f"give the network's name first, then its options, such as {name}")
    known: Mapping[str, str] = {key: context.params[key] for key in _SETTINGS if context.params.get(key) is not None}
    return once([*known.items(), *parse_settings(context.args if words is None else words).items()])


def reference_of(context: typer.Context, name: str, arguments: Sequence[str] = ()) -> ModelReference:
    """Return the model that was typed with its options, behind it or in one text with it: 'resnet --depth 18'.

    Raises ConvcostError for what cannot be read, and for what is given in both places.
    """
    return parse_reference(name, settings_of(context, name), parse_arguments(arguments))
