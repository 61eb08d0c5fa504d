"""Pairs of expressions, equal or not, with the reason beside each."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Integer, Max, Min, Mod, ceiling, floor

from convcost.symbolic.domain import Domain
from convcost.symbolic.expressions import symbol

B, H, W = (symbol(name) for name in "BHW")
ANY = Domain({"B": 1, "H": 1, "W": 1})


def least(size: int, *guards: Any) -> Domain:
    """Images of at least this side."""
    return Domain({"B": 1, "H": size, "W": size}, guards)


def window(size: Any, kernel: int, stride: int = 1, padding: int = 0) -> Any:
    """Positions of a window (Dumoulin & Visin 2016, relationship 6)."""
    return floor((size + 2 * padding - kernel) / stride) + 1


def halved(size: Any, times: int) -> Any:
    """A 3×3 of stride 2, padded by 1, so many times over."""
    for _ in range(times):
        size = window(size, 3, 2, 1)
    return size


EQUAL: dict[str, tuple[Any, Any, Domain]] = {
    "two halvings are a ceiling of a quarter": (halved(H, 2), ceiling(H / 4), ANY),
    "six halvings": (halved(H, 6), ceiling(H / 64), ANY),
    "halvings on both axes": (B * halved(H, 5) * halved(W, 5), B * ceiling(H / 32) * ceiling(W / 32), ANY),
    "ceiling by floor": (ceiling(H / 7), floor((H + 6) / 7), ANY),
    "ceiling by remainder": (7 * ceiling(H / 7), H + Mod(-H, 7), ANY),
    "floor by remainder": (3 * floor(H / 3), H - Mod(H, 3), ANY),
    "halves make a whole": (floor(H / 2) + ceiling(H / 2), H, ANY),
    "Hermite's identity": (floor(H / 3) + floor((H + 1) / 3) + floor((H + 2) / 3), H, ANY),
    "floors of floors": (floor(floor(H / 3) / 5), floor(H / 15), ANY),
    "windows without padding": (window(window(window(H, 3, 2), 3), 3, 2), floor((H - 7) / 4), least(11)),
    "a square written out": ((halved(H, 1) + 1) ** 2, ceiling(H / 2) ** 2 + 2 * floor((H + 1) / 2) + 1, ANY),
    "another factoring": (
        (halved(H, 2) + halved(W, 1)) * (B + 3) * ceiling(H / 4),
        B * ceiling(H / 4) ** 2 + 3 * halved(H, 2) ** 2 + (B + 3) * ceiling(H / 4) * ceiling(W / 2),
        ANY,
    ),
    "a triangle's number is whole": (floor(H * (H + 1) / 2), H * (H + 1) / 2, ANY),
    "a floor over both axes": (floor(H * W / 2), H * W / 2 - Mod(H, 2) * Mod(W, 2) / 2, ANY),
    "a floor over the batch too": (floor(B * H * 4 / 4), B * H, ANY),
    "Max past its threshold": (Max(H, 32) * W, H * W, least(32)),
    "Min before its threshold": (Min(H, 32), H, Domain({"H": 1}, (H <= 32,))),
    "Max of two roundings": (Max(floor(H / 2), ceiling(H / 3)), floor(H / 2), least(4)),
    "Max and Min make both": (Max(H, 40 - H) + Min(H, 40 - H), Integer(40), ANY),
    "strictly above a size": (Max(H, 6), H, Domain({"H": 1}, (H > 5,))),
    "only even sizes": (floor(H / 2) * W, H * W / 2, least(2, Eq(Mod(H, 2), 0))),
    "only one residue": (floor((H - 1) / 32) * 32 + 1, H, least(33, Eq(Mod(H, 32), 1))),
    "divisible after two halvings": (
        2 * floor(halved(H, 2) / 2),
        halved(H, 2),
        least(1, Eq(Mod(ceiling(H / 4), 2), 0)),
    ),
}

# With the smallest counterexample: the least sum, then the least B, H, W. Each is worked out by hand.
UNEQUAL: dict[str, tuple[Any, Any, Domain, tuple[int, ...]]] = {
    "only at odd sizes": (B * ceiling(H / 2) * W, B * floor(H / 2) * W, least(32), (1, 33, 32)),
    "only at odd widths": (halved(W, 1), floor(W / 2), least(32), (1, 32, 33)),
    "only where both are odd": (ceiling(H * W / 2) * 2, H * W, least(32), (1, 33, 33)),
    "only at one residue": (floor(H / 32), floor((H + 1) / 32), least(32), (1, 63, 32)),
    "only at one residue of both": (
        (floor((H + 1) / 32) - floor(H / 32)) * (floor((W + 1) / 8) - floor(W / 8)) * B,
        0 * H,
        least(32),
        (1, 63, 39),
    ),
    "only below a threshold": (Max(H, 40), H, least(39), (1, 39, 39)),
    "only above a threshold": (Min(H, 100), H, ANY, (1, 101, 1)),
    "only in a narrow band": (Max(Min(H, 90) - 88, 0) - Max(Min(H, 91) - 89, 0), Integer(0), ANY, (1, 89, 1)),
    "three sizes a degree too low": ((H - 1) * (H - 2) * (H - 3), Integer(0), ANY, (1, 4, 1)),
    "four images": ((B - 1) * (B - 2) * H * ceiling(W / 2), Integer(0), ANY, (3, 1, 1)),
    "one more in total": (B * H * W + 1, B * H * W, ANY, (1, 1, 1)),
    "even sizes are not multiples of four": (4 * floor(H / 4), H, least(2, Eq(Mod(H, 2), 0)), (1, 2, 2)),
    "a late stage": (B * halved(H, 5) * halved(W, 5), B * halved(H, 4) * halved(W, 5) / 2, least(32), (1, 33, 32)),
}
