"""The audits in reports/: `python -m tests.golden.audits torchvision` or `timm` runs one again (make audits: both).

They take too long for every run of the tests, which hold the committed rows against a few models audited afresh.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

import convcost
from convcost.auditing import journal
from convcost.core.parsing import ModelReference, parse_arguments, parse_reference
from convcost.models.weights import PublishedWeights, default_inputs, published_entries
from convcost.report.audit import AuditReport, read, timings
from tests.golden import audit_page

REPORTS = Path(__file__).parents[2] / "reports"
LIBRARIES = ("torchvision", "timm")
NOTES = (
    "What torchvision calls GFLOPS are billions of multiply-accumulates.",
    "Weights of video models do not say how many frames and those of optical flow which image they were counted at: "
    "it is 16 frames, and two images of 512×512.",
    "A quantised model is built as the float model that its weights were made of.",
)


def task(entry: PublishedWeights) -> ModelReference:
    """What published numbers are of: a model, and its arguments and input where they are not its own."""
    arguments = tuple(f"{name}={value}" for name, value in entry.arguments.items())
    own, _ = default_inputs(entry.reference.rpartition(":")[2], {})
    if not arguments and entry.inputs == own:
        return parse_reference(entry.reference)
    inputs = tuple(",".join(map(str, spec.shape)) for spec in entry.inputs or ())
    return replace(parse_reference(entry.reference, arguments=parse_arguments(arguments)), inputs=inputs)


def lines(library: str) -> str | list[str]:
    """What is audited: all of timm; of torchvision each model at each input that it publishes numbers of."""
    if library == "timm":
        return library
    return list(dict.fromkeys(str(task(entry)) for entry in published_entries()))


def entries(report: AuditReport) -> list[audit_page.Entry]:
    """What torchvision publishes, with our rows."""
    rows = {row.name: row for row in report}
    return [
        audit_page.Entry(entry.weights, entry.gmacs, entry.parameters, rows[str(task(entry))])
        for entry in published_entries()
    ]


def page(library: str) -> str:
    """The page of the committed rows."""
    report = read(REPORTS / f"{library}.csv")
    versions = {name: metadata.version(name).partition("+")[0] for name in ("torch", "fvcore", library)}
    sections = [audit_page.published_section(entries(report), NOTES)] if library == "torchvision" else []
    return audit_page.page(report, f"{library}, audited", versions, sections)


def main(*libraries: str) -> None:
    """Audit on all cores, going on with an audit that did not end, and write the page."""
    for library in libraries or LIBRARIES:
        out = REPORTS / f"{library}.csv"
        with Progress(console=Console(stderr=True)) as bar:
            show = partial(bar.update, bar.add_task(library))
            convcost.audit(
                lines(library),
                out=out,
                resume=journal.place(out).exists(),
                progress=lambda done, total, show=show: show(completed=done, total=total),  # type: ignore[misc]
            )
        timings(out).unlink()  # of this machine
        (REPORTS / f"{library}.md").write_text(page(library), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
