"""Padding, shuffling, and windows as columns."""

from __future__ import annotations

from convcost.trace.binders.bound import Arguments, Binder, Bound, batched, shape_of


def _pad(name: str, mode: str | None) -> Binder:
    def bind(a: Arguments) -> Bound:
        return Bound("pad", (shape_of(a["self"]),), {"pad": tuple(a[name]), "mode": mode or a["mode"]})

    return bind


def _factor(operator: str, name: str) -> Binder:
    return lambda a: Bound(operator, (shape_of(a["self"]),), {name: a[name]})


def _window(a: Arguments) -> dict[str, tuple[int, ...]]:
    return {name: tuple(a[name]) for name in ("kernel_size", "stride", "padding", "dilation")}


def _unfold(a: Arguments) -> Bound:
    shape, unbatched = batched(a["self"], 2)
    return Bound("unfold", (shape,), _window(a), unbatched)


def _fold(a: Arguments) -> Bound:
    shape, unbatched = batched(a["self"], 1)
    return Bound("fold", (shape,), {"output_size": tuple(a["output_size"]), **_window(a)}, unbatched)


BINDERS: dict[str, Binder] = {
    "pad": _pad("pad", None),
    "constant_pad_nd": _pad("pad", "constant"),
    "_pad_circular": _pad("pad", "circular"),
    "pixel_shuffle": _factor("pixel_shuffle", "upscale_factor"),
    "pixel_unshuffle": _factor("pixel_unshuffle", "downscale_factor"),
    "channel_shuffle": _factor("channel_shuffle", "groups"),
    "native_channel_shuffle": _factor("channel_shuffle", "groups"),
    "im2col": _unfold,
    "col2im": _fold,
}
for _rank in (1, 2, 3):
    BINDERS[f"reflection_pad{_rank}d"] = _pad("padding", "reflect")
    BINDERS[f"replication_pad{_rank}d"] = _pad("padding", "replicate")
