"""What a family of models costs, as a formula of its rounded channel counts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcost.api.subject import loaded
from convcost.core.errors import DomainError

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.derivation import FamilyReport


def derive_family(
    model: str,
    over: str,
    *,
    inputs: Any = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> FamilyReport:
    """What a family of models costs as a function of its rounded channel counts.

    model      a reference, as `derive` takes it
    over       the width multiplier: an option of a network of the book, or an argument of the factory
    inputs     as `derive` takes them

    Two builds, at 1 and 0.35, name the channel counts, one at 1.3 checks the formula; more follow where needed.
    Raises as `derive` does.
    """
    from convcost.report.derivation import FamilyReport
    from convcost.trace.family import derive_family as family

    def build(multiplier: Fraction) -> nn.Module:
        value = str(float(multiplier))
        chosen = {over: value} if ":" not in model else {}
        return loaded(model, {**(arguments or {}), **({} if chosen else {over: value})}, {**options, **chosen})[0]

    given = loaded(model, arguments, options)[1] if inputs is None else inputs
    if given is None:
        raise DomainError(f"{model} does not say what it takes; give an input's shape, such as B,3,H,W")
    return FamilyReport(family(build, given, name=model))
