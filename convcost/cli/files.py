"""The file options of a command that makes a report: checked before the work, written after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from convcost.cli.console import show
from convcost.cli.options import declared, with_parameters
from convcost.core.errors import ConvcostError

if TYPE_CHECKING:
    from convcost.report.report import Report as Report
else:
    Report = object  # commands name it, and help needs no report


def output(text: str, default: Any = None) -> Any:
    """Declare an option that writes a file."""
    return typer.Option(default, metavar="FILE", help=text, rich_help_panel="Files (- is standard output)")


_FILES = {
    "csv": output("Write the rows as CSV, exact integers."),
    "markdown": output("Write Markdown, for example for a pull request."),
    "latex": output("Write LaTeX for a paper: tables, formulas, text."),
    "html": output("Write HTML."),
    "json": output("Write everything as JSON."),
}


def reporting(**special: Any) -> Callable[[Callable[..., Report]], Callable[..., int]]:
    """Make a command of a function that returns a report: it is shown, written to files, and gives the exit code.

    Every command can write the same formats; `special` are those of one command (plot=output("Draw …")), and those
    that it says something else of.
    """
    options = {**_FILES, **special}

    def decorate(command: Callable[..., Report]) -> Callable[..., int]:
        @wraps(command)
        def reported(**values: Any) -> int:
            typed = {name: values.pop(name) for name in options}
            given = _checked(typed, [value for value in values.values() if isinstance(value, Path)])
            with redirect_stdout(sys.stderr):  # what a model prints is no part of the report
                report = command(**values)
            show(report, given)
            return report.exit_code

        files = [declared(name, Path | None, option) for name, option in options.items()]
        return with_parameters(reported, [*signature(command).parameters.values(), *files])

    return decorate


def _checked(files: Mapping[str, Path | None], others: Sequence[Path]) -> dict[str, Path]:
    """Return the files that are to be written, by format.

    Raises ConvcostError, before any work is done, for a file that cannot be written, or that `others` name too.
    """
    from convcost.report.files import check_parquet, check_writable

    given = {name: path for name, path in files.items() if path is not None}
    taken, options = {path.resolve() for path in others}, dict[Path, str]()
    for name, path in given.items():
        check_writable(path)
        if path.resolve() in taken:
            raise ConvcostError(f"--{name} would replace {path}, which this line names twice; give another file")
        if (first := options.setdefault(path.resolve(), name)) != name:
            raise ConvcostError(f"--{first} and --{name} would both write {path}; give each a file of its own")
    if "plot" in given:
        from convcost.report.plot import check

        check(given["plot"])
    if "parquet" in given:
        check_parquet(given["parquet"])
    return given
