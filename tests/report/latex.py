"""Reading LaTeX back: its commands, and the cells of its tables."""

from __future__ import annotations

import re

_TABULAR = re.compile(r"\\begin\{tabular\}\{(.*?)\}\n(.*?)\\end\{tabular\}", re.DOTALL)


def uncommented(text: str) -> str:
    """What TeX reads: all but comments."""
    return re.sub(r"(?<!\\)%.*", "", text)


def commands(text: str) -> set[str]:
    """All control words; \\\\ and escaped characters are none."""
    return set(re.findall(r"\\([A-Za-z]+)", re.sub(r"\\\\", "", uncommented(text))))


def balanced(text: str) -> bool:
    """Whether every brace and every $ that TeX acts on is closed."""
    acting = re.sub(r"\\[\\{}$&%#_`'^~\"=.]", "", uncommented(text))
    depth = 0
    for character in acting:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0 and acting.count("$") % 2 == 0


def tables(text: str) -> list[tuple[int, list[list[str]]]]:
    """Of each tabular the number of its columns, and its rows (those of the head and totals too) as cells."""
    found = []
    for columns, body in _TABULAR.findall(uncommented(text).replace("\\linewidth}", "]").replace("p{", "p[")):
        lines = re.split(r"\\tabularnewline|\\\\", re.sub(r"\\(top|mid|bottom)rule", "", body))
        rows = [re.split(r"(?<!\\)&", line) for line in lines if line.strip()]
        letters = re.sub(r"p\[.*?\]", "p", columns)
        found.append((len(letters), [[cell.strip() for cell in row] for row in rows]))
    return found
