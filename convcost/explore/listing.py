"""What can be asked for, by kind: networks with what they cost by default, formulas, operators, models, counters."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.errors import UnknownNameError
from convcost.core.record import Formula, Operator
from convcost.core.registry import records
from convcost.models import names

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_UNITS = ("macs", "flops")


@dataclass(frozen=True)
class ListedName:
    """A name that can be asked for, and of a network where it is from and what it costs by default."""

    name: str
    title: str
    paper: str = ""
    macs: int | None = None
    parameters: int | None = None

    @property
    def year(self) -> int | None:
        """The year of its paper."""
        found = _YEAR.search(self.paper)
        return int(found[0]) if found else None


def _networks() -> list[ListedName]:
    found = []
    for name, record in records(Architecture).items():
        cost = record.network(record.settings({})).cost
        found.append(ListedName(name, record.title, record.source.work, int(cost.macs), int(cost.parameters)))
    return found


KINDS: dict[str, Callable[[], list[ListedName]]] = {
    "networks": _networks,
    "formulas": lambda: [ListedName(n, f.title) for n, f in records(Formula).items() if not isinstance(f, Operator)],
    "operators": lambda: [ListedName(n, operator.title) for n, operator in records(Operator).items()],
    "models": lambda: [ListedName(n, f"the model of {records(Architecture)[n].title}") for n in names()],
    "counters": lambda: [ListedName(n, c.title) for n, c in records(Convention).items() if n not in _UNITS],
}


def listed(kind: str) -> list[ListedName]:
    """Return what there is of a kind, in alphabetical order; raises UnknownNameError for a kind there is none of."""
    if kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS)
    return sorted(KINDS[kind](), key=lambda one: one.name)


def names_only() -> dict[str, list[ListedName]]:
    """Return all kinds, without what the networks cost, which takes longer."""
    networks = [ListedName(name, record.title) for name, record in records(Architecture).items()]
    found = {kind: listed(kind) for kind in KINDS if kind != "networks"}
    return {"networks": sorted(networks, key=lambda one: one.name), **found}
