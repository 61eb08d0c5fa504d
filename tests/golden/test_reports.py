"""The files in reports/ are what the comparison gives today, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import convcost
from convcost.comparison.published.claim import claims as published
from convcost.core.architecture import Architecture
from convcost.core.registry import records
from tests.comparison.published.rates import measured
from tests.golden import grid, proofs
from tests.golden.audits import LIBRARIES
from tests.golden.rates import worth
from tests.golden.systems import PROOFS, SYSTEMS

REPORTS = Path(__file__).parents[2] / "reports"
PICTURE = "mobilenet_v1.svg"  # of the main job, shown in the READMEs


def test_every_network_has_a_report() -> None:
    assert set(records(Architecture)) - set(SYSTEMS) == set(), "add its settings to SYSTEMS in tests/golden/systems.py"


@pytest.mark.parametrize("name", SYSTEMS)
def test_report_is_up_to_date(name: str, request: pytest.FixtureRequest) -> None:
    reports = [convcost.compare(name, **settings) for settings in SYSTEMS[name]]
    first = " ".join(f"--{option} {value}" for option, value in SYSTEMS[name][0].items())
    contents = {
        f"{name}.md": grid.page(reports, f"convcost compare {name} {first}".strip()),
        f"{name}.csv": grid.csv(reports),
    }
    if request.config.getoption("--regenerate"):
        for file, content in contents.items():
            (REPORTS / file).write_bytes(content.encode())
    for file, content in contents.items():
        path = REPORTS / file
        assert path.exists(), f"reports/{file} is not there yet: make reports"
        assert path.read_bytes() == content.encode(), f"{file} is out of date: make reports"


def test_claims_are_up_to_date(request: pytest.FixtureRequest) -> None:
    # What an explanation is worth stands before the claims.
    head, first, rest = convcost.claims().to_markdown().partition("## Refuted")
    content = f"{head}{worth(measured())}\n{first}{rest}".encode()
    if request.config.getoption("--regenerate"):
        (REPORTS / "claims.md").write_bytes(content)
    assert (REPORTS / "claims.md").read_bytes() == content, "claims.md is out of date: make reports"
    text = content.decode()
    titles = [text.index(f"## {title}") for title in ("Refuted", "Explained", "Truncated", "Holds", "Not computed")]
    assert titles == sorted(titles)
    assert "the same search explains" in text
    assert sum(f"| {claim.id} " in text for claim in published()) == len(published())


def test_proofs_are_up_to_date(request: pytest.FixtureRequest) -> None:
    reports = [convcost.prove(name, model=model, **options) for name, options, model in PROOFS]
    content = proofs.page(reports).encode()
    if request.config.getoption("--regenerate"):
        (REPORTS / "proofs.md").write_bytes(content)
    assert (REPORTS / "proofs.md").read_bytes() == content, "proofs.md is out of date: make reports"
    assert {report.architecture.name for report in reports if report.ok} == set(records(Architecture))
    # Each for a reason of its own: v1.5's strides, another pool, other kernels, heads that only training uses.
    assert [(r.architecture.name, r.reference) for r in reports if not r.ok] == [
        ("resnet", "torchvision:resnet50"),
        ("se_resnet", "timm:seresnet50"),
        ("googlenet", "torchvision:googlenet"),
        ("googlenet", "torchvision:googlenet"),
        ("inception_v3", "torchvision:inception_v3"),
    ]


def test_the_picture_is_up_to_date(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    report = convcost.compare("mobilenet_v1", alpha="0.75", rho="0.857")
    if request.config.getoption("--regenerate"):
        report.to_plot(REPORTS / PICTURE)
    report.to_plot(tmp_path / PICTURE)
    assert (REPORTS / PICTURE).read_bytes() == (tmp_path / PICTURE).read_bytes(), f"{PICTURE}: make reports"
    assert (REPORTS / PICTURE).stat().st_size < 65_536


def test_nothing_else_is_in_reports() -> None:
    written_by_hand = {"benchmarks.md"}
    tables = {f"{name}.{ending}" for name in (*SYSTEMS, *LIBRARIES) for ending in ("md", "csv")}
    expected = tables | {"README.md", "claims.md", "proofs.md", "conventions.md", "referee.csv", "referee.md", PICTURE}
    assert {path.name for path in REPORTS.iterdir()} - written_by_hand == expected


_INDEX = re.compile(r"(?<=<!-- index -->\n).*?(?=<!-- end of index -->)", re.DOTALL)


def test_the_index_has_every_report(request: pytest.FixtureRequest) -> None:
    readme = REPORTS / "README.md"
    text = readme.read_text(encoding="utf-8")
    fresh = index()
    if request.config.getoption("--regenerate"):
        readme.write_text(_INDEX.sub(lambda _: fresh, text), encoding="utf-8")
    assert _INDEX.findall(readme.read_text(encoding="utf-8")) == [fresh], "reports/README.md: make reports"
    linked = re.findall(r"\]\(([^)]*)\)", fresh)
    assert sorted(linked) == sorted(path.name for path in REPORTS.iterdir() if path != readme)


def index() -> str:
    """Return a table of the reports with their titles, one row per page and its data."""
    rows = ["| Report | Data | What |", "|---|---|---|"]
    for page in sorted(REPORTS.glob("*.md")):
        if page.name != "README.md":
            title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            beside = [page.with_suffix(ending) for ending in (".csv", ".svg")]
            links = ", ".join(f"[{path.name}]({path.name})" for path in beside if path.exists())
            rows.append(f"| [{page.name}]({page.name}) | {links} | {title} |")
    return "\n".join(rows) + "\n"
