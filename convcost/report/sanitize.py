"""What a terminal is given to print: names of models obey nothing there."""

from __future__ import annotations

from typing import Any

from rich.padding import Padding
from rich.text import Text

from convcost.report.text import visible


def seen(content: Any) -> Any:
    """A text with its control characters and line ends as visible signs; what else is printed stays as it is."""
    if isinstance(content, str):
        return Text(visible(content))
    if isinstance(content, Text):
        content = content.copy()
        content.plain = visible(content.plain)
    if isinstance(content, Padding):
        content.renderable = seen(content.renderable)
    return content
