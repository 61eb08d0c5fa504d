"""The `convcost` command: every error is one line on standard error and exit code 2."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from inspect import cleandoc
from typing import Any

import typer

from convcost import __version__
from convcost.cli import (
    audit,
    check,
    claims,
    compare,
    count,
    derive,
    diff,
    lookups,
    options,
    page,
    prove,
    referee,
    solve,
    summary,
    sweep,
)
from convcost.cli.console import working
from convcost.core.errors import ConvcostError
from convcost.report.text import visible

# typer has no public name for the base of its errors about arguments; this one is a child of it.
_UsageError: Any = typer.BadParameter.__base__

app = typer.Typer(
    name="convcost",
    help="Decide whether a FLOP count is right: formulas from papers against fvcore's count of the real model.",
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _told(command: Callable[..., int]) -> list[str]:
    """Return what a command's docstring says, and then its examples."""
    return cleandoc(command.__doc__ or "").split("\n\nExample: ")


for _name, _command, _short in (
    ("compare", compare.command, "Compare formulas with fvcore, layer by layer: the main job."),
    ("count", count.command, "MACs, FLOPs, parameters and sizes by the formulas alone: the fastest way."),
    ("summary", summary.command, "A model as the tree of its modules, with what each costs."),
    ("audit", audit.command, "Every model of a library, one row per model."),
    ("referee", referee.command, "Why two counters disagree: each one's number explained."),
    ("derive", derive.command, "A model's cost as a formula of its input's sizes."),
    ("prove", prove.command, "Whether formula and model cost the same for every input size."),
    ("show", lookups.show_network, "An architecture as its paper's table."),
    ("formula", lookups.show_formula, "A formula: symbols, domain, source, closed form, value."),
    ("sweep", sweep.command, "A network's cost on a grid of settings, from its formula."),
    ("solve", solve.command, "The largest settings of a network that fit a budget."),
    ("page", page.command, "Comparisons as one page for a browser, with sliders."),
    ("diff", diff.command, "What changed from one network to another, layer by layer."),
    ("check", check.command, "The budgets in a project's pyproject.toml."),
    ("conventions", lookups.show_conventions, "What each counter counts, and its known faults."),
    ("claims", claims.command, "Numbers that papers print, recomputed."),
    ("list", lookups.list_names, "Names of all networks, formulas, operators, models and counters."),
):
    _help, *_examples = _told(_command)
    app.command(
        _name,
        cls=options.Command,
        help=_help,
        short_help=_short,
        epilog="\n\n".join(f"Example:  {example}" for example in _examples),
        # A command with a context takes the options that a network has of its own.
        context_settings=options.ANY_SETTING if "context" in _command.__annotations__ else None,
    )(_command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convcost {__version__}")
        raise typer.Exit


@app.callback(epilog="Example:  convcost compare mobilenet_v1 --alpha 0.75 --rho 0.857")
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    del version


_PIPE_CLOSED = 141
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 no disagreement, 1 some, 2 could not run, 130 interrupted."""
    _open_closed_streams()
    gc.disable()  # a process this short gains nothing from looking for cycles
    code = run(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _unprintable(error)
    sys.stderr.flush()
    # Taking torch apart takes a quarter as long as the whole job; every file is closed by now.
    os._exit(code)


def _open_closed_streams() -> None:
    """Open standard streams that the caller closed on nothing, before another file gets their number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8"))  # noqa: SIM115


def _unusable(said: str) -> int:
    """Say in one line why nothing could be done, and return the exit code for it."""
    typer.echo(f"error: {visible(' '.join(said.split()))}", err=True)
    return 2


def _unprintable(error: OSError | UnicodeEncodeError) -> int:
    """Return the exit code where standard output takes no more; a reader that leaves early (`| head`) is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor can the rest be written at exit
    if isinstance(error, BrokenPipeError):
        return _PIPE_CLOSED
    return _unusable(f"cannot print: {error}")


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        with working(f"convcost {visible(' '.join(arguments))} …"):
            code = app(list(arguments) or ["--help"], prog_name="convcost", standalone_mode=False)
    except _UsageError as error:
        return _unusable(error.format_message())
    except ConvcostError as error:
        return _unusable(error.typed)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except UnicodeEncodeError as error:
        return _unprintable(error)
    except OSError as error:
        if error.filename is None:
            return _unprintable(error)
        return _unusable(f"cannot use {error.filename}: {error.strerror}")
    except Exception as error:
        if os.environ.get("CONVCOST_DEBUG"):
            raise
        return _unusable(f"a fault of convcost itself: {type(error).__name__}: {error} (CONVCOST_DEBUG=1 shows where)")
    if code == _INTERRUPTED:  # typer returns it too
        typer.echo("error: interrupted", err=True)
    return code if isinstance(code, int) else 0
