"""One network at many settings, as reports/ has it: a Markdown page and a CSV of every layer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from convcost.report import files, markdown, text
from convcost.report.comparison import ComparisonReport


def csv(reports: Sequence[ComparisonReport]) -> str:
    """Every layer of every comparison, the settings in the first columns."""
    frames = []
    for report in reports:
        settings = report.comparison.network.settings
        frame = report.frame.drop(columns=["block", "reason"])
        for position, (name, value) in enumerate(settings.items()):
            frame.insert(position, name, text.plain(value))
        frames.append(frame)
    return files.csv_text(pd.concat(frames))


def page(reports: Sequence[ComparisonReport], command: str) -> str:
    """One row per comparison, then the layers of the first."""
    first = reports[0].comparison.network
    options = [o for o in first.architecture.options if o.name in first.settings]
    varied = [o for o in options if len({r.comparison.network.settings[o.name] for r in reports}) > 1]
    headers = [*(o.name for o in varied), ">MACs", ">fvcore", ">params", ">measured", ">all fvcore counts", ">formula"]
    rows = [
        [
            *(text.plain(r.comparison.network.settings[o.name]) for o in varied),
            text.number(r.totals.macs_formula),
            text.number(r.totals.macs_measured),
            text.number(r.totals.params_formula),
            text.number(r.totals.params_measured),
            text.number(r.totals.fvcore_total),
            text.number(r.totals.fvcore_total_formula),
            f"{sum(row.verdict == 'agree' for row in r.rows)} of {len(r.rows)}",
            r.verdict,
        ]
        for r in reports
    ]
    agreeing = sum(r.ok and r.totals.equal for r in reports)
    layers = sum(len(r.rows) for r in reports)
    return (
        "\n\n".join(
            [
                f"# {first.architecture.title}: formula against fvcore",
                f"Formula: {first.architecture.source}. Compared are {layers} layers at {len(reports)} settings, of "
                f"which {agreeing} agree in every total. `MACs` and `params` are the formula's; MACs are those of "
                "convolutions and fully connected layers.",
                markdown.table([*headers, "layers that agree", "verdict"], rows).strip(),
                f"## {command}",
                reports[0].to_markdown().split("\n\n", 1)[1].strip(),
            ]
        )
        + "\n"
    )
