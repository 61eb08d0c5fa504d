"""Whatever the width of a terminal, no integer is cut: it is printed whole, or its column is named as left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from convcost.report import table
from convcost.report.content import Column, Content, Table, numbers
from convcost.report.report import Report
from convcost.report.table import plain_text
from tests.cli.project import project
from tests.shell import convcost

WIDTHS = (60, 80, 100, 140, 200)
SMALL = ("mobilenet_v1", "--alpha", "0.25", "--resolution", "32")
TRACED = ("--counters", "fvcore,torch")
COMMANDS = [
    ("compare", *SMALL),
    ("compare", *SMALL, "--per", "block"),
    ("compare", *SMALL, "--per", "operator", "--all-operators"),
    ("compare", "mobilenet_v2", "--alpha", "1.4", "--rho", "0.857", "--unit", "flops"),
    ("compare", "torchvision:vit_b_16"),
    ("compare", "resnet", "--depth", "50", "--model", "torchvision:resnet50"),
    ("show", "mobilenet_v2"),
    ("show", "resnet", "--depth", "152", "--per", "block"),
    ("show", "mobilenet_v1", "--symbolic"),
    ("formula", "depthwise_separable"),
    ("formula", "depthwise_separable", *(f"--set={value}" for value in ("D_K=3", "M=512", "N=512", "D_F=14"))),
    ("formula", "conv_transpose3d"),
    ("formula", "mobilenet_v2"),
    ("list",),
    ("claims",),
    ("claims", "mobilenet_v1", "--failed"),
    ("sweep", "mobilenet_v1", "--alpha", "0.25:1:0.05", "--resolution", "128:224:32", "--batch", "1000,65536"),
    ("sweep", "mobilenet_v1", "--alpha", "0.25", "--resolution", "32,64", "--verify", "1"),
    ("solve", "mobilenet_v2", "--max-macs", "300M", "--max-params", "3.5M", "--frontier"),
    ("solve", "mobilenet_v1", "--max-macs", "1", "--resolution", "160"),
    ("diff", "resnet --depth 50", "torchvision:resnet50"),
    ("count", "torchvision:resnet18"),
    ("summary", "torchvision:swin_t", "--depth", "4"),
    ("summary", "torchvision:vit_b_16", "--sort", "macs"),
    ("derive", "resnet", "--depth", "152", "--at", "H=224,W=224"),
    ("derive", "torchvision:swin_t", "--per", "layer"),
    ("derive", "mobilenet_v1", "--per", "stage", "--at", "H=1024,W=2048"),
    ("derive", "mobilenet_v1", "--over", "alpha"),
    ("prove", "mobilenet_v1", "--alpha", "0.75"),
    ("prove", "resnet", "--model", "torchvision:resnet50"),
    ("referee", "torchvision:resnet50", *TRACED),
    ("referee", "mobilenet_v1", *TRACED, "--per", "layer"),
    ("referee", "mobilenet_v1", *TRACED, "--per", "operator"),
    ("referee", "torchvision:resnet50", "--explain", "fvcore", "torch"),
    ("referee", "torchvision:resnet50", "--against", "4.1G"),
    ("conventions",),
    ("check", "."),
    ("audit", "models.txt", "--jobs", "1"),
]
_INTEGER = re.compile(r"\d+(?:,\d{3})*")
_CELL = re.compile(r"\S+(?: \S+)*")
_LEFT_OUT = re.compile(r"Not shown at this width: (.*?) \([^()]*(?:\([^()]*\))?[^()]* has every column\)")


def integers(text: str) -> Counter[str]:
    return Counter(_INTEGER.findall(text))


def left_out(narrow: str) -> set[str]:
    """The headers of the columns that a narrow output says it leaves out."""
    return {header for names in _LEFT_OUT.findall(" ".join(narrow.split())) for header in names.split(", ")}


def of_columns(wide: str, headers: set[str]) -> Counter[str]:
    """The integers in the columns of a wide output that have one of these headers."""
    found: Counter[str] = Counter()
    lines = wide.splitlines()
    for number, line in enumerate(lines):
        if not re.fullmatch("─+", line):
            continue
        spans = [cell.span() for cell in _CELL.finditer(lines[number - 1]) if cell[0] in headers]
        for row in lines[number + 1 :]:
            if not row.strip():
                break
            for cell in _CELL.finditer(row):
                if any(cell.start() == start or cell.end() == end for start, end in spans):
                    found += integers(cell[0])
    return found


def faults(wide: str, narrow: str, width: int) -> list[str]:
    """What is wrong with a narrow output beside the widest one."""
    lines = narrow.splitlines()
    found = [f"wider than {width}: {line}" for line in lines if cell_len(line) > width]
    found += [f"ends in blanks: {line}" for line in lines if line != line.rstrip()]
    lost = integers(wide) - integers(narrow) - of_columns(wide, left_out(narrow))
    return found + [f"{integer} is lost" for integer in lost]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_integer_is_cut_at_any_width(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.txt").write_text("torchvision:alexnet\ntorchvision:no_such_net\n", encoding="utf-8")
    limits = "macs = '<= 21K'\nparams = '<= 1K'"
    project(tmp_path, small=limits, another_budget_with_a_long_name="activations = '<= 2.5M'")
    monkeypatch.chdir(tmp_path)
    printed: list[Report] = []

    def kept(report: Report) -> str:
        printed.append(report)
        return ""

    monkeypatch.setattr(Report, "__str__", kept)
    outcome = convcost(*command)
    assert printed, outcome.err
    for report in printed:
        texts = {width: report.text(width) for width in WIDTHS}
        for width, text in texts.items():
            assert faults(texts[WIDTHS[-1]], text, width) == []


WIDE = """\
layer     params       MACs  verdict
────────────────────────────────────
conv1.dw     648  5,971,968  agree
"""


@pytest.mark.parametrize(
    ("narrow", "fault"),
    [
        (WIDE, None),
        (WIDE.replace("5,971,968", "5,971,96\n8"), "5,971,968 is lost"),
        (WIDE.replace("5,971,968", "5,971,…"), "5,971,968 is lost"),
        (WIDE.replace("conv1", "con…"), "1 is lost"),
        (WIDE.replace("   648", ""), "648 is lost"),
        (WIDE.replace("   648", "") + "Not shown at this width: MACs (--csv has every column).", "648 is lost"),
        (WIDE.replace("   648", "") + "Not shown at\nthis width: params (--csv has every\ncolumn).", None),
        (WIDE.replace("agree", "agree  "), "ends in blanks: conv1.dw     648  5,971,968  agree  "),
        (WIDE + "─" * 61, f"wider than 60: {'─' * 61}"),
    ],
)
def test_a_fault_is_found(narrow: str, fault: str | None) -> None:
    found = faults(WIDE, narrow, 60)
    assert found == [] if fault is None else fault in found


TABLE = Table(
    [Column("layer", "name"), *numbers("MACs"), *numbers("parameters", "activations", rank=1), Column("why", "words")],
    [
        ["encoder.layers.encoder_layer_11.self_attention", "4,111,512,576", "25,557,032", "11,114,536", "all 3 agree"],
        ["fc", "2,048,000", "2,049,000", "1,000", "fvcore counts 4,096,000 in place of 2,048,000"],
    ],
)


@pytest.mark.parametrize(
    ("function", "worse"),
    [
        ("fitting", lambda table, _: range(len(table.columns))),
        ("shortened", lambda names, width: {name: name[:width] for name in names}),
        ("wrapped", lambda text, width: [text[start : start + width] for start in range(0, len(text), width)]),
        ("_stripped", lambda line: line),
    ],
)
def test_a_worse_printer_is_found(function: str, worse: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content("", "", [TABLE])
    wide = plain_text(content, 200)
    assert [faults(wide, plain_text(content, width), width) for width in range(60, 201)] == [[]] * 141
    monkeypatch.setattr(table, function, worse)
    assert any(faults(wide, plain_text(content, width), width) for width in range(60, 201))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (46, "encoder.layers.encoder_layer_11.self_attention"),
        (45, "encoder.layers.encoder_layer_11.…_attention"),
        (31, "encoder…layer_11.self_attention"),
        (20, "encoder…11…attention"),
        (1, "e…r…11…a…n"),
    ],
)
def test_a_name_keeps_its_index_and_both_ends(width: int, shown: str) -> None:
    name = "encoder.layers.encoder_layer_11.self_attention"
    assert table.shortened([name], width) == {name: shown}


def test_two_names_are_never_shortened_to_one() -> None:
    """Rows of NASNet's table, in the 24 columns that a terminal of 60 leaves for them."""
    names = [f"stem.reduction1.b1.{side}.{layer}" for side in ("left", "right") for layer in ("dw1", "pw1", "dw2")]
    for width in range(1, 30):
        short = list(table.shortened(names, width).values())
        assert len(set(short)) == len(names)
        ends = zip(names, short, strict=True)
        assert all(name[0] == text[0] and name[-1] == text[-1] for name, text in ends)
    assert table.shortened(names, 24)[names[0]] == "stem.…1.b1.left.dw1"


def test_no_symbol_is_broken_within_its_subscript() -> None:
    assert table.wrapped("B·⌈R/16⌉²·c256·c512", 16) == ["B·⌈R/16⌉²·c256·", "c512"]
