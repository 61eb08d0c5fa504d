"""Options that several commands have, each said once."""

from __future__ import annotations

from typing import Any

import typer

from convcost.cli import completion

NETWORK: Any = typer.Argument(
    help="A network of the book (convcost list shows them).", show_default=False, autocompletion=completion.networks
)
INPUTS: Any = typer.Option(
    [], "--input", metavar="SIZES", help="A model's input: 1,3,224,224, int64:1,77, NAME=1,77; once an input."
)
ARGUMENTS: Any = typer.Option([], "--arg", metavar="KEY=VALUE", help="An argument of a model's factory.")
UNITS = "flops: two per multiply-accumulate, and every other operation once."
ALL_OPERATORS: Any = typer.Option(False, "--all-operators", help="Norms, activations and pooling as well.")
LATEX: Any = typer.Option(None, metavar="FILE", help="Write the tables as LaTeX (booktabs).")

# Grids of settings.
ALPHA: Any = typer.Option(None, metavar="GRID", help="Width multiplier α.", autocompletion=completion.values("alpha"))
RHO: Any = typer.Option(None, metavar="GRID", help="Resolution multiplier ρ.")
RESOLUTION: Any = typer.Option(
    None,
    metavar="GRID",
    help="Side of the image in pixels, in place of ρ.",
    autocompletion=completion.values("resolution"),
)
