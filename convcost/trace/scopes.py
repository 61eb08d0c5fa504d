"""Which module of a model is running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook


class Scopes:
    """Keeps the path of the module that is running, while it runs."""

    def __init__(self, names: Mapping[nn.Module, str], running: list[str]) -> None:
        self.names, self.running = names, running

    def __enter__(self) -> None:
        def enter(module: nn.Module, _: Any) -> None:
            self.running.append(self.names.get(module, self.running[-1]))

        def leave(module: nn.Module, _: Any, __: Any) -> None:
            self.running.pop()

        self.handles = (
            register_module_forward_pre_hook(enter),
            register_module_forward_hook(leave, always_call=True),
        )

    def __exit__(self, *_: object) -> None:
        for handle in self.handles:
            handle.remove()
