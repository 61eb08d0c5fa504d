"""Whole libraries of models: each compared in a process under supervision, each row kept as soon as it is there.

(`convcost.audit` is the function that users call, so the room has another name.)
"""
