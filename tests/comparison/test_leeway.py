"""How a model reshapes, averages and scores is its own affair; a layer that it lacks is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.cli.main import run
from convcost.comparison.result import Verdict

from .small import compared, net

Step = Callable[[Tensor], Tensor]


def _flatten(x: Tensor) -> Tensor:
    return x.flatten(1)


def _pool(x: Tensor) -> Tensor:
    return F.adaptive_avg_pool2d(x, 1)


def _softmax(x: Tensor) -> Tensor:
    return F.softmax(x, 1)


def _nothing(x: Tensor) -> Tensor:
    return x


class Seed(nn.Module):
    """The small paper's net, written as people write it: what is no layer of the paper is passed in."""

    def __init__(
        self,
        *,
        average: Step = _pool,
        reshape: Step = _flatten,
        drop: Step = _nothing,
        score: Step = _softmax,
        without: int | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        layers = list(net(bias=bias))
        self.body = nn.Sequential(*(layer for number, layer in enumerate(layers[:4]) if number != without))
        self.average, self.reshape, self.drop, self.score = average, reshape, drop, score
        self.classifier = layers[6]

    def forward(self, x: Tensor) -> Tensor:
        x = self.reshape(self.average(self.body(x)))
        return self.score(self.classifier(self.drop(x)))


RESHAPES: dict[str, Step] = {
    "view": lambda x: x.view(x.size(0), -1),
    "reshape": lambda x: x.reshape(-1, 8),
    "squeeze": lambda x: x.squeeze(),
    "squeeze twice": lambda x: x.squeeze(-1).squeeze(-1),
    "an index": lambda x: x[:, :, 0, 0],
    "channels last": lambda x: x.permute(0, 2, 3, 1).reshape(x.shape[0], -1),
    "flattened twice": lambda x: x.flatten(2).flatten(1),
}
AVERAGES: dict[str, Step] = {
    "mean": lambda x: x.mean([2, 3]),
    "mean that keeps its axes": lambda x: x.mean((2, 3), keepdim=True),
    "mean of what is flat": lambda x: x.view(*x.shape[:2], -1).mean(2),
    "two means": lambda x: x.mean(3).mean(2),
    "window as large as the map": lambda x: F.avg_pool2d(x, x.shape[2:]),
    "mean of what is reshaped": lambda x: x.reshape(x.shape[0], x.shape[1], -1).mean(-1),
    "mean over tokens": lambda x: x.flatten(2).transpose(1, 2).mean(1),
    "mean of channels last": lambda x: x.permute(0, 2, 3, 1).contiguous().mean((1, 2)),
    "mean of a copy of its rows": lambda x: x.permute(2, 3, 0, 1).flatten(0, 1).mean(0),
    "a sum, divided": lambda x: x.sum((2, 3)) / 25,
    "a sum, divided by the map's sizes": lambda x: x.sum((2, 3), keepdim=True).div(x.shape[2] * x.shape[3]),
    "a sum, divided in place": lambda x: x.flatten(2).sum(2).div_(25),
    "a sum, multiplied": lambda x: x.sum((2, 3)) * (1 / 25),
    "two sums, each divided": lambda x: (x.sum(3) / 5).sum(2) / 5,
    "a sum of a mean": lambda x: x.mean(3).sum(2) / 5,
    "turned over": lambda x: x.flip(2).mean((2, 3)),
}
DROPOUTS: dict[str, Step] = {
    "a module": nn.Dropout(0.2),
    "its inplace kind": nn.Dropout(0.2, inplace=True),
    "one for maps, before them": nn.Dropout1d(),
    "none at all": nn.Identity(),
}
SCORES: dict[str, Step] = {
    "left to the loss": _nothing,
    "a logarithm": lambda x: F.log_softmax(x, 1),
    "another axis": lambda x: x.softmax(-1),
    "a sigmoid": torch.sigmoid,
}


def _cases() -> list[object]:
    found = {"reshape": RESHAPES, "average": AVERAGES, "drop": DROPOUTS, "score": SCORES}
    return [
        pytest.param({part: step}, id=f"{part}: {name}")
        for part, steps in found.items()
        for name, step in steps.items()
    ]


@pytest.mark.parametrize("own", _cases())
def test_a_models_own_way_agrees(own: dict[str, Any]) -> None:
    comparison = compared(Seed(**own))
    assert (comparison.verdict, comparison.ok, comparison.bad) == (Verdict.AGREE, True, ())
    assert comparison.totals.equal
    assert [row.verdict for row in comparison.layers] == [Verdict.AGREE] * 3


@pytest.mark.parametrize("own", _cases())
@pytest.mark.parametrize(
    ("lacks", "layer"),
    # The depthwise convolution, the batch norm and the bias of the classifier.
    [({"without": 3}, "conv2d_3"), ({"without": 1}, "batch_norm_1"), ({"bias": False}, "linear_6")],
    ids=["product", "batch norm", "bias"],
)
def test_a_layer_that_is_missing_still_disagrees(own: dict[str, Any], lacks: dict[str, Any], layer: str) -> None:
    comparison = compared(Seed(**own, **lacks))
    assert layer in [row.layer for row in comparison.bad]
    assert not comparison.ok
    assert not comparison.totals.equal


def test_scores_between_layers_are_layers() -> None:
    """A softmax that products come after is attention, or a net of its own."""
    model = Seed(drop=_softmax)
    comparison = compared(model)
    assert [row.operator for row in comparison.bad] == ["softmax"]
    assert not comparison.ok


class Alongside(Seed):
    """A net that returns something of its features beside the scores."""

    def __init__(self, beside: Step, average: Step = _pool) -> None:
        super().__init__(average=average)
        self.beside = beside

    def forward(self, x: Tensor) -> Any:
        features = self.body(x)
        return self.score(self.classifier(self.reshape(self.average(features)))), self.beside(features)


def _middle(x: Tensor) -> Tensor:
    return x[:, :, 2, 2]


# The map has 5 rows of 5, in 8 channels of 2 samples.
PARTS: dict[str, Seed] = {
    "a window of 3 rows": Seed(average=lambda x: F.avg_pool2d(x, 3)),
    "a window in a padded corner": Seed(average=lambda x: F.avg_pool2d(x, 5, padding=2)),
    "mean of 3 rows": Seed(average=lambda x: x[:, :, :3].mean((2, 3))),
    "mean of one row": Seed(average=lambda x: x[:, :, 2].mean(2)),
    "two means, the second of 3 columns": Seed(average=lambda x: x.mean(3)[:, :, :3].mean(2)),
    "one pixel, and a mean of everything beside it": Alongside(torch.mean, average=_middle),
    "one pixel, and a mean over channels beside it": Alongside(lambda x: x.mean((1, 2)), average=_middle),
    "one pixel": Seed(average=_middle),
    "a row, repeated": Seed(average=lambda x: x[:, :, :1].repeat(1, 1, 5, 1).mean((2, 3))),
    "a row, expanded": Seed(average=lambda x: x[:, :, :1].expand(-1, -1, 5, -1).mean((2, 3))),
    "a row, repeated and pooled": Seed(average=lambda x: _pool(x[:, :, :1].repeat_interleave(5, 2))),
    "a row, stacked": Seed(average=lambda x: torch.stack([x[:, :, 0]] * 5, 2).mean((2, 3))),
    "a row, looked up": Seed(average=lambda x: x[:, :, [0] * 5].mean((2, 3))),
    "a sum": Seed(average=lambda x: x.sum((2, 3))),
    "a sum, divided by infinity": Seed(average=lambda x: x.sum((2, 3)) / float("inf")),
    "a sum, times more than there is": Seed(average=lambda x: x.sum((2, 3)) * 1e300),
    "a sum, divided by another number": Seed(average=lambda x: x.sum((2, 3)) / 5),
    "as many elements, of other channels": Seed(average=lambda x: x.reshape(2, 25, 8).mean(1)),
    "as many elements, of several channels": Seed(average=lambda x: x.transpose(1, 2).reshape(2, 8, 25).mean(2)),
}


@pytest.mark.parametrize("model", [pytest.param(model, id=name) for name, model in PARTS.items()])
def test_an_average_of_a_part_is_another_layer(model: Seed) -> None:
    """The paper averages 5·5 pixels per channel and sample; a model that reads fewer has not got that layer."""
    comparison = compared(model)
    assert "adaptive_avg_pool2d_4" in [row.layer for row in comparison.bad]
    assert comparison.verdict in (Verdict.DISAGREE, Verdict.NOT_CALLED)
    assert not comparison.ok


EXTRA: dict[str, tuple[Seed, str]] = {
    "in the features": (Seed(drop=lambda x: x + x.mean(1, keepdim=True)), "mean"),
    "beside the scores": (Alongside(torch.mean), "mean"),
    "a pooling": (Seed(drop=lambda x: x + F.adaptive_avg_pool1d(x, 1)), "adaptive_avg_pool1d"),
}


@pytest.mark.parametrize(("model", "name"), [pytest.param(*case, id=name) for name, case in EXTRA.items()])
def test_an_average_that_the_paper_lacks_is_a_layer(model: Seed, name: str) -> None:
    """A mean is no freer than a pooling is: it is either the paper's average or one more layer."""
    comparison = compared(model)
    assert (name, Verdict.NO_FORMULA) in [(row.call.name, row.verdict) for row in comparison.rows]
    assert not comparison.ok


SEED = """
from torch import nn
from convcost.models.mobilenet import mobilenet_v1_cifar


class MobileNet(nn.Module):
    def __init__(self, lacks=None):
        super().__init__()
        layers = dict(mobilenet_v1_cifar(alpha=1, classes=10).named_children())
        del layers["flatten"]
        self.classifier = layers.pop("classifier")
        self.features = nn.Sequential(*(layer for name, layer in layers.items() if name != lacks))

    def forward(self, x):
        x = self.features(x)
        return self.classifier(x.view(x.size(0), -1))
"""


def test_a_class_of_lecture_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "seed.py").write_text(SEED, encoding="utf-8")
    model = f"{tmp_path / 'seed.py'}:MobileNet"
    assert run(["compare", "mobilenet_v1_cifar", "--model", model]) == 0
    assert "Verdict: agree (28 of 28 layers agree)." in capsys.readouterr().out
    assert run(["prove", "mobilenet_v1_cifar", "--model", model]) == 0
    assert run(["compare", "mobilenet_v1_cifar", "--model", model, "--arg", "lacks=norm"]) == 1
    assert "First at conv1.bn" in capsys.readouterr().out
