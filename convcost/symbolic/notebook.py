"""What notebooks show of results: equations as LaTeX, and as a table of MathML."""

import html
from collections.abc import Sequence
from typing import Any

from convcost.core.equations import Equation, Typeset
from convcost.symbolic import latex, mathml
from convcost.symbolic.form import Form
from convcost.symbolic.printer import LATEX, largest_parts


def of_count(count: Any, order: Sequence[str] = ()) -> Typeset:
    """Typeset a count: a number, a SymPy expression, or an array, which is told by its size and ends."""
    if hasattr(count, "free_symbols"):
        from convcost.symbolic import expressions

        return Typeset(expressions.line(count, order), expressions.latex_parts(count, order))
    if getattr(count, "ndim", 0):
        text = f"{count.size:,} values, {count.min():,} to {count.max():,}"
        return Typeset(text, [latex.in_math(text)])
    return of_text(f"{count:,}" if count == int(count) else str(count))


def of_text(text: str) -> Typeset:
    """Typeset a formula that is given as one line of Unicode text."""
    return Typeset(text, [latex.formula(text)])


def of_forms(forms: Sequence[Form], order: Sequence[str]) -> Typeset:
    """Typeset the largest of some forms."""
    return Typeset(" ".join(largest_parts(forms, order)), largest_parts(forms, order, LATEX))


def as_latex(equations: Sequence[Equation]) -> str:
    """Return equations below each other for math mode."""
    return latex.aligned([(latex.symbol(equation.left), _right(equation).latex) for equation in equations])


def as_html(equations: Sequence[Equation], title: str) -> str:
    """Return a table with a row per equation."""
    rows = "".join(
        f'<tr><th style="text-align: left">{mathml.typeset(one.left) if one.is_symbol else html.escape(one.left)}</th>'
        f'<td style="text-align: left">{mathml.typeset(_right(one).text)}</td></tr>\n'
        for one in equations
    )
    caption = f"<caption>{html.escape(title)}</caption>\n" if title else ""
    return f"<table>\n{caption}{rows}</table>\n"


def _right(equation: Equation) -> Typeset:
    return equation.right if isinstance(equation.right, Typeset) else of_count(equation.right)
