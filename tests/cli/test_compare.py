"""`convcost compare` as a user sees it: exit codes, files, errors of one line, narrow and wide terminals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import convcost as package
from convcost.models.torchvision_and_timm import library
from tests.shell import convcost

SMALL = ("compare", "mobilenet_v1", "--alpha", "0.25", "--resolution", "64")


def test_agreement_is_exit_code_0_and_says_so() -> None:
    outcome = convcost(*SMALL)
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.splitlines()[-1] == "Verdict: agree (28 of 28 layers agree)."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--alpha", "0"], "--alpha is 0, but must be a decimal above 0 and at most 16"),
        (["--alpha", "x"], "--alpha is 'x', but must be a decimal above 0 and at most 16"),
        (["--alpha", "nan"], "--alpha is 'nan', but must be a decimal above 0 and at most 16"),
        (["--alpha", "-1"], "--alpha is '-1', but must be a decimal above 0 and at most 16"),
        (["--rho", "inf"], "--rho is 'inf', but must be a decimal above 0 and at most 16"),
        (["--rho", "0.857", "--resolution", "192"], "give --rho or --resolution, not both"),
        (["--resolution", "31"], "--resolution is 31, but must be a whole number from 32 to 65536"),
        (["--rho", "0.1"], "--resolution is 22, but must be a whole number from 32 to 65536"),
        (["--resolution", "224.5"], "--resolution is '224.5', but must be a whole number from 32 to 65536"),
        (["--batch", "0"], "--batch is 0, but must be a whole number from 1 to 65536"),
        (["--classes", "ten"], "--classes is 'ten', but must be a whole number from 1 to 1000000"),
        (["--variant", "deep"], "--variant is 'deep', but must be one of paper, shallow, full-conv"),
        (["--csv", "/nowhere/at/all.csv"], "cannot write /nowhere/at/all.csv: there is no folder /nowhere/at"),
        (["--unit", "joules"], "'joules' is not one of 'macs', 'flops'."),
        (["--alhpa", "1"], "mobilenet_v1 has no option --alhpa; it has --alpha, --rho, --resolution"),
        (["extra"], "unexpected 'extra'; options are written --option value"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    outcome = convcost("compare", "mobilenet_v1", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1
    assert message.replace("'", "") in outcome.err.replace("'", "")


@pytest.mark.parametrize(("name", "near"), [("mobilnet_v1", "did you mean mobilenet_v1"), ("zzz", "known: ")])
def test_an_unknown_network_lists_the_near_ones(name: str, near: str) -> None:
    outcome = convcost("compare", name)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert near in outcome.err


@pytest.mark.parametrize("more", [(), ("--input", "1,3,8,8")])
def test_a_file_without_its_factory_says_what_is_missing(more: tuple[str, ...]) -> None:
    outcome = convcost("compare", "nets.py", *more)
    assert outcome.err == "error: nets.py names no factory; write nets.py:FACTORY, a class, a function or a module\n"


def test_no_half_written_file_and_none_overwritten_by_a_failed_run(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("mine")
    assert convcost(*SMALL, "--csv", str(target), "--markdown", str(tmp_path / "no" / "rows.md")).code == 2
    assert convcost("compare", "mobilenet_v1", "--alpha", "0", "--csv", str(target)).code == 2
    assert target.read_text() == "mine"
    assert convcost(*SMALL, "--csv", str(tmp_path)).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_csv_has_one_row_a_layer_of_raw_integers(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    assert convcost(*SMALL, "--csv", str(target)).code == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert len(rows) == 28
    needed = "layer operator input_shape output_shape params_formula params_measured macs_formula macs_measured"
    assert {*needed.split(), "macs_difference", "verdict"} <= set(rows[0])
    # The printed columns add up to the totals of the JSON.
    data = tmp_path / "all.json"
    assert convcost(*SMALL, "--json", str(data), "--all-operators").code == 0
    totals = json.loads(data.read_text(encoding="utf-8"))["totals"]
    assert sum(int(row["macs_formula"]) for row in rows) == totals["macs_formula"]
    assert sum(int(row["macs_measured"]) for row in rows) == totals["macs_measured"]
    assert {row["macs_difference"] for row in rows} == {"0"}


def test_json_holds_totals_verdict_and_versions(tmp_path: Path) -> None:
    target = tmp_path / "all.json"
    assert convcost(*SMALL, "--json", str(target), "--all-operators").code == 0
    data = json.loads(target.read_text(encoding="utf-8"))
    assert data["model"] == "mobilenet_v1"
    assert data["inputs"] == [[1, 3, 64, 64]]
    assert data["verdict"] == "agree"
    assert data["uncounted"] == {"aten::softmax": 1}
    assert {"convcost", "torch", "fvcore", "python"} <= set(data["versions"])
    totals = data["totals"]
    assert totals["fvcore_total"] == totals["fvcore_total_formula"] > totals["macs_formula"]
    assert sum(layer["params_formula"] for layer in data["layers"]) == totals["params_formula"]
    # fvcore's own total is the sum of what it counted for each operator; None is what it has no handle for.
    assert sum(layer["macs_measured"] or 0 for layer in data["layers"]) == totals["fvcore_total"]


def test_markdown_is_a_page_with_the_layers(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    assert convcost(*SMALL, "--markdown", str(target)).code == 0
    text = target.read_text(encoding="utf-8")
    assert text.startswith(
        "# MobileNet V1, α = 0.25, R = 64, 1×3×64×64: 3.58 M MACs, 470.07 K parameters; 28 of 28 layers agree"
    )
    assert sum(line.startswith("| block") for line in text.splitlines()) == 26
    assert text.endswith("Verdict: agree (28 of 28 layers agree).\n")


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_output_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = convcost(*SMALL, "--all-operators")
    assert max(len(line) for line in outcome.out.splitlines()) <= columns
    names = {word for line in outcome.out.splitlines() for word in line.split()}
    assert {"block13.pw", "MACs", "fvcore", "verdict"} <= names
    assert ("Not shown at this width" in outcome.out) == (columns < 200)


def test_no_colour_in_a_pipe_nor_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in convcost(*SMALL).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m" in convcost(*SMALL).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in convcost(*SMALL).out


def test_the_same_text_each_time() -> None:
    assert convcost(*SMALL, "--all-operators").out == convcost(*SMALL, "--all-operators").out


def test_rows_per_block_and_per_operator() -> None:
    blocks = convcost(*SMALL, "--per", "block").out
    assert "block13" in blocks
    assert "block13.pw" not in blocks
    kinds = convcost(*SMALL, "--per", "operator").out
    assert "conv dw 3×3" in kinds
    assert "13 layers" in kinds


def test_all_operators_name_the_conventions() -> None:
    out = convcost(*SMALL, "--all-operators").out
    assert "block1.dw.bn" in out
    assert "Note: fvcore counts 2 per element of a batch norm." in out
    assert "Note: fvcore has no handle for aten::softmax." in out


def test_rows_and_their_groups_have_a_share_of_the_macs(tmp_path: Path) -> None:
    # Howard et al. 2017, Table 2: 94.86 % of the mult-adds in 1×1 convolutions, 0.18 % in the fully connected layer.
    file = tmp_path / "shares.md"
    assert convcost("compare", "mobilenet_v1", "--per", "operator", "--markdown", str(file)).code == 0
    rows = [[cell.strip() for cell in line.split("|")] for line in file.read_text(encoding="utf-8").splitlines()]
    place = next(row.index("share") for row in rows if "share" in row)
    shares = {row[1]: row[place] for row in rows if len(row) > place and row[place].endswith("%")}
    assert shares["conv 1×1"] == "94.86 %"
    assert shares["fully connected"] == "0.18 %"


def test_the_first_line_is_of_one_network_and_says_what_does_not_agree() -> None:
    # He et al. 2015, Table 1: 3.8 billion for 50 layers. The library's model of 18 layers has 11.69 M parameters, which
    # are not the paper's 25.56 M.
    model = library("torchvision").models.resnet18(weights=None)
    answer = package.compare("resnet", model=model, depth=50).text(200).splitlines()[0]
    assert answer.startswith("ResNet, depth = 50, 1×3×224×224: 3.86 G MACs, 25.56 M parameters; disagree, ")
