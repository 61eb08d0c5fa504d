"""Errors that say in one line what was wrong, with which value, and what to do."""

import difflib
import sysconfig
import traceback
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import FrameType

_MOST = 30


class ConvcostError(ValueError):
    """The base of every error that a user's input can cause; its text is one line that can be printed.

    `typed` says the same in the words of the command line, with its options, where these are others than Python's.
    """

    def __init__(self, text: str = "", typed: str = "") -> None:
        super().__init__(text)
        self.typed = typed or text


class DomainError(ConvcostError):
    """A formula or an option was given a value outside its domain."""


class UndecidableError(ConvcostError):
    """An expression is outside of what the decision procedure can read."""


class UnknownNameError(ConvcostError):
    """A name that is not in the registry, with what else it can mean, else with the near names behind a prefix."""

    def __init__(
        self, what: str, name: str, known: Iterable[str], meanings: Sequence[str] = (), prefix: str = ""
    ) -> None:
        names = sorted(known)
        lowered = {one.lower(): prefix + one for one in names}
        most = 1 if name.lower() in lowered else 3  # where only the case differs, that name is meant
        near = meanings or [lowered[one] for one in difflib.get_close_matches(name.lower(), lowered, n=most)]
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {shown}"
        super().__init__(f"unknown {what} {name!r}; {hint}")


class MeasurementError(ConvcostError):
    """The model could not be built or run, so there is nothing to compare with."""


def one_line(error: BaseException) -> str:
    """Return an error's type and the first line of its text; of an error that is one line already, its text."""
    return (
        str(error)
        if isinstance(error, ConvcostError)
        else ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])
    )


def one_line_at(error: BaseException) -> str:
    """Return an error in one line, and the line of the user's own code that it came through: net.py:12."""
    if isinstance(error, SyntaxError) and error.filename and _is_users(error.filename):
        # Its text names the file without its folder, and the frames end in the line that imports the file.
        return f"{type(error).__name__}: {error.msg} ({_place(error.filename, error.lineno)})"
    return f"{one_line(error)}{users_place(error)}"


def users_place(error: BaseException) -> str:
    """Return the line of the user's own code that an error came through, " (net.py:12)"; empty if there is none."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    if not frames:
        return ""
    return f" ({_place(frames[-1].filename, frames[-1].lineno)})"


def innermost_place(frame: FrameType | None, outside: FrameType | None = None) -> str:
    """Return the line of the user's own code that is running, net.py:12, seen from a frame; empty where none is.

    `outside` is a frame that is not looked into any more, nor what called it.
    """
    while frame is not None and frame is not outside:
        if _is_users(frame.f_code.co_filename):
            return _place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return ""


def _place(filename: str, line: int | None) -> str:
    file = Path(filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file.name
    return f"{shown}:{line}"


@cache
def _is_users(filename: str) -> bool:
    """Whether a file is neither convcost's, nor Python's, nor an installed package's."""
    file = Path(filename)
    if filename.startswith("<") or not file.is_absolute():
        return False
    others = (Path(__file__).parents[1], *map(Path, {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}))
    return not any(file.is_relative_to(place) for place in others) and {"site-packages", "dist-packages"}.isdisjoint(
        file.parts
    )
