"""How to see what changed in a model since its baseline was written: the command that compares the two."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from convcost.budgeting.project import ProjectBudget
from convcost.core.parsing import ReferenceKind, parse_model
from convcost.models.revision import last_change

_BEFORE = "BEFORE"
"""Stands for what cannot be known: a revision of git, or another model."""


def diff_command(budget: ProjectBudget, baseline: Path) -> str:
    """Return `convcost diff` from a budget's model as it was to what it is now.

    A file as it was is that of the revision which last changed the baseline.
    """
    now = parse_model(budget.model)
    if now.kind is ReferenceKind.FILE and not now.revision:
        before = str(replace(now, revision=last_change(baseline) or _BEFORE))
    else:
        before = _BEFORE
    inputs = [word for text in budget.inputs for word in ("--input", text)]
    return shlex.join(["convcost", "diff", before, str(now), *inputs])
