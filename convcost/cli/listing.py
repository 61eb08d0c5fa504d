"""`convcost list`: everything that has a name."""

from __future__ import annotations

from convcost.cli.console import console

EXAMPLE = "Example:  convcost list"


def command() -> int:
    """List the networks, formulas, operators and conventions, and the models to compare networks with."""
    from convcost.report.listing import print_listing

    print_listing(console())
    return 0
