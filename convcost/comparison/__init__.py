"""The only place where the witnesses meet: the paper, the operator formulas, and fvcore."""
