"""What is audited: model references, one a line, with inputs and arguments where a model needs them."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from convcost.core.errors import ConvcostError
from convcost.models import spelling
from convcost.models.reference import LIBRARIES


@dataclass(frozen=True)
class Task:
    """One model: its reference, the factory's arguments and the inputs, all as they were written.

    A line is spelled as for `convcost compare`: `nets.py:Net --arg width=3 --input 1,3,32,32`.
    """

    reference: str
    arguments: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The line itself, by which a model is known in every table."""
        options = [("--arg", text) for text in self.arguments] + [("--input", text) for text in self.inputs]
        return " ".join([_word(self.reference), *(f"{option} {shlex.quote(text)}" for option, text in options)])

    @classmethod
    def read(cls, line: str) -> Task:
        """The task that a line spells; raises ConvcostError for any other line."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise ConvcostError(f"cannot read the line {line!r}: {error}") from error
        found: dict[str, list[str]] = {"--arg": [], "--input": []}
        rest = iter(words[1:])
        for option in rest:
            text = next(rest, None)
            if option not in found or text is None:
                raise ConvcostError(
                    f"cannot read the line {line!r}; write a model reference, then --input SIZES or --arg KEY=VALUE"
                )
            found[option].append(text)
        spelling.parse_arguments(found["--arg"])
        spelling.parse_inputs(found["--input"])
        return cls(words[0], tuple(found["--arg"]), tuple(found["--input"]))


def _word(text: str) -> str:
    """A text as one word of a line: quoted where it would be read otherwise, as a path with a space in it."""
    try:
        plain = shlex.split(text) == [text]
    except ValueError:
        plain = False
    return text if plain else shlex.quote(text)


def tasks(models: str | Path | Iterable[str], pattern: str | None = None) -> list[Task]:
    """The models of a library ("torchvision", "timm"), of a file, or of lines that are given; each once.

    models   a file is text with a line a model (# starts a comment), or CSV whose first column has the lines
    pattern  keeps the models whose line matches this glob; a glob without a colon need not match what stands
             before the line's: resnet* finds torchvision:resnet18

    Raises ConvcostError for a file that is not there or cannot be read, and where no model is left.
    """
    found = _listed(models) if isinstance(models, str | Path) else [Task.read(line) for line in models]
    kept = [task for task in dict.fromkeys(found) if pattern is None or _matches(task, pattern)]
    if not kept:
        place = f"of {models} " if isinstance(models, str | Path) else ""
        raise ConvcostError(f"no model {place}matches {pattern!r}" if found else f"there is no model {place}to audit")
    return kept


def _matches(task: Task, pattern: str) -> bool:
    bare = task if ":" in pattern else replace(task, reference=task.reference.rpartition(":")[2])
    return fnmatchcase(bare.name, pattern)


def _listed(models: str | Path) -> list[Task]:
    if models in LIBRARIES:
        from convcost.models import _zoo

        names = _zoo.torchvision_names() if models == "torchvision" else _zoo.library("timm").list_models()
        return [Task(f"{models}:{name}") for name in names]
    path = Path(models)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConvcostError(f"there is no file {path}; give {' or '.join(LIBRARIES)}, or a file of models") from error
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConvcostError(f"cannot read {path}: {said}") from error
    lines = _first_column(text) if path.suffix.lower() == ".csv" else text.splitlines()
    found = []
    for number, line in enumerate(lines, start=1):
        bare = line.partition("#")[0].strip()
        if bare:
            try:
                found.append(Task.read(bare))
            except ConvcostError as error:
                raise ConvcostError(f"{path}, line {number}: {error}") from error
    return found


_HEADERS = ("name", "model", "reference")


def _first_column(text: str) -> list[str]:
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(text))]
    return ["" if number == 0 and cell.strip().lower() in _HEADERS else cell for number, cell in enumerate(cells)]
