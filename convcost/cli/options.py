"""Arguments and options of the commands, each declared once, and what is read from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from operator import itemgetter
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand

from convcost.cli import completion
from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError
from convcost.core.parsing import DECIMAL, ModelReference, once, parse_arguments, parse_reference, parse_settings
from convcost.core.registry import find
from convcost.core.spec import inputs_from, parse_inputs

Returned = TypeVar("Returned")

NETWORK = typer.Argument(
    help="A network (convcost list shows them).", show_default=False, autocompletion=completion.networks
)
MODEL = typer.Argument(
    help="A network (convcost list shows them); or any model: torchvision:NAME, timm:NAME, transformers:NAME, "
    "package.module:factory, path/to/file.py:factory (whose code is run).",
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
    [],
    "--input",
    metavar="SIZES",
    help="An input of the model: 1,3,224,224, int64:1,77, NAME=1,77, rand:1,77, FILE.npy, [1,77; 1,5]; repeatable.",
)
INPUTS_FROM = typer.Option(
    None,
    "--inputs-from",
    metavar="FILE.py:FUNCTION",
    help="Call the model with what this function returns (its code is run): a tuple, a dict, or (args, kwargs).",
)
FREE_INPUTS = typer.Option(
    [],
    "--input",
    metavar="SIZES",
    help="An input of the model, free sizes by name: B,3,H,W, int64:B,L; repeatable.",
)
ARGUMENTS = typer.Option(
    [],
    "--arg",
    metavar="KEY=VALUE",
    help="An argument of the model's factory: width=8, flag=false, norm=none, \"name='none'\" for a text; repeatable.",
)
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


FORMULAS = typer.Option(
    [],
    "--formulas",
    metavar="FILE",
    help="A file of yours with formulas of operators, made with @convcost.operator (its code is run); repeatable.",
    show_default=False,
)
NONZERO = typer.Option(
    False, "--nonzero", help="Count only multiply-accumulates of weights that are not zero: what pruning saves."
)
REAL = typer.Option(False, "--real", help="Count four real multiply-accumulates for a complex one.")


_COMMON_SETTINGS = {
    "alpha": ("A", "Width multiplier α, a decimal."),
    "rho": ("R", "Resolution multiplier ρ, a decimal."),
    "resolution": ("PX", "Side of the image in pixels, in place of ρ."),
    "batch": ("N", "Images per batch."),
    "classes": ("K", "Number of classes."),
    "depth": ("N", "Layers with weights (ResNets)."),
    "variant": ("NAME", "A variant of the network: shallow, v1.5."),
}


_OF_A_MODEL = {"inputs": "--input", "arguments": "--arg"}


class Command(TyperCommand):
    """A command whose help has a section for each group of options."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, the command's own options, and then its groups."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            usual = f"{parameter.param_type_name.title()}s"
            if record := parameter.get_help_record(ctx):
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or usual, []).append(record)
        for title, records in filter(itemgetter(1), sections.items()):
            with formatter.section(title):
                formatter.write_dl(records)


ANY_SETTING = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Lets a command take options that it does not know; the network knows them."""


def declared(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    """Return a parameter of a command as typer reads it."""
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def with_parameters(command: Callable[..., Returned], parameters: Iterable[Parameter]) -> Callable[..., Returned]:
    """Tell typer that a command has these parameters; the function itself takes any, by name."""
    signed = Signature([one.replace(kind=Parameter.KEYWORD_ONLY) for one in parameters])
    command.__signature__ = signed  # type: ignore[attr-defined]
    command.__annotations__ = {name: one.annotation for name, one in signed.parameters.items()}
    return command


def on_reference(
    *without: str, grid: bool = False, symbols: bool = False
) -> Callable[[Callable[..., Returned]], Callable[..., Returned]]:
    """Give a command its `reference`: what was typed as a name, with its options behind it or in one text with it.

    The default of the command's own `reference` says what it takes, NETWORK or MODEL. The settings that many networks
    have become options, all but those `without`, each of one value or of a `grid`; so do a model's inputs, in which
    sizes may be `symbols`, and its factory's arguments.
    """

    def decorate(command: Callable[..., Returned]) -> Callable[..., Returned]:
        own = dict(signature(command).parameters)
        argument = own.pop("reference").default
        common = [name for name in _COMMON_SETTINGS if name not in without]
        built: dict[str, tuple[Any, Any]] = {}
        if argument is MODEL:
            built["inputs"] = list[str], FREE_INPUTS if symbols else INPUTS
            built["function"] = str | None, INPUTS_FROM
            built["formulas"] = list[str], FORMULAS
        if argument is MODEL or "model" in own:
            built["arguments"] = list[str], ARGUMENTS

        @wraps(command)
        def on_typed(context: typer.Context, name: str, **values: Any) -> Returned:
            typed = {part: values.pop(part) for part in (*common, *built)}
            reference = read_reference(name, context.args, typed, symbols=symbols, network=argument is NETWORK)
            return command(reference=reference, **values)

        start = [declared("context", typer.Context), declared("name", str, argument)]
        lists = [declared(part, kind, option) for part, (kind, option) in built.items()]
        settings = [_setting_parameter(name, grid) for name in common]
        return with_parameters(on_typed, [*start, *lists, *own.values(), *settings])

    return decorate


def read_reference(
    name: str, words: Sequence[str], typed: Mapping[str, Any], *, symbols: bool = False, network: bool = False
) -> ModelReference:
    """Return the reference that was typed as a name, the words behind it, and the options that its command declares.

    Sizes of the inputs may be `symbols`, and it may have to be a `network`. Raises ConvcostError for what cannot be
    read, and for inputs and arguments of a factory where the command declares no such option.
    """
    if name.startswith("-"):
        raise ConvcostError(f"give the network's name first, then its options, such as {name}")
    if network:
        find(Architecture, parse_reference(name).text, "network")
    settings = [(part, typed[part]) for part in _COMMON_SETTINGS if typed.get(part) is not None]
    reference = parse_reference(
        name,
        once([*settings, *_typed_settings(name, words).items()]),
        parse_arguments(typed.get("arguments", ())),
        [*typed.get("inputs", ()), *map(inputs_from, filter(None, [typed.get("function")]))],
        symbols=symbols,
    )
    for part, option in _OF_A_MODEL.items():
        if part not in typed and getattr(reference, part):
            raise ConvcostError(f"{reference.text} takes no {option} here; leave it out")
    for file in typed.get("formulas", ()):
        from convcost.models.user_code import run_file

        run_file(file)
    parse_inputs(reference.inputs, symbols)  # what cannot be read is said at once
    return reference


def _typed_settings(name: str, words: Sequence[str]) -> Mapping[str, str]:
    """Return the settings that were typed behind a name; an error says what the name takes."""
    try:
        return parse_settings(words)
    except ConvcostError as error:
        reference = parse_reference(name)
        if not reference.is_network:
            raise ConvcostError(
                f"{error}; {reference.text} is a model, which takes --input SIZES and --arg KEY=VALUE"
            ) from error
        network = find(Architecture, reference.name, "network")
        taken = [f"--{option.name.replace('_', '-')}" for option in network.options]
        for word in words:
            option = word.partition("=")[0]
            if option.startswith("--") and option not in taken:
                raise ConvcostError(f"{network.name} has no option {option}; it has {', '.join(taken)}") from error
        raise ConvcostError(f"{error}; {network.name} takes {', '.join(taken)}") from error


def _setting_parameter(name: str, grid: bool) -> Parameter:
    metavar, text = _COMMON_SETTINGS[name]
    option = typer.Option(
        None,
        metavar="GRID" if grid else metavar,
        help=text,
        autocompletion=completion.values(name),
        rich_help_panel="Settings of a network",
    )
    return declared(name, str | None, option)
