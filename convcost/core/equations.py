"""Named formulas that a notebook shows, and LaTeX."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Equation:
    """What is on the left in words or as a symbol, the same in LaTeX, the sum on the right likewise."""

    left: str
    right: str
    latex_left: str
    latex_parts: Sequence[str]

    @classmethod
    def of(cls, name: str, value: Any, order: Sequence[str] = ()) -> Equation:
        """A count by its name: a number, a SymPy expression, or an array, which is told by its size and ends."""
        from convcost.symbolic import latex

        if hasattr(value, "free_symbols"):
            from convcost.symbolic import sympy_text as symbolic

            return cls(name, symbolic.line(value, order), latex.in_math(name), symbolic.latex_parts(value, order))
        if getattr(value, "ndim", 0):
            text = f"{value.size:,} values, {value.min():,} to {value.max():,}"
        else:
            text = f"{value:,}" if value == int(value) else str(value)
        return cls(
            name, text, latex.in_math(name), [latex.formula(text) if "values" not in text else latex.in_math(text)]
        )


class Equations(ABC):
    """Shows itself in notebooks as equations."""

    __slots__ = ()

    @abstractmethod
    def equations(self) -> list[Equation]:
        """What is shown, in order."""

    def title(self) -> str:
        """A line above the equations; empty for none."""
        return ""

    def _repr_latex_(self) -> str:
        from convcost.symbolic import latex

        return f"$$\n{latex.aligned([(e.latex_left, e.latex_parts) for e in self.equations()])}\n$$"

    def _repr_html_(self) -> str:
        import html

        rows = "".join(
            f'<tr><th style="text-align: left">{html.escape(e.left)}</th>'
            f'<td style="text-align: left">{html.escape(e.right)}</td></tr>\n'
            for e in self.equations()
        )
        caption = f"<caption>{html.escape(self.title())}</caption>\n" if self.title() else ""
        return f"<table>\n{caption}{rows}</table>\n"
