"""What is wrong with a file of claims, in one line."""

from __future__ import annotations

from convcost.core.errors import ConvcostError


class ClaimError(ConvcostError):
    """A row of a file of claims cannot be read; the text names the row."""
