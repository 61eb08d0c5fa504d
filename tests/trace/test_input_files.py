"""Inputs from files: what is read, what is refused in one line, and that no file's code is run."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convcost.core.errors import MeasurementError
from convcost.core.spec import FileSpec, GivenValue, TensorSpec, parse_inputs
from convcost.trace import input_files
from convcost.trace.copies import Inputs
from convcost.trace.input_files import read_file


def _written(folder: Path, name: str, value: Any) -> str:
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, value)
    elif path.suffix == ".json":
        path.write_text(json.dumps(value), encoding="utf-8")
    else:
        torch.save(value, path)
    return str(path)


@pytest.mark.parametrize(
    ("name", "value", "shape", "dtype"),
    [
        ("a.npy", np.arange(6, dtype=np.int64).reshape(2, 3), (2, 3), torch.int64),
        ("b.npy", np.float32(3.5), (), torch.float32),
        ("c.pt", torch.ones(1, 4, dtype=torch.bool), (1, 4), torch.bool),
        ("d.json", [[1, 2, 3], [4, 5, 6]], (2, 3), torch.int64),
        ("e.json", [0.5, 1.5], (2,), torch.float32),
    ],
)
def test_file_of_a_tensor(tmp_path: Path, name: str, value: Any, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    found = read_file(_written(tmp_path, name, value))
    assert isinstance(found, Tensor)
    assert (tuple(found.shape), found.dtype) == (shape, dtype)
    assert found.tolist() == (value.tolist() if hasattr(value, "tolist") else value)


def test_nested_files(tmp_path: Path) -> None:
    saved = read_file(_written(tmp_path, "x.pt", {"image": torch.ones(1, 3), "sizes": (4, [True, None])}))
    assert isinstance(saved, dict)
    assert (saved["image"].shape, saved["sizes"]) == ((1, 3), (4, [True, None]))
    plain = read_file(_written(tmp_path, "x.json", {"ids": [[1, 2]], "rows": [[1], [2, 3]], "text": "a", "no": None}))
    assert isinstance(plain, dict)
    assert (plain["ids"].tolist(), [row.tolist() for row in plain["rows"]]) == ([[1, 2]], [[1], [2, 3]])
    assert (plain["text"], plain["no"]) == ("a", None)


class _Hostile:
    """Its pickle makes a folder when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


@pytest.mark.parametrize("kind", ["saved", "old", "plain", "array"])
def test_hostile_pickle_runs_nothing(tmp_path: Path, kind: str) -> None:
    mark, path = tmp_path / "ran", tmp_path / ("x.npy" if kind == "array" else "x.pt")
    hostile = {"x": torch.ones(2), "y": _Hostile(mark)}
    if kind == "plain":
        path.write_bytes(pickle.dumps(hostile["y"]))
    elif kind == "array":
        np.save(path, np.array([hostile["y"]], dtype=object), allow_pickle=True)
    else:
        torch.save(hostile, path, _use_new_zipfile_serialization=kind == "saved")
    with pytest.raises(MeasurementError) as raised:
        read_file(str(path))
    assert "\n" not in str(raised.value)
    assert not mark.exists()
    # The same file does run its code where it is read as a pickle.
    if kind == "array":
        np.load(path, allow_pickle=True)
    elif kind == "plain":
        pickle.loads(path.read_bytes())  # noqa: S301
    else:
        torch.load(path, weights_only=False)
    assert mark.exists()


@pytest.mark.parametrize("name", ["x.npy", "x.pt", "x.pth", "x.json"])
@pytest.mark.parametrize(
    ("content", "says"), [(None, "there is no file"), (b"", "is empty"), (b"\x80ab;", "cannot be")]
)
def test_missing_empty_and_corrupt_files_are_one_line(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MeasurementError, match=says) as raised:
        read_file(str(path))
    assert "\n" not in str(raised.value)
    assert name in str(raised.value)


def test_file_that_holds_no_input(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="holds a dtype, which is no input of a model"):
        read_file(_written(tmp_path, "x.pt", [torch.float32]))


def test_large_files_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_files, "MOST", 4000)
    with pytest.raises(MeasurementError, match="has 8,128 bytes, more than the 4,000 that an input may have"):
        read_file(_written(tmp_path, "x.npy", np.zeros(1000)))  # 128 bytes of header, 8 a number
    spread = _written(tmp_path, "x.pt", torch.zeros(1).expand(10**6))
    with pytest.raises(MeasurementError, match="have more than the 4,000 bytes"):
        read_file(spread)
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data/0", bytes(10**5))
    assert (tmp_path / "bomb.pt").stat().st_size < 4000
    with pytest.raises(MeasurementError, match="has more than the 4,000 bytes"):
        read_file(str(tmp_path / "bomb.pt"))


def test_array_whose_header_claims_too_much_is_refused(tmp_path: Path) -> None:
    path = Path(_written(tmp_path, "x.npy", np.zeros(10)))
    path.write_bytes(path.read_bytes().replace(b"(10,)", b"(99999999999,)"))
    with pytest.raises(MeasurementError, match="cannot be read as an array of NumPy"):
        read_file(str(path))


def test_files_and_values_among_the_inputs(tmp_path: Path) -> None:
    path = _written(tmp_path, "x.npy", np.ones((2, 3), np.float32))
    given = Inputs.of((FileSpec(path), [FileSpec(path), TensorSpec((4,), fill=2)], GivenValue(7), GivenValue(None)))
    (first, (second, filled), number, nothing), _ = given.on("cpu", nn.Linear(1, 1))
    assert (first.tolist(), second.tolist(), filled.tolist()) == ([[1] * 3] * 2, [[1] * 3] * 2, [2] * 4)
    assert (first is second, number, nothing) == (False, 7, None)
    assert given.values == "the given values and the value 2"


def test_tensor_that_is_given_twice_stays_one(tmp_path: Path) -> None:
    path = _written(tmp_path, "x.npy", np.ones((2, 3), np.float32))
    for text in ("2,3", "rand:2,3", path):
        for device in ("cpu", "meta"):
            (x, y, again, nested), _ = Inputs.of(parse_inputs([text, "2,3", "@1", "@1"])).on(device, nn.Linear(1, 1))
            assert x is again is nested
            assert x is not y
    x = torch.ones(2)
    (first, (second,)), keywords = Inputs.of((x, [x])).on("cpu", nn.Linear(1, 1))
    assert first is second is not x
    assert keywords == {}
