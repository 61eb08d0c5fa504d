"""What a terminal says of a page that was written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from convcost.report.comparison import conclusion, heading
from convcost.report.page.document import PageReport
from convcost.report.table import STYLES


def print_page(console: Console, page: PageReport, path: Path) -> None:
    """A line and a verdict for each network, and where the page is."""
    for report in page.reports:
        console.print(Text(heading(report), style="bold"))
        console.print(Text(conclusion(report), style=STYLES[report.verdict]))
    console.print(Text(f"Written: {path}"))
