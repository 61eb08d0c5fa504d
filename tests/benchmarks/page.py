"""reports/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from convcost.report import markdown
from tests.benchmarks.finding import Finding
from tests.benchmarks.machine import described

PLACE = Path(__file__).parents[2] / "reports" / "benchmarks.md"


def page(found: Mapping[str, tuple[str, Sequence[Finding]]], repeats: str, before: str = "") -> str:
    """The page of every benchmark's title and findings; what was not measured now stays as it was `before`."""
    sections = dict(_sections(before))
    for title, findings in found.values():
        rows = [[f.what, f.against, f.found, f.aim, f.verdict] for f in findings]
        sections[title] = markdown.table(["what", "against", "found", "aim", "verdict"], rows)
    verdicts = [
        cells[-2].strip() for text in sections.values() for line in text.splitlines() if (cells := line.split("|"))[1:]
    ]
    met, missed = verdicts.count("met"), verdicts.count("missed")
    parts = [
        "# Benchmarks\n",
        "Made by hand with `make bench` (`python -m tests.benchmarks --write`), not by the tests: time depends on the "
        "machine, ratios less so. Below 1 × convcost takes less than its peer. Whole processes "
        "run in turn, A B A B, and their ratios are medians of the pairs; inside a process the least of some rounds is "
        "taken. Answers are compared before times are. Peers are called as their own "
        "documentation calls them.\n",
        f"Machine: {described()} {repeats}\n",
        f"{met} of {met + missed} aims met.\n",
    ]
    for title, text in sections.items():
        parts += [f"## {title}\n", text]
    return "\n".join(parts)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The title of each section of a page, and what stands below it."""
    for section in text.split("\n## ")[1:]:
        title, _, rest = section.partition("\n\n")
        yield title, rest
