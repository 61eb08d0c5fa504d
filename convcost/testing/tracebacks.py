"""Tracebacks without convcost's own frames, for errors whose text says all there is to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_PACKAGE = Path(__file__).parents[1]


def prune(error: BaseException) -> None:
    """Take our frames out of an error and of what caused it; of two attempts the last alone is shown."""
    for link in _chain(error):
        link.__traceback__ = _users(link.__traceback__) or link.__traceback__
        link.__suppress_context__ = True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _users(entry: TracebackType | None) -> TracebackType | None:
    kept = []
    while entry is not None:
        if _PACKAGE not in Path(entry.tb_frame.f_code.co_filename).parents:
            kept.append(entry)
        entry = entry.tb_next
    rest: TracebackType | None = None
    for user in reversed(kept):
        rest = TracebackType(rest, user.tb_frame, user.tb_lasti, user.tb_lineno)
    return rest
