"""`convcost.count` and `convcost.summary`: totals and trees, against arithmetic, PyTorch's own sums and torchinfo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torchinfo
from torch import Tensor, nn

import convcost
from convcost.core.errors import ConvcostError


class Attends(nn.Module):
    """A projection, and a product of its own that is no module's; the projection stands at two places."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(6, 6)
        self.again = self.project
        self.scale = nn.Parameter(torch.ones(6))

    def forward(self, x: Tensor) -> Tensor:
        queries = self.project(x) * self.scale
        found: Tensor = queries @ self.again(x).transpose(1, 2)
        return found


class Net(nn.Module):
    """A layer whose weight is frozen, an attention, and a layer that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(4, 6)
        self.embed.weight.requires_grad_(False)
        self.attend = Attends()
        self.unused = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.attend(self.embed(x))
        return found


def test_totals_are_those_of_arithmetic() -> None:
    found = convcost.count(Net(), (2, 5, 4))
    # embed 2·5·4·6 = 240; project twice 2·2·5·6·6 = 720; queries by keys 2·5·6·5 = 300
    assert found.macs == 240 + 720 + 300
    # embed 24 + 6, project 36 + 6, scale 6, unused 6 + 3
    assert (found.params, found.trainable, found.frozen) == (87, 63, 24)
    # written: embed 60, project 60 twice, scaled 60, product 2·5·5
    assert found.outputs == 60 + 120 + 60 + 50
    # the scaling is no product
    assert found.activations == 60 + 120 + 50
    # two per MAC; a bias each: 60 + 120; the scaling 60
    assert found.flops == 2 * found.macs + 180 + 60
    assert list(found.frame["bytes"].dropna()) == [4 * 87, 4 * 290, 4 * 40]
    assert found.not_counted == {}


def test_it_unpacks_to_macs_and_params() -> None:
    macs, params = convcost.count("torchvision:resnet18", (1, 3, 224, 224))
    # 1,814,073,344: fvcore's count by hand in published_costs; 11,689,512: torchvision's documentation
    assert (macs, params) == (1_814_073_344, 11_689_512)


def test_a_network_is_counted_without_torch() -> None:
    said = "import convcost, sys; print(*convcost.count('mobilenet_v1', alpha=0.75), 'torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    # Howard et al. 2017, Table 6: 325 million mult-adds and 2.6 million parameters at α = 0.75
    assert found.split() == ["325400448", "2585560", "False"]


def test_bytes_are_those_of_the_types() -> None:
    found = convcost.count(nn.Linear(3, 5).to(torch.float64), torch.zeros(2, 3, dtype=torch.float64))
    assert list(found.frame["bytes"].dropna()) == [8 * 20, 8 * 10, 8 * 6]


class Unknown(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = torch.linalg.det(x)
        return found


def test_what_has_no_formula_is_named_and_makes_the_answer_a_lower_bound() -> None:
    found = convcost.count(nn.Sequential(nn.Linear(4, 4), Unknown()), (4, 4))
    assert list(found.not_counted.values()) == [1]
    assert "at least 64 MACs" in repr(found)
    assert "Not counted, as there is no formula for this use" in found.text(80)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "squeezenet1_0"])
def test_a_tree_has_torchinfos_shapes_parameters_and_macs(name: str) -> None:
    import torchvision

    model = getattr(torchvision.models, name)().eval()
    expected = torchinfo.summary(model, (1, 3, 96, 96), verbose=0, depth=9).summary_list
    found = convcost.summary(model, (1, 3, 96, 96), depth=9).branches
    ours = {b.module.path: b for b in found if b.module.leaf}
    convolutions = [layer for layer in expected if layer.class_name == "Conv2d"]
    paths = [path for path, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    assert len(convolutions) == len(paths) > 10
    for path, layer in zip(paths, convolutions, strict=True):
        branch = ours[path]
        assert branch.module.output == tuple(layer.output_size)
        assert branch.parameters == layer.num_params
        # torchinfo counts a bias once for each output element of a channel map: weights and bias times positions
        positions = layer.output_size[2] * layer.output_size[3]
        bias = layer.output_size[1] if layer.module.bias is not None else 0
        assert branch.macs == layer.macs - bias * positions


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_last_branches_add_up_to_the_totals(depth: int) -> None:
    from convcost.comparison.formula_count import last_branches

    for model, inputs in (
        (Net(), (2, 5, 4)),
        (nn.Transformer(8, 2, 1, 1, 16, batch_first=True), ((1, 4, 8), (1, 3, 8))),
    ):
        found = convcost.summary(model, inputs, depth=depth)
        last = last_branches(found.branches)
        assert sum(branch.macs for branch in last) == found.count.macs
        assert sum(branch.parameters for branch in last) == sum(p.numel() for p in model.parameters())


def test_a_shared_module_is_counted_once_and_said_so() -> None:
    found = {b.module.path: b for b in convcost.summary(Net(), (2, 5, 4)).branches if not b.own}
    assert (found["attend.project"].macs, found["attend.project"].module.runs) == (720, 2)
    assert (found["attend.again"].module.same_as, found["attend.again"].parameters) == ("attend.project", 0)
    text = convcost.summary(Net(), (2, 5, 4)).text(100)
    assert "is attend.project, counted there" in text
    assert "runs 2 times" in text
    assert "never runs" in text


def test_a_modules_own_products_and_parameters_have_a_row() -> None:
    own = [b for b in convcost.summary(Net(), (2, 5, 4)).branches if b.own]
    assert [(b.module.path, b.macs, b.parameters) for b in own] == [("attend", 300, 6)]


def test_sorted_it_begins_with_the_largest() -> None:
    found = convcost.summary("torchvision:resnet18", sort="macs", top=3, depth=2).branches
    assert [b.module.path for b in found] == ["layer1.0", "layer1.1", "layer2.1"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"depth": 0}, "depth is 0, but must be a whole number from 1"),
        ({"top": 2.5}, "top is 2.5, but must be a whole number from 1"),
        ({"sort": "size"}, "sort is 'size', but must be one of tree, macs, params"),
    ],
)
def test_what_cannot_be_shown_is_one_line(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConvcostError) as error:
        convcost.summary(nn.Linear(2, 2), (1, 2), **options)
    assert str(error.value) == said


def test_an_error_of_the_users_says_its_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from torch import nn\nclass Net(nn.Linear):\n    def forward(self, x):\n"
    code += "        return super().forward(x[0, 0, 0, 0])\ndef broken():\n    raise KeyError('width')\n"
    (tmp_path / "net.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConvcostError, match=r"the model cannot run on an input of 2×4: IndexError: .* \(net\.py:4\)$"):
        convcost.count("net.py:Net", (2, 4), arguments={"in_features": 4, "out_features": 4})
    with pytest.raises(ConvcostError, match=r"net\.py:broken cannot be built: KeyError: 'width' \(net\.py:6\)$"):
        convcost.count("net.py:broken", (2, 4))


class Listed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3)])
        self.idle = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers[0](x)
        return found


def test_a_list_whose_modules_run_is_not_idle() -> None:
    text = convcost.summary(Listed(), (1, 3)).text(100).splitlines()
    assert [line.split()[0] for line in text if "never runs" in line] == ["idle"]


def test_a_comparison_with_an_operator_without_a_formula_is_a_lower_bound() -> None:
    found = convcost.compare(nn.Sequential(nn.Linear(4, 4), Unknown()), (4, 4))
    assert ": at least 64 MACs, 20 parameters; 1 of 1 layer agrees with fvcore." in found.text(200).splitlines()[0]


def test_arguments_are_of_a_factory() -> None:
    with pytest.raises(ConvcostError, match="takes no option arguments"):
        convcost.count(nn.Linear(3, 3), (1, 3), arguments={"in_features": 4})


class Tied(nn.Module):
    """A language model's head, which has the weight of its embedding; a shared module beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.first = self.again = nn.Linear(4, 4, bias=False)
        self.head = nn.Linear(4, 9, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, ids: Tensor) -> Any:
        return self.head(self.again(self.first(self.embed(ids))))


def test_a_shared_parameter_is_counted_once_and_said_so() -> None:
    ids = torch.zeros(1, 7, dtype=torch.int64)
    for report in (convcost.count(Tied(), ids), convcost.summary(Tied(), ids)):
        assert str(report).count("head.weight is embed.weight; counted once.") == 1
        assert report.count.parameters == sum(p.numel() for p in Tied().parameters()) == 9 * 4 + 4 * 4
    assert "counted once" not in str(convcost.count(nn.Linear(3, 2), (1, 3)))
