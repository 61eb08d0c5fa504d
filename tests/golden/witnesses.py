"""reports/witnesses.md: `make witnesses` compares fvcore's column with plain fvcore in a fresh process, on many models.

The tests do the same with fewer random models at every run.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from hypothesis import Phase, given, settings

from convcost.models.loading import load
from convcost.models.torchvision_and_timm import torchvision_names
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore
from tests.trace.random_models import Description, build, descriptions
from tests.trace.witness import Answer, Witness, ours

REPORTS = Path(__file__).parents[2] / "reports"
RANDOM, TIMM = 400, 300
LARGEST = 10**9
"""MACs of a model of timm's that is compared, at most: both sides run it on the CPU."""


@dataclass
class Group:
    """Models of one source: how many were compared, how, and which differ."""

    title: str
    compared: int = 0
    on_meta: int = 0
    refused: int = 0
    differing: tuple[str, ...] = ()

    def add(self, name: str, device: str, shown: Answer, told: Answer) -> None:
        """Take note of one model."""
        self.compared += 1
        self.on_meta += device == "meta"
        self.refused += "failed" in told
        self.differing += (name,) if shown != told else ()


def random_descriptions(number: int) -> list[Description]:
    """The first of the random models, the same each time."""
    found: list[Description] = []

    @settings(max_examples=number, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
    @given(descriptions)
    def collect(description: Description) -> None:
        found.append(description)

    collect()
    return list(dict.fromkeys(found))


def timm_names() -> list[str]:
    """Names of timm's models that are soon run, evenly spread over the alphabet."""
    with (REPORTS / "timm.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file) if 0 < int(row["macs_formula"] or 0) <= LARGEST]
    return names[:: max(len(names) // TIMM, 1)][:TIMM]


def of_random(witness: Witness) -> Iterator[Group]:
    group = Group("random models")
    for description in random_descriptions(RANDOM):
        witness.ask(description.as_json())
        built = build(description)
        traced = trace_fvcore(built.model, built.inputs, capture(built.model, built.inputs))
        group.add(str(description), traced.device, ours(traced), witness.answer())
        yield group


def of_library(witness: Witness, title: str, references: Iterable[str]) -> Iterator[Group]:
    group = Group(title)
    for reference in references:
        loaded = load(reference)
        if loaded.inputs is None:
            continue
        witness.ask({"reference": reference})
        traced = trace_fvcore(loaded.module, loaded.inputs, capture(loaded.module, loaded.inputs))
        group.add(reference, traced.device, ours(traced), witness.answer())
        yield group


def page(groups: list[Group]) -> str:
    """What was compared, how many, with which versions."""
    rows = [
        f"| {g.title} | {g.compared:,} | {g.on_meta:,} | {g.refused:,} | {len(g.differing):,} |"
        for g in [*groups, _total(groups)]
    ]
    versions = ", ".join(
        f"{name} {metadata.version(name).partition('+')[0]}" for name in ("torch", "fvcore", "torchvision", "timm")
    )
    differing = [f"* {name}" for g in groups for name in g.differing]
    return "\n".join(
        [
            "# fvcore's column against plain fvcore",
            "",
            "Each model is counted twice: as `compare` does it, and by unmodified `FlopCountAnalysis` with weights on "
            "the CPU, in a fresh process. Compared are the total, the counts of every module and operator, the "
            "operators without a handle, and fvcore's own words where it refuses a model.",
            "",
            "| models | compared | counted without weights | refused by fvcore as they are | differing |",
            "|---|---:|---:|---:|---:|",
            *rows,
            "",
            *([*differing, ""] if differing else []),
            f"Of torchvision all models but its detectors, which take lists of images; of timm some of those with at "
            f"most {LARGEST:,} MACs. Versions: {versions}. `make witnesses` writes this page.",
            "",
        ]
    )


def _total(groups: list[Group]) -> Group:
    return Group(
        "all",
        sum(group.compared for group in groups),
        sum(group.on_meta for group in groups),
        sum(group.refused for group in groups),
        tuple(name for group in groups for name in group.differing),
    )


def main() -> None:
    """Compare all, and write the page; the exit code is 1 where a model differs."""
    groups: list[Group] = []
    with Witness() as witness:
        for models in (
            of_library(witness, "torchvision", [f"torchvision:{name}" for name in torchvision_names()]),
            of_random(witness),
            of_library(witness, "timm", timm_names()),
        ):
            group = None
            for group in models:
                print(f"\r{group.title}: {group.compared}, {len(group.differing)} differ", end="", file=sys.stderr)
                (REPORTS / "witnesses.md").write_text(page([*groups, group]), encoding="utf-8")
            groups += [group] if group else []
            print(file=sys.stderr)
    sys.exit(any(group.differing for group in groups))


if __name__ == "__main__":
    main()
