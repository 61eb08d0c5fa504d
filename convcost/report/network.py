"""A network of the book as one closed form in its options."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from convcost.theory.architecture import Architecture


def print_network(console: Console, architecture: Architecture, values: Mapping[str, str], latex: bool) -> None:
    """Print the closed form of a network."""
