"""What all reports share: a line in Python's prompt, whole numbers in data frames, words in the singular."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from torch import nn

import convcost
from convcost.report import text
from convcost.report.report import Records, Report
from tests.report.odd import reports


def subclasses(of: type[Report] = Report) -> list[type[Report]]:
    return [found for one in of.__subclasses__() for found in (one, *subclasses(one))]


def test_a_report_is_one_line_in_a_prompt() -> None:
    for report in (convcost.claims(), *reports().values()):
        assert (repr(report).count("\n"), len(repr(report)) < 300) == (0, True)
    # dataclass writes out every field, unless it is told not to or the class has a line of its own.
    ours = Path(convcost.__file__).parent
    assert [one for one in subclasses() if not Path(one.__repr__.__code__.co_filename).is_relative_to(ours)] == []


def test_counts_are_whole_beyond_a_float_where_one_is_unknown() -> None:
    frame = Records.of(("name", "count"), [("a", 2**60 + 1), ("b", None)], ["count"]).frame
    assert frame["count"].dtype == "Int64"
    assert int(frame["count"][0]) == 1152921504606846977  # 2^60 + 1, which a float has not
    assert frame["count"].isna().tolist() == [False, True]
    wide = Records.of(("count",), [(2**70,), (None,)], ["count"]).frame
    assert wide["count"].tolist() == [2**70, None]


@pytest.mark.parametrize(("count", "words"), [(0, "0 layers"), (1, "1 layer"), (1234, "1,234 layers")])
def test_a_noun_follows_its_number(count: int, words: str) -> None:
    assert text.plural(count, "layer") == words


def test_a_sentence_has_one_end() -> None:
    assert [text.ended(said) for said in ("no data!", "no data", "why?")] == ["no data!", "no data.", "why?"]


def test_a_model_of_one_layer_and_of_none() -> None:
    one = convcost.compare(nn.Conv2d(1, 1, 1), inputs=(1, 1, 4, 4))
    none = convcost.compare(nn.ReLU(), inputs=(1, 3))
    assert str(one).splitlines()[-1] == "Verdict: agree (1 of 1 layer agrees)."
    assert str(none).splitlines()[-1] == "Verdict: agree (nothing multiplies)."


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (lambda: convcost.solve("resnet", max_macs="4G"), "ResNet, depth = 50, within 4,000,000,000 MACs"),
        (lambda: convcost.sweep("resnet", resolution="224,256"), "ResNet: 2 R, 2 points; depth = 50"),
        (lambda: convcost.sweep("resnet", depth="18,50"), "ResNet: 2 depth, 2 points; R = 224"),
    ],
)
def test_a_title_says_which_network_it_is(report: Callable[[], Report], title: str) -> None:
    assert report().content().title == title
