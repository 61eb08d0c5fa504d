"""The formula of a net's FLOPs by torch alone: its FlopCounterMode on tensors of symbolic sizes."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch._dynamo.source import ConstantSource
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext
from torch.utils.flop_counter import FlopCounterMode


def flops(model: nn.Module) -> Any:
    """FLOPs of convolutions and products, a SymPy expression of batch, height and width, and these three symbols."""
    env = ShapeEnv(duck_shape=False)
    mode = FakeTensorMode(shape_env=env, allow_non_fake_inputs=True)
    dynamic, static = DimDynamic.DYNAMIC, DimDynamic.STATIC
    context: Any = StatelessSymbolicContext([dynamic, static, dynamic, dynamic])
    image: Any = mode.from_tensor(torch.empty(3, 3, 416, 544), source=ConstantSource("x"), symbolic_context=context)
    counter = FlopCounterMode(display=False)
    with mode, counter:
        model(image)
    total: Any = counter.get_total_flops()
    return total.node.expr, [image.shape[axis].node.expr for axis in (0, 2, 3)]
