"""`convcost list`: everything that has a name."""

from __future__ import annotations

from convcost.cli.console import show

EXAMPLE = "Example:  convcost list"


def command() -> int:
    """List the networks, formulas, operators and conventions, and the models to compare networks with."""
    from convcost import models
    from convcost.report.formula import ListReport

    show(ListReport(models.names()))
    return 0
