"""python -m tests.benchmarks [NAME…] [--quick] [--write]: run benchmarks, print their ratios, write the report."""

from __future__ import annotations

import argparse
import importlib
import time

from convcost.report import files
from tests.benchmarks.finding import Finding
from tests.benchmarks.page import PLACE, page

NAMES = (
    *("jobs", "cold_compare", "cold_others", "counting", "cold_derive", "derivation", "sweeping", "growth", "auditing"),
)  # fmt: skip


def main() -> None:
    """Run what is named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="one pair of each, to see that it runs")
    parser.add_argument("--write", action="store_true", help=f"write what is run into reports/{PLACE.name}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if given.write and given.quick:
        parser.error("--write is for measurements; leave out --quick")
    found: dict[str, tuple[str, list[Finding]]] = {}
    began = time.perf_counter()
    for name in given.names or NAMES:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"\n{module.TITLE}", flush=True)
        findings = found.setdefault(name, (module.TITLE, []))[1]
        for finding in module.findings(1 if given.quick else module.ROUNDS):
            findings.append(finding)
            aim = f"  aim: {finding.aim}: {finding.verdict}" if finding.aim else ""
            print(f"  {finding.what} / {finding.against}: {finding.found}{aim}", flush=True)
    minutes = (time.perf_counter() - began) / 60
    print(f"\n{minutes:.1f} minutes")
    if given.write:
        partly = f"{', '.join(title for title, _ in found.values())}: " if given.names else "The whole run: "
        files.write(PLACE, page(found, f"{partly}{minutes:.0f} minutes.", PLACE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
