"""Which model a call means, and what to call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.core.errors import DomainError

if TYPE_CHECKING:
    from torch import nn


def real_model(model: str | nn.Module, settings: Mapping[str, Any], arguments: Mapping[str, Any] | None) -> nn.Module:
    """The model to hold a paper's formula against: one of the user's is built as `arguments` say."""
    if not isinstance(model, str):
        return model

    from convcost.models import build
    from convcost.models.reference import LIBRARIES, load

    place, colon, _ = model.rpartition(":")
    if colon and place not in LIBRARIES:
        return load(model, arguments).module
    if arguments:
        raise DomainError(f"arguments belong to a model of yours; {model} is built at the network's own settings")
    return build(model, settings)


def called(model: str | nn.Module) -> str:
    """What a report and an error call it."""
    return model if isinstance(model, str) else type(model).__name__


def loaded(model: str, arguments: Mapping[str, Any] | None, options: Mapping[str, object]) -> tuple[nn.Module, Any]:
    """The model of a reference and its own inputs."""
    from convcost.models.reference import load

    book = ":" not in model
    foreign = list(arguments or {}) if book else list(options)
    if foreign:
        kind = "a network of the book; it takes options" if book else "a model; it takes arguments"
        raise DomainError(f"{model} is {kind}, so give {foreign[0]} so")
    loaded = load(model, options if book else arguments)
    return loaded.module, loaded.inputs
