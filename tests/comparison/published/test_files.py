"""Files of claims: what a row may say, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from convcost.comparison.published.claim import COLUMNS, Claim, claims, papers, read_file
from convcost.comparison.published.notation import ClaimError
from convcost.comparison.published.reading import COUNTINGS

GOOD = {
    "id": "a-t1",
    "location": "Table 1",
    "subject": "mobilenet_v1",
    "metric": "macs",
    "printed": "569",
    "unit": "M",
    "convention": "macs implied",
    "means": "",
    "source": "a paper",
    "verified": "yes",
}


def written(folder: Path, *rows: dict[str, str], header: tuple[str, ...] = COLUMNS) -> Path:
    lines = [",".join(header), *(",".join(row[name] for name in COLUMNS) for row in rows)]
    path = folder / "paper.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_good_row(tmp_path: Path) -> None:
    (claim,) = read_file(written(tmp_path, GOOD))
    assert isinstance(claim, Claim)
    assert (claim.paper, claim.counting, claim.stated, claim.verified) == ("paper", "macs", False, True)


def test_a_file_may_have_reasons(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    head, row = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{head},reason\n{row},it was rounded\n", encoding="utf-8")
    (claim,) = read_file(path)
    assert claim.reason == "it was rounded"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "time"}, "paper.csv, a-t1: metric is 'time'"),
        ({"unit": "T"}, "unit is 'T'"),
        ({"convention": "numel implied"}, "convention is 'numel implied'"),
        ({"convention": "macs"}, "convention is 'macs'"),
        ({"verified": ""}, "verified is ''"),
        ({"source": " "}, "source is ' '"),
        ({"printed": "many"}, "a-t1: 'many' is not a number"),
        ({"subject": "mobilenet_v1 +"}, "a-t1: 'mobilenet_v1 \\+'"),
        ({"means": "(1"}, "a parenthesis is not closed"),
    ],
    ids=str,
)
def test_wrong_rows_are_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(ClaimError, match=message):
        read_file(written(tmp_path, {**GOOD, **change}))


def test_wrong_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"^paper\.csv must have the columns id, location"):
        read_file(written(tmp_path, header=COLUMNS[1:]))


def test_no_id_stands_twice_and_every_convention_is_known() -> None:
    found = claims()
    assert len({claim.id for claim in found}) == len(found)
    assert all(claim.counting in COUNTINGS[claim.metric] for claim in found)
    assert {claim.paper for claim in found} == set(papers())
