"""Lists of models to audit: one reference per line, with inputs and arguments where a model needs them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from convcost.core.errors import ConvcostError
from convcost.core.parsing import LIBRARIES, ModelReference, ReferenceKind, parse_model


def read_models(models: str | Path | Iterable[str], pattern: str | None = None) -> list[ModelReference]:
    """Return the models of a library ("torchvision", "timm"), of a file, or of lines that are given; each once.

    models   a file is text with one model per line (# starts a comment), or CSV whose first column has the lines
    pattern  keeps the models whose line matches this glob; a glob without a colon is compared with what follows the
             line's colon: resnet* finds torchvision:resnet18

    Raises ConvcostError for a file that is not there or cannot be read, and where no model is left.
    """
    found = _listed(models) if isinstance(models, str | Path) else [parse_model(line) for line in models]
    kept = [reference for reference in dict.fromkeys(found) if pattern is None or _matches(reference, pattern)]
    if not kept:
        place = f"of {models} " if isinstance(models, str | Path) else ""
        raise ConvcostError(f"no model {place}matches {pattern!r}" if found else f"there is no model {place}to audit")
    return kept


def _matches(reference: ModelReference, pattern: str) -> bool:
    bare = reference if ":" in pattern else replace(reference, kind=ReferenceKind.NETWORK, place="", revision="")
    return fnmatchcase(str(bare), pattern)


def _listed(models: str | Path) -> list[ModelReference]:
    if models in LIBRARIES:
        from convcost.models import _zoo

        names = _zoo.torchvision_names() if models == "torchvision" else _zoo.library("timm").list_models()
        return [parse_model(f"{models}:{name}") for name in names]
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
                found.append(parse_model(bare))
            except ConvcostError as error:
                raise ConvcostError(f"{path}, line {number}: {error}") from error
    return found


_HEADERS = ("name", "model", "reference")


def _first_column(text: str) -> list[str]:
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(text))]
    return ["" if number == 0 and cell.strip().lower() in _HEADERS else cell for number, cell in enumerate(cells)]
