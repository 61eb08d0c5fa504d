"""Markdown tables; cells cannot break out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tabulate import tabulate


def escaped(cell: str) -> str:
    """A cell's text with everything that Markdown or HTML would act on made harmless."""
    for character in "\\`*_[]<>|":
        cell = cell.replace(character, f"\\{character}" if character not in "<>" else f"&{'lg'[character == '>']}t;")
    return " ".join(cell.split())


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a header that starts with > is aligned to the right."""
    sides = ["right" if header.startswith(">") else "left" for header in headers]
    cells = [[escaped(cell) for cell in row] for row in rows]
    names = [header.removeprefix(">") for header in headers]
    text: str = tabulate(cells, names, tablefmt="github", colalign=sides, disable_numparse=True)
    return text + "\n"
