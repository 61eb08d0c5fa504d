"""Consoles for standard output: colours on a terminal only, and the width of the terminal."""

from __future__ import annotations

from rich.console import Console


def console() -> Console:
    """A console that neither guesses at markup nor highlights numbers."""
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False)
