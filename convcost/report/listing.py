"""What the book holds."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from convcost import models
from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.record import Formula, Operator
from convcost.core.registry import registry
from convcost.report.table import plain_table


def print_listing(console: Console) -> None:
    """One table a kind of record, names in alphabetical order."""
    real = models.names()
    sections = {"Networks": Architecture, "Formulas": Formula, "Operators": Operator, "Conventions": Convention}
    for title, kind in sections.items():
        table = plain_table(title, "what")
        table.columns[0].no_wrap = True
        found = sorted((record.name, record) for record in registry().values() if type(record) is kind)
        for name, record in found:
            table.add_row(Text(name), Text(record.title))
        console.print(table)
        console.print()
    console.print(Text(f"Models to compare networks with: {', '.join(real)}; torchvision:NAME, timm:NAME."))
