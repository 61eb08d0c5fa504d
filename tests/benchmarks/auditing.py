"""An audit of all models of torchvision by one process and by two."""

from __future__ import annotations

import statistics

import convcost
from convcost.auditing.row import AuditRow
from tests.benchmarks.finding import Finding, Findings, same, times
from tests.benchmarks.timing import interleaved

TITLE = "A whole library"
ROUNDS = 1
AIM = 1.7


def findings(rounds: int) -> Findings:
    """Seconds of both; the rows must be the same."""
    rows: dict[int, list[AuditRow]] = {}

    def audited(jobs: int) -> None:
        found = (row.timed(0, 0) for row in convcost.audit("torchvision", jobs=jobs))
        rows[jobs] = sorted(found, key=lambda row: row.name)

    two, one = interleaved([lambda: audited(2), lambda: audited(1)], rounds)
    for row, other in zip(rows[2], rows[1], strict=True):
        same(row, other, "rows of the audit")
    faster = statistics.median(b / a for a, b in zip(two, one, strict=True))
    yield Finding(
        f"convcost.audit of torchvision, {len(rows[1])} models, two jobs",
        "one job",
        f"{times(faster)} faster; {statistics.median(two):.0f} s / {statistics.median(one):.0f} s",
        f"at least {AIM} × faster",
        faster >= AIM,
    )
