"""Normalizations."""

from __future__ import annotations

from convcost.trace.binders.arguments import Arguments, Binder, Binding


def _affine(a: Arguments) -> dict[str, object]:
    """Return whether there is a scale, and that it comes without a shift where it does."""
    alone = a.given("weight") and not a.given("bias")
    return {"affine": a.given("weight"), **({"bias": False} if alone else {})}


def _batch_norm(a: Arguments) -> Binding:
    affine, training = _affine(a), a.flag("training")  # an operator for evaluation alone has no such argument
    return Binding("batch_norm", a.shapes("input"), {"affine": affine.pop("affine"), "training": training, **affine})


def _instance_norm(a: Arguments) -> Binding:
    affine, running = _affine(a), not a.flag("use_input_stats")
    return Binding("instance_norm", a.shapes("input"), {"affine": affine.pop("affine"), "running": running, **affine})


def _group_norm(a: Arguments) -> Binding:
    groups = a.number("num_groups" if "num_groups" in a else "group")
    return Binding("group_norm", a.shapes("input"), {"groups": groups, **_affine(a)})


def _layer_norm(a: Arguments) -> Binding:
    return Binding("layer_norm", a.shapes("input"), {**a.settings("normalized_shape"), **_affine(a)})


def _rms_norm(a: Arguments) -> Binding:
    return Binding("rms_norm", a.shapes("input"), {**a.settings("normalized_shape"), "affine": a.given("weight")})


def _weight_norm(a: Arguments) -> Binding:
    shape, dim = a.shape("v"), a.number("dim")
    return Binding("weight_norm", (shape,), {"dim": dim if dim == -1 else dim % len(shape)})


# What a normalization is run as comes after it, for models that spell it out.
_NAMES = {
    _batch_norm: (
        *("batch_norm", "_batch_norm_impl_index", "native_batch_norm", "_native_batch_norm_legit"),
        *("_native_batch_norm_legit_no_training", "cudnn_batch_norm", "miopen_batch_norm"),
    ),
    _instance_norm: ("instance_norm",),
    _group_norm: ("group_norm", "native_group_norm"),
    _layer_norm: ("layer_norm", "native_layer_norm"),
    _rms_norm: ("rms_norm", "_fused_rms_norm"),
    _weight_norm: ("_weight_norm", "_weight_norm_interface"),
}
BINDERS: dict[str, Binder] = {name: binder for binder, names in _NAMES.items() for name in names}
