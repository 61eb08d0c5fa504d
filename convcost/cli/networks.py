"""Options that a network of the book has of its own: `--depth 50`, `--bands=15`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convcost.core.errors import ConvcostError

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Lets a command take options that it does not know; the network knows them."""


def apart(words: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Names, and the options that stand among them; raises ConvcostError where there is no name."""
    names: list[str] = []
    extra: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            names.append(word)
        else:
            extra += [word] if "=" in word else [word, *([value] if (value := next(rest, None)) is not None else [])]
    if not names:
        raise ConvcostError("give a network's name, such as mobilenet_v1")
    return names, gather(names[0], {}, extra)


def gather(name: str, known: Mapping[str, str | None], extra: Sequence[str]) -> dict[str, Any]:
    """The options that were given, by the book's names; raises ConvcostError for what is not `--option value`."""
    if name.startswith("-"):
        raise ConvcostError(f"give the network's name first, then its options, such as {name}")
    options = {key: value for key, value in known.items() if value is not None}
    words = iter(extra)
    for word in words:
        option, equals, value = word.partition("=")
        if not option.startswith("--"):
            raise ConvcostError(f"unexpected argument {word!r}; options of a network are --option value")
        key = option[2:].replace("-", "_")
        found = value if equals else next(words, None)
        if found is None:
            raise ConvcostError(f"{option} needs a value: {option} VALUE")
        if key in options:
            raise ConvcostError(f"{option} is given twice; give it once")
        options[key] = found
    return options
