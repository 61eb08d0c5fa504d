"""A browser, and pages opened in it that must not complain or ask for anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import browsers

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = browsers.chromium()
    if path is None:
        pytest.fail(browsers.NEEDED)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Opens a file; at the end there must have been no message, no error, no dialog and no request but the file."""
    said: list[str] = []
    asked: list[str] = []
    files: list[str] = []
    contexts = []

    def refuse(dialog: Any) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_page(path: Path, **settings: Any) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", refuse)
        page.on("request", lambda request: asked.append(request.url))
        files.append(path.resolve().as_uri())
        page.goto(files[-1])
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert asked == files
