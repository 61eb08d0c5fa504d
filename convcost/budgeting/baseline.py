"""The baseline: what every budget's model cost when it was written, exact, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convcost.budgeting.cost import COUNTS, Costs
from convcost.core.errors import ConvcostError

NAME = "convcost-baseline.json"
"""The file's name, beside pyproject.toml."""

_HINT = "convcost check --update writes it anew"


@dataclass(frozen=True)
class Before:
    """What a model cost: `counts` by `COUNTS`, and the operators that nobody counted, with how often."""

    counts: Mapping[str, int]
    uncounted: Mapping[str, int]

    @classmethod
    def of(cls, costs: Costs) -> Before:
        """What it costs now."""
        return cls({name: getattr(costs, name) for name in COUNTS}, costs.uncounted)


def read(file: Path) -> dict[str, Before]:
    """The baseline of each budget, by its name; raises ConvcostError for what is no baseline."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConvcostError(f"cannot read the baseline {file.name}: {error.strerror}; {_HINT}") from error
    except ValueError as error:
        raise ConvcostError(f"the baseline {file.name} is no JSON: {error}; {_HINT}") from error
    if not isinstance(data, dict):
        raise ConvcostError(f"the baseline {file.name} must be an object with a budget a key; {_HINT}")
    return {name: _before(file.name, name, entry) for name, entry in data.items()}


def _before(file: str, name: str, entry: Any) -> Before:
    if not isinstance(entry, dict) or set(entry) != {*COUNTS, "uncounted"}:
        raise ConvcostError(f"the baseline {file}: {name} must have {', '.join(COUNTS)} and uncounted; {_HINT}")
    counts, uncounted = {key: entry[key] for key in COUNTS}, entry["uncounted"]
    if not isinstance(uncounted, dict):
        raise ConvcostError(f"the baseline {file}: {name}.uncounted must be an object; {_HINT}")
    for key, value in {**counts, **uncounted}.items():
        if type(value) is not int or value < 0:
            raise ConvcostError(f"the baseline {file}: {name}.{key} is {value!r}, but must be a whole number; {_HINT}")
    return Before(counts, uncounted)


def written(befores: Mapping[str, Before]) -> str:
    """The file's content: sorted, so that a merge touches what changed."""
    data = {name: {**before.counts, "uncounted": dict(before.uncounted)} for name, before in befores.items()}
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
