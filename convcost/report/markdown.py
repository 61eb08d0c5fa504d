"""Markdown tables; cells cannot break out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tabulate import tabulate

_ACTIVE = str.maketrans({c: f"\\{c}" for c in "\\`*_[]|~$"} | {"<": "&lt;", ">": "&gt;"})
_ENTITY = re.compile(r"&(?=#?\w+;)")
_IN_A_WORD = re.compile(r"(?<=[^\W_])\\_(?=[^\W_])")
_START = re.compile(r"([-+#=])|(\d+)([.)])")


def escaped(cell: str) -> str:
    """A cell's text with everything that Markdown or HTML would act on made harmless."""
    return " ".join(_ENTITY.sub("&amp;", cell).translate(_ACTIVE).split())


def sentence(text: str) -> str:
    """A text that stands alone, likewise: mobilenet_v1 stays as it is, and a hyphen in front is no list."""
    inside = _IN_A_WORD.sub("_", escaped(text))
    return (
        _START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", inside, count=1)
        if _START.match(inside)
        else inside
    )


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a header that starts with > is aligned to the right."""
    sides = ["right" if header.startswith(">") else "left" for header in headers]
    cells = [[escaped(cell) for cell in row] for row in rows]
    names = [header.removeprefix(">") for header in headers]
    text: str = tabulate(cells, names, tablefmt="github", colalign=sides, disable_numparse=True)
    return text + "\n"
