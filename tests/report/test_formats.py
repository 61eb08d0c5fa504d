"""Whatever the terminal says of a report stands in its Markdown, its LaTeX and its HTML too, whichever report it is."""

from __future__ import annotations

import html
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import convcost
import convcost.report
from convcost.auditing.row import AuditRow
from convcost.comparison.refereeing.explanation import explained_difference
from convcost.comparison.refereeing.run import counted_model, explain_number
from convcost.comparison.reference import derive_model
from convcost.core.architecture import Architecture
from convcost.core.parsing import parse_model
from convcost.core.record import Formula
from convcost.core.registry import find
from convcost.explore.evaluated import evaluate
from convcost.explore.formula_values import formula_values
from convcost.explore.listing import listed
from convcost.explore.network_table import network_table
from convcost.report.architecture import ArchitectureReport
from convcost.report.audit import AuditReport
from convcost.report.check import CheckReport
from convcost.report.claims import ClaimsReport
from convcost.report.comparison import ComparisonReport
from convcost.report.content import Column, Content, Heading, Sentence, Table
from convcost.report.conventions import ConventionsReport
from convcost.report.count import CountReport
from convcost.report.derivation import DerivationReport, FamilyReport
from convcost.report.difference import DifferenceReport
from convcost.report.formula import FormulaReport, NetworkFormReport
from convcost.report.listing import ListReport
from convcost.report.page.document import PageReport
from convcost.report.proof import ProofReport
from convcost.report.referee import AgainstReport, BetweenReport, RefereeReport
from convcost.report.report import Records, Report
from convcost.report.solution import SolutionReport
from convcost.report.summary import SummaryReport
from convcost.report.sweep import SweepReport, Verified, VerifiedReport
from convcost.symbolic.closed_form import network_form
from convcost.symbolic.latex import escaped


class Odd(nn.Module):
    """Has what a comparison has notes on: an operator that fvcore leaves out, one without a formula, unused weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.unused = nn.Linear(7, 11)
        self.scale = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        found = self.conv(image) * self.scale
        return torch.cdist(found, found).cumsum(0)


def _budgets(folder: Path, limit: int) -> Path:
    (folder / "net.py").write_text("from torch import nn\n\ndef net():\n    return nn.Conv2d(3, 5, 3)\n")
    table = f'[tool.convcost.budgets.net]\nmodel = "net.py:net"\ninput = "1,3,8,8"\nmacs = "<= {limit}"\n'
    (folder / "pyproject.toml").write_text(table)
    return folder


def _audited() -> AuditReport:
    rows = (
        AuditRow("a", "agree", input="1×3×224×224", parameters=10, macs_formula=400, macs_fvcore=400),
        AuditRow("b", "uncounted", macs_formula=500, macs_fvcore=123, uncounted={"no handle": {"matmul": [3, 377]}}),
        AuditRow("c", "disagree", macs_formula=7, macs_fvcore=8, disagreements={"counts 12 taps": 6}),
        AuditRow("d", "no formula", no_formula={"aten::cumsum": 19}),
        *(AuditRow(f"e{n}", "error", error=f"line {n} of it failed") for n in range(12)),
    )
    return AuditReport(rows)


def _derived(_: Path) -> list[Report]:
    found = derive_model(parse_model("resnet --depth 18"), None)
    points = [{"H": 224, "W": 224}, {"H": 96, "W": 64}]
    reports = [DerivationReport(found.derived, per, evaluate(found, points, per)) for per in ("total", "stage")]
    return [*reports, convcost.derive(Odd(), inputs=("B", 3, "H", "W"))]


def _compared(_: Path) -> list[Report]:
    other = convcost.compare("resnet", depth=50, model="torchvision:resnet50")
    return [
        convcost.compare("mobilenet_v1", alpha="0.75", rho="0.857"),
        *(convcost.compare(Odd(), inputs=(1, 3, 9, 8)).view(per, True) for per in ("layer", "operator")),
        *(other, other.view("block")),
    ]


def _solved(_: Path) -> list[Report]:
    found = convcost.solve("mobilenet_v1", max_macs="150M", max_params="3M")
    return [found, found.view(frontier=True), convcost.solve("mobilenet_v1", max_macs="1", resolution=160)]


def _refereed(_: Path) -> list[Report]:
    report = convcost.referee("torchvision:resnet18", counters=["fvcore", "torch"])
    return [report, report.view("layer"), report.view("operator")]


def _between(_: Path) -> list[Report]:
    report = convcost.referee("torchvision:resnet18", counters=["fvcore", "torch"])
    return [BetweenReport(report, explained_difference(report["fvcore"], report["torch"]))]


def _against(_: Path) -> list[Report]:
    model = counted_model(parse_model("torchvision:resnet18"), None)
    return [AgainstReport("resnet18", explain_number(model, number)) for number in ("1.82G", "1.23456G")]


def _formulas(_: Path) -> list[Report]:
    values = {"D_K": "3", "M": "512", "N": "512", "D_F": "14"}
    return [
        FormulaReport(formula_values(find(Formula, name, "formula"), given))
        for name, given in (("depthwise_separable", values), ("depthwise_separable", {}), ("conv2d", {}))
    ]


def _traced(_: Path) -> VerifiedReport:
    return convcost.verify(convcost.sweep("mobilenet_v1", alpha="0.25", resolution="32"), 1)


def _forms(_: Path) -> list[Report]:
    found = find(Architecture, "mobilenet_v1", "network")
    whole = {"alpha": "1", "resolution": "224", "batch": "1", "classes": "1000"}
    return [NetworkFormReport(found, network_form(found, given)) for given in ({}, whole)]


EXAMPLES: dict[type[Report], Callable[[Path], list[Report]]] = {
    AgainstReport: _against,
    ArchitectureReport: lambda _: [
        ArchitectureReport(network_table("mobilenet_v2", {}, "block", symbolic=False)),
        ArchitectureReport(network_table("mobilenet_v1", {}, "layer", symbolic=True)),
    ],
    AuditReport: lambda _: [_audited()],
    BetweenReport: _between,
    CheckReport: lambda folder: [
        *(convcost.check(_budgets(folder, limit), update=update) for limit, update in ((9999, True), (2500, False))),
    ],
    ClaimsReport: lambda _: [convcost.claims("mobilenet_v1"), convcost.claims("tutorials")],
    ComparisonReport: _compared,
    ConventionsReport: lambda _: [ConventionsReport.of("thop"), ConventionsReport.of("fvcore")],
    CountReport: lambda _: [convcost.count("mobilenet_v1"), convcost.count(Odd(), (1, 3, 9, 8))],
    DerivationReport: _derived,
    DifferenceReport: lambda _: [convcost.diff("mobilenet_v1", "mobilenet_v1 --alpha 0.5").view(all_operators=True)],
    FamilyReport: lambda _: [convcost.derive_family("mobilenet_v1", "alpha")],
    FormulaReport: _formulas,
    ListReport: lambda _: [ListReport({"networks": listed("networks"), "counters": listed("counters")})],
    NetworkFormReport: _forms,
    PageReport: lambda _: [convcost.page(["mobilenet_v1 --alpha 0.25", "resnet --depth 18"])],
    ProofReport: lambda _: [
        convcost.prove("alexnet"),
        convcost.prove("resnet", depth=50, model="torchvision:resnet50"),
    ],
    RefereeReport: _refereed,
    SolutionReport: _solved,
    SummaryReport: lambda _: [convcost.summary(Odd(), (1, 3, 9, 8)), convcost.summary("mobilenet_v1", top=5)],
    SweepReport: lambda _: [
        convcost.sweep("mobilenet_v1", alpha="0.25:1.4:0.05", resolution="96:288:32"),
        convcost.sweep("nasnet", penultimate_filters="4032,4033"),
    ],
    Verified: lambda folder: [_traced(folder)[0]],
    VerifiedReport: lambda folder: [_traced(folder)],
}


def _classes(of: type[Report] = Report) -> set[type[Report]]:
    for module in pkgutil.walk_packages(convcost.report.__path__, "convcost.report."):
        importlib.import_module(module.name)
    found = {one for child in of.__subclasses__() for one in (child, *_classes(child))}
    return {one for one in found if one.__module__.startswith("convcost.") and not inspect.isabstract(one)}


def test_every_report_has_an_example() -> None:
    assert {one.__name__ for one in _classes() - EXAMPLES.keys()} == set(), "add it to EXAMPLES: the rest follows"


@pytest.mark.parametrize("report", EXAMPLES, ids=lambda report: report.__name__)
def test_all_that_the_terminal_says_is_in_every_document(report: type[Report], tmp_path: Path) -> None:
    for one in EXAMPLES[report](tmp_path):
        assert isinstance(one, report)
        assert left_out(one) == []


# What the terminal says of its own narrowness is said nowhere else.
_ABOUT_ITSELF = re.compile(r"^Not shown at this width: [^.]*has every column\)\.|^… and [^.]*\.", re.MULTILINE)
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
# The words that a terminal puts before what a document has in a table or as a heading.
_LABEL = re.compile(r"^(Note|Fault|Known fault \(.*?\)|Unexplained|Source|Traced [^:]*): |^At (?=.*:$)")


def left_out(report: Report) -> list[tuple[str, str]]:
    """What the terminal says and a document does not, each with the document's name."""
    markdown, latex, page = _of_markdown(report.to_markdown()), _of_latex(report.to_latex()), _of_html(report.to_html())
    found = []
    # A paper is no wider than a terminal of 80; the other two have every column.
    for name, text, width in (("Markdown", markdown, 1000), ("LaTeX", latex, 80), ("HTML", page, 1000)):
        known = set(_NUMBER.findall(text))
        told = _ABOUT_ITSELF.sub("", report.text(width))
        found += [(name, number) for number in dict.fromkeys(_NUMBER.findall(told)) if number not in known]
    for said in _sentences(report.screen()):
        found += [("Markdown", said)] if said not in markdown else []
        found += [("HTML", said)] if said not in page else []
        found += [("LaTeX", said)] if _of_latex(escaped(said)) not in latex else []
    return found


def _sentences(content: Content) -> list[str]:
    texts = [content.title, content.source]
    texts += [block.text for block in content.blocks if isinstance(block, Sentence | Heading)]
    plain = (_LABEL.sub("", text).strip().rstrip(".:") for text in texts if not text.startswith("…"))
    return [" ".join(text.split()) for text in plain if text]


def _of_markdown(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"\\([\W_])", r"\1", text)).split())


def _of_html(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</t[dh]>", " ", text))).split())


def _of_latex(text: str) -> str:
    joined = text.replace("\\allowbreak{}", "").replace("\\raggedright ", "").replace("{,}", ",")
    return " ".join(re.sub(r"[{}$]", "", joined).split())


class Silent(Report):
    """Says one number and one sentence on the terminal alone."""

    def records(self) -> Records:
        return Records({})

    def content(self) -> Content:
        return Content("title", "", [Table([Column("a")], [["1,234"]])])

    def screen(self) -> Content:
        return Content("title", "", [Table([Column("a")], [["1,234"], ["5,678"]]), Sentence("Note: more.")])


def test_what_is_left_out_is_found() -> None:
    assert left_out(Silent()) == [
        *((name, "5,678") for name in ("Markdown", "LaTeX", "HTML")),
        *((name, "more") for name in ("Markdown", "HTML", "LaTeX")),
    ]
