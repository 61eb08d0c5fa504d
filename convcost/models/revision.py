"""A user's file as it was at a revision of git: `path/to/file.py@REV:factory`. Importing this imports no torch.

The revision's files are unpacked into a temporary folder; nothing of the repository is touched.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from convcost.core.errors import ConvcostError, MeasurementError
from convcost.core.one_at_a_time import TURN
from convcost.core.parsing import ModelReference


@contextmanager
def checked_out(reference: ModelReference) -> Iterator[ModelReference]:
    """Give a reference that can be loaded while the context lasts; one without a revision is itself.

    Meanwhile the revision's own modules are imported from that revision. Raises MeasurementError where there is no
    git, no repository, no such revision or no such file in it.
    """
    if not reference.revision:
        yield reference
        return
    file, revision = Path(reference.place), reference.revision
    folder = next(parent for parent in file.resolve().parents if parent.is_dir())
    root = Path(_git(folder, f"{file} lies in no git repository", "rev-parse", "--show-toplevel").strip())
    spec = f"{revision}^{{commit}}"
    missing = f"git knows no revision {revision!r}"
    commit = _git(folder, missing, "rev-parse", "--verify", "--quiet", "--end-of-options", spec).strip()
    inside = file.resolve().relative_to(root.resolve()).as_posix()
    _git(root, f"{file} is not in revision {revision}", "cat-file", "-e", f"{commit}:{inside}")
    with tempfile.TemporaryDirectory(prefix="convcost-") as temporary:
        tree = Path(temporary).resolve()
        _unpack(_git_bytes(root, f"git cannot read revision {revision}", "archive", "--format=tar", commit), tree)
        place = tree / inside
        try:
            with TURN, _imported_from(tree, root.resolve()):
                yield replace(reference, place=str(place), revision="")
        except ConvcostError as error:
            # The user knows nothing of the temporary folder.
            raise MeasurementError(str(error).replace(str(place), f"{file}@{revision}")) from error


def last_change(file: Path) -> str:
    """Return the revision that last changed a file, in short; empty where git does not know it."""
    try:
        shallow = _git(file.parent, "no repository", "rev-parse", "--is-shallow-repository").strip()
        return "" if shallow == "true" else _git(file.parent, "", "log", "-1", "--format=%h", "--", file.name).strip()
    except MeasurementError:
        return ""


def _unpack(archive: bytes, folder: Path) -> None:
    def harmless(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        try:
            return tarfile.data_filter(member, path)
        except tarfile.FilterError:
            return None  # a link to somewhere else

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter=harmless)  # noqa: S202  filtered


@contextmanager
def _imported_from(tree: Path, root: Path) -> Iterator[None]:
    """Import a repository's modules from `tree` meanwhile; those that were loaded come back afterwards."""
    places = [str(place) for place in (tree, tree / "src") if place.is_dir()]
    hidden = {name: module for name, module in list(sys.modules.items()) if _lies(name, module, root, places)}
    for name in hidden:
        del sys.modules[name]
    sys.path[:0] = places
    try:
        yield
    finally:
        for place in places:
            sys.path.remove(place)
        for name in [name for name, module in list(sys.modules.items()) if _below(module, tree)]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _lies(name: str, module: ModuleType, root: Path, places: list[str]) -> bool:
    """Return whether a loaded module is one of the repository's that the revision has too."""
    top = name.partition(".")[0]
    if top == "convcost" or not _below(module, root):
        return False
    return any(Path(place, top).is_dir() or Path(place, f"{top}.py").is_file() for place in places)


def _below(module: ModuleType, folder: Path) -> bool:
    attributes = getattr(module, "__dict__", {})  # some modules make up whatever attribute is asked for
    path = attributes.get("__path__")
    places = [attributes.get("__file__"), *(path if isinstance(path, list) else ())]
    return any(isinstance(place, str) and folder in Path(place).parents for place in places)


def _git(folder: Path, problem: str, *arguments: str) -> str:
    return _git_bytes(folder, problem, *arguments).decode(errors="replace")


def _git_bytes(folder: Path, problem: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError as error:
        raise MeasurementError("a revision needs git, which is not installed") from error
    if done.returncode:
        raise MeasurementError(problem)
    return done.stdout
