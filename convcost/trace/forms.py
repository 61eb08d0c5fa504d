"""What to type where a model cannot run on its inputs: of which form each of them must be."""

from __future__ import annotations

import inspect
import re

from torch import Tensor, nn

from convcost.core.spec import TensorSpec
from convcost.trace.copies import Inputs

_BY_ANNOTATION = (
    (re.compile(r"dict|mapping", re.IGNORECASE), "{NAME=SIZES}", dict),
    (re.compile(r"\b(list|tuple|sequence|iterable)\b", re.IGNORECASE), "[SIZES; SIZES]", (list, tuple)),
    (re.compile(r"\bbool\b"), "true", bool),
    (re.compile(r"\b(int|float)\b"), "value(7)", (int, float)),
    (re.compile(r"\bstr\b"), "value('TEXT')", str),
)
_NO_INDEX = re.compile(r"(indices|index\b).*\b(long|int64)\b", re.IGNORECASE)
_NO_DICT = re.compile(r"got str\)|valid indices|no attribute '(items|keys|values|get)'")


def needed_form(error: BaseException, model: nn.Module, inputs: Inputs) -> str:
    """Return what to type in place of inputs that a model cannot run on; empty where nothing is known."""
    return _whole_numbers(error, inputs) or _arguments(model, inputs) or _dict(error, inputs)


def _whole_numbers(error: BaseException, inputs: Inputs) -> str:
    """Where a model looks up the numbers of an input that was meant as floating-point ones."""
    floats = [spec for spec in inputs.specs if spec.dtype is None]
    if not floats or not _NO_INDEX.search(str(error)):
        return ""
    names = [name for name, leaf in (inputs.kwargs or {}).items() if leaf is floats[0]]
    typed = "".join(f"{name}=" for name in names) + "int64:" + ",".join(map(str, floats[0].shape))
    return f"; did you mean --input {typed}?"


def _arguments(model: nn.Module, inputs: Inputs) -> str:
    """Where the inputs are not those that the signature of forward says."""
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        return ""
    named = {name: p for name, p in signature.parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    forms = {name: _form(p) for name, p in named.items()}
    try:
        given = signature.bind(*inputs.args, **(inputs.kwargs or {})).arguments
    except TypeError:
        given = None
    if given is not None and all(_fits(forms[name], value) for name, value in given.items() if name in forms):
        return ""
    needed = [name for name, p in named.items() if p.default is p.empty or (given is not None and name in given)]
    words = " ".join(f"--input {_quoted(f'{name}={forms[name]}')}" for name in needed)
    return f"; it takes {words}" if words else "; it takes no input"


def _form(parameter: inspect.Parameter) -> str:
    """Return how an argument is typed, by its annotation; one that may be a tensor is one."""
    annotation = "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation)
    if annotation.replace("torch.", "").replace("Optional[", "").startswith("Tensor"):
        return "SIZES"
    return next((form for pattern, form, _ in _BY_ANNOTATION if pattern.search(annotation)), "SIZES")


def _fits(form: str, value: object) -> bool:
    if value is None:
        return True
    for _, one, kinds in _BY_ANNOTATION:
        if one == form:
            return isinstance(value, kinds)
    return isinstance(value, Tensor | TensorSpec) or form != "SIZES" or not isinstance(value, list | tuple | dict)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w=]+", text) else f'"{text}"'


def _dict(error: BaseException, inputs: Inputs) -> str:
    """Where the model looks up names in a tensor."""
    alone = len(inputs.args) == 1 and isinstance(inputs.args[0], Tensor | TensorSpec)
    return '; a dict is typed as --input "{NAME=SIZES}"' if alone and _NO_DICT.search(str(error)) else ""
