"""`convcost compare` from cold against the script that a person would write: fvcore's own table of the same net."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from convcost.models.weights import default_inputs
from tests.benchmarks.finding import Finding, Findings, same
from tests.benchmarks.processes import CONVCOST, TORCHVISION, pair, printed, python

TITLE = "One net, from cold"
ROUNDS = 5

# Shares of the peer's time and peak memory.
AIMS = {
    "resnet50": (0.9, 0.7),
    "convnext_large": (0.35, 0.4),
    "vgg16": (0.35, 0.4),
    "swin_b": (0.35, 0.4),
    "efficientnet_b7": (0.35, 0.4),
}
OWN = ("mobilenet_v1", "1", 224)
OF_AN_IMPORT = 1.1

SCRIPT = """
from fvcore.nn import FlopCountAnalysis, flop_count_table

model = {model}.eval()
image = torch.randn({shape})
analysis = FlopCountAnalysis(model, image)
print(flop_count_table(analysis, max_depth=6))
print(analysis.total())
"""


def findings(runs: int) -> Findings:
    """Time and peak memory of each net."""
    name, alpha, side = OWN
    script = "import torch\nfrom convcost.models.mobilenet import MobileNetV1\n" + SCRIPT.format(
        model=f"MobileNetV1({alpha})", shape=f"1, 3, {side}, {side}"
    )
    yield _against(name, [name, "--alpha", alpha, "--resolution", str(side)], script, (0.9, 0.7), runs)
    for net, aims in AIMS.items():
        inputs, _ = default_inputs(net, {})
        assert inputs is not None
        script = TORCHVISION + SCRIPT.format(
            model=f"torchvision.models.{net}(weights=None)", shape=", ".join(map(str, inputs[0].shape))
        )
        yield _against(f"torchvision:{net}", [f"torchvision:{net}"], script, aims, runs)

    for reference in (name, "torchvision:resnet50"):
        found = pair([*CONVCOST, "compare", reference], python("import torch"), runs)
        yield Finding(
            f"convcost compare {reference}",
            'python -c "import torch"',
            str(found),
            f"at most {OF_AN_IMPORT} × the time",
            found.seconds <= OF_AN_IMPORT,
        )


def _against(name: str, options: list[str], script: str, aims: tuple[float, float], runs: int) -> Finding:
    ours, peer = [*CONVCOST, "compare", *options], python(script)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "found.json")
        printed([*ours, "--json", str(place)])
        total = json.loads(place.read_text(encoding="utf-8"))["totals"]["fvcore_total"]
    same(total, int(printed(peer).split()[-1]), f"fvcore's total of {name}")
    found = pair(ours, peer, runs)
    return Finding(
        f"convcost compare {name}",
        "a script with fvcore's flop_count_table",
        str(found),
        f"at most {aims[0]} × the time, {aims[1]} × the memory",
        found.seconds <= aims[0] and found.memory <= aims[1],
    )
