"""Errors that say in one line what was wrong, with which value, and what to do."""

import difflib
from collections.abc import Iterable

_MOST = 30


class ConvcostError(ValueError):
    """The base of every error that a user's input can cause; its text is one line that can be printed."""


class DomainError(ConvcostError):
    """A formula or an option was given a value outside its domain."""


class UndecidableError(ConvcostError):
    """An expression is outside of what the decision procedure can read."""


class UnknownNameError(ConvcostError):
    """A name that is not in the registry, with the near names."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3)
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {shown}"
        super().__init__(f"unknown {what} {name!r}; {hint}")


class MeasurementError(ConvcostError):
    """The model could not be built or run, so there is nothing to compare with."""


def one_line(error: BaseException) -> str:
    """Return an error's type and the first line of its text."""
    return ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])
