"""The browser that pages are tested in."""

from __future__ import annotations

import os
import shutil

NEEDED = "browser tests need chromium (apt-get install chromium)"


def chromium() -> str | None:
    """Where it is."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def required() -> bool:
    """Whether its lack is an error, as in continuous integration."""
    return bool(os.environ.get("CI") or os.environ.get("CONVCOST_BROWSER"))
