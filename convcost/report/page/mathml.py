"""A network's formula as MathML, by SymPy's own printer: browsers typeset it themselves."""

from collections.abc import Iterable, Sequence
from typing import Any

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

from convcost.symbolic.closed_form import NetworkForm
from convcost.symbolic.expressions import to_sympy
from convcost.symbolic.form import Form
from convcost.symbolic.printer import GREEK, ordered


def mathml(expression: Any) -> str:
    """Return one expression; a symbol's name is its letter."""
    printer = MathMLPresentationPrinter({"mul_symbol": "dot"})
    named = expression.xreplace({s: sympy.Symbol(GREEK.get(s.name, s.name)) for s in expression.free_symbols})
    body = printer._print(sympy.Integer(0) + named).toxml()  # doprint would add an entity that XML lacks
    return f"<math>{body}</math>"


def terms(expression: Any, order: Sequence[str]) -> str:
    """Return a sum with a formula for each term, so that a line can end between them; symbols in this order."""

    def rank(term: Any) -> tuple[Any, ...]:
        names = [s.name for s in term.free_symbols]
        places = sorted(order.index(name) if name in order else -1 for name in names)
        return (not names, places, str(term))

    parts = sympy.Add.make_args(sympy.Integer(0) + expression)
    return joined(sorted(parts, key=rank))


def derived(form: Form, order: Sequence[str]) -> str:
    """Return a form, its largest feature maps first."""
    return joined(to_sympy(Form({monomial: c})) for c, monomial in ordered(form, order))


def joined(terms: Iterable[Any]) -> str:
    """Return terms as a sum."""
    signed = [(" − ", -term) if term.could_extract_minus_sign() else (" + ", term) for term in terms]
    text = "".join(sign + mathml(term) for sign, term in signed)
    return text.removeprefix(" + ").strip()


def network_parts(form: NetworkForm) -> dict[str, str]:
    """Return the parts of a network's closed form, typeset."""
    order = [name.name for name, _ in form.widths]
    rows = "\n".join(f"<tr><td>{mathml(size)}</td><td>{terms(macs, order)}</td></tr>" for size, macs in form.terms)
    widths = "\n".join(f"<li>{mathml(name)} = {mathml(meaning)}</li>" for name, meaning in form.widths)
    return {"terms": rows, "parameters": terms(form.parameters, order), "widths": widths}
