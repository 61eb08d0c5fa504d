"""What a shell offers for the Tab key: names in the registry, and values that an option can have."""

from collections.abc import Callable, Iterable
from importlib.resources import files

import typer

from convcost.core.architecture import Architecture, Option
from convcost.core.convention import Convention
from convcost.core.record import Formula
from convcost.core.registry import Record, records, registry

Completer = Callable[[typer.Context, str], list[str]]


def _starting(found: Iterable[object], incomplete: str) -> list[str]:
    return [name for name in map(str, found) if name.startswith(incomplete)]


def networks(incomplete: str) -> list[str]:
    """Offer networks."""
    return _starting(sorted(records(Architecture)), incomplete)


def formulas(incomplete: str) -> list[str]:
    """Offer what has a closed form: formulas, operators, networks."""
    return _starting(sorted({*records(Formula), *records(Architecture)}), incomplete)


def symbols(context: typer.Context, incomplete: str) -> list[str]:
    """Offer SYMBOL= for the formula, or OPTION= for the network, that is named on the line."""
    record = _named(context)
    names = [one.name for one in (record.symbols if isinstance(record, Formula) else _options(context))]
    return _starting([f"{name}=" for name in names], incomplete)


def conventions(incomplete: str) -> list[str]:
    """Offer counters whose conventions are known."""
    return _starting(sorted({*records(Convention)} - {"macs", "flops"}), incomplete)


def papers(incomplete: str) -> list[str]:
    """Offer papers: the files of published numbers."""
    found = files("convcost.formulas.published").iterdir()
    return _starting(sorted(file.name[:-4] for file in found if file.name.endswith(".csv")), incomplete)


def kinds(incomplete: str) -> list[str]:
    """Offer the kinds of names that can be listed."""
    return _starting(["networks", "formulas", "operators", "models", "counters"], incomplete)


def libraries(incomplete: str) -> list[str]:
    """Offer the libraries that can be audited as a whole."""
    return _starting(["timm", "torchvision", "transformers"], incomplete)


def values(option: str) -> Completer:
    """Return a completer of an option's choices, or of the paper's values of it, for the network on the line."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        found = [one for one in _options(context) if one.name == option]
        return _starting((found[0].choices or found[0].published) if found else [], incomplete)

    return complete


def preferences(context: typer.Context, incomplete: str) -> list[str]:
    """Offer what `--prefer` can be: balanced, or a numeric option of the network."""
    return _starting(["balanced", *(one.name for one in _options(context) if not one.choices)], incomplete)


def _options(context: typer.Context) -> tuple[Option, ...]:
    record = _named(context)
    return record.options if isinstance(record, Architecture) else ()


def _named(context: typer.Context) -> Record | None:
    """Return the record that is named on the line; while an option still lacks its value, the name is in `args`."""
    words = (context.params.get("name"), *context.args)
    return next((registry()[word] for word in words if isinstance(word, str) and word in registry()), None)
