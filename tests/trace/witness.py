"""Plain fvcore in a fresh process: `python -m tests.trace.witness` answers requests, one line of JSON each.

A request names a model (a random one's description, a reference or a case); the answer is what fvcore printed, or its
own words where it failed. Nothing of convcost takes part in the count.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Self

import torch
from torch import Tensor, nn

from convcost.core.errors import one_line
from convcost.models.loading import load
from convcost.trace.fvcore import FvcoreTrace

from .plain import Seen, plain_of, with_ancestors
from .random_models import Built, Description, build

Answer = dict[str, Any]
"""`total`, `counts` and `unsupported` by module; or `failed`, then these `flat`, from tensors to tensors."""

SECONDS = 300
"""What one model may take; then its process is ended."""


def ours(traced: FvcoreTrace) -> Answer:
    """What convcost shows as fvcore's, in the form of an answer."""
    raised = next((call.raised for call in traced.calls if call.raised), "")
    if traced.failed or raised:
        return {"failed": traced.refused or traced.failed or raised}
    seen = _plain_data(with_ancestors(traced))
    return {"failed": traced.refused, "flat": seen} if traced.refused else seen


def answered(built: Built) -> Answer:
    """What plain fvcore says of a model."""
    try:
        if built.kwargs:
            raise TypeError(NO_KEYWORDS)
        return _plain_data(plain_of(built.model, built.args))
    except (Exception, SystemExit) as error:
        answer = {"failed": NO_KEYWORDS if built.kwargs else one_line(error)}
    flat = _Positional(built)
    try:
        seen = _plain_data(plain_of(flat, tuple(_tensors((built.args, built.kwargs)))))
    except (Exception, SystemExit):
        return answer
    return {**answer, "flat": seen} if flat.returned else answer


NO_KEYWORDS = "it takes no keyword arguments"


class _Positional(nn.Module):
    """What people write around a model that torch.jit refuses: positional tensors in, a tuple of tensors out."""

    def __init__(self, built: Built) -> None:
        super().__init__()
        self.model, self.names, self.returned = built.model, tuple(built.kwargs), 0

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        found = self.model(**dict(zip(self.names, given, strict=True))) if self.names else self.model(*given)
        flat = tuple(_tensors(found))
        self.returned = len(flat)
        return flat


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield from _tensors(vars(value))


def _plain_data(seen: Seen) -> Answer:
    """Drop what is 0, and the name that a wrapper gives its model."""

    def bare(found: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
        kept = {name: {k: v for k, v in sorted(counts.items()) if v} for name, counts in found.items()}
        return {name.removeprefix("model").removeprefix("."): counts for name, counts in kept.items() if counts}

    return {"total": seen.total, "counts": bare(seen.counts), "unsupported": bare(seen.unsupported)}


class Witness:
    """The fresh process; one that dies is an answer too, and another is started."""

    def __init__(self, module: str = __spec__.name if __spec__ else "tests.trace.witness") -> None:
        self.module = module
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, request: object) -> None:
        """Send a request; its answer is received later."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", self.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Answer:
        """Receive the answer to the last request."""
        process = self._process
        assert process is not None and process.stdout is not None  # noqa: PT018
        line = process.stdout.readline()
        if not line:
            code = process.wait()
            return {"failed": f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"}
        answer: Answer = json.loads(line)
        return answer

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def answering() -> Iterator[IO[str]]:
    """In the process: where answers go; what a model prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    yield answers


def requested(request: Mapping[str, Any]) -> Built:
    """The model of a request, with weights of its own."""
    if "reference" not in request:
        return build(Description.from_json(request))
    loaded = load(request["reference"], initialised=True)
    assert isinstance(loaded.inputs, tuple)
    return Built(loaded.module, tuple(torch.zeros(spec.shape) for spec in loaded.inputs), {})


def main() -> None:
    """Answer each line of the standard input."""
    with answering() as answers:
        for line in sys.stdin:
            signal.alarm(SECONDS)
            answer = answered(requested(json.loads(line)))
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
