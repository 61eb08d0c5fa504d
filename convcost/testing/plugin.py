"""The pytest plugin: budgets as tests, and tracebacks that end in the user's own code.

pytest imports this whenever it starts, so everything else is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle

    from convcost.budgeting.cost import BaselineCosts
    from convcost.budgeting.project import ProjectBudget

_OPTION = "--convcost-budgets"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--convcost-budgets`."""
    text = "also check every budget of [tool.convcost.budgets] in pyproject.toml, each as a test"
    parser.getgroup("convcost").addoption(_OPTION, action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Add pyproject.toml to the files to collect from, if the option is given."""
    if not config.getoption(_OPTION):
        return
    file = _pyproject(config)
    if not file.is_file():
        raise pytest.UsageError(f"{_OPTION}: there is no pyproject.toml in {file.parent}; start pytest with --rootdir")
    if not any(Path(argument.partition("::")[0]).name == file.name for argument in config.args):
        config.args.append(str(file))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> BudgetFile | None:
    """Collect the budgets of pyproject.toml."""
    if parent.config.getoption(_OPTION) and file_path == _pyproject(parent.config):
        return BudgetFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Hide convcost's own frames of an error whose text says all there is to say (--full-trace shows them)."""
    if call.excinfo is None or item.config.getoption("fulltrace"):
        return
    from convcost.core.errors import ConvcostError

    if isinstance(call.excinfo.value, ConvcostError):
        _prune(call.excinfo.value)
        call.excinfo = pytest.ExceptionInfo.from_exception(call.excinfo.value)


def _pyproject(config: pytest.Config) -> Path:
    return config.rootpath / "pyproject.toml"


class BudgetFile(pytest.File):
    """A pyproject.toml."""

    def collect(self) -> Iterable[BudgetItem]:
        """Return one test per budget."""
        from convcost.budgeting.cost import baseline_file, read_baseline
        from convcost.budgeting.project import read_budgets
        from convcost.core.errors import ConvcostError

        try:
            project = read_budgets(self.path)
            before = read_baseline(baseline_file(project.folder))
        except ConvcostError as error:
            raise self.CollectError(str(error)) from None
        for budget in project.budgets:
            yield BudgetItem.of(self, budget, before.get(budget.name))


class BudgetItem(pytest.Item):
    """A budget as a test."""

    budget: ProjectBudget
    before: BaselineCosts | None

    @classmethod
    def of(cls, file: BudgetFile, budget: ProjectBudget, before: BaselineCosts | None) -> BudgetItem:
        """Return the test of a budget."""
        item: BudgetItem = cls.from_parent(file, name=budget.name)
        item.budget, item.before = budget, before
        return item

    def runtest(self) -> None:
        """Check it."""
        from convcost.budgeting.checking import check_budget

        outcome = check_budget(self.budget, self.path.parent, self.before)
        if not outcome.ok:
            raise _BrokenError(outcome)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        """Return what `convcost check` says of it."""
        if not isinstance(excinfo.value, _BrokenError):
            return super().repr_failure(excinfo, style)
        from convcost.testing.failure import budget

        outcome = excinfo.value.args[0]
        return outcome.error or budget(outcome)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the title of its failure."""
        return self.path, None, f"budget {self.name}"


class _BrokenError(Exception):
    """Carries the outcome of a budget that does not pass."""


def _prune(error: BaseException) -> None:
    """Remove convcost's frames from an error and from what caused it; of two attempts only the last is shown."""
    for link in _chain(error):
        link.__traceback__ = _users(link) or link.__traceback__
        link.__suppress_context__ = True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _users(error: BaseException) -> TracebackType | None:
    """Return the frames of an error that are not ours: of one that we raise those that lead to us, of others all."""
    from convcost.core.errors import ConvcostError

    entries = list(_entries(error.__traceback__))
    if isinstance(error, ConvcostError):  # libraries that we call on the way are no more the user's than we are
        kept = list(takewhile(lambda entry: not _ours(entry), entries))
    else:
        kept = [entry for entry in entries if not _ours(entry)]
    rest: TracebackType | None = None
    for user in reversed(kept):
        rest = TracebackType(rest, user.tb_frame, user.tb_lasti, user.tb_lineno)
    return rest


def _entries(entry: TracebackType | None) -> Iterator[TracebackType]:
    while entry is not None:
        yield entry
        entry = entry.tb_next


def _ours(entry: TracebackType) -> bool:
    return not folders().isdisjoint(Path(entry.tb_frame.f_code.co_filename).parents)


@cache
def folders() -> frozenset[Path]:
    """Return where convcost lies: its own folder, and that of its formulas, which a checkout has beside it."""
    formulas = find_spec("convcost.formulas")
    places = (formulas.submodule_search_locations if formulas else None) or ()
    return frozenset({Path(__file__).parents[1], *map(Path, places)})
