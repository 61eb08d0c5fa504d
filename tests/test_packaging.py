"""The wheel holds every package and works where the source tree is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import convcost

ROOT = Path(__file__).parents[1]
PROBE = """
import convcost, convcost.formulas, pathlib
from convcost.core.registry import registry
print(pathlib.Path(convcost.__file__).parent)
print(pathlib.Path(convcost.formulas.__file__).parent)
print(len(registry()))
print(convcost.cost("depthwise_separable", D_K=3, M=512, N=512, D_F=14).macs)
"""


def test_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("convcost-*.whl")
    # A wheel is a zip archive that Python can import from; -S and -P keep the source tree out.
    site = next(path for path in sys.path if path.endswith("site-packages"))
    target = tmp_path / "installed"
    unpack = f"import zipfile; zipfile.ZipFile({str(wheel)!r}).extractall({str(target)!r})"
    subprocess.run([sys.executable, "-c", unpack], check=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(target), site))}
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", PROBE], capture_output=True, text=True, check=True, env=environment, cwd="/"
    )
    package, formulas, records, macs = done.stdout.split()
    assert Path(package) == target / "convcost"
    assert Path(formulas) == target / "convcost" / "formulas"
    from convcost.core.registry import registry

    assert int(records) == len(registry())
    assert macs == "52283392"
    assert (target / "convcost" / "py.typed").exists()
    page = Path("convcost", "report", "page")
    assert {path.name for path in (target / page).iterdir()} == {path.name for path in (ROOT / page).glob("*.*")}


def test_every_package_of_the_tree_is_listed() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    files = [path for top in ("convcost", "formulas") for path in (ROOT / top).rglob("__init__.py")]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in files}
    assert listed == {f"convcost.{name}" if name.startswith("formulas") else name for name in found}


def test_what_is_public_is_offered_by_completion() -> None:
    assert {"compare", "derive", "prove", "referee", "sweep", "solve"} <= set(dir(convcost))
    assert dir(convcost) == sorted(convcost.__all__)
