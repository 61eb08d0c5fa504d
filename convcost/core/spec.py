"""An input that a model takes: its shape and, where it is not the model's own, its type; and how both are typed."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from convcost.core.errors import ConvcostError, DomainError, UnknownNameError

Fill: TypeAlias = int | float | str | None
"""What a tensor is filled with: a number, "rand" for random ones, None for zeros that nobody asked for."""


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of this shape; `dtype` is a type's name in PyTorch ("int64"), None for the model's own.

    Those of one call that have the same `shared` are one tensor. Raises DomainError for a size below 0.
    """

    shape: tuple[int, ...]
    dtype: str | None = None
    fill: Fill = None
    shared: str = ""

    def __post_init__(self) -> None:
        if any(size < 0 for size in self.shape):
            raise DomainError(f"an input of shape {self.shape} has a size below 0")

    @property
    def elements(self) -> int:
        """The number of its elements."""
        return prod(self.shape)

    def __str__(self) -> str:
        sizes = "×".join(str(size) for size in self.shape) or "a single number"
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


BATCH = 11
"""Where a free batch size starts: no usual number of channels, heads or groups."""

# Where other free sizes start: far from each other, and multiples of what networks halve and cut by.
_FREE = (224, 448, 896, 1792)


@dataclass(frozen=True)
class FreeSpec(TensorSpec):
    """A tensor some of whose sizes are free: `names` has a name for these, None for the others."""

    names: tuple[str | None, ...] = ()

    @classmethod
    def of(cls, sizes: Sequence[int | str], dtype: str | None = None) -> FreeSpec:
        """Return a tensor in whose shape names stand for free sizes: ("B", 3, "H", "W")."""
        free = iter(_FREE)
        shape = tuple(
            size if isinstance(size, int) else BATCH if axis == 0 else next(free, _FREE[-1])
            for axis, size in enumerate(sizes)
        )
        return cls(shape, dtype, names=tuple(size if isinstance(size, str) else None for size in sizes))

    def __str__(self) -> str:
        sizes = "×".join(name or str(size) for name, size in zip(self.names, self.shape, strict=True))
        return sizes if self.dtype is None else f"{sizes} ({self.dtype})"


DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "complex64", "complex128"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
"""Names of the dtypes that an input can have."""


@dataclass(frozen=True)
class FileSpec:
    """A file that holds an input: an array (.npy), what torch.save wrote (.pt), or JSON."""

    path: str
    shared: str = ""


@dataclass(frozen=True)
class GivenValue:
    """An argument that is no tensor: a number, True, a text, None."""

    value: object


@dataclass(frozen=True)
class InputsFrom:
    """A function of the user's that returns all inputs: a tuple, a dict, or (args, kwargs)."""

    reference: str


@dataclass(frozen=True)
class CallInputs:
    """All arguments of one call of a model."""

    args: tuple[object, ...]
    kwargs: Mapping[str, object]


InputForm: TypeAlias = (
    "TensorSpec | FileSpec | GivenValue | list[InputForm] | tuple[InputForm, ...] | dict[str, InputForm]"
)
"""What one input is: a tensor, or something that holds several."""

Specs: TypeAlias = "tuple[InputForm, ...] | dict[str, InputForm] | InputsFrom"
"""Inputs by position, or all of them by keyword."""

FILE_SUFFIXES = (".npy", ".pt", ".pth", ".json")

_INPUT_EXAMPLE = (
    "write sizes such as 1,3,224,224, int64:1,77 for whole numbers, NAME=1,77 for a keyword input, "
    "rand:1,77, ones:1,77 or full(7):1,77 for values, FILE.npy, FILE.pt or FILE.json, [1,77; 1,5] for a list, "
    "{a=1,77; b=1,5} for a dict, value(7), true or none for what is no tensor, @1 for the first input again"
)
_NAMED = re.compile(r"([^\W\d]\w*)\s*=(.*)", re.DOTALL)
_PREFIX = re.compile(r"([^\W\d]\w*)\s*(?:\(([^()]*)\))?\s*:(.*)", re.DOTALL)
_CALL = re.compile(r"(value|call)\((.*)\)", re.DOTALL)
_FILLS: dict[str, Fill] = {"zeros": 0, "ones": 1, "rand": "rand"}
_WORDS = {"true": True, "false": False, "none": None}
_BRACKETS = re.compile(r"\((.*)\)|\[(.*)\]", re.DOTALL)
_TIMES = re.compile(r"\d+(\s*[x×]\s*\d+)+")
_SIZE = re.compile(r"[0-9]{1,9}")
_SYMBOL = re.compile(r"[^\W\d_]\w{0,15}")


def parse_input(text: str, symbols: bool = False) -> tuple[str | None, InputForm]:
    """Return the keyword (None: positional) and the input that a text means.

    1,3,224,224      a tensor; sizes may stand in brackets, and 1x3x224x224 is meant as 1,3,224,224; () has no axes
    int64:1,77       of another type; rand:, ones:, zeros: and full(7): say its values
    FILE.npy         a file: .npy, .pt, .json
    [A; B], (A; B)   a list, a tuple of inputs; [A;] is a list of one
    {a=A; b=B}       a dict
    value(7)         a number, a text or another Python literal; true, false and none need no value()
    NAME=A           by keyword

    With `symbols` a size may be a name, which stands for any size: `B,3,H,W`. Raises ConvcostError for any other text.
    """
    named = _NAMED.fullmatch(text.strip())
    name, form = (named[1], named[2]) if named else (None, text)
    try:
        return name, _form(form.strip(), symbols)
    except _Unreadable as wrong:
        because = f": {wrong}" if str(wrong) else ""
        raise ConvcostError(f"cannot read the input {text!r}{because}; {_INPUT_EXAMPLE}") from None


class _Unreadable(Exception):  # noqa: N818  it never leaves this file
    """A text that is no input, with what is wrong with it."""


def _form(text: str, symbols: bool) -> InputForm:
    if text.lower() in _WORDS:
        return GivenValue(_WORDS[text.lower()])
    if text.lower().endswith(FILE_SUFFIXES):
        return FileSpec(text)
    if text[:1] in ("[", "(", "{") and (text[0] == "{" or len(_parts(text[1:-1])) > 1):
        return _several(text, symbols)
    if (call := _CALL.fullmatch(text)) and call[1] == "value":
        try:
            return GivenValue(literal_eval(call[2].strip()))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            raise _Unreadable(f"{call[2]!r} is no Python literal") from None
    return _tensor(text, symbols)


def _several(text: str, symbols: bool) -> InputForm:
    """Return the list, tuple or dict that a text in brackets means."""
    if text[-1] != {"[": "]", "(": ")", "{": "}"}[text[0]]:
        raise _Unreadable("a bracket is not closed")
    parts = _parts(text[1:-1])
    parts = parts[:-1] if parts and not parts[-1] else parts
    if text[0] != "{":
        forms = [_form(part, symbols) for part in parts]
        return forms if text[0] == "[" else tuple(forms)
    found: dict[str, InputForm] = {}
    for part in parts:
        named = _NAMED.fullmatch(part)
        if named is None or named[1] in found:
            raise _Unreadable(f"{part!r} is given twice" if named else f"{part!r} has no name")
        found[named[1]] = _form(named[2].strip(), symbols)
    return found


def _parts(text: str) -> list[str]:
    """Return what semicolons separate, not those within brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[({") - (letter in "])}")
        if letter == ";" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _tensor(text: str, symbols: bool) -> TensorSpec:
    """Return the tensor of `rand:int64:1,77`: its values and its type, in any order, and then its sizes."""
    fill: Fill = None
    dtype: str | None = None
    rest = text
    while prefix := _PREFIX.fullmatch(rest):
        word, number, rest = prefix[1], prefix[2], prefix[3].strip()
        if word == "full" and number is not None and fill is None:
            fill = _number(number)
        elif word in _FILLS and number is None and fill is None:
            fill = _FILLS[word]
        elif number is not None or dtype is not None:
            raise _Unreadable("")
        elif word not in DTYPES:
            raise UnknownNameError("dtype", word, (*DTYPES, *_FILLS))
        else:
            dtype = word
    sizes = _sizes(rest)
    for size in sizes:
        if not _SIZE.fullmatch(size) and not (symbols and _SYMBOL.fullmatch(size)):
            raise _Unreadable(f"{size!r} is no size" if size else "a size is missing")
    if not all(map(_SIZE.fullmatch, sizes)):
        return replace(FreeSpec.of([int(s) if _SIZE.fullmatch(s) else s for s in sizes], dtype), fill=fill)
    shape = tuple(map(int, sizes))
    if 0 in shape or prod(shape) >= 2**56:
        raise ConvcostError(f"the input {text!r} must have sizes from 1, and fewer than 2⁵⁶ elements")
    return TensorSpec(shape, dtype, fill)


def _number(text: str) -> int | float:
    try:
        return int(text) if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", text) else float(text)
    except ValueError:
        raise _Unreadable(f"{text!r} is no number") from None


def _sizes(text: str) -> list[str]:
    """Return the sizes of 1,3,224,224, one by one, as they are typed."""
    if bracketed := _BRACKETS.fullmatch(text):
        empty, text = text[0] == "(", next(filter(None, bracketed.groups()), "").strip()
        if empty and not text:
            return []
    if _TIMES.fullmatch(text):
        text = re.sub("[x×]", ",", text)
    return [size.strip() for size in text.removesuffix(",").split(",")]


def parse_inputs(texts: Iterable[str], symbols: bool = False) -> Specs | None:
    """Return the inputs by position, or all by keyword, as `convcost.compare` takes them; None for no text.

    `@1` and `@NAME` stand for an input before, of which the tensor is then one. `call(FILE.py:FUNCTION)`, which
    `--inputs-from` becomes, stands for all of them. Raises ConvcostError for a text that is no input, for a keyword
    that is given twice, and where only some inputs have a keyword.
    """
    texts = [text.strip() for text in texts]
    for text in texts:
        if (call := _CALL.fullmatch(text)) and call[1] == "call":
            if len(texts) > 1:
                raise ConvcostError(f"{call[2]} gives all inputs; leave out the others")
            return InputsFrom(call[2].strip())
    found: dict[str, InputForm] = {}
    by_keyword: list[bool] = []
    for place, text in enumerate(texts, 1):
        named = _NAMED.fullmatch(text)
        again = (named[2] if named else text).strip()
        if again.startswith("@"):
            name, form = named[1] if named else None, _again(found, again, text)
        else:
            name, form = parse_input(text, symbols)
        if name is not None and name in found:
            raise ConvcostError(f"the input {name} is given twice; give it once")
        found[name or str(place)] = form
        by_keyword.append(name is not None)
    if len(set(by_keyword)) > 1:
        raise ConvcostError(f"give all inputs by name (NAME={'B' if symbols else '1'},77), or none")
    return (found if all(by_keyword) else tuple(found.values())) if found else None


def _again(found: dict[str, InputForm], typed: str, text: str) -> InputForm:
    """Return an input that was given before, from now on one tensor with it."""
    name = typed[1:].strip()
    if name not in found:
        raise ConvcostError(f"cannot read the input {text!r}: there is no input {name!r} before it; {_INPUT_EXAMPLE}")
    form = found[name]
    if isinstance(form, TensorSpec | FileSpec):
        form = found[name] = replace(form, shared=form.shared or name)
    return form


def inputs_from(reference: str) -> str:
    """Return the text of `--input` that a function means which gives all inputs."""
    return f"call({reference})"


def parse_symbols(text: str) -> Sequence[str]:
    """Return the names of `B,H,W`; raises ConvcostError for what cannot name a size."""
    names = [name.strip() for name in text.split(",")]
    if not all(map(_SYMBOL.fullmatch, names)):
        raise ConvcostError(f"--symbols is {text!r}, but must be names such as B,H,W")
    return names
