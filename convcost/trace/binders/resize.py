"""Interpolation to another size."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _scales(a: Arguments, rank: int) -> tuple[float, ...]:
    """The scale factors that were given, by axis; a call with explicit sizes may have them too."""
    if "scale_factors" in a:
        return tuple(a["scale_factors"] or ())
    names = ("scales",) if rank == 1 else ("scales_d", "scales_h", "scales_w")[3 - rank :]
    return tuple(a[name] for name in names if a[name] is not None)


def _interpolation(name: str, rank: int) -> Binder:
    def bind(a: Arguments) -> Bound:
        image = shape_of(a["input" if "input" in a else "self"])
        size, scales = a["output_size"], _scales(a, rank)
        if size is not None:
            hyper: dict[str, Any] = {"output_size": tuple(size)}
        elif all(scale == int(scale) for scale in scales):
            hyper = {"scale_factor": tuple(int(scale) for scale in scales)}
        else:
            # PyTorch multiplies in double precision and drops what is behind the point.
            hyper = {"output_size": tuple(int(n * scale) for n, scale in zip(image[2:], scales, strict=True))}
        plain = not name.endswith("_aa") or _by_sizes(a, image[2:], scales)
        return Bound(name if plain else None, (image,), hyper)

    return bind


def _by_sizes(a: Arguments, sizes: tuple[int, ...], scales: tuple[float, ...]) -> bool:
    """Whether the kernel is stretched by the quotient of the sizes: by another, an output has other taps."""
    exact = all((Fraction(scale) * n).denominator == 1 for n, scale in zip(sizes, scales, strict=False))
    return exact and not a["align_corners"]


_MODES = {
    **{f"upsample_nearest{rank}d": rank for rank in (1, 2, 3)},
    **{f"_upsample_nearest_exact{rank}d": rank for rank in (1, 2, 3)},
    "upsample_linear1d": 1,
    "upsample_bilinear2d": 2,
    "upsample_trilinear3d": 3,
    "upsample_bicubic2d": 2,
    **{f"_upsample_{mode}2d_aa": 2 for mode in ("bilinear", "bicubic", "lanczos")},
}
BINDERS: dict[str, Binder] = {name: _interpolation(name.removeprefix("_"), rank) for name, rank in _MODES.items()}
