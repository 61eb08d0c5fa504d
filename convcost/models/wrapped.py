"""What holds a model and is none itself, or hides one: an exported program, its file, a compiled module."""

from __future__ import annotations

import io
import pickle
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from convcost.core.errors import MeasurementError, one_line
from convcost.core.one_at_a_time import one_at_a_time


def unwrapped(model: Any) -> Any:
    """Return the module of an exported program, and what a compiled module was compiled from; else the model itself."""
    compiled = getattr(model, "_orig_mod", None)
    if isinstance(model, nn.Module) and isinstance(compiled, nn.Module):
        return unwrapped(compiled)
    export = sys.modules.get("torch.export")
    if export is None or not isinstance(model, export.ExportedProgram):
        return model
    module = model.module()
    for name in ("train", "eval"):  # which only raise
        vars(module).pop(name, None)
    args, kwargs = model.example_inputs or ((), {})
    if not kwargs and args and all(isinstance(one, Tensor) for one in args):
        module.example_input_array = args
    return module


@one_at_a_time
def read_program(path: str) -> nn.Module:
    """Return the module of an exported program's file, none of whose code is run; raises MeasurementError in one line.

    torch would read what is no tensor in it as a pickle.
    """
    if not Path(path).is_file():
        raise MeasurementError(f"there is no file {path}")
    try:
        import torch.export

        with warnings.catch_warnings(), _no_pickles():
            warnings.simplefilter("ignore")
            program = torch.export.load(path)
    except Exception as error:
        raise MeasurementError(f"{path} cannot be read as an exported program: {one_line(error)}") from error
    found: nn.Module = unwrapped(program)
    return found


@contextmanager
def _no_pickles() -> Iterator[None]:
    """While active, torch reads tensors alone."""
    load = torch.load

    def tensors_alone(file: io.BytesIO, *args: Any, **options: Any) -> Any:
        return load(file, *args, **{**options, "weights_only": True})

    def refuse(*_: object, **__: object) -> Any:
        raise pickle.UnpicklingError("it holds objects whose reading would run code")

    places: list[tuple[Any, str, Any]] = [(torch, "load", tensors_alone), (pickle, "loads", refuse)]
    places.append((torch._C, "_pickle_load_obj", refuse))
    before = [getattr(module, name) for module, name, _ in places]
    for module, name, other in places:
        setattr(module, name, other)
    try:
        yield
    finally:
        for (module, name, _), own in zip(places, before, strict=True):
            setattr(module, name, own)
