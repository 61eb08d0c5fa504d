"""convcost decides whether a FLOP count is right.

It compares formulas from papers with fvcore's count of the real PyTorch model, layer by layer. Importing this package
imports neither torch nor sympy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from convcost.core.equations import Equations, NotebookView

if TYPE_CHECKING:
    from convcost.api.formulas import claims as claims
    from convcost.api.formulas import closed_form as closed_form
    from convcost.api.formulas import cost as cost
    from convcost.api.formulas import solve as solve
    from convcost.api.formulas import sweep as sweep
    from convcost.api.formulas import verify as verify
    from convcost.api.models import compare as compare
    from convcost.api.models import count as count
    from convcost.api.models import derive as derive
    from convcost.api.models import derive_family as derive_family
    from convcost.api.models import diff as diff
    from convcost.api.models import prove as prove
    from convcost.api.models import referee as referee
    from convcost.api.models import summary as summary
    from convcost.api.projects import audit as audit
    from convcost.api.projects import check as check
    from convcost.api.projects import page as page
    from convcost.core.cost import Cost as Cost
    from convcost.core.errors import ConvcostError as ConvcostError
    from convcost.core.errors import DomainError as DomainError
    from convcost.core.errors import MeasurementError as MeasurementError
    from convcost.core.errors import UndecidableError as UndecidableError
    from convcost.core.errors import UnknownNameError as UnknownNameError
    from convcost.core.own_formulas import operator as operator
    from convcost.trace.capture import capture as capture
    from convcost.trace.fvcore import trace_fvcore as trace_fvcore
    from convcost.trace.probe import ones_probe as ones_probe

__version__ = "0.1.0"

_PLACES = {
    "convcost.api.formulas": ("claims", "closed_form", "cost", "solve", "sweep", "verify"),
    "convcost.api.models": ("compare", "count", "derive", "derive_family", "diff", "prove", "referee", "summary"),
    "convcost.api.projects": ("audit", "check", "page"),
    "convcost.core.errors": (
        "ConvcostError",
        "DomainError",
        "MeasurementError",
        "UndecidableError",
        "UnknownNameError",
    ),
    "convcost.core.cost": ("Cost",),
    "convcost.core.own_formulas": ("operator",),
    "convcost.trace.capture": ("capture",),
    "convcost.trace.fvcore": ("trace_fvcore",),
    "convcost.trace.probe": ("ones_probe",),
}
_PUBLIC = {name: module for module, names in _PLACES.items() for name in names}

__all__ = ["__version__", *sorted(_PUBLIC)]


def _notebook_view() -> NotebookView:
    from convcost.symbolic import notebook

    return notebook


Equations.view = staticmethod(_notebook_view)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'convcost' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return __all__
