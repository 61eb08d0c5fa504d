"""What a user types for a model, its settings, its factory's arguments and its inputs, read without running anything.

    mobilenet_v1 --alpha 0.75                           a network of the registry
    torchvision:resnet18, timm:resnet18                 a model of a library
    transformers:BertModel, transformers:config.json    one of transformers, by class, type or configuration
    package.module:factory                              a model of the user's package
    path/to/net.py:Net --arg width=8 --input 1,3,64,64  one of the user's file
    path/to/net.pt2                                     an exported program
    path/to/net.py@REV:Net                              of the file as it was at a revision of git

Every error is one line that quotes what was typed, says what is wrong with it, and what to type.
"""

import ast
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from convcost.core.errors import ConvcostError, DomainError
from convcost.core.kinds import LINE, check
from convcost.core.spec import inputs_from, parse_inputs

LIBRARIES = ("torchvision", "timm", "transformers")
DECIMAL = re.compile(r"\d{1,9}(\.\d{1,18})?")
"""A number of a setting, as it is typed."""

PROGRAM = ".pt2"
"""How the name of an exported program's file ends."""

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_AT_REVISION = re.compile(r"(?P<file>.+\.py)@(?P<revision>[^:]+)")


class ReferenceKind(StrEnum):
    """Where a model comes from."""

    NETWORK = "network"
    LIBRARY = "library"
    MODULE = "module"
    FILE = "file"


@dataclass(frozen=True)
class ModelReference:
    """A model as it was typed.

    name       the network, the library's model, or the factory: a class, a function or a module of PyTorch
    place      the library, the importable module or the path of the file; empty for a network
    revision   the revision of git whose file is meant; empty for the file as it is
    settings   of a network: its options
    arguments  of a factory: its keyword arguments
    inputs     each as `--input` takes it; none where the model has its own
    """

    kind: ReferenceKind
    name: str
    place: str = ""
    revision: str = ""
    settings: Mapping[str, object] = field(default_factory=dict, hash=False)
    arguments: Mapping[str, object] = field(default_factory=dict, hash=False)
    inputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.settings and not self.is_network:
            option = option_typed(next(iter(self.settings)))
            raise DomainError(
                f"{self.text} is a model and takes no {option}; a model takes --arg KEY=VALUE and --input SIZES"
            )

    @property
    def is_network(self) -> bool:
        """Whether it is a network of the registry."""
        return self.kind is ReferenceKind.NETWORK

    @property
    def is_users(self) -> bool:
        """Whether naming it runs code of the user's."""
        return self.kind in (ReferenceKind.MODULE, ReferenceKind.FILE)

    @property
    def text(self) -> str:
        """The reference alone, without settings, arguments and inputs."""
        if not self.place or not self.name:
            return self.name or self.place
        return f"{self.place}@{self.revision}:{self.name}" if self.revision else f"{self.place}:{self.name}"

    @property
    def options(self) -> dict[str, object]:
        """What the model is built with: a network's settings or a factory's arguments."""
        return {**self.settings, **self.arguments}

    def __str__(self) -> str:
        """Return the whole line, which `parse_model` reads."""
        words = [(option_typed(name), str(value)) for name, value in self.settings.items()]
        words += [("--arg", f"{name}={value}") for name, value in self.arguments.items()]
        words += [("--input", text) for text in self.inputs]
        return " ".join([_word(self.text), *(f"{option} {shlex.quote(text)}" for option, text in words)])


def option_typed(name: str) -> str:
    """Return an option as it is typed: --penultimate-filters."""
    return f"--{name.replace('_', '-')}"


def _word(text: str) -> str:
    """Return a text as one word of a line, quoted where it would be read as something else."""
    try:
        plain = shlex.split(text) == [text]
    except ValueError:
        plain = False
    return text if plain else shlex.quote(text)


def parse_reference(
    text: str,
    settings: Mapping[str, object] | None = None,
    arguments: Mapping[str, object] | None = None,
    inputs: Sequence[str] = (),
    *,
    symbols: bool = False,
) -> ModelReference:
    """Return the reference that a text is, such as `mobilenet_v1` or `net.py:Net`, with what is given beside it.

    A text may have options of its own, as a line that `parse_model` reads. Raises ConvcostError for a text that is no
    reference, for an option that is given twice, and for settings that belong to a network where it names a model.
    """
    if " --" in text:
        line = parse_model(text, symbols)
        twice = sorted(line.options.keys() & {**(settings or {}), **(arguments or {})}.keys())
        twice += ["input"] if line.inputs and inputs else []
        if twice:
            raise ConvcostError(f"{twice[0]} is given twice, in {text!r} and beside it; give it once")
        settings, arguments = {**line.settings, **(settings or {})}, {**line.arguments, **(arguments or {})}
        return parse_reference(line.text, settings, arguments, line.inputs or inputs)
    place, colon, name = text.rpartition(":")
    given = dict(settings or {}), dict(arguments or {}), tuple(inputs)
    if text.endswith(PROGRAM):
        return ModelReference(ReferenceKind.FILE, "", text, "", *given)
    if not colon:
        if text.endswith(".py"):
            raise _no_factory(text)
        return ModelReference(ReferenceKind.NETWORK, text.lower(), "", "", *given)
    if place in LIBRARIES:
        return ModelReference(ReferenceKind.LIBRARY, name, place, "", *given)
    at = _AT_REVISION.fullmatch(place)
    file, revision = (at["file"], at["revision"]) if at else (place, "")
    is_file = file.endswith(".py")
    if not is_file and not _DOTTED.fullmatch(place):
        raise ConvcostError(
            f"cannot read the reference {text!r}; write package.module:factory or path/to/file.py:factory"
        )
    if not _DOTTED.fullmatch(name):
        raise _no_factory(place)
    return ModelReference(ReferenceKind.FILE if is_file else ReferenceKind.MODULE, name, file, revision, *given)


def _no_factory(place: str) -> ConvcostError:
    return ConvcostError(f"{place} names no factory; write {place}:FACTORY, a class, a function or a module")


def parse_model(line: str, symbols: bool = False) -> ModelReference:
    """Return the model that a line means, such as `mobilenet_v1 --alpha 0.75` or `net.py:Net --input 1,3,64,64`.

    With `symbols`, sizes of the inputs may have names (B,3,H,W). Raises ConvcostError for a line that cannot be read.
    """
    check("a model", line, LINE)
    try:
        names, options = split_options(shlex.split(line))
    except ValueError as error:
        said = str(error) if isinstance(error, ConvcostError) else str(error).lower()
        raise ConvcostError(f"cannot read {line!r}: {said}") from error
    if not names or line.lstrip().startswith("-"):
        raise ConvcostError(f"cannot read {line!r}; write a network or a model, then its options")
    if len(names) > 1:
        raise ConvcostError(f"cannot read {line!r}: {_unexpected(names[1])}")
    settings = once((name, value) for name, value in options if name not in ("arg", "input", "inputs_from"))
    arguments = parse_arguments(value for name, value in options if name == "arg")
    inputs = tuple(value for name, value in options if name == "input")
    inputs += tuple(inputs_from(value) for name, value in options if name == "inputs_from")
    parse_inputs(inputs, symbols)  # what cannot be read is said at once
    return parse_reference(names[0], settings, arguments, inputs)


def parse_settings(words: Iterable[str]) -> dict[str, str]:
    """Return the options of `--name value` and `--name=value` by name; raises ConvcostError for anything else."""
    names, options = split_options(words)
    if names:
        raise ConvcostError(_unexpected(names[0]))
    return once(options)


def split_options(words: Iterable[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the words that are no options, and each option with its value, all in their order."""
    plain: list[str] = []
    options: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            plain.append(word)
            continue
        if not option.startswith("--") or len(option) < 3:
            raise ConvcostError(_unexpected(word))
        text = value if equals else next(rest, None)
        if text is None:
            raise ConvcostError(f"{option} needs a value: {option} VALUE")
        options.append((option[2:].replace("-", "_"), text))
    return plain, options


def _unexpected(word: str) -> str:
    return f"unexpected {word!r}; options are written --option value"


def once(options: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return options by name; raises ConvcostError for one that is given twice."""
    found: dict[str, str] = {}
    for name, value in options:
        if name in found:
            raise ConvcostError(f"{option_typed(name)} is given twice; give it once")
        found[name] = value
    return found


def parse_arguments(texts: Iterable[str]) -> dict[str, str]:
    """Return `key=value` texts by key; raises ConvcostError for any other text and for a key that is given twice."""
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


_WORDS = {"true": True, "false": False, "none": None}


def parse_value(text: str, wants_text: bool = False) -> object:
    """Return the Python literal that a text is (a number, True, None, a tuple, a quoted text), else the text itself.

    True, False and None may be typed in small letters, unless a factory `wants_text` there: padding=none.
    """
    if not wants_text and text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_AMOUNT = re.compile(r"(\d{1,24}|\d{1,3}(,\d{3}){1,7})(\.\d{1,18})?(?:e(\d{1,2}))?\s*([KMGT]?)", re.IGNORECASE)


def parse_amount(what: str, text: object) -> Fraction:
    """Return an amount such as 300M, 3.5M, 1.2G, 1e9 or 3504872, exact; raises DomainError for anything else."""
    match = _AMOUNT.fullmatch(str(text).strip())
    if match is None:
        raise DomainError(f"{what} is {str(text)!r}, but must be a number such as 300M, 3.5M, 1.2G, 1e9 or 3504872")
    whole, _, decimals, power, unit = match.groups()
    return Fraction(f"{whole.replace(',', '')}{decimals or ''}e{power or 0}") * _UNITS[unit.upper()]


def parse_step(what: str, text: object, *, whole: bool = False) -> Fraction:
    """Return a step between settings, exact; raises DomainError unless it is a number above 0."""
    found = str(text).strip()
    if not DECIMAL.fullmatch(found) or (whole and "." in found) or Fraction(found) == 0:
        raise DomainError(f"{what} is {found!r}, but must be a {'whole number' if whole else 'decimal'} above 0")
    return Fraction(found)
