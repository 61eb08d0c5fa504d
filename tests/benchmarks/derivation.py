"""The cost of a net as a formula of its input's sizes, against torch's FlopCounterMode on symbolic sizes."""

from __future__ import annotations

import statistics

from convcost.models.torchvision_and_timm import torchvision_model
from convcost.trace.derive import derive
from tests.benchmarks.finding import Finding, Findings, same, times
from tests.benchmarks.processes import CONVCOST, TORCHVISION, pair, python
from tests.benchmarks.timing import interleaved

TITLE = "A net's formula, by one symbolic trace"
ROUNDS = 3
NETS = ("resnet50", "densenet201")
AIM = 3
SIZES = {"B": 2, "H": 224, "W": 256}
PEER = "torch's FlopCounterMode with SymInts"
SCRIPT = """
from tests.benchmarks.derivation_peer import flops
print(flops(torchvision.models.{net}(weights=None).eval())[0])
"""


def findings(runs: int) -> Findings:
    """From cold, and in a running process that has derived the net before."""
    from tests.benchmarks.derivation_peer import flops  # torch's compiler behind it takes seconds to import

    for net in NETS:
        model = torchvision_model(net).eval()
        derived, (expression, symbols) = derive(model, (1, 3, 224, 224)), flops(model)
        theirs = expression.subs(dict(zip(symbols, SIZES.values(), strict=True)))
        same(2 * int(derived.function("macs")(**SIZES)), int(theirs), f"FLOPs of {net}")
        cold = pair([*CONVCOST, "derive", f"torchvision:{net}"], python(TORCHVISION + SCRIPT.format(net=net)), runs)
        yield _finding(f"convcost derive torchvision:{net}", 1 / cold.seconds, str(cold))
        ours, peer = interleaved(
            [lambda m=model: derive(m, (1, 3, 224, 224)), lambda m=model: flops(m)],  # type: ignore[misc]
            runs,
        )
        faster = statistics.median(b / a for a, b in zip(ours, peer, strict=True))
        words = f"{statistics.median(ours):.2f} s / {statistics.median(peer):.2f} s"
        yield _finding(f"derive({net}) in a running process", faster, words)


def _finding(what: str, faster: float, words: str) -> Finding:
    return Finding(what, PEER, f"{times(faster)} faster; {words}", f"at least {AIM} × faster", faster >= AIM)
