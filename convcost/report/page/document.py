"""The page: one file that needs no network, the same bytes each time."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files as packaged
from pathlib import Path
from string import Template

from convcost import __version__
from convcost.explore.network_program import NetworkProgram
from convcost.report import files
from convcost.report.comparison import (
    STYLES,
    ComparisonReport,
    by_fvcore,
    conclusion,
    heading,
    missing_formulas,
    parameter_note,
    uncounted_notes,
    versions,
)
from convcost.report.content import Block, Content, Heading, Sentence
from convcost.report.page import parts
from convcost.report.page.data import Json, network_data
from convcost.report.report import Records, Report
from convcost.symbolic.closed_form import NetworkForm
from convcost.symbolic.derivation import Derivation

_SCRIPTS = ("program.js", "words.js", "state.js", "chart.js", "table.js", "page.js")


@dataclass(frozen=True)
class PageSection:
    """A network on the page: its comparison, its program, and the command that compares it at other settings.

    `formula` is the closed form of a paper's network, or what was derived of a model; None where `note` says why not.
    """

    report: ComparisonReport
    program: NetworkProgram
    command: str
    formula: NetworkForm | Derivation | None = None
    note: str = ""

    @property
    def derivation(self) -> Derivation | None:
        """What was derived of a model."""
        return self.formula if isinstance(self.formula, Derivation) else None


@dataclass(frozen=True)
class PageReport(Report):
    """What `convcost.page` returns."""

    sections: tuple[PageSection, ...]

    def __repr__(self) -> str:
        return f"<page: {'; '.join(f'{heading(s.report)}: {s.report.verdict}' for s in self.sections)}>"

    @property
    def ok(self) -> bool:
        """No disagreement in any of the networks."""
        return all(section.report.ok for section in self.sections)

    def records(self) -> Records:
        """One row per layer of every network, whole numbers as they are; unknown counts are <NA>."""
        found = [(report, report.records()) for report in self.reports]
        rows = [(*row, heading(report)) for report, one in found for row in zip(*one.columns.values(), strict=True)]
        first = found[0][1]
        return Records.of((*first.columns, "network"), rows, first.counts)

    def content(self) -> Content:
        """Return the verdict of each network below its name."""
        return Content(self._title, "", self._verdicts(Heading))

    def screen(self) -> Content:
        """Return the same without a title, in lines."""
        return Content("", "", self._verdicts(lambda name: Sentence(name, "bold")))

    def _verdicts(self, named: Callable[[str], Block]) -> list[Block]:
        blocks: list[Block] = []
        for report in self.reports:
            blocks += [named(heading(report)), Sentence(conclusion(report), STYLES[report.verdict])]
        return blocks

    def to_html(self, path: str | Path | None = None) -> str:
        """The page; written to `path` if given, whole or not at all."""
        return files.deliver(self._html, path)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, where a notebook's styles and scripts cannot reach it, nor it them."""
        title, style = escape(self._title), "width: 100%; height: 48rem; border: 0"
        return (
            f'<iframe sandbox="allow-scripts" title="{title}" style="{style}" srcdoc="{escape(self._html)}"></iframe>'
        )

    @property
    def _names(self) -> list[str]:
        return [parts.name(report) for report in self.reports]

    @property
    def _title(self) -> str:
        return f"The cost of {', '.join(self._names)}"

    @cached_property
    def _html(self) -> str:
        style, script = _file("page.css"), "\n".join(map(_file, _SCRIPTS))
        names = self._names
        identifiers = [f"network-{number}" for number in range(1, len(names) + 1)]
        data = [
            network_data(identifier, section.report, section.program, section.command, section.derivation)
            for identifier, section in zip(identifiers, self.sections, strict=True)
        ]
        used = ", ".join(f"{package} {version}" for package, version in versions().items())
        return _filled(
            "page.html",
            policy=_policy(style, script),
            generator=f"convcost {__version__}",
            title=escape(self._title),
            heading=escape(f"The cost of {names[0] if len(names) == 1 else f'{len(names)} networks'}"),
            style=style,
            script=script,
            data=_inert(data),
            overview=parts.overview(list(zip(identifiers, self.reports, strict=True))) if len(names) > 1 else "",
            sections="\n".join(_section(i, s) for i, s in zip(identifiers, self.sections, strict=True)),
            versions=escape(f"Written by convcost. Counted with {used}."),
        )

    @property
    def reports(self) -> list[ComparisonReport]:
        """The comparisons, in the page's order."""
        return [section.report for section in self.sections]


def _section(identifier: str, section: PageSection) -> str:
    report = section.report
    comparison = report.comparison
    notes = [section.note, *uncounted_notes(comparison), parameter_note(comparison), missing_formulas(comparison)]
    return _filled(
        "section.html",
        id=identifier,
        title=escape(parts.name(report)),
        source=escape(parts.formula_source(report)),
        measured=escape(f"model {report.reference} {by_fvcore(comparison)}: {parts.settings(report)}"),
        limits="".join(f'<p class="limits">{escape(note)}</p>' for note in notes if note),
        conclusion=escape(conclusion(report).removeprefix("Verdict: ").replace(" (--all-operators shows all)", "")),
        formula=_formula(identifier, section),
        sources=parts.sources(report),
    )


def _formula(identifier: str, section: PageSection) -> str:
    """Return the formula typeset; empty where there is none in one piece."""
    sliders, formula = section.program.sliders, section.formula
    if isinstance(formula, NetworkForm):
        return _filled("formula.html", id=identifier, **parts.paper_formula(formula, sliders))
    if isinstance(formula, Derivation):
        return _filled("derived.html", id=identifier, **parts.derived_formula(formula, sliders))
    return ""


def _file(name: str) -> str:
    return packaged("convcost.report.page").joinpath(name).read_text(encoding="utf-8")


def _filled(name: str, **values: str) -> str:
    return Template(_file(name)).substitute(values)


def _policy(*inline: str) -> str:
    """Return a policy by which nothing may be loaded, and only the page's own style and script may act."""
    style, script = (
        f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" for content in inline
    )
    return f"default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"


def _inert(data: Sequence[Json]) -> str:
    """Return JSON that cannot end the element that it is in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
