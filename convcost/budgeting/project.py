"""The budgets of a project: limits such as `<= 300M` in tables of `[tool.convcost.budgets]` in its pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from convcost.core.errors import ConvcostError, DomainError, UnknownNameError
from convcost.core.parsing import parse_amount

COUNTS = ("macs", "params", "activations")
"""What a budget can limit."""

TABLE = "tool.convcost.budgets"
_WHAT_TO_WRITE = (
    f"write pyproject.toml with a table [{TABLE}.NAME] that has a model and a limit, "
    "such as model = 'net.py:Net --input 1,3,224,224' and macs = '<= 300M'"
)
_KEYS = ("model", "input", *COUNTS, "uncounted")
# What is added to a bound for the least and for the most number that keeps to it; None where there is no such end.
_ENDS = {"<=": (None, 0), "<": (None, -1), "==": (0, 0), ">=": (0, None), ">": (1, None)}
_LIMIT = re.compile(r"\s*([<>=!]+)\s*(.*?)\s*", re.DOTALL)
_EXAMPLE = "write <=, <, ==, >= or > and an amount, such as '<= 300M'"


@dataclass(frozen=True)
class PartialCount:
    """A number of something; unless `exact`, calls that nobody counts come on top of it."""

    number: int
    exact: bool = True


@dataclass(frozen=True)
class Limit:
    """A relation to a bound; `amount` is the bound as the user wrote it."""

    relation: str
    bound: int
    amount: str

    def __str__(self) -> str:
        return f"{self.relation} {self.amount}"

    @classmethod
    def read(cls, what: str, text: object) -> Limit:
        """Return the limit of a text such as `<= 300M`.

        Raises DomainError, which begins with `what`, for any other text and for a bound that is not whole.
        """
        match = _LIMIT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise DomainError(f"{what} is {text!r}, but must be a limit: {_EXAMPLE}")
        relation, amount = match.groups()
        if relation not in _ENDS:
            raise DomainError(f"{what} is {text!r}, and {relation!r} is not a comparison: {_EXAMPLE}")
        bound = parse_amount(what, amount)
        if bound.denominator != 1:
            raise DomainError(f"{what} is {text!r}, but counts are whole numbers, and {amount} is not one")
        return cls(relation, int(bound), amount)

    @property
    def upper(self) -> bool:
        """Whether it bounds from above: a count may then grow up to it."""
        return _ENDS[self.relation][1] is not None

    def holds(self, count: PartialCount) -> bool | None:
        """Tell whether a count keeps to it; None where that depends on what is not counted."""
        kept = self.margin(count.number) >= 0
        if count.exact:
            return kept
        if self.upper:  # What is not counted only adds, so a bound that is passed already stays passed.
            return False if self.beyond(count.number) > 0 else None
        return kept or None

    def beyond(self, number: int) -> int:
        """Return by how much a number is too large (positive) or too small (negative), 0 if it keeps to the limit."""
        missing = min(self.margin(number), 0)
        return -missing if self.upper and number >= self.bound else missing

    def margin(self, number: int) -> int:
        """Return how far a number may still move towards the bound; negative where it is beyond."""
        least, most = _ENDS[self.relation]
        over = [] if least is None else [number - (self.bound + least)]
        under = [] if most is None else [self.bound + most - number]
        return min(over + under)


@dataclass(frozen=True)
class ProjectBudget:
    """One budget.

    model      as on the command line of `convcost compare`; relative to the folder of pyproject.toml
    inputs     each as `--input` takes it; none where the model has its own
    limits     by what is limited, one of `COUNTS`
    uncounted  the operators that may go uncounted; None where the table does not mention them
    """

    name: str
    model: str
    inputs: tuple[str, ...] = ()
    limits: Mapping[str, Limit] | None = None
    uncounted: tuple[str, ...] | None = None

    @property
    def table(self) -> str:
        """The name of its table, as errors show it."""
        return f"[{TABLE}.{self.name}]"

    @property
    def limited(self) -> bool:
        """Whether it limits anything without a baseline."""
        return bool(self.limits) or self.uncounted is not None


@dataclass(frozen=True)
class ProjectBudgets:
    """All budgets of a project, in the order of its pyproject.toml."""

    file: Path
    budgets: tuple[ProjectBudget, ...]

    @property
    def folder(self) -> Path:
        """The folder where relative paths start."""
        return self.file.parent


def read_budgets(place: str | Path = ".") -> ProjectBudgets:
    """Return the budgets of a pyproject.toml, or of the one in a folder.

    Raises ConvcostError with one line, which names the table and the key, for what cannot be read.
    """
    file = Path(place).expanduser()
    file = (file / "pyproject.toml" if file.is_dir() else file).absolute()
    try:
        tables: object = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        where = f"there is no {file.name} in {file.parent}" if file.parent.is_dir() else f"there is no {place}"
        raise ConvcostError(f"{where}; {_WHAT_TO_WRITE}, or give another folder") from error
    except OSError as error:
        raise ConvcostError(f"cannot read {place}: {error.strerror}; give a pyproject.toml or its folder") from error
    except ValueError as error:  # no TOML, no UTF-8
        raise ConvcostError(f"cannot read {file.name}: {error}") from error
    for key in TABLE.split("."):
        tables = tables.get(key) if isinstance(tables, dict) else None
    if not isinstance(tables, dict) or not tables:
        raise ConvcostError(f"{file.name} has no budget; {_WHAT_TO_WRITE}")
    return ProjectBudgets(file, tuple(_budget(name, table) for name, table in tables.items()))


def _budget(name: str, table: object) -> ProjectBudget:
    where = f"[{TABLE}.{name}]"
    if not isinstance(table, dict):
        raise ConvcostError(f"[{TABLE}] {name} is {table!r}, but must be a table: {where}")
    for key in table:
        if key not in _KEYS:
            raise UnknownNameError(f"key of {where}", key, _KEYS)
    if not isinstance(table.get("model"), str):
        given = f"is {table['model']!r}" if "model" in table else "is missing"
        raise ConvcostError(f"{where} model {given}; write what convcost compare takes: 'net.py:Net --arg width=8'")
    return ProjectBudget(
        name=name,
        model=table["model"],
        inputs=_texts(f"{where} input", table.get("input", []), "'1,3,224,224', or a list of these"),
        limits={key: Limit.read(f"{where} {key}", table[key]) for key in COUNTS if key in table},
        uncounted=_uncounted(where, table["uncounted"]) if "uncounted" in table else None,
    )


def _texts(what: str, value: object, expected: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConvcostError(f"{what} is {value!r}, but must be a text such as {expected}")
    return tuple(texts)


def _uncounted(where: str, value: object) -> tuple[str, ...]:
    if value == "none":
        return ()
    if isinstance(value, str):
        raise ConvcostError(f"{where} uncounted is {value!r}, but must be 'none', or a list of operators to leave out")
    return _texts(f"{where} uncounted", value, "'none', or a list of operators to leave out")
