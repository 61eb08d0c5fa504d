"""Comparisons as one page for a browser, in which the formulas run."""
