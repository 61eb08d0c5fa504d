"""The process that compares models, one after another, as its supervisor asks; it ends when the supervisor does.

A request is a line of JSON, [model's line, seconds]; so is the answer: a row, or an error in one line.
"""

import gc
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TextIO

from convcost.auditing.row import ERROR, NOT_AUDITED, AuditRow, summary
from convcost.core.errors import ConvcostError, MeasurementError
from convcost.core.parsing import LIBRARIES, ModelReference, parse_model
from convcost.models.loading import inputs_of, load

IDLE = 60
"""Seconds without a request after which the process ends: its supervisor may be on a cluster and done."""

READY = "ready"

# The supervisor's own limit comes first; this one is for a supervisor that was killed and a model that hangs in C.
_GRACE = 5


def main(libraries: Sequence[str]) -> None:
    """Import what every model needs, report ready, and answer requests."""
    requests, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):  # what a model prints or asks is not for the supervisor
        os.dup2(nothing, standard)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waiting: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(requests, waiting), daemon=True).start()
    _import(libraries)
    _send(answers, READY)
    while True:
        try:
            line, seconds = json.loads(waiting.get(timeout=IDLE))
        except queue.Empty:
            os._exit(0)
        signal.alarm(int(seconds) + _GRACE)
        _send(answers, _answer(line))
        signal.alarm(0)
        gc.collect()


def _read(requests: TextIO, waiting: queue.Queue[str]) -> None:
    for line in requests:
        waiting.put(line)
    os._exit(0)  # the supervisor is gone


def _send(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def _import(libraries: Sequence[str]) -> None:
    """Import ahead, so that the first model's time does not include it."""
    import convcost.trace.capture
    import convcost.trace.fvcore  # noqa: F401
    from convcost.models.torchvision_and_timm import library

    for name in libraries:
        try:
            library(name)
        except MeasurementError:
            continue  # each model says so


def _answer(line: str) -> dict[str, object]:
    try:
        return audit_model(parse_model(line)).as_json()
    except ConvcostError as error:
        text = str(error)
    except MemoryError:
        text = "not enough memory"
    except Exception as error:
        text = f"a fault of convcost itself: {type(error).__name__}: {error}"
    except BaseException as error:  # SystemExit or KeyboardInterrupt, raised by the model's code
        text = f"its code raises {type(error).__name__}"
    return AuditRow(line, ERROR, error=" ".join(text.split())).as_json()


def audit_model(reference: ModelReference) -> AuditRow:
    """Compare one model in this process; raises ConvcostError where it cannot be built or run."""
    from convcost.comparison.compare import compare_module

    loaded = load(reference)
    if reference.place in LIBRARIES and loaded.inputs is None and not reference.inputs:
        return AuditRow(str(reference), NOT_AUDITED, error=loaded.note.removeprefix(f"{loaded.name} "))
    return summary(str(reference), compare_module(loaded.module, inputs_of(reference, loaded)))


if __name__ == "__main__":
    main(sys.argv[1:])
