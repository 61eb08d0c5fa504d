"""A network's formula as MathML, which browsers typeset themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

from convcost.theory.architecture import Architecture
from convcost.theory.closed import network_form
from convcost.theory.symbolic import GREEK


def mathml(expression: Any) -> str:
    """One expression; a symbol's name is its letter."""
    printer = MathMLPresentationPrinter({"mul_symbol": "dot"})
    named = expression.xreplace({s: sympy.Symbol(GREEK.get(s.name, s.name)) for s in expression.free_symbols})
    body = printer._print(sympy.Integer(0) + named).toxml()  # doprint would add an entity that XML lacks
    return f"<math>{body}</math>"


def terms(expression: Any) -> str:
    """A sum with a formula for each term, so that a line can end between them."""
    parts = sympy.Add.make_args(sympy.Integer(0) + expression)
    ordered = sorted(parts, key=lambda term: (not term.free_symbols, str(term)))
    signed = [(" − ", -term) if term.could_extract_minus_sign() else (" + ", term) for term in ordered]
    text = "".join(sign + mathml(term) for sign, term in signed)
    return text.removeprefix(" + ").strip()


def network_parts(architecture: Architecture, given: Mapping[str, Any]) -> dict[str, str]:
    """The closed form of a network in the options that `given` leaves open, and its parts typeset."""
    form = network_form(architecture, given)
    rows = "\n".join(f"<tr><td>{mathml(size)}</td><td>{terms(macs)}</td></tr>" for size, macs in form.terms)
    widths = "\n".join(f"<li>{mathml(name)} = {mathml(meaning)}</li>" for name, meaning in form.widths)
    return {"terms": rows, "parameters": terms(form.parameters), "widths": widths}
