"""What stands still on a page: the overview, the typeset formula, the sources."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.explore.slider import Dial
from convcost.report import text
from convcost.report.comparison import ComparisonReport, heading
from convcost.symbolic.derivation import Derivation


def name(report: ComparisonReport) -> str:
    """What a section is called."""
    paper = report.comparison.paper
    return paper.architecture.title if paper else report.reference


def settings(report: ComparisonReport) -> str:
    """What was measured: α = 0.75, R = 192: input 1×3×192×192."""
    return heading(report).removeprefix(name(report)).lstrip(":, ")


def formula_source(report: ComparisonReport) -> str:
    """Where the formula is from."""
    paper = report.comparison.paper
    return str(paper.architecture.source) if paper else "each operator’s own, over what the model calls"


_HEADS = ("network", "MACs, formula", "measured", "difference", "parameters, formula", "measured", "verdict")


def overview(sections: Sequence[tuple[str, ComparisonReport]]) -> str:
    """A row a network: exact totals where they were measured, and the verdict."""
    heads = "".join(f'<th scope="col"{_side(i)}>{escape(head)}</th>' for i, head in enumerate(_HEADS))
    rows = "\n".join(_overview_row(identifier, report) for identifier, report in sections)
    return (
        '<section class="overview" aria-labelledby="overview"><h2 id="overview">Overview</h2>\n'
        '<div class="scroll plain" role="region" tabindex="0" aria-labelledby="overview"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div></section>"
    )


def _overview_row(identifier: str, report: ComparisonReport) -> str:
    totals = report.totals
    counts = [
        text.number(totals.macs_formula),
        text.number(totals.macs_measured),
        text.signed(None if totals.macs_measured is None else totals.macs_measured - totals.macs_formula),
        text.number(totals.params_accounted),
        text.number(totals.params_measured),
    ]
    cells = "".join(f'<td class="number">{count}</td>' for count in counts)
    verdict = f'<td class="verdict v-{report.verdict.replace(" ", "-")}">{escape(report.verdict)}</td>'
    return f'<tr><th scope="row"><a href="#{identifier}">{escape(heading(report))}</a></th>{cells}{verdict}</tr>'


def _side(column: int) -> str:
    return ' class="number"' if 0 < column < len(_HEADS) - 1 else ""


def paper_formula(report: ComparisonReport, dials: Sequence[Dial]) -> dict[str, str]:
    """The closed form of a network of the book, typeset."""
    from convcost.report.page.mathml import network_parts

    architecture = report.comparison.network.architecture
    left_out = {dial.name for dial in dials} | {option.name for option in architecture.options if option.scales}
    found = network_parts(architecture, {k: v for k, v in report.given.items() if k not in left_out})
    widths = f'<p>Rounded channel counts:</p><ul class="widths">{found["widths"]}</ul>' if found["widths"] else ""
    return {**found, "widths": widths, "symbols": _meanings(dials)}


def derived_formula(derivation: Derivation, dials: Sequence[Dial]) -> dict[str, str]:
    """What was derived of a model, typeset."""
    from convcost.report.page.mathml import derived

    return {
        "macs": derived(derivation.forms["macs"][0], derivation.symbols),
        "parameters": text.number(derivation.parameters),
        "domain": escape(derivation.domain),
        "note": escape(f"{derivation.note}.") if derivation.note else "",
        "symbols": _meanings(dials),
    }


def _meanings(dials: Sequence[Dial]) -> str:
    return "".join(f"<div><dt>{escape(d.symbol)}</dt><dd>{escape(d.meaning)}</dd></div>" for d in dials)


def sources(report: ComparisonReport) -> str:
    """Where each operator's formula is from."""
    known = records(Operator)
    used = dict.fromkeys(row.operator for row in report.all_rows if row.operator in known)
    items = "\n".join(
        f"<li><strong>{escape(known[name].title)}</strong> ({escape(name)}): {escape(str(known[name].source))}</li>"
        for name in used
    )
    return f"<details><summary>Sources of the operators’ formulas</summary><ul>\n{items}\n</ul></details>"
