"""The tree of a model's modules keeps its shape in every document."""

from __future__ import annotations

from torch import nn

import convcost

NET = nn.Sequential(nn.Sequential(nn.Conv2d(3, 5, 1), nn.ReLU()), nn.Sequential(nn.Conv2d(5, 7, 1)))


def test_rows_of_a_document_are_told_apart_by_their_paths() -> None:
    report = convcost.summary(NET, (1, 3, 2, 2))
    paths = ["Sequential", "0", "0.0", "0.1", "1", "1.0"]
    tree = report.content().tables[0]
    assert [row[0] for row in tree.rows] == paths
    for text in (report.to_markdown(), report.to_html(), report.to_latex()):
        assert all(path in text for path in ("0.0", "0.1", "1.0"))
    assert report.screen().tables[0].cells(0)[1:] == ["Sequential", "  0", "    0", "    1", "  1", "    0"]


def test_a_depth_that_a_network_has_is_told_to_be_the_trees() -> None:
    note = "18 is the depth of the tree; for the network's own type 'resnet --depth 18'."
    assert note in convcost.summary("resnet", depth=18).content().sentences
    assert note not in convcost.summary("resnet --depth 18", depth=2).content().sentences
