"""Lists of models: a library's, a file's, lines; what cannot be read is one line with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

import convcost
from convcost.auditing.run import read_models
from convcost.core.parsing import parse_model, parse_reference
from convcost.models.torchvision_and_timm import library

LINES = "# ours\n\nresnet\nnets.py:Net --arg width=3 --input 1,3,32,32  # small\nresnet\n"
FOUND = [parse_model("resnet"), parse_model("nets.py:Net --input=1,3,32,32 --arg width=3")]


def test_a_file_of_lines_each_model_once(tmp_path: Path) -> None:
    file = tmp_path / "models.txt"
    file.write_text(LINES)
    assert read_models(file) == read_models(str(file)) == FOUND
    assert [str(task) for task in FOUND] == ["resnet", "nets.py:Net --arg width=3 --input 1,3,32,32"]
    assert [parse_model(str(task)) for task in FOUND] == FOUND


@pytest.mark.parametrize("header", ["", "name,verdict\n", "Model,x\n"])
def test_the_first_column_of_a_csv(header: str, tmp_path: Path) -> None:
    file = tmp_path / "models.csv"
    file.write_text(header + 'resnet,agree\n"nets.py:Net --arg width=3 --input 1,3,32,32",x\n')
    assert read_models(file) == FOUND


def test_lines_from_python() -> None:
    assert read_models(LINES.splitlines()[2:3]) == FOUND[:1]
    spaced = parse_model("""'my nets.py:Net' --arg "text='a b'" """)
    assert (spaced.text, spaced.arguments) == ("my nets.py:Net", {"text": "'a b'"})
    assert parse_model(str(spaced)) == spaced


@pytest.mark.parametrize(("folder", "quoted"), [("größe", False), ("my nets", True), ("it's", True)])
def test_a_path_is_one_word(folder: str, quoted: bool) -> None:
    task = parse_reference(f"{folder}/nets.py:Net", arguments={"width": "3"})
    line = str(task)
    assert line.startswith(folder) is not quoted
    assert read_models([line]) == read_models([line], "Net*") == read_models([line], "Net --arg *") == [task]


def test_whole_libraries() -> None:
    found = read_models("torchvision")
    assert {"torchvision:resnet18", "torchvision:raft_large"} < {task.text for task in found}
    assert [task.text for task in read_models("timm")] == [f"timm:{name}" for name in library("timm").list_models()]


@pytest.mark.parametrize("pattern", ["resnet18", "torchvision:resnet18", "*net18", "[r]*t18*"])
def test_filter_matches_the_name_or_the_whole_reference(pattern: str) -> None:
    assert parse_model("torchvision:resnet18") in read_models("torchvision", pattern)
    assert parse_model("torchvision:resnet34") not in read_models("torchvision", pattern)


def test_filter_of_lines_with_options() -> None:
    lines = ["nets.py:Net --arg width=3", "nets.py:Net --arg width=33", "resnet"]
    assert [str(task) for task in read_models(lines, "*width=3")] == lines[:1]
    assert [str(task) for task in read_models(lines, "nets*:*")] == lines[:2]
    assert [str(task) for task in read_models(lines, "r*")] == ["resnet"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("resnet\nnets.py:Net 1,3,32,32\n", ", line 2: cannot read 'nets.py:Net 1,3,32,32': unexpected '1,3,32,32'"),
        ("nets.py:Net --input\n", ", line 1: cannot read .*--input needs a value"),
        ("nets.py:Net --input 1,x\n", ", line 1: cannot read the input '1,x'"),
        ("nets.py:Net --arg width\n", ", line 1: cannot read the argument 'width'"),
        ("nets.py:Net --arg a=1 --arg a=2\n", "the argument a is given twice"),
        ("nets.py:Net 'x\n", "no closing quotation"),
        ("# nothing\n", "there is no model of .*models.txt to audit"),
        (b"\xff\xfe\n", "cannot read .*models.txt: it is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_said(content: str | bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "models.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(convcost.ConvcostError, match=said):
        read_models(file)


def test_no_such_file_and_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(
        convcost.ConvcostError, match="there is no file tim; give torchvision, timm, transformers, or a file"
    ):
        read_models("tim")
    with pytest.raises(convcost.ConvcostError, match=r"cannot read .*: Is a directory"):
        read_models(tmp_path)
    with pytest.raises(convcost.ConvcostError, match=r"no model of torchvision matches 'x\*'"):
        read_models("torchvision", "x*")
