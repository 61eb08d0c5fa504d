"""Run every benchmark and print its ratios."""

from __future__ import annotations

from tests.benchmarks import cold_compare, cold_derive

if __name__ == "__main__":
    cold_compare.main()
    cold_derive.main()
