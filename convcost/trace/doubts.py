"""Whether fvcore's count of a model on the meta device is known to be its count on the CPU.

A trace without weights takes another way than one with weights where the model asks for the device, where PyTorch
chooses a native path by gradients, where a number is read from a tensor, and where an operator is not PyTorch's own.
What a capture sees of these is a doubt, and then plain fvcore runs on the CPU.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload

_OWN = frozenset({"aten", "prim", "prims", "profiler"})
_NUMBERS = frozenset({"item", "_local_scalar_dense", "is_nonzero", "equal", "allclose"})
_NATIVE_PATHS = (nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerEncoder)

_ATTRIBUTES: Any = vars(torch._C.TensorBase)
_DEVICE: tuple[Callable[..., object], ...] = (
    *(_ATTRIBUTES[name].__get__ for name in ("device", "is_meta", "is_cpu")),
    Tensor.get_device,
    Tensor.stride,
    Tensor.is_contiguous,
    Tensor.data_ptr,
)
_SIZES: tuple[Callable[..., object], ...] = (
    _ATTRIBUTES["shape"].__get__,
    Tensor.size,
    Tensor.numel,
    Tensor.nelement,
    Tensor.__len__,
)

ASKS_WHERE = "the model asks where its tensors are and how they lie in memory"
"""The doubt of a model that may do other work on the CPU than on the meta device."""


class Doubts:
    """What a model does, while it runs, that may take another way on the meta device or under a trace.

    found       each reason once, in order
    reads_sizes whether the size of a tensor is read, which is a tensor itself under a trace of torch.jit
    """

    def __init__(self, model: nn.Module) -> None:
        self.found: dict[str, None] = dict.fromkeys(_of_modules(model))
        self.reads_sizes = False

    def see_function(self, function: Callable[..., object]) -> None:
        """Take note of a public function that the model calls, and of the state in which it does.

        PyTorch's own modules ask for the device to pass it on.
        """
        if function in _SIZES:
            self.reads_sizes = True
        elif function in _DEVICE and not sys._getframe(2).f_globals.get("__name__", "").startswith("torch."):
            self.found[ASKS_WHERE] = None
        if not torch.is_grad_enabled():
            self.found["the model switches gradients off"] = None
        if torch.is_autocast_enabled("cpu"):
            self.found["the model runs under autocast"] = None
        if torch._C._functorch.peek_interpreter_stack() is not None:
            self.found["the model transforms functions (torch.func)"] = None

    def see_operator(self, operator: OpOverload) -> None:
        """Take note of an operator that is called."""
        if operator.namespace not in _OWN:
            self.found[f"the model calls {operator._schema.name}, which is not PyTorch's own"] = None
        elif operator._opname in _NUMBERS:
            self.found["the model reads a number from a tensor"] = None


def _of_modules(model: nn.Module) -> list[str]:
    """Return what is in doubt before the model runs."""
    found = []
    if not torch.is_grad_enabled():
        found.append("gradients are switched off")
    for path, module in model.named_modules():
        where = f"module {path!r}" if path else "the model"
        if isinstance(module, _NATIVE_PATHS) and not all(p.requires_grad for p in module.parameters()):
            found.append(f"{where} is frozen attention")
        if isinstance(module, torch.jit.ScriptModule) or "forward" in vars(module):
            found.append(f"{where} has a forward that is not its class's")
        if module._forward_hooks or module._forward_pre_hooks:
            found.append(f"{where} has hooks")
    return found
