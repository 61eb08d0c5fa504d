"""Benchmarks, run by hand with `make bench`: ratios against a peer in one run, never an assertion on time."""
