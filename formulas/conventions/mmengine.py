"""What mmengine's FlopAnalyzer counts: it descends from fvcore's."""

from __future__ import annotations

from dataclasses import replace

from convcost.core.convention import ALL
from convcost.core.record import Source

from ._operators import left_out
from .fvcore import RECORDS as FVCORE

_SEEN_IN = "mmengine 0.10.7"

RECORDS = (
    replace(
        FVCORE[0],
        name="mmengine",
        title="mmengine 0.10.7, FlopAnalyzer",
        source=Source(_SEEN_IN, "mmengine/analysis/jit_handles.py"),
        faults=(*left_out(_SEEN_IN), *(f for f in FVCORE[0].faults if f.operators != ALL)),
    ),
)
