"""The sdist builds a wheel, and the wheel alone, without the source tree and the extras, runs the main job."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import convcost
from convcost.core.registry import registry
from tests.shell import convcost as shell

ROOT = Path(__file__).parents[1]
MAIN_JOB = ("compare", "mobilenet_v1", "--alpha", "0.75", "--rho", "0.857")
PAGE = Path("convcost", "report", "page")

# What convcost's dependencies need can be imported, and nothing else that happens to be installed.
BARE = """
import re, sys
from importlib.abc import MetaPathFinder
from importlib.metadata import distribution, packages_distributions

def normal(name):
    return re.sub("[-_.]+", "-", name).lower()

needed, waiting = set(), ["convcost"]
while waiting:
    name = waiting.pop()
    if normal(name) in needed:
        continue
    try:
        requires = distribution(name).requires or []
    except ModuleNotFoundError:  # for another version of Python, or another system
        continue
    needed.add(normal(name))
    waiting += [re.match(r"[\\w.-]+", line)[0] for line in requires if "extra ==" not in line]
others = {top for top, names in packages_distributions().items() if not {normal(name) for name in names} & needed}

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in others:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
assert {"torchvision", "timm", "matplotlib", "distributed", "dask", "pyarrow", "ptflops", "pytest"} <= others, others
assert not {"torch", "fvcore", "pandas"} & others
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the wheel installs; the wheel was built from the sdist."""
    folder = tmp_path_factory.mktemp("packaging")
    tree = folder / "tree"
    for part in ("convcost", "formulas"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True, cwd=tree)
    (sdist,) = folder.glob("convcost-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(source)], check=True, capture_output=True)
    (wheel,) = folder.glob("convcost-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")  # noqa: S202  built here
    shutil.rmtree(tree)
    shutil.rmtree(folder / "unpacked")
    return folder / "installed"


def _run(installed: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code where neither the source tree (-S and -P keep it out) nor the extras can be imported."""
    site = [path for path in sys.path if path.endswith("site-packages")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(installed), *site))}
    command = [sys.executable, "-S", "-P", "-c", f"{BARE}\n{code}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=installed.parent)


def test_the_wheel_alone_runs_the_main_job(installed: Path) -> None:
    code = "import runpy; runpy.run_module('convcost', run_name='__main__', alter_sys=True)"
    done = _run(installed, code, *MAIN_JOB)
    assert (done.returncode, done.stderr) == (0, "")
    assert "239,273,472" in done.stdout
    assert done.stdout == shell(*MAIN_JOB).out


def test_the_wheel_has_every_formula_and_every_file_of_the_page(installed: Path) -> None:
    code = (
        "import convcost, convcost.formulas\n"
        "from convcost.core.registry import registry\n"
        "print(convcost.__file__, convcost.formulas.__file__, len(registry()), sep='\\n')"
    )
    done = _run(installed, code)
    assert done.stdout.splitlines() == [
        *(str(installed / "convcost" / "__init__.py"), str(installed / "convcost" / "formulas" / "__init__.py")),
        str(len(registry())),
    ], done.stderr
    assert (installed / "convcost" / "py.typed").exists()
    assert {path.name for path in (installed / PAGE).iterdir()} == {path.name for path in (ROOT / PAGE).glob("*.*")}


def test_what_needs_an_extra_says_which_package_to_install(installed: Path) -> None:
    commands = {
        "compare torchvision:resnet18": "torchvision",
        "compare timm:resnet18": "timm",
        "sweep mobilenet_v1 --alpha 0.5,1 --plot picture.svg": "matplotlib",
        "sweep mobilenet_v1 --alpha 0.5,1 --parquet rows.parquet": "pyarrow",
        "audit list.txt --dask tcp://127.0.0.1:1": "distributed",
    }
    (installed.parent / "list.txt").write_text("mobilenet_v1\n")
    code = "import sys\nfrom convcost.cli.main import run\nfor line in sys.argv[1:]:\n    run(line.split())"
    done = _run(installed, code, *commands)
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert [line.rpartition(": ")[2] for line in told] == [f"pip install {name}" for name in commands.values()], told


def test_no_text_names_an_extra_of_a_package_that_is_not_published() -> None:
    files = [path for top in ("convcost", "formulas") for path in (ROOT / top).rglob("*.py")]
    assert [path for path in files if re.search(r"convcost\[\w", path.read_text(encoding="utf-8"))] == []


def test_every_package_of_the_tree_is_listed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    files = [path for top in ("convcost", "formulas") for path in (ROOT / top).rglob("__init__.py")]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in files}
    assert listed == {f"convcost.{name}" if name.startswith("formulas") else name for name in found}


def test_what_is_public_is_offered_by_completion() -> None:
    assert {"compare", "derive", "prove", "referee", "sweep", "solve"} <= set(dir(convcost))
    assert dir(convcost) == sorted(convcost.__all__)
