"""Every network of the registry from the command line, with the options that it has of its own."""

from __future__ import annotations

import pytest

from convcost import models
from convcost.core.architecture import Architecture
from convcost.core.registry import records
from tests.shell import convcost

NAMES = (
    *("mobilenet_v1_cifar", "mobilenet_v1_keras", "mobilenet_v2", "mobilenet_v2_cifar", "hybridsn", "se_resnet"),
    *("resnet", "resnet_cifar", "inception_naive", "googlenet", "bn_inception", "inception_v3", "inception_v4"),
    *("inception_resnet_v1", "inception_resnet_v2", "xception", "alexnet", "nasnet", "pnasnet"),
    *("resnext", "vgg", "squeezenet", "efficientnet"),
)


@pytest.mark.parametrize("name", NAMES)
def test_bare_name_is_the_papers_own_net(name: str) -> None:
    outcome = convcost("compare", name, "--per", "operator")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[-1].startswith("Verdict: agree")


def test_every_network_has_a_model_of_its_name() -> None:
    assert set(records(Architecture)) - set(models.names()) == set(), "add its model to convcost/models/"


@pytest.mark.parametrize(
    ("arguments", "macs"),
    [
        # He et al. 2015 Table 1 prints 3.8 billion for 50 layers, stride in the first 1×1; torchvision has 4.09.
        (["resnet", "--depth", "50"], "3,857,973,248"),
        (["resnet", "--depth", "50", "--variant", "v1.5"], "4,089,184,256"),
        (["resnet", "--depth", "34", "--shortcut", "A"], "3,644,493,824"),
        (["hybridsn", "--bands=15", "--classes", "9"], "50,821,176"),
        (["alexnet", "--variant", "single-tower"], "714,188,480"),
    ],
    ids=" ".join,
)
def test_options_of_a_network(arguments: list[str], macs: str) -> None:
    outcome = convcost("compare", *arguments, "--per", "operator")
    assert outcome.code == 0
    assert macs in outcome.out


def test_formula_against_a_model_of_a_library_shows_where_they_part() -> None:
    outcome = convcost("compare", "resnet", "--model", "torchvision:resnet50")
    assert outcome.code == 1
    # The library moves the stride from the first 1×1 to the 3×3 in the three stages that halve the map.
    assert outcome.out.count("stride is (2, 2) in the formula, (1, 1) in the model") == 3
    assert "conv5_x.block1.conv2: stride is (1, 1) in the formula, (2, 2) in the model" in outcome.out
    assert convcost("compare", "resnet", "--variant", "v1.5", "--model", "torchvision:resnet50").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["googlenet", "--depth", "5"],
            "googlenet has no option --depth; it has --resolution, --batch, --classes, --variant",
        ),
        (["resnet", "--depth", "51"], "--depth is '51', but must be one of 18, 34, 50, 101, 152"),
        (["hybridsn", "--bands"], "--bands needs a value: --bands VALUE; hybridsn takes --bands, "),
        (["hybridsn", "--bnads"], "hybridsn has no option --bnads; it has --bands, "),
        (["hybridsn", "15"], "unexpected '15'; options are written --option value; hybridsn takes --bands, "),
        (["torchvision:resnet18", "1,3,9,9"], "torchvision:resnet18 is a model, which takes --input SIZES"),
        (["torchvision:ResNet50"], "unknown torchvision model 'ResNet50'; did you mean torchvision:resnet50?"),
        (["timm:ResNet50"], "unknown timm model 'ResNet50'; did you mean timm:resnet50?"),
        (["--bands", "15", "hybridsn"], "give the network's name first"),
        (["hybridsn", "--bands=15", "--bands=30"], "--bands is given twice"),
        (
            ["resnet", "--model", "torchvision:resnet51"],
            "unknown torchvision model 'resnet51'; did you mean torchvision:resnet50",
        ),
        (["resnet", "--model", "keras:resnet50"], "unknown library or module 'keras'"),
        (["resnet", "--model", "resnet50"], "unknown model 'resnet50'; did you mean"),
        (["hybridsn", "--window", "3"], "window is 3, but must be a whole number from"),
        (["inception_v3", "--resolution", "10"], "resolution is 10, but must be a whole number from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_one_line(arguments: list[str], message: str) -> None:
    outcome = convcost("compare", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err
