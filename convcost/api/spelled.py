"""A network or a model as one types it for `convcost compare`, in one text."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.registry import find

if TYPE_CHECKING:
    from convcost.report.comparison import ComparisonReport


@dataclass(frozen=True)
class Spelled:
    """What a text names: a network of the book with its options, or a model with its arguments and inputs."""

    reference: str
    options: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def of_the_book(self) -> bool:
        """Whether it is a network of the book."""
        return ":" not in self.reference


def read(text: str) -> Spelled:
    """`mobilenet_v1 --alpha 0.75`, `net.py:Net --arg width=8 --input 1,3,64,64`; raises DomainError for others."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise DomainError(f"cannot read {text!r}: {str(error).lower()}") from error
    if not words or words[0].startswith("-"):
        raise DomainError(f"cannot read {text!r}; write a network or a model, then its options")
    reference, *rest = words
    options = _options(rest)
    if ":" not in reference:
        return Spelled(reference, _once(options))
    foreign = [name for name in options if name not in ("arg", "input")]
    if foreign:
        raise DomainError(f"--{foreign[0]} belongs to a network of the book; a model takes --arg and --input")
    return Spelled(reference, {}, tuple(options.get("arg", ())), tuple(options.get("input", ())))


def inputs_of(texts: Sequence[str]) -> Any:
    """Inputs as `compare` takes them; None for no text. Raises ConvcostError for a text that is no input."""
    from convcost.models import spelling

    return spelling.given_inputs(texts)


def compared(text: Spelled, inputs: Any = None) -> ComparisonReport:
    """What `compare` makes of it; a file at a revision of git (`net.py@REV:Net`) is that one's.

    Raises ConvcostError for what is not there, MeasurementError where a model cannot be built or run.
    """
    from convcost.api.compare import compare
    from convcost.models import spelling
    from convcost.models.revision import checked_out

    if text.of_the_book:
        # Only the network's own: `compare` takes keywords that no option may be mistaken for.
        find(Architecture, text.reference, "network").settings(text.options)
        options: dict[str, Any] = dict(text.options)
        return compare(text.reference, inputs=inputs, **options)
    with checked_out(text.reference) as place:
        return compare(place, inputs=inputs, arguments=spelling.parse_arguments(text.arguments))


def _options(words: list[str]) -> dict[str, list[str]]:
    """`--name value` and `--name=value`, in the order they were given."""
    found: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if not option.startswith("--") or len(option) < 3:
            raise DomainError(f"unexpected {word!r}; options are --option value")
        text = value if equals else next(rest, None)
        if text is None:
            raise DomainError(f"{option} needs a value: {option} VALUE")
        found.setdefault(option[2:].replace("-", "_"), []).append(text)
    return found


def _once(options: dict[str, list[str]]) -> dict[str, str]:
    for name, values in options.items():
        if len(values) > 1:
            raise DomainError(f"--{name} is given twice; give it once")
    return {name: values[0] for name, values in options.items()}
