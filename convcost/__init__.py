"""convcost decides whether a FLOP count is right.

Formulas from papers, fvcore's count of the real PyTorch model, and the two held against each other, layer by
layer. Importing this package imports neither torch nor sympy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from convcost.core.equations import Equations, NotebookView

if TYPE_CHECKING:
    from convcost.api.audit import audit as audit
    from convcost.api.check import check as check
    from convcost.api.claims import claims as claims
    from convcost.api.compare import compare as compare
    from convcost.api.derive import derive as derive
    from convcost.api.design import diff as diff
    from convcost.api.design import solve as solve
    from convcost.api.design import sweep as sweep
    from convcost.api.design import verify as verify
    from convcost.api.family import derive_family as derive_family
    from convcost.api.formulas import closed_form as closed_form
    from convcost.api.formulas import cost as cost
    from convcost.api.page import page as page
    from convcost.api.prove import prove as prove
    from convcost.api.referee import referee as referee
    from convcost.core.errors import ConvcostError as ConvcostError
    from convcost.core.errors import DomainError as DomainError
    from convcost.core.errors import MeasurementError as MeasurementError
    from convcost.core.errors import UnknownNameError as UnknownNameError
    from convcost.trace.capture import capture as capture
    from convcost.trace.fvcore import trace as trace_fvcore
    from convcost.trace.probe import ones_probe as ones_probe

__version__ = "0.1.0"

_PUBLIC = {
    "audit": ("convcost.api.audit", "audit"),
    "check": ("convcost.api.check", "check"),
    "claims": ("convcost.api.claims", "claims"),
    "compare": ("convcost.api.compare", "compare"),
    "closed_form": ("convcost.api.formulas", "closed_form"),
    "cost": ("convcost.api.formulas", "cost"),
    "derive": ("convcost.api.derive", "derive"),
    "derive_family": ("convcost.api.family", "derive_family"),
    "referee": ("convcost.api.referee", "referee"),
    "page": ("convcost.api.page", "page"),
    "prove": ("convcost.api.prove", "prove"),
    "diff": ("convcost.api.design", "diff"),
    "solve": ("convcost.api.design", "solve"),
    "sweep": ("convcost.api.design", "sweep"),
    "verify": ("convcost.api.design", "verify"),
    "capture": ("convcost.trace.capture", "capture"),
    "trace_fvcore": ("convcost.trace.fvcore", "trace"),
    "ConvcostError": ("convcost.core.errors", "ConvcostError"),
    "DomainError": ("convcost.core.errors", "DomainError"),
    "MeasurementError": ("convcost.core.errors", "MeasurementError"),
    "UnknownNameError": ("convcost.core.errors", "UnknownNameError"),
    "ones_probe": ("convcost.trace.probe", "ones_probe"),
}

__all__ = [
    "ConvcostError",
    "DomainError",
    "MeasurementError",
    "UnknownNameError",
    "__version__",
    "audit",
    "capture",
    "check",
    "claims",
    "closed_form",
    "compare",
    "cost",
    "derive",
    "derive_family",
    "diff",
    "ones_probe",
    "page",
    "prove",
    "referee",
    "solve",
    "sweep",
    "trace_fvcore",
    "verify",
]


def _notebook_view() -> NotebookView:
    from convcost.symbolic import notebook

    return notebook


Equations.view = staticmethod(_notebook_view)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'convcost' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module), attribute)
