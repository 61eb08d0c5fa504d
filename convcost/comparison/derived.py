"""The model's side of a proof: what a symbolic trace of it derived."""

from __future__ import annotations

from typing import Any

import sympy

from convcost.comparison.proof import Part, Proof, counts, parts_of, prove
from convcost.theory.derivation import Derivation
from convcost.theory.domain import Domain
from convcost.theory.equality import without_what_holds_anyway
from convcost.theory.form_text import to_sympy
from convcost.theory.image import ImageForm

_RELATIONS = {"==": sympy.Eq, "!=": sympy.Ne, ">=": sympy.Ge, "<": sympy.Lt}


def prove_derived(form: ImageForm, derived: Derivation) -> Proof:
    """Hold a drawing for any image against a derivation of the model, where both speak of the input's sizes.

    The domain is where both are one network: from the least image of the paper on, under the model's conditions.
    """
    conditions = (_RELATIONS[relation](to_sympy(left), 0) for relation, left in derived.conditions)
    guards = {*form.domain.guards, *conditions} - {sympy.true}
    domain = without_what_holds_anyway(Domain(form.domain.least, tuple(sorted(guards, key=str))))
    proof = prove(parts_of(form.drawing), _parts(derived), domain)
    return Proof(proof.domain, proof.statements, derived.unknown)


def _parts(derived: Derivation) -> list[Part]:
    found: list[Part] = []
    known: dict[Any, Any] = {}
    for entry in derived.entries:
        if entry.macs not in known:
            known[entry.macs] = 0 if entry.macs is None else to_sympy(entry.macs)
        macs = known[entry.macs]
        if counts(macs, entry.parameters):
            name = entry.module or entry.aten
            operator = entry.operator or entry.aten
            block = name.partition(".")[0]
            found.append(Part(name, block, operator, entry.inputs, entry.hyper, macs, entry.parameters))
    return found
