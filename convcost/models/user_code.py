"""A factory in the user's own package or file, imported from where it lies."""

import hashlib
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from torch import Tensor, nn

from convcost.core.errors import ConvcostError, MeasurementError, UnknownNameError, one_line_at
from convcost.core.parsing import LIBRARIES, ModelReference, ReferenceKind, parse_reference
from convcost.core.spec import CallInputs, TensorSpec
from convcost.models.building import random_state_kept


@contextmanager
def importing(reference: ModelReference, what: str = "factory") -> Iterator[object]:
    """Give the factory, or `what` else an error calls it, that a reference to a file or an importable module names.

    The file's folder, or for a module the current one, leads the search path meanwhile, so that its neighbours
    can be imported too. Raises MeasurementError where the import fails or the name is not there.
    """
    place = reference.place
    file = Path(place) if reference.kind is ReferenceKind.FILE else None
    if file is not None and not file.is_file():
        raise MeasurementError(f"there is no file {place}")
    folder = str((file.parent if file else Path()).resolve())
    with _search(folder, forget=file is not None), ExitStack() as roots:
        module = _run(place, lambda: _in_its_repository(file, roots) if file else _package(place))
        yield _member(place, module, reference.name, what)


def returned_inputs(text: str) -> object:
    """Return the inputs that a function of the user's gives; raises MeasurementError where it fails."""
    reference = parse_reference(text)
    if not reference.is_users:
        raise ConvcostError(f"{text!r} names no function; write path/to/file.py:make_inputs")
    with importing(reference, "function") as function:
        if not callable(function):
            raise MeasurementError(f"{text} is of type {type(function).__name__}, but must be a function")
        try:
            with random_state_kept():
                found = function()
        except (Exception, SystemExit) as error:
            raise MeasurementError(f"{text} gives no inputs: {one_line_at(error)}") from error
    if isinstance(found, tuple) and list(map(type, found)) == [tuple, dict]:
        return CallInputs(*found)
    if not isinstance(found, tuple | list | dict | Tensor):
        kind = type(found).__name__
        raise MeasurementError(f"{text} returns a {kind}, but must return a tuple, a dict, or (args, kwargs)")
    return found


def run_file(place: str) -> None:
    """Run a file for what it does when it is imported; raises MeasurementError where it fails or is not there."""
    file = Path(place)
    if not file.is_file():
        raise MeasurementError(f"there is no file {place}")
    with _search(str(file.parent.resolve()), forget=True):
        _run(place, lambda: _file(file))


@contextmanager
def _search(folder: str, forget: bool) -> Iterator[None]:
    """Put `folder` first on the search path; with `forget`, another file's neighbour can have a module's name later."""
    before = set(sys.modules)
    forget = forget and folder not in sys.path
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(folder)
        new = set(sys.modules) - before if forget else set()
        tops = {name for name in new if "." not in name and _lies_in(sys.modules[name], folder)}
        for name in new:
            if name.partition(".")[0] in tops and not name.startswith(_PRIVATE):
                del sys.modules[name]


_PRIVATE = "_convcost_file_"


def _lies_in(module: ModuleType, folder: str) -> bool:
    attributes = getattr(module, "__dict__", {})  # some modules make up whatever attribute is asked for
    places = list(attributes.get("__path__") or [attributes.get("__file__") or ""])
    return any(os.path.dirname(place) == folder for place in places)


def _in_its_repository(file: Path, roots: ExitStack) -> ModuleType:
    """Run a file; where it imports what is not beside it, again with the root of its repository on the search path.

    What imports relatively is imported as the module of its package.
    """
    path, relative, tried = file.resolve(), False, list[Path]()
    while True:
        try:
            return _module_of_package(path, tried[-1]) if relative else _file(file)
        except ImportError as error:
            relative = relative or "relative import" in str(error)
            root = _package_root(path, tried) if relative else _root_with(error.name or "", path)
            if root is None or root in tried:
                raise
            tried.append(root)
            for name in [name for name, module in sys.modules.items() if _lies_in(module, str(path.parent))]:
                del sys.modules[name]  # it was taken for the repository's of this name
            roots.enter_context(_search(str(root), forget=True))
            beside = str(path.parent)
            if not relative and (path.parent / (error.name or "").partition(".")[0]).with_suffix(".py").is_file():
                sys.path.remove(beside)  # Python takes a file before a folder without __init__.py
                roots.callback(sys.path.append, beside)


def _root_with(module: str, path: Path) -> Path | None:
    """Return the nearest folder above a file's in which a module lies."""
    inside = Path(*module.split("."))
    folders = path.parent.parents if module else ()
    return next((f for f in folders if (f / inside).is_dir() or (f / inside).with_suffix(".py").is_file()), None)


def _package_root(path: Path, tried: Sequence[Path]) -> Path | None:
    """Return the folder that a file's package lies in: the first without __init__.py, or what is above the last."""
    if tried:
        return next(iter(tried[-1].parents), None)
    inside = path.parent
    while (inside / "__init__.py").is_file():
        inside = inside.parent
    return inside.parent if inside == path.parent else inside


def _module_of_package(path: Path, root: Path) -> ModuleType:
    name = ".".join(path.relative_to(root).with_suffix("").parts)
    module = _package(name)
    if Path(getattr(module, "__file__", None) or "").resolve() != path:
        raise MeasurementError(f"{path.name} imports relatively, and {name} is another module; name it package.module")
    return module


def _run(place: str, imported: Callable[[], ModuleType]) -> ModuleType:
    try:
        with random_state_kept():
            return imported()
    except ConvcostError:
        raise
    except (Exception, SystemExit) as error:
        raise MeasurementError(f"{place} cannot be imported: {one_line_at(error)}") from error


def _file(file: Path) -> ModuleType:
    """Run a file as a module with a name that nothing else has."""
    path = file.resolve()
    name = _PRIVATE + re.sub(r"\W", "_", path.stem) + "_" + hashlib.sha256(str(path).encode()).hexdigest()[:12]
    loader = _SourceLoader(name, str(path)) if path.suffix == ".py" else None
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise MeasurementError(f"{file} cannot be imported: it is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class _SourceLoader(SourceFileLoader):
    """Reads the file itself, as Python tells by size and second alone whether its cached bytecode is the file's."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the file."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def _package(place: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        top = place.partition(".")[0]
        if error.name == place == top:
            raise UnknownNameError("library or module", place, LIBRARIES) from error
        if error.name is not None and (place + ".").startswith(error.name + "."):
            raise MeasurementError(f"there is no module {error.name}") from error
        raise


def _member(place: str, module: ModuleType, name: str, what: str) -> object:
    found: object = module
    for part in name.split("."):
        if not hasattr(found, part):
            public = [key for key, value in vars(module).items() if _makes(value, module.__name__)]
            if public:
                raise UnknownNameError(f"{what} of {place}", name, public)
            raise MeasurementError(f"{place} has no {name!r}, and no class or function of its own")
        found = getattr(found, part)
    return found


def _makes(value: object, module: str) -> bool:
    return isinstance(value, nn.Module) or (callable(value) and getattr(value, "__module__", None) == module)


def declared_inputs(reference: str, module: nn.Module) -> tuple[tuple[TensorSpec, ...] | None, str]:
    """Return the shapes of Lightning's `example_input_array`, or the size that timm's configuration declares."""
    example = getattr(module, "example_input_array", None)
    tensors: Any = example if isinstance(example, tuple | list) else [example]
    if tensors and all(isinstance(tensor, Tensor) for tensor in tensors):
        specs = tuple(TensorSpec(tuple(t.shape), _dtype(t)) for t in tensors)
        return specs, "shapes of the model's example_input_array"
    declared = getattr(module, "default_cfg", None)
    size = declared.get("input_size") if isinstance(declared, dict) else None
    if isinstance(size, tuple | list) and size and all(type(side) is int for side in size):
        return (TensorSpec((1, *size)),), "size of the model's default_cfg"
    return None, (
        f"{reference} declares no input: give --input 1,3,224,224, or --input int64:1,77 for whole numbers "
        "(from Python inputs=(1, 3, 224, 224))"
    )


def _dtype(tensor: Tensor) -> str | None:
    """Return a type's name; None for floating point, which is the model's own."""
    return None if tensor.dtype.is_floating_point else str(tensor.dtype).removeprefix("torch.")
