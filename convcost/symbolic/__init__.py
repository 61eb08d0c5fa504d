"""Exact expressions in the sizes of an input: formulas that are derived, decided and printed."""
