"""The model's side of a proof: what a symbolic trace of it derived."""

from __future__ import annotations

from typing import Any

import sympy

from convcost.comparison.proof import UNUSED, Part, Proof, counts, parts_of, prove
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.symbolic.closed_form import ImageForm
from convcost.symbolic.derivation import Derivation
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import without_what_holds_anyway
from convcost.symbolic.expressions import to_sympy
from convcost.symbolic.form import Form

_RELATIONS = {"==": sympy.Eq, "!=": sympy.Ne, ">=": sympy.Ge, "<": sympy.Lt}


def prove_derived(form: ImageForm, derived: Derivation) -> Proof:
    """Hold a network for any image against a derivation of the model, where both speak of the input's sizes.

    The domain is where both are one network: from the least image of the paper on, under the model's conditions.
    """
    conditions = (_RELATIONS[relation](to_sympy(left), 0) for relation, left in derived.conditions)
    guards = {*form.domain.guards, *conditions} - {sympy.true}
    domain = without_what_holds_anyway(Domain(form.domain.least, tuple(sorted(guards, key=str))))
    proof = prove(parts_of(form.network), _parts(derived), domain)
    return Proof(proof.domain, proof.statements, derived.unknown)


def _parts(derived: Derivation) -> list[Part]:
    known: dict[Form, Any] = {}
    found: list[Part] = []
    for entry in derived.entries:
        macs: Any = 0
        if entry.macs is not None:
            macs = known[entry.macs] if entry.macs in known else known.setdefault(entry.macs, to_sympy(entry.macs))
        if not counts(macs, entry.parameters):
            continue
        hyper = {name: _number(value) for name, value in entry.hyper.items()}
        operator = find(Operator, entry.operator, "operator") if entry.operator else None
        name = entry.module or entry.aten
        found.append(
            Part(
                name=name,
                block=name.partition(".")[0],
                operator=entry.operator or entry.aten,
                inputs=tuple(_shapes(_number(entry.inputs))),
                hyper=operator.complete(hyper, len(entry.output) - 2) if operator else hyper,
                macs=macs,
                parameters=entry.parameters,
            )
        )
    if unused := derived.parameters - sum(entry.parameters for entry in derived.entries):
        found.append(Part(UNUSED, UNUSED, "", (), {}, 0, unused))
    return found


def _number(value: Any) -> Any:
    """Forms that are numbers as such, in any nesting."""
    if isinstance(value, tuple):
        return tuple(map(_number, value))
    return value.number if isinstance(value, Form) and value.number is not None else value


def _shapes(value: Any) -> list[Any]:
    """The shapes in a nesting of them, one after another."""
    if any(isinstance(item, tuple) for item in value):
        return [shape for item in value for shape in (_shapes(item) if isinstance(item, tuple) else [])]
    return [value]
