"""The registry: every record is whole, none stands twice, near names are offered."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.errors import ConvcostError, UnknownNameError
from convcost.core.record import Formula, Operator
from convcost.core.registry import Record, collect, find, records, registry

RECORD = """
from convcost.core.convention import Convention
from convcost.core.record import Source

RECORDS = (Convention({name!r}, "A title", (), Source("A paper", "table 1")),)
"""


def package(root: Path, name: str, files: dict[str, str]) -> None:
    for path, text in {"__init__.py": "", **files}.items():
        file = root / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_records_are_found_in_nested_packages(importable: Path) -> None:
    files = {"one.py": RECORD.format(name="first"), "in/__init__.py": "", "in/two.py": RECORD.format(name="second")}
    package(importable, "found_records", {**files, "in/none.py": ""})
    assert sorted(collect("found_records")) == ["first", "second"]


def test_name_that_stands_twice_is_refused(importable: Path) -> None:
    package(importable, "twice_named", {f"{name}.py": RECORD.format(name="same") for name in ("one", "two")})
    with pytest.raises(TypeError, match=r"^twice_named.two: a record named 'same' exists already$"):
        collect("twice_named")


def test_unknown_name_offers_the_near_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(Architecture, "mobilnet_v1", "architecture")
    assert str(caught.value).startswith("unknown architecture 'mobilnet_v1'; did you mean mobilenet_v1")
    assert isinstance(caught.value, ConvcostError)


def test_unknown_name_without_near_ones_lists_all() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(Convention, "qqqq", "convention")
    assert str(caught.value) == "unknown convention 'qqqq'; known: " + ", ".join(sorted(records(Convention)))


def test_record_of_another_kind_is_unknown() -> None:
    assert find(Operator, "conv2d", "operator").name == "conv2d"
    with pytest.raises(UnknownNameError, match="unknown architecture 'conv2d'"):
        find(Architecture, "conv2d", "architecture")


def test_the_book_has_every_kind() -> None:
    assert {"conv2d", "linear", "batch_norm"} <= set(records(Operator)) <= set(records(Formula))
    assert {"depthwise_separable", "standard_convolution"} <= set(records(Formula))
    assert "mobilenet_v1" in records(Architecture)
    assert {"macs", "flops", "fvcore"} <= set(records(Convention))


def written(record: Record) -> list[str]:
    """All that a reader is told of a record."""
    texts = [record.name, record.title, record.source.work, record.source.place]
    if isinstance(record, Formula):
        texts += [text for s in record.symbols for text in (s.name, s.meaning, s.unit)]
        texts += [condition.sentence for condition in record.domain]
    if isinstance(record, Architecture):
        texts += [text for option in record.options for text in (option.name, option.meaning, option.domain)]
    if isinstance(record, Convention):
        texts += [rule.sentence for rule in record.rules]
    return texts


@pytest.mark.parametrize("name", registry())
def test_record_is_whole(name: str) -> None:
    record = registry()[name]
    assert record.name == name
    assert all(text == text.strip() and text for text in written(record))
    if isinstance(record, Formula):
        assert record.symbols
        assert len({s.name for s in record.symbols}) == len(record.symbols)


@pytest.mark.parametrize("name", [n for n, r in records(Formula).items() if r.against])
def test_formula_is_printed_beside_one_that_exists_and_needs_no_other_symbol(name: str) -> None:
    record = records(Formula)[name]
    beside = find(Formula, str(record.against), "formula")
    assert {s.name for s in beside.symbols} <= {s.name for s in record.symbols}


@pytest.mark.parametrize(
    ("kind", "name", "absent"),
    [
        (Operator, "conv2d", {"blocks", "architectures", "conventions"}),
        (Formula, "depthwise_separable", {"architectures", "conventions"}),
        (Architecture, "mobilenet_v1", {"conventions"}),
        (Convention, "fvcore", {"blocks", "architectures"}),
    ],
)
def test_only_the_kind_that_is_asked_for_is_loaded(kind: type[Record], name: str, absent: set[str]) -> None:
    code = (
        f"import sys; from convcost.core.registry import find; from {kind.__module__} import {kind.__name__} as kind\n"
        f"find(kind, {name!r}, 'record')\n"
        "print({name.split('.')[2] for name in sys.modules if name.startswith('convcost.formulas.')})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(done.stdout)
    assert loaded
    assert not loaded & absent


def test_every_record_of_a_kind_lies_where_the_kind_is_looked_for() -> None:
    found = (records(Formula), records(Operator), records(Architecture), records(Convention))
    for kind, known in zip((Formula, Operator, Architecture, Convention), found, strict=True):
        assert known == {name: record for name, record in registry().items() if isinstance(record, kind)}
