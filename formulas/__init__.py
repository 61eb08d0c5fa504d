"""Formulas with their sources. Records only; installed as `convcost.formulas`."""
