"""What stands in reports/: every system at the settings that are compared there."""

from __future__ import annotations

from itertools import product

ALPHAS = ("1", "0.75", "0.5", "0.25")
RESOLUTIONS = ("224", "192", "160", "128")

SYSTEMS: dict[str, list[dict[str, str]]] = {
    # Tables 6 and 7 of the paper are the edges of this grid; Tables 4 and 5 are the two variants.
    "mobilenet_v1": [
        *({"alpha": alpha, "resolution": resolution} for alpha, resolution in product(ALPHAS, RESOLUTIONS)),
        {"variant": "shallow"},
        {"variant": "full-conv"},
    ],
}
