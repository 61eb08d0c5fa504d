"""Tracebacks without convcost's own frames, for errors whose text says all there is to say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from types import TracebackType

from convcost.core.errors import ConvcostError


def prune(error: BaseException) -> None:
    """Remove convcost's frames from an error and from what caused it; of two attempts only the last is shown."""
    for link in _chain(error):
        link.__traceback__ = _users(link) or link.__traceback__
        link.__suppress_context__ = True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _users(error: BaseException) -> TracebackType | None:
    """The frames of an error that are not ours: of one that we raise those that lead to us, of others all."""
    entries = list(_entries(error.__traceback__))
    if isinstance(error, ConvcostError):  # libraries that we call on the way are no more the user's than we are
        kept = list(takewhile(lambda entry: not _ours(entry), entries))
    else:
        kept = [entry for entry in entries if not _ours(entry)]
    rest: TracebackType | None = None
    for user in reversed(kept):
        rest = TracebackType(rest, user.tb_frame, user.tb_lasti, user.tb_lineno)
    return rest


def _entries(entry: TracebackType | None) -> Iterator[TracebackType]:
    while entry is not None:
        yield entry
        entry = entry.tb_next


def _ours(entry: TracebackType) -> bool:
    return not folders().isdisjoint(Path(entry.tb_frame.f_code.co_filename).parents)


@cache
def folders() -> frozenset[Path]:
    """Where convcost lies: its own folder, and that of its formulas, which a checkout has beside it."""
    formulas = find_spec("convcost.formulas")
    places = (formulas.submodule_search_locations if formulas else None) or ()
    return frozenset({Path(__file__).parents[1], *map(Path, places)})
