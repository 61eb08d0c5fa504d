"""reports/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from convcost.report import markdown
from tests.benchmarks.finding import Finding
from tests.benchmarks.machine import described

PLACE = Path(__file__).parents[2] / "reports" / "benchmarks.md"


def page(found: Mapping[str, tuple[str, Sequence[Finding]]], repeats: str) -> str:
    """The page of every benchmark's title and findings."""
    judged = [finding.met for _, findings in found.values() for finding in findings if finding.met is not None]
    parts = [
        "# Benchmarks\n",
        "Made by hand with `make bench` (`python -m tests.benchmarks --write`), not by the tests: time depends on the "
        "machine, ratios less so. Below 1 × convcost takes less than its peer. Whole processes "
        "run in turn, A B A B, and their ratios are medians of the pairs; inside a process the least of some rounds is "
        "taken. Answers are compared before times are. Peers are called as their own "
        "documentation calls them.\n",
        f"Machine: {described()} {repeats}\n",
        f"{sum(judged)} of {len(judged)} aims met.\n",
    ]
    for title, findings in found.values():
        rows = [[f.what, f.against, f.found, f.aim, f.verdict] for f in findings]
        parts += [f"## {title}\n", markdown.table(["what", "against", "found", "aim", "verdict"], rows)]
    return "\n".join(parts)
