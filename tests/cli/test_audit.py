"""`convcost audit` on a terminal: a summary, an exit code, and files that are refused before any work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.auditing.zoo import line
from tests.shell import convcost


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models.txt"


def test_no_disagreement_is_0(models: Path) -> None:
    models.write_text(f"{line('Small')}\n{line('Attention')}\n")
    outcome = convcost("audit", str(models))
    assert (outcome.code, outcome.err) == (0, "")
    assert "     1  agree in full" in outcome.out
    assert "     1  agree, but fvcore leaves products uncounted" in outcome.out
    assert "Note: fvcore has no handle for aten::scaled_dot_product_attention." in outcome.out
    assert outcome.out.endswith("2 models audited.\n")
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_a_disagreement_is_1_and_a_model_that_could_not_be_compared_2(models: Path, tmp_path: Path) -> None:
    models.write_text(f"{line('Broadcast')}\n{line('broken')}\n")
    rows = tmp_path / "rows.parquet"
    outcome = convcost("audit", str(models), "--out", str(rows), "--jobs", "1")
    assert (outcome.code, outcome.err) == (1, "")
    assert "     1  disagree somewhere" in outcome.out
    assert "     1  could not be compared" in outcome.out
    assert "no such width" in " ".join(outcome.out.split())  # sentences wrap
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models.txt", "rows.parquet", "rows.timings.parquet"]
    assert convcost("audit", str(models), "--filter", "*broken").code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "rows.txt"), "the rows are written as .csv or .parquet"),
        (("--out", "nowhere/rows.csv"), "there is no folder nowhere"),
        (("--resume",), "give --out too"),
        (("--jobs", "0"), "--jobs: '0' is not a whole number from 1"),
        (("--time-limit", "nan"), "--time-limit: 'nan' is not a number above 0"),
        (("--time-limit", "inf"), "--time-limit: 'inf' is not a number above 0"),
        (("--memory-limit", "-1"), "--memory-limit: '-1' is not a number above 0"),
        (("--filter", "nothing*"), "no model of .* matches"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_line(
    arguments: tuple[str, ...], said: str, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    models.write_text(line("Small"))
    outcome = convcost("audit", str(models), *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert re.search(said, outcome.err)
    assert list(tmp_path.iterdir()) == [models]


def test_the_list_is_not_replaced_by_its_rows(tmp_path: Path) -> None:
    models = tmp_path / "models.csv"
    models.write_text(line("Small"))
    outcome = convcost("audit", str(models), "--out", str(models))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert models.read_text() == line("Small")
