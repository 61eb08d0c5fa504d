"""Options and fixtures of the whole suite."""

from __future__ import annotations

import signal

import pytest

from tests import browsers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="rewrite reports and README outputs, then compare")


def pytest_configure() -> None:
    """Ctrl-C is heard here and in what the tests start, though a shell's background job inherits that it is not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are deselected, unless one is required."""
    if browsers.chromium() or browsers.required():
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """It is said that tests were left out, and how to run them."""
    if not browsers.chromium() and not browsers.required():
        terminalreporter.write_line(f"Tests in a browser were left out: {browsers.NEEDED}", yellow=True)


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty columns and no colours, whatever the machine's terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
