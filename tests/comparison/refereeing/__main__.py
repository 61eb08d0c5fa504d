"""python -m tests.comparison.refereeing [--new] [COUNTER ...]: all cases, or the new ones, by installed counters."""

from __future__ import annotations

import importlib
import sys

from convcost.comparison.refereeing.run import prepare
from convcost.trace.counters import Counter, counters
from convcost.trace.counters.sandbox import run
from tests.comparison.refereeing import printed
from tests.comparison.refereeing.cases import CASES

_IMPORTED_FIRST = ("fvcore.nn", "deepspeed.profiling.flops_profiler", "mmengine.analysis")


def main(arguments: list[str]) -> None:
    """Measure, and replace the rows of the counters that were measured."""
    new, names = "--new" in arguments, [name for name in arguments if not name.startswith("-")]
    chosen = [c for name, c in counters().items() if (not names or name in names) and c.version()]
    prepare(chosen)
    own = {c.module for c in chosen}
    for module in (*own, *(name for name in _IMPORTED_FIRST if name.partition(".")[0] in own)):
        importlib.import_module(module)  # once for all cases; importing spoils nothing
    before = [row for row in printed.rows() if row.case in CASES]
    kept = [row for row in before if new or row.counter not in {c.name for c in chosen}]
    known = {(row.case, row.counter) for row in kept}
    printed.write([*kept, *(r for n in CASES for r in _rows(n, [c for c in chosen if (n, c.name) not in known]))])


def _rows(name: str, chosen: list[Counter]) -> list[printed.Row]:
    case = CASES[name]
    ran = run(chosen, case.make(), case.inputs)
    return [
        printed.Row(name, r.counter.name, r.version or "", r.printed.total if r.printed else None, r.failed)
        for r in ran
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
