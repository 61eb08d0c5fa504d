"""Results that notebooks show as equations. `convcost/__init__.py` sets the printer that typesets them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from convcost.core.numeric import Count


@dataclass(frozen=True)
class Typeset:
    """A printed formula: one line of Unicode text, and LaTeX in parts between which a line may be broken."""

    text: str
    latex: Sequence[str]


@dataclass(frozen=True)
class Equation:
    """A name, in words or as a symbol, and what it is: a printed formula, or a count yet to be printed."""

    left: str
    right: Typeset | Count
    is_symbol: bool = False


class NotebookView(Protocol):
    """Typesets equations (`convcost.symbolic.notebook` does)."""

    def as_latex(self, equations: Sequence[Equation]) -> str:
        """Return equations below each other for math mode."""

    def as_html(self, equations: Sequence[Equation], title: str) -> str:
        """Return a table with a row per equation."""


class Equations(ABC):
    """Shows itself in notebooks as equations; `view` returns what typesets them, once it is needed."""

    __slots__ = ()
    view: ClassVar[Callable[[], NotebookView]]

    @abstractmethod
    def equations(self) -> list[Equation]:
        """Return what is shown, in order."""

    def title(self) -> str:
        """Return a line above the equations; empty for none."""
        return ""

    def _repr_latex_(self) -> str:
        return f"$$\n{Equations.view().as_latex(self.equations())}\n$$"

    def _repr_html_(self) -> str:
        return Equations.view().as_html(self.equations(), self.title())
