"""LaTeX: nothing breaks out of a cell, rows have all columns, and the integers are the report's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import convcost
from convcost.core.errors import ConvcostError
from convcost.report import latex as renderer
from convcost.report.comparison import ComparisonReport
from convcost.report.content import Column, Content, Table, numbers
from convcost.symbolic.latex import aligned, escaped, formula, in_math, lines, symbol
from tests.report import latex
from tests.report.odd import MACS, NAMES, reports
from tests.shell import convcost as shell

OURS = {
    *(
        "begin",
        "end",
        "centering",
        "caption",
        "toprule",
        "midrule",
        "bottomrule",
        "setlength",
        "tabcolsep",
        "linewidth",
    ),
    *("item", "paragraph"),
    *("small", "footnotesize", "scriptsize", "tiny", "tabularnewline", "raggedright", "allowbreak", "clearpage"),
}
SIGNS = {
    *("times", "cdot", "alpha", "rightarrow", "vert", "texttt", "textbackslash", "textasciitilde", "textasciicircum"),
    *("lceil", "rceil", "lfloor", "rfloor", "rho", "approx", "geq", "leq", "ldots", "varphi", "Sigma"),
}


def integers(cells: list[str]) -> list[int]:
    return [int(c.replace(",", "").replace("$", "")) for c in cells if re.fullmatch(r"(\$[+-]\$)?[\d,]+", c)]


@pytest.mark.parametrize("name", ["compare", "diff", "referee"])
def test_odd_names_stay_text(name: str) -> None:
    text = reports()[name].to_latex()
    assert latex.balanced(text)
    assert latex.commands(text) <= OURS | SIGNS
    found = latex.tables(text)
    assert found
    for columns, rows in found:
        assert {len(row) for row in rows} == {columns}


def test_layers_and_their_sum_are_the_reports_integers() -> None:
    (_, (_, *rows)), *_ = latex.tables(reports()["compare"].to_latex())
    # Parameters are products of neighbouring channels, MACs those on sixteen positions.
    assert [integers(row) for row in rows[:-1]] == [[m // 16, m] for m in MACS]
    assert integers(rows[-1]) == [sum(MACS) // 16, sum(MACS)]
    assert rows[-1][0] == "total"


@pytest.mark.parametrize("report", ["small", "tampered"])
def test_the_columns_of_a_comparison(report: str, request: pytest.FixtureRequest) -> None:
    found: ComparisonReport = request.getfixturevalue(report)
    (_, (head, *rows)), totals, *_ = latex.tables(found.to_latex())
    place = {name: position for position, name in enumerate(head)}
    for row, cells in zip(found.rows, rows[:-1], strict=True):
        for name, count in (("MACs", row.macs_formula), ("fvcore's MACs", row.macs_measured)):
            assert cells[place[name]] == ("?" if count is None else f"{count:,}")
    assert totals[0] == 4
    assert integers(totals[1][2])[:1] == [found.totals.params_formula]


def test_every_kind_of_report_is_whole(tmp_path: Path) -> None:
    grid = convcost.sweep("mobilenet_v1", alpha="0.5,1", resolution=[160, 224])
    written = {
        "sweep": grid.to_latex(),
        "solve": convcost.solve("mobilenet_v1", max_macs="150M", resolution=160).view(frontier=True).to_latex(),
        "claims": convcost.claims().to_latex(),
        "prove": convcost.prove("alexnet").to_latex(),
    }
    for text in written.values():
        assert latex.balanced(text)
        assert latex.commands(text) <= OURS | SIGNS
        assert all({len(row) for row in rows} == {columns} for columns, rows in latex.tables(text))
    counted = [integers(row)[-3] for row in latex.tables(written["sweep"])[0][1][1:]]
    assert counted == grid.frame["macs"].tolist()
    assert "Howard et al. 2017, MobileNets (arXiv 1704.04861)" in written["sweep"]


FILES = {
    "compare": ("mobilenet_v1", "--alpha", "0.25", "--resolution", "32"),
    "sweep": ("mobilenet_v1", "--alpha", "0.5,1"),
    "solve": ("mobilenet_v1", "--max-macs", "150M", "--resolution", "160"),
    "diff": ("mobilenet_v1", "mobilenet_v1 --alpha 0.5"),
    "claims": ("xception",),
    "prove": ("alexnet",),
    "referee": ("mobilenet_v1", "--counters", "torch"),
}


@pytest.mark.parametrize("command", FILES)
def test_commands_write_it(command: str, tmp_path: Path) -> None:
    file = tmp_path / "table.tex"
    outcome = shell(command, *FILES[command], "--latex", str(file))
    assert (outcome.code, outcome.err) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") >= 1
    assert latex.uncommented(text).isascii()  # whatever the engine and its encoding


def test_derive_writes_tables_and_families() -> None:
    layers = shell("derive", "mobilenet_v1", "--per", "layer", "--at", "H=224,W=224", "--latex", "-").out
    (columns, rows), (_, values) = latex.tables(layers)
    assert values[1] == ["MACs", rows[-1][2]]
    macs = [integers([row[2]])[0] for row in rows[1:]]
    assert columns == 4
    assert sum(macs[:-1]) == macs[-1] > 0
    family = shell("derive", "mobilenet_v1", "--over", "alpha", "--latex", "-").out
    assert r"c_{32} &= \max(\lfloor 32 \alpha\rfloor, 8)" in family.replace(" ,", ",").replace(
        r"\alpha \r", r"\alpha\r"
    )


def test_a_network_has_its_widths() -> None:
    out = shell("formula", "mobilenet_v1", "--latex", "-").out
    assert latex.balanced(out)
    assert r"\text{MACs} &= B \left\lceil \frac{R}{2} \right\rceil^{2} \bigl(36 c_{32} + c_{32} c_{64}\bigr)" in out
    for width in (32, 64, 128, 256, 512, 1024):
        assert rf"c_{{{width}}} &= \max\left(\left\lfloor {width} \alpha \right\rfloor, 8\right)" in out


def test_tables_are_cut_at_a_page_and_refused_beyond_a_paper() -> None:
    rows = [[f"layer{n}", f"{n:,}"] for n in range(100)]
    text = renderer.document_part(
        Content("net", "source", [Table([Column("layer"), *numbers("MACs")], rows, [["total", "4,950"]])])
    )
    found = latex.tables(text)
    assert sum(len(body) - 1 for _, body in found) == 101
    assert [body[-1][0] == "total" for _, body in found] == [False] * (len(found) - 1) + [True]
    with pytest.raises(ConvcostError, match="write CSV"):
        renderer.document_part(Content("net", "source", [Table([Column("layer"), *numbers("MACs")], rows * 21)]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & c\\input{x}", r"a\_b \& c\textbackslash{}input\{x\}"),
        ("100% of #1 for $5 ~ x^2", r"100\% of \#1 for \$5 \textasciitilde{} x\textasciicircum{}2"),
        ("[red] *", "{[}red{]} {*}"),  # either could be an argument of the \\ before
        ("--alpha", "-{}-alpha"),  # no dash
        ("α·ρ² ≤ ⌈R/2⌉", r"$\alpha \cdot \rho {}^{2}$ $\leq$ $\lceil$R/2$\rceil$"),
        ("é ß 中", r"\'{e} \ss{} \texttt{U+4E2D}"),
        ("d′ and d″", "d$'$ and d$''$"),
        ("a\nb\tc\x1b", r"a b c\texttt{U+001B}"),
    ],
)
def test_text(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize("name", NAMES)
def test_text_in_formulas_has_no_escapes_within(name: str) -> None:
    shown = in_math(name)
    assert latex.balanced(shown)
    for inside in re.findall(r"\\text\{([^}]*)\}", shown):
        assert not set(inside) & set("\\$&%#_{^~<>\x1b\n\u202e")


def test_symbols_and_lines() -> None:
    assert [symbol(n) for n in ("c32", "D_K", "alpha", "α", "B", "c96'")] == [
        *("c_{32}", "D_{K}", r"\alpha", r"\alpha", "B", "c_{96}'")
    ]
    assert formula("6·c24") == "6 c_{24}"
    parts = ["9408 B", *[f"+ {n} H W" for n in range(40)]]
    assert " ".join(lines(parts)) == " ".join(parts)
    assert len(lines(parts)) > 3
    assert aligned([("x", parts)]).count("&") == len(lines(parts))
