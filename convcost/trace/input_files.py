"""Inputs from files: an array of NumPy, what torch.save wrote, or JSON; nothing in a file is run."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from convcost.core.errors import MeasurementError, one_line

MOST = 2**31
"""Bytes that a file's tensors may have: two gigabytes."""


def read_file(path: str) -> object:
    """Return what a file holds: a tensor, a number, or these nested in lists, tuples and dicts.

    Raises MeasurementError, in one line, for a file that is missing, empty, broken or too large, and for what is no
    input of a model.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise MeasurementError(f"there is no file {path}")
    size = file.stat().st_size
    if not 0 < size <= MOST:
        what = f"has {size:,} bytes, more than the {MOST:,} that an input may have" if size else "is empty"
        raise MeasurementError(f"{path} {what}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _READERS[file.suffix.lower()](file)
    except MeasurementError as error:
        raise MeasurementError(f"{path} {error}") from None
    except Exception as error:
        kind = _KINDS[file.suffix.lower()]
        raise MeasurementError(f"{path} cannot be read as {kind}: {one_line(error)}") from None
    held = list(_checked(found, path))
    if sum(tensor.numel() * tensor.element_size() for tensor in held) > MOST:
        raise MeasurementError(f"the tensors in {path} have more than the {MOST:,} bytes that an input may have")
    return found


def _checked(value: object, path: str) -> Iterator[Tensor]:
    """Give the tensors in what a file holds; raises MeasurementError for anything that is no input."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _checked(item, path)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _checked(item, path)
    elif not isinstance(value, int | float | complex | str | None):
        raise MeasurementError(f"{path} holds a {type(value).__name__}, which is no input of a model")


def _array(file: Path) -> Tensor:
    mapped = np.load(file, mmap_mode="r", allow_pickle=False)  # checks the size that it claims against the file's
    return torch.from_numpy(np.array(mapped))


def _saved(file: Path) -> object:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST:
                raise MeasurementError(f"has more than the {MOST:,} bytes that an input may have")
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        if "weights_only" not in str(error) and "Unsupported" not in str(error):
            raise
        raise MeasurementError(
            "holds more than tensors, numbers and texts, whose reading would run its code; save tensors alone"
        ) from None


def _json(file: Path) -> object:
    return _of_json(json.loads(file.read_text(encoding="utf-8")))


def _of_json(value: Any) -> object:
    """Return a tensor for numbers in lists of one shape; what else is nested stays so."""
    if isinstance(value, Mapping):
        return {key: _of_json(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    try:
        return torch.tensor(value)
    except (ValueError, TypeError, RuntimeError):
        return [_of_json(item) for item in value]


_READERS: dict[str, Callable[[Path], object]] = {".npy": _array, ".pt": _saved, ".pth": _saved, ".json": _json}
_KINDS = {
    ".npy": "an array of NumPy",
    ".pt": "what torch.save writes",
    ".pth": "what torch.save writes",
    ".json": "JSON",
}
