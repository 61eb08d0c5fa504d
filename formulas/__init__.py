"""The book: formulas with their sources. Records only; installed as `convcost.formulas`."""
