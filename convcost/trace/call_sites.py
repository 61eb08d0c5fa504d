"""Call sites: through which public functions a model makes its calls, and in whose forward.

Counters that patch functions see a call only where the model reaches it by the patched name. So the names that they
patch are patched here too, for the length of one capture.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.op_call import NATIVE_ATTENTION, NATIVE_LAYER, SETTINGS, Owner
from convcost.trace.capture import HANDED_ON, Capture, capture, running

_POOLS = tuple(f"{kind}_pool{rank}d" for kind in ("avg", "max", "adaptive_avg", "adaptive_max") for rank in (1, 2, 3))
_PRODUCTS = ("matmul", "mm", "bmm", "addmm", "mul", "add")
NAMES: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    (
        "F",
        F,
        (
            *("linear", *(f"conv{rank}d" for rank in (1, 2, 3)), *(f"conv_transpose{rank}d" for rank in (1, 2, 3))),
            *("relu", "prelu", "elu", "leaky_relu", "relu6", "silu", "gelu", "softmax", *_POOLS),
            *("batch_norm", "layer_norm", "instance_norm", "group_norm", "upsample", "interpolate", "embedding"),
            *("scaled_dot_product_attention", "multi_head_attention_forward"),
        ),
    ),
    ("torch", torch, (*_PRODUCTS, "baddbmm", "einsum")),
    ("Tensor", torch.Tensor, (*_PRODUCTS, "__matmul__")),
)
"""The names that some counter patches, by where they are."""


@one_at_a_time
def capture_call_sites(model: nn.Module, inputs: object) -> Capture:
    """Capture as `capture` does, and note the functions and modules that make each call."""
    with ExitStack() as patches:
        for place, room, names in NAMES:
            for name in names:
                patches.enter_context(_noted(room, name, _always(f"{place}.{name}")))
        patches.enter_context(_noted(nn.MultiheadAttention, "forward", _attention))
        patches.enter_context(_noted(nn.TransformerEncoderLayer, "forward", _encoder_layer))
        found = capture(model, inputs)
    known = owners(model)
    sites = [replace(call.site, owner=known.get(call.path, Owner())) for call in found.calls]
    return replace(found, calls=tuple(replace(c, site=site) for c, site in zip(found.calls, sites, strict=True)))


def _always(name: str) -> Callable[..., str]:
    return lambda *_, **__: name


@contextmanager
def _noted(room: object, name: str, said: Callable[..., str]) -> Iterator[None]:
    """While active, `room.name` notes on `running` what `said` makes of its arguments, as long as it runs."""
    function: Callable[..., object] = getattr(room, name)
    own = name in vars(room)

    def noting(*args: object, **kwargs: object) -> object:
        if sys._getframe(1).f_code is HANDED_ON:
            return function(*args, **kwargs)  # PyTorch looked the name up, not the model: x + y asks for Tensor.add
        running.append(said(*args, **kwargs))
        try:
            return function(*args, **kwargs)
        finally:
            running.pop()

    setattr(room, name, noting)
    try:
        yield
    finally:
        if own:
            setattr(room, name, function)
        else:
            delattr(room, name)


def owners(model: nn.Module) -> dict[str, Owner]:
    """Return the facts of every module of a model by its first path."""
    places: Counter[nn.Module] = Counter()
    reached = [model]
    while reached:  # a module's own `apply` may be another function
        places[reached[-1]] += 1
        reached.extend(reached.pop().children())
    found: dict[str, Owner] = {}
    for path, module in model.named_modules():  # parents come first
        parent = found.get(path.rpartition(".")[0]) if path else None
        within = parent.within | {parent.kind} if parent else frozenset()
        found[path] = _owner(module, places[module], within)
    return found


def _owner(module: nn.Module, places: int, within: frozenset[str]) -> Owner:
    bases = tuple(_name(kind) for kind in type(module).__mro__ if issubclass(kind, nn.Module))
    parameters = frozenset(name for name, _ in module.named_parameters(recurse=False))
    settings = {name: getattr(module, name) for name in SETTINGS if hasattr(module, name)}
    return Owner(bases[0], bases, not any(True for _ in module.children()), within, places, parameters, settings)


def _name(kind: type) -> str:
    """Return the bare name of a class of torch.nn, any other with its package."""
    own = kind.__module__.startswith("torch.nn.modules.")
    return kind.__qualname__ if own else f"{kind.__module__}.{kind.__qualname__}"


# PyTorch runs attention and encoder layers as one native operator of its own wherever gradients are off and this holds.
def _attention(
    module: nn.MultiheadAttention, query: Tensor, key: object = None, value: object = None, *_: object, **__: object
) -> str:
    """Return NATIVE_ATTENTION for a call that takes the native path, else the plain name of the function."""
    native = (
        query.dim() == 3
        and query is key
        and key is value
        and module.in_proj_weight is not None
        and not module.training
        and module.num_heads % 2 == 0
        and module.batch_first
        and module.bias_k is None
        and module.bias_v is None
        and not module.add_zero_attn
    )
    return NATIVE_ATTENTION if native else "MultiheadAttention.forward"


def _encoder_layer(module: nn.TransformerEncoderLayer, src: Tensor, *_: object, **__: object) -> str:
    """Return NATIVE_LAYER for a call that takes the native path where nothing is hooked, else the function's name."""
    inner = module.self_attn
    native = (
        src.dim() == 3
        and not module.training
        and inner.batch_first
        and inner.in_proj_bias is not None
        and inner.in_proj_weight is not None
        and bool(module.activation_relu_or_gelu)
        and module.norm1.eps == module.norm2.eps
        and inner.num_heads % 2 == 0
    )
    return NATIVE_LAYER if native else "TransformerEncoderLayer.forward"
