"""The console for standard output, in colour on a terminal only, and progress on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """Return a console that reads no markup, highlights no numbers, and takes no control characters from names."""
    from rich.console import Console

    from convcost.report.sanitize import seen

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            # rich would exit with 1, which here means a disagreement.
            raise BrokenPipeError

        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(thing if isinstance(thing, str) else seen(thing) for thing in objects), **options)

    return _Console(markup=False, highlight=False, emoji=False, soft_wrap=False)


_LONG = 2.0


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give a function to call with how much more is done; it shows one line on a terminal once that takes seconds."""
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
    """Give a function to call with what is done, and of how much; it shows a bar with the time left on a terminal."""
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
