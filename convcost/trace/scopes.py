"""Which module of a model is running, and for the how manieth time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook


@dataclass(frozen=True)
class Scope:
    """A run of a module's forward: the module's path, and how many runs of it came before."""

    path: str = ""
    forward: int = 0


class Scopes:
    """While active, `running` holds the runs that are going on, the innermost one last."""

    def __init__(self, names: Mapping[nn.Module, str]) -> None:
        self.names, self.running = names, [Scope()]
        self._begun: Counter[str] = Counter()

    def __enter__(self) -> None:
        def enter(module: nn.Module, _: object) -> None:
            path = self.names.get(module)
            if path is None:
                self.running.append(self.running[-1])
                return
            self.running.append(Scope(path, self._begun[path]))
            self._begun[path] += 1

        def leave(module: nn.Module, _: object, __: object) -> None:
            self.running.pop()

        self.handles = (
            register_module_forward_pre_hook(enter),
            register_module_forward_hook(leave, always_call=True),
        )

    def __exit__(self, *_: object) -> None:
        for handle in self.handles:
            handle.remove()
