"""Consoles for standard output: colours on a terminal only, and the width of the terminal."""

from __future__ import annotations

from rich.console import Console


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # rich would exit with 1, which here means a disagreement.
        raise BrokenPipeError


def console() -> Console:
    """A console that neither guesses at markup nor highlights numbers."""
    return _Console(markup=False, highlight=False, emoji=False, soft_wrap=False)
