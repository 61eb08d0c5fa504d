"""What a user writes for an input or an argument, read without evaluating anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from math import prod

from convcost.core.errors import ConvcostError, UnknownNameError
from convcost.core.spec import OpenSpec, TensorSpec

DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "complex64", "complex128"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
"""Names of the dtypes that an input can have."""

_EXAMPLE = "write sizes such as 1,3,224,224, int64:1,77 for whole numbers, NAME=1,77 for a keyword input"
_INPUT = re.compile(r"(?:(?P<name>[^\W\d]\w*)\s*=)?\s*(?:(?P<dtype>\w+)\s*:)?\s*(?P<sizes>\w+(\s*,\s*\w+)*)\s*,?")
_SIZE = re.compile(r"[0-9]{1,9}")
SYMBOL = re.compile(r"[^\W\d_]\w{0,15}")
"""The name of an open size."""


def parse_input(text: str, symbols: bool = False) -> tuple[str | None, TensorSpec]:
    """`1,3,224,224`, `int64:1,77` or `name=int64:1,77` as a keyword (None: positional) and its input.

    With `symbols` a size may be a name, which is then open: `B,3,H,W`. Raises ConvcostError with one line for a text
    that is none of these.
    """
    match = _INPUT.fullmatch(text.strip())
    sizes = [size.strip() for size in match["sizes"].split(",")] if match else []
    if match is None or not all(_SIZE.fullmatch(s) or (symbols and SYMBOL.fullmatch(s)) for s in sizes):
        raise ConvcostError(f"cannot read the input {text!r}; {_EXAMPLE}")
    dtype = match["dtype"]
    if dtype is not None and dtype not in DTYPES:
        raise UnknownNameError("dtype", dtype, DTYPES)
    if not all(map(_SIZE.fullmatch, sizes)):
        return match["name"], OpenSpec.of([int(s) if _SIZE.fullmatch(s) else s for s in sizes], dtype)
    shape = tuple(map(int, sizes))
    if 0 in shape or prod(shape) >= 2**56:
        raise ConvcostError(f"the input {text!r} must have sizes from 1, and fewer than 2⁵⁶ elements")
    return match["name"], TensorSpec(shape, dtype)


def parse_inputs(texts: Iterable[str], symbols: bool = False) -> tuple[tuple[TensorSpec, ...], dict[str, TensorSpec]]:
    """The positional inputs in order, and the keyword ones; raises ConvcostError for a keyword given twice."""
    positional: list[TensorSpec] = []
    keyword: dict[str, TensorSpec] = {}
    for text in texts:
        name, spec = parse_input(text, symbols)
        if name is None:
            positional.append(spec)
        elif name in keyword:
            raise ConvcostError(f"the input {name} is given twice; give it once")
        else:
            keyword[name] = spec
    return tuple(positional), keyword


def given_inputs(texts: Iterable[str]) -> tuple[TensorSpec, ...] | dict[str, TensorSpec] | None:
    """Inputs as `convcost.compare` takes them: several positional ones, or all by keyword; None for no text.

    Raises ConvcostError for a text that is no input, and where only some have a keyword.
    """
    positional, keyword = parse_inputs(texts)
    if positional and keyword:
        raise ConvcostError("give all inputs by name (NAME=1,77), or none")
    return keyword or positional or None


def parse_arguments(texts: Iterable[str]) -> dict[str, str]:
    """`key=value` texts by key; raises ConvcostError for any other text and for a key given twice."""
    arguments: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key.isidentifier():
            raise ConvcostError(f"cannot read the argument {text!r}; write KEY=VALUE, such as num_classes=10")
        if key in arguments:
            raise ConvcostError(f"the argument {key} is given twice; give it once")
        arguments[key] = value
    return arguments


def read_value(text: str) -> object:
    """The Python literal that a text is (a number, True, None, a tuple, a quoted text), else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
