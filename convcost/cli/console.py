"""Consoles for standard output: colours on a terminal only, and the width of the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convcost.report.report import Report


def show(report: Report) -> None:
    """Print a report in the width of the terminal, on a terminal in colours; names of models obey nothing there."""
    if not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        sys.stdout.write(f"{report}\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, highlight=False, emoji=False)
    for line in report.lines(console.width):
        console.print(Text.assemble(*line), soft_wrap=True)


_LONG = 2.0


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Gives what to tell how much more is done: a line on a terminal's standard error, once it takes seconds."""
    start, done, shown = time.monotonic(), 0, False

    def advance(more: int) -> None:
        nonlocal done, shown
        done += more
        if sys.stderr.isatty() and time.monotonic() - start > _LONG:
            shown = True
            print(f"\r{done:,}{f' of {total:,}' if total else ''} {what}", end="", file=sys.stderr, flush=True)  # noqa: T201

    try:
        yield advance
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the time left, on a terminal's standard error only; what it gives is told what is done, and of all."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(f"{what}, time left"), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
