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


def diff_command(budget: ProjectBudget, folder: Path, baseline: Path) -> str:
    """Return `convcost diff` from a budget's model as it was to what it is now, which is run in the project's folder.

    A file as it was is that of the revision which last changed the baseline.
    """
    now = parse_model(budget.model)
    if now.kind is ReferenceKind.FILE and not now.revision:
        before = str(replace(now, revision=last_change(baseline) or _BEFORE))
    else:
        before = _BEFORE
    inputs = [word for text in budget.inputs for word in ("--input", text)]
    command = shlex.join(["convcost", "diff", before, str(now), *inputs])
    there, here = folder.resolve(), Path.cwd()
    shown = there.relative_to(here) if there.is_relative_to(here) else there
    return command if there == here else f"cd {shlex.quote(str(shown))} && {command}"
