"""What a compared model costs, the calls whose cost nobody knows, and the baseline: what it cost before, as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convcost.budgeting.project import COUNTS, PartialCount
from convcost.comparison.result import Comparison, Row, Verdict
from convcost.core.errors import ConvcostError

BASELINE = "convcost-baseline.json"
"""The name of the baseline, beside pyproject.toml."""

UNSEEN = "unseen work"
"""What a user calls work that no call stands for, to leave it out."""

_HINT = "convcost check --update writes it anew"


@dataclass(frozen=True)
class ModelCosts:
    """The formulas' counts of a comparison, which is made in the unit of MACs.

    macs, activations  of convolutions, linear layers and other products, without the calls in `unknown`
    params             of the whole model
    unseen             what the model does that no call stands for
    """

    macs: int
    params: int
    activations: int
    rows: tuple[Row, ...]
    unseen: tuple[str, ...] = ()

    @classmethod
    def of(cls, comparison: Comparison) -> ModelCosts:
        """Return the costs of a comparison."""
        known = [row for row in comparison.rows if row.call.is_product and not nobody_counts(row)]
        return cls(
            macs=sum(row.macs_formula or 0 for row in known),
            params=comparison.totals.params_measured,
            activations=sum(row.activations or 0 for row in known),
            rows=comparison.rows,
            unseen=comparison.unseen,
        )

    @property
    def uncounted(self) -> Mapping[str, int]:
        """The operators that nobody counts, and how often each is called; `UNSEEN` stands for all unseen work."""
        found = Counter(row.operator for row in self.rows if nobody_counts(row))
        return {**dict(sorted(found.items())), **({UNSEEN: len(self.unseen)} if self.unseen else {})}

    def unknown(self, excused: Collection[str] = ()) -> Mapping[str, int]:
        """Return those of them that the user does not leave out."""
        return {name: times for name, times in self.uncounted.items() if name not in excused}

    def count(self, name: str, excused: Collection[str] = ()) -> PartialCount:
        """Return one of `COUNTS`; parameters are known, whatever uses them."""
        return PartialCount(getattr(self, name), exact=name == "params" or not self.unknown(excused))

    def layers(self, name: str) -> dict[str, int]:
        """Return one of `COUNTS` of each layer, without those that have calls that nobody counts."""
        found: Counter[str] = Counter()
        for row in self.rows:
            found[row.layer] += _of_row(row, name)
        unknown = {row.layer for row in self.rows if name != "params" and nobody_counts(row)}
        return {layer: number for layer, number in found.items() if layer not in unknown}

    def expensive(self, name: str, most: int) -> list[tuple[Row, int]]:
        """Return the rows that cost most, with their counts."""
        counted = [(row, _of_row(row, name)) for row in self.rows]
        return sorted(((row, n) for row, n in counted if n), key=lambda pair: -pair[1])[:most]


def nobody_counts(row: Row) -> bool:
    """Tell whether no formula counts a call: there is none, or it derives another output than the model gave.

    What orders or compares elements has no products that would have to be counted.
    """
    without = row.verdict is Verdict.NO_FORMULA and (row.call.operator is not None or row.call.may_multiply)
    return without or (row.call.is_product and row.activations is None)


def _of_row(row: Row, name: str) -> int:
    if name == "params":
        return row.params_measured or 0
    if nobody_counts(row) or not row.call.is_product:
        return 0
    return (row.macs_formula if name == "macs" else row.activations) or 0


@dataclass(frozen=True)
class BaselineCosts:
    """What a model cost before.

    counts     by `COUNTS`
    uncounted  how often each operator was called that nobody counts
    layers     by `COUNTS`, what each layer cost; empty in a baseline of before these were written
    """

    counts: Mapping[str, int]
    uncounted: Mapping[str, int]
    layers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, costs: ModelCosts) -> BaselineCosts:
        """Return what it costs now."""
        layers = {name: costs.layers(name) for name in COUNTS}
        return cls({name: getattr(costs, name) for name in COUNTS}, costs.uncounted, layers)


def baseline_file(folder: Path, given: str | Path | None = None) -> Path:
    """Return the baseline's file, by default the one beside pyproject.toml."""
    return folder / BASELINE if given is None else Path(given).expanduser()


def read_baseline(file: Path, replaced: bool = False) -> dict[str, BaselineCosts]:
    """Return the baseline of each budget, by its name; nothing where there is no file.

    Raises ConvcostError for a file that is no baseline, unless it is about to be `replaced`.
    """
    if not file.exists():
        return {}
    try:
        return _read(file)
    except ConvcostError:
        if replaced:
            return {}
        raise


def _read(file: Path) -> dict[str, BaselineCosts]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConvcostError(f"cannot read the baseline {file.name}: {error.strerror}; {_HINT}") from error
    except ValueError as error:
        raise ConvcostError(f"the baseline {file.name} is not JSON: {error}; {_HINT}") from error
    if not isinstance(data, dict):
        raise ConvcostError(f"the baseline {file.name} must be an object with one key per budget; {_HINT}")
    return {name: _read_costs(file.name, name, entry) for name, entry in data.items()}


def _read_costs(file: str, name: str, entry: object) -> BaselineCosts:
    if not isinstance(entry, dict) or set(entry) - {"layers"} != {*COUNTS, "uncounted"}:
        raise ConvcostError(f"the baseline {file}: {name} must have {', '.join(COUNTS)} and uncounted; {_HINT}")
    counts = _read_numbers(file, name, {key: entry[key] for key in COUNTS})
    uncounted = _read_numbers(file, f"{name}.uncounted", entry["uncounted"])
    layers = entry.get("layers", {})
    if not isinstance(layers, dict) or set(layers) - set(COUNTS):
        raise ConvcostError(f"the baseline {file}: {name}.layers must be an object of {', '.join(COUNTS)}; {_HINT}")
    by_layer = {key: _read_numbers(file, f"{name}.layers.{key}", found) for key, found in layers.items()}
    return BaselineCosts(counts, uncounted, by_layer)


def _read_numbers(file: str, name: str, entry: object) -> Mapping[str, int]:
    if not isinstance(entry, dict):
        raise ConvcostError(f"the baseline {file}: {name} must be an object; {_HINT}")
    for key, value in entry.items():
        if type(value) is not int or value < 0:
            raise ConvcostError(f"the baseline {file}: {name}.{key} is {value!r}, but must be a whole number; {_HINT}")
    return entry


def baseline_text(baseline: Mapping[str, BaselineCosts]) -> str:
    """Return the file's content, sorted, so that a merge touches what changed."""
    data = {
        name: {**costs.counts, "uncounted": costs.uncounted, "layers": costs.layers} for name, costs in baseline.items()
    }
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
