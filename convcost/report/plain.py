"""What a screen shows as plain text: no colours, a width of its own, whatever the terminal."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console


def plain(draw: Callable[[Console], None], width: int = 80) -> str:
    """The text that `draw` prints on a console, no line ending in blanks."""
    file = io.StringIO()
    draw(
        Console(
            file=file,
            width=width,
            color_system=None,
            force_terminal=False,
            force_jupyter=False,
            markup=False,
            highlight=False,
            emoji=False,
        )
    )
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
