"""convcost decides whether a FLOP count is right.

Formulas from papers, fvcore's count of the real PyTorch model, and the two held against each other, layer by
layer. Importing this package imports neither torch nor sympy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convcost.api import audit as audit
    from convcost.api import claims as claims
    from convcost.api import closed_form as closed_form
    from convcost.api import compare as compare
    from convcost.api import cost as cost
    from convcost.api import derive as derive
    from convcost.api import prove as prove
    from convcost.api import referee as referee
    from convcost.measure.calls import capture as capture
    from convcost.measure.fvcore import trace as trace_fvcore
    from convcost.measure.probe import ones_probe as ones_probe
    from convcost.theory.errors import ConvcostError as ConvcostError
    from convcost.theory.errors import DomainError as DomainError
    from convcost.theory.errors import MeasurementError as MeasurementError
    from convcost.theory.errors import UnknownNameError as UnknownNameError

__version__ = "0.1.0"

_PUBLIC = {
    "audit": ("convcost.api", "audit"),
    "claims": ("convcost.api", "claims"),
    "compare": ("convcost.api", "compare"),
    "closed_form": ("convcost.api", "closed_form"),
    "cost": ("convcost.api", "cost"),
    "derive": ("convcost.api", "derive"),
    "prove": ("convcost.api", "prove"),
    "referee": ("convcost.api", "referee"),
    "capture": ("convcost.measure.calls", "capture"),
    "trace_fvcore": ("convcost.measure.fvcore", "trace"),
    "ConvcostError": ("convcost.theory.errors", "ConvcostError"),
    "DomainError": ("convcost.theory.errors", "DomainError"),
    "MeasurementError": ("convcost.theory.errors", "MeasurementError"),
    "UnknownNameError": ("convcost.theory.errors", "UnknownNameError"),
    "ones_probe": ("convcost.measure.probe", "ones_probe"),
}

__all__ = [
    "ConvcostError",
    "DomainError",
    "MeasurementError",
    "UnknownNameError",
    "__version__",
    "audit",
    "capture",
    "claims",
    "closed_form",
    "compare",
    "cost",
    "derive",
    "ones_probe",
    "prove",
    "referee",
    "trace_fvcore",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'convcost' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module), attribute)
