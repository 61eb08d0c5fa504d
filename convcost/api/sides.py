"""One side of a difference: a text as one types it for `convcost compare`, or a comparison that was made."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcost.comparison.difference import Side, of_comparison, of_drawing
from convcost.theory.architecture import Architecture
from convcost.theory.book import find
from convcost.theory.errors import ConvcostError, DomainError

if TYPE_CHECKING:
    from convcost.report.comparison import ComparisonReport


def side(given: str | ComparisonReport, inputs: Sequence[str] = ()) -> Side:
    """A network of the book from its formula, any model by comparing it; `inputs` where the text gives none."""
    if not isinstance(given, str):
        return of_comparison(given.comparison, given.reference)
    reference, options = read(given)
    if ":" not in reference:
        architecture = find(Architecture, reference, "network")
        return of_drawing(architecture.draw(architecture.settings(once(options))), given)
    foreign = [name for name in options if name not in ("arg", "input")]
    if foreign:
        raise DomainError(f"--{foreign[0]} belongs to a network of the book; a model takes --arg and --input")
    return _model(reference, given, options.get("arg", []), options.get("input", list(inputs)))


def read(given: str) -> tuple[str, dict[str, list[str]]]:
    """The name in a text such as "resnet --depth 50", and its options; raises DomainError for any other text."""
    try:
        words = shlex.split(given)
    except ValueError as error:
        raise DomainError(f"cannot read {given!r}: {str(error).lower()}") from error
    if not words or words[0].startswith("-"):
        raise DomainError(f"cannot read {given!r}; write a network or a model, then its options")
    return words[0], _options(words[1:])


def _model(reference: str, title: str, arguments: list[str], inputs: list[str]) -> Side:
    from convcost.api.compare import compare
    from convcost.models import spelling
    from convcost.models.revision import checked_out

    positional, keyword = spelling.parse_inputs(inputs)
    if positional and keyword:
        raise ConvcostError("give all inputs by name (NAME=1,77), or none")
    with checked_out(reference) as place:
        report = compare(place, inputs=keyword or positional or None, arguments=spelling.parse_arguments(arguments))
    return of_comparison(report.comparison, title)


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


def once(options: dict[str, list[str]]) -> dict[str, str]:
    """The options with their values; raises DomainError for one that is given twice."""
    for name, values in options.items():
        if len(values) > 1:
            raise DomainError(f"--{name} is given twice; give it once")
    return {name: values[0] for name, values in options.items()}
