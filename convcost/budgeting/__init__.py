"""Budgets of a project: what its models may cost, and what they cost when the baseline was written."""
