"""`convcost list`: what the book and the models hold."""

from __future__ import annotations

from convcost.cli.console import show

EXAMPLE = "Example:  convcost list"


def command() -> int:
    """List the networks, formulas, operators and conventions of the book, and the models."""
    from convcost import models
    from convcost.report.formula import ListReport

    show(ListReport(models.names()))
    return 0
