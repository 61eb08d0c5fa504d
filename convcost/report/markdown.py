"""Markdown tables; cells cannot break out of them."""

import re
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from convcost.report.content import Content, Formulas, Heading, Sentence, Table

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


def page(content: Content) -> str:
    """The title, the source, then tables and sentences in their order; sentences that are items become a list."""
    marks = "#" * content.level
    parts = [f"{marks} {sentence(content.title)}" if content.title else "", sentence(content.source)]
    items: list[str] = []
    for block in content.blocks:
        if isinstance(block, Sentence) and block.item:
            items.append(f"- {sentence(block.text)}")
            continue
        parts.append("\n".join(items))
        items.clear()
        if isinstance(block, Table):
            parts += [f"{marks}# {sentence(block.title)}"] if block.title else []
            parts.append(of_table(block))
        elif isinstance(block, Formulas):
            parts.append(of_table(block.table))
        else:
            parts.append(f"{marks}# {sentence(block.text)}" if isinstance(block, Heading) else sentence(block.text))
    return joined([*parts, "\n".join(items)])


def of_table(found: Table) -> str:
    """A report's table, the totals as its last rows."""
    headers = [(">" if column.right else "") + column.header for column in found.columns]
    return table(headers, [*found.rows, *found.totals])


def joined(parts: Iterable[str]) -> str:
    """Parts of a page with an empty line between them; empty ones are left out."""
    return "\n\n".join(stripped for part in parts if (stripped := part.strip("\n"))) + "\n"
