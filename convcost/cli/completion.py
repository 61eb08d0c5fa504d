"""What a shell offers behind the Tab key: names of the book, and values that an option can have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from convcost.core.architecture import Option
    from convcost.core.registry import Record

Completer = Callable[[typer.Context, str], list[str]]


def _starting(found: Iterable[object], incomplete: str) -> list[str]:
    return [name for name in map(str, found) if name.startswith(incomplete)]


def networks(incomplete: str) -> list[str]:
    """Networks of the book."""
    from convcost.core.architecture import Architecture
    from convcost.core.registry import records

    return _starting(sorted(records(Architecture)), incomplete)


def formulas(incomplete: str) -> list[str]:
    """Whatever has a closed form: formulas, operators, networks."""
    from convcost.core.convention import Convention
    from convcost.core.registry import registry

    names = [name for name, record in registry().items() if not isinstance(record, Convention)]
    return _starting(sorted(names), incomplete)


def symbols(context: typer.Context, incomplete: str) -> list[str]:
    """SYMBOL= of the formula, or the options of the network, that is named on the line."""
    from convcost.core.record import Formula

    record = _named(context)
    names = [one.name for one in (record.symbols if isinstance(record, Formula) else _options(context))]
    return _starting([f"{name}=" for name in names], incomplete)


def conventions(incomplete: str) -> list[str]:
    """Counters whose conventions the book has."""
    from convcost.core.convention import Convention
    from convcost.core.registry import records

    return _starting(sorted({*records(Convention)} - {"macs", "flops"}), incomplete)


def papers(incomplete: str) -> list[str]:
    """Files of published numbers."""
    from importlib.resources import files

    found = files("convcost.formulas.published").iterdir()
    return _starting(sorted(file.name[:-4] for file in found if file.name.endswith(".csv")), incomplete)


def libraries(incomplete: str) -> list[str]:
    """What can be audited as a whole."""
    return _starting(["timm", "torchvision"], incomplete)


def values(option: str) -> Completer:
    """The choices of an option, or the values of it that the paper has, for the network that is named on the line."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        found = [one for one in _options(context) if one.name == option]
        return _starting((found[0].choices or found[0].published) if found else [], incomplete)

    return complete


def preferences(context: typer.Context, incomplete: str) -> list[str]:
    """What `--prefer` can be: balanced, or a numeric option of the network."""
    return _starting(["balanced", *(one.name for one in _options(context) if not one.choices)], incomplete)


def _options(context: typer.Context) -> tuple[Option, ...]:
    from convcost.core.architecture import Architecture

    record = _named(context)
    return record.options if isinstance(record, Architecture) else ()


def _named(context: typer.Context) -> Record | None:
    """The record that is named on the line; where an option still lacks its value, the name is among the rest."""
    from convcost.core.registry import registry

    words = (context.params.get("name"), *context.args)
    return next((registry()[word] for word in words if isinstance(word, str) and word in registry()), None)
