"""Design questions answered from the formulas alone: a grid of settings, and the largest that fit a budget."""
