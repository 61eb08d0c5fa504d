"""Which calls a counter looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convcost.core.use import Use


@dataclass(frozen=True)
class Sight:
    """Conditions on how a call was written; an empty one lets every call through.

    modules    classes whose own forward must make the call
    bases      the same, for derived classes too
    functions  public functions of which the call must come through one
    where      any other condition
    """

    modules: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    where: Callable[[Use], bool] | None = None

    def sees(self, use: Use) -> bool:
        """Whether the counter looks at this call."""
        return (
            (not self.modules or use.owner.kind in self.modules)
            and (not self.bases or any(base in use.owner.bases for base in self.bases))
            and (not self.functions or any(name in use.functions for name in self.functions))
            and (self.where is None or self.where(use))
        )


EVERY_CALL = Sight()
