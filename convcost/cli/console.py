"""Where reports go: standard output, in colour on a terminal only, and files; progress on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from convcost.report.report import Report


DELAY = 2.0
"""Seconds after which a terminal is told that a command is at work."""

_waiting = ExitStack()


@contextmanager
def working(what: str) -> Iterator[None]:
    """On a terminal, say after some seconds what is going on, until something else is printed."""
    if sys.stderr.isatty():
        from threading import Timer

        timer = Timer(DELAY, _say, [what, sys.stderr])
        timer.daemon = True
        _waiting.callback(timer.join)
        _waiting.callback(timer.cancel)
        timer.start()
    with _waiting:
        yield


def _say(what: str, terminal: TextIO) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    # What a model prints meanwhile is caught or goes where it should: nothing is redirected here.
    shown = Spinner("dots", Text(what))
    screen = Console(file=terminal)
    _waiting.enter_context(
        Live(shown, console=screen, transient=True, redirect_stdout=False, redirect_stderr=False, refresh_per_second=8)
    )


def show(report: Report, files: Mapping[str, Path] | None = None) -> None:
    """Write a report in each format that has a file, then print it in the width of the terminal.

    Only a terminal gets colours. What a model's name holds is printed, never obeyed. Where a file is standard output,
    nothing else is printed on it.
    """
    from convcost.report.files import is_standard_output

    _waiting.close()
    for name, path in (files or {}).items():
        getattr(report, f"to_{name}")(path)
    if any(map(is_standard_output, (files or {}).values())):
        return
    if not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        sys.stdout.write(f"{report}\n")
        return
    from rich.console import Console
    from rich.text import Text

    screen = Console(markup=False, highlight=False, emoji=False)
    for line in report.lines(screen.width):
        with screen.capture() as capture:
            screen.print(Text.assemble(*line), soft_wrap=True)
        sys.stdout.write(capture.get())


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Give a function to call with what is done, and of how much; it shows a bar with the time left on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    _waiting.close()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(f"{what}, time left"), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give a function to call with how much more is done, of so much if that is known; it shows a bar likewise."""
    done = 0
    with bar(what) as shown:

        def advance(more: int) -> None:
            nonlocal done
            done += more
            if shown is not None:
                shown(done, total)

        yield advance
