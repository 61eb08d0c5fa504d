"""`convcost list`: what the book and the models hold."""

from __future__ import annotations

from convcost.cli.console import console

EXAMPLE = "Example:  convcost list"


def command() -> int:
    """List the networks, formulas, operators and conventions of the book, and the models."""
    from convcost.report.listing import print_listing

    print_listing(console())
    return 0
