"""The parts of a page that no slider changes: the overview, the typeset formula, the sources."""

from collections.abc import Sequence
from html import escape
from typing import Any

from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.explore.network_program import Slider
from convcost.report import text
from convcost.report.comparison import ComparisonReport, heading
from convcost.symbolic.closed_form import NetworkForm
from convcost.symbolic.derivation import Derivation
from convcost.symbolic.expressions import line
from convcost.symbolic.mathml import typeset
from convcost.symbolic.printer import plain


def name(report: ComparisonReport) -> str:
    """Return the title of a section."""
    paper = report.comparison.paper
    return paper.architecture.title if paper else report.reference


def settings(report: ComparisonReport) -> str:
    """Return what was measured: α = 0.75, R = 192: input 1×3×192×192."""
    return heading(report).removeprefix(name(report)).lstrip(":, ")


def formula_source(report: ComparisonReport) -> str:
    """Return where the formula is from."""
    paper = report.comparison.paper
    return str(paper.architecture.source) if paper else "each operator’s own, over what the model calls"


_HEADS = ("network", "MACs, formula", "measured", "difference", "parameters, formula", "measured", "verdict")


def overview(sections: Sequence[tuple[str, ComparisonReport]]) -> str:
    """Return a table with one row per network: exact totals as they were measured, and the verdict."""
    heads = "".join(f'<th scope="col"{_side(i)}>{escape(head)}</th>' for i, head in enumerate(_HEADS))
    rows = "\n".join(_overview_row(identifier, report) for identifier, report in sections)
    return (
        '<section class="overview" aria-labelledby="overview"><h2 id="overview">Overview</h2>\n'
        '<div class="scroll plain" role="region" tabindex="0" aria-labelledby="overview"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n"
        '<div id="overview-chart"><h3 id="overview-curve">Cost up to each layer</h3>\n'
        '<div class="bar" data-part="chart-controls"></div>\n'
        '<figure aria-labelledby="overview-curve"><div class="chart" data-part="chart"></div><figcaption>'
        '<ul class="legend" data-part="legend"></ul></figcaption>'
        "</figure></div></section>"
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


def paper_formula(form: NetworkForm, sliders: Sequence[Slider]) -> dict[str, str]:
    """Return the closed form of a paper's network, typeset."""
    order = ["B", "R", *(str(name) for name, _ in form.widths)]

    def shown(count: Any) -> str:
        return typeset(line(count, order))

    rows = "\n".join(f"<tr><td>{shown(size)}</td><td>{shown(macs)}</td></tr>" for size, macs in form.terms)
    widths = "\n".join(f"<li>{shown(name)} = {shown(meaning)}</li>" for name, meaning in form.widths)
    return {
        "terms": rows,
        "parameters": shown(form.parameters),
        "widths": f'<p>Rounded channel counts:</p><ul class="widths">{widths}</ul>' if widths else "",
        "symbols": _meanings(sliders),
    }


def derived_formula(derivation: Derivation, sliders: Sequence[Slider]) -> dict[str, str]:
    """Return what was derived of a model, typeset."""
    return {
        "macs": typeset(plain(derivation.forms["macs"][0], derivation.symbols)),
        "parameters": text.number(derivation.parameters),
        "domain": escape(derivation.domain),
        "note": escape(f"{derivation.note}.") if derivation.note else "",
        "symbols": _meanings(sliders),
    }


def _meanings(sliders: Sequence[Slider]) -> str:
    return "".join(f"<div><dt>{escape(s.symbol)}</dt><dd>{escape(s.meaning)}</dd></div>" for s in sliders)


def sources(report: ComparisonReport) -> str:
    """Return where each operator's formula is from."""
    known = records(Operator)
    used = dict.fromkeys(row.operator for row in report.all_rows if row.operator in known)
    items = "\n".join(
        f"<li><strong>{escape(known[name].title)}</strong> ({escape(name)}): {escape(str(known[name].source))}</li>"
        for name in used
    )
    return f"<details><summary>Sources of the operators’ formulas</summary><ul>\n{items}\n</ul></details>"
