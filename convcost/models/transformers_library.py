"""Models of transformers by class, by type or by configuration file, never with weights, never from the network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError, UnknownNameError
from convcost.core.spec import TensorSpec
from convcost.models.torchvision_and_timm import library

TOKENS, SAMPLES, FRAMES, SIDE = 128, 16_000, 3_000, 224
"""Sizes of an input that no configuration fixes: words, a second of sound, frames of its spectrum, pixels."""

_SMALL = {
    **dict.fromkeys(("num_hidden_layers", "n_layer", "n_layers", "num_layers", "depth"), 2),
    **dict.fromkeys(("encoder_layers", "decoder_layers", "num_encoder_layers", "num_decoder_layers"), 2),
    **dict.fromkeys(("num_local_experts", "num_experts", "n_routed_experts"), 8),
    "vocab_size": 256,
}
"""What `small=true` leaves of a configuration's defaults, at most; widths stay."""


def transformers() -> Any:
    """Import transformers, which then looks for nothing on the network; raises MeasurementError without it."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    library("torchvision")  # where its compiled operators do not load, transformers needs it prepared
    return library("transformers")


def transformers_names() -> list[str]:
    """Return the classes of all base models."""
    names = _table("modeling", "MODEL_MAPPING_NAMES").values()
    return sorted({one for name in names for one in ([name] if isinstance(name, str) else name)})


def _table(kind: str, name: str) -> Mapping[str, Any]:
    """Return one of the tables by which transformers finds a class for a type of model."""
    transformers()
    found: Mapping[str, Any] = getattr(import_module(f"transformers.models.auto.{kind}_auto"), name)
    return found


def transformers_factory(name: str) -> Callable[..., nn.Module]:
    """Return what builds a model by its class, its type or its config.json; its arguments change the configuration.

    Raises UnknownNameError with the near names, MeasurementError for a file that is no configuration.
    """
    cls, config, defaults = _named(name)

    def make(small: bool = False, **changes: object) -> nn.Module:
        made = config(**{**defaults, **changes})
        for part in _parts(made) if small else ():
            for option, most in _SMALL.items():
                value = getattr(part, option, None)
                if type(value) is int and value > most and option not in changes:
                    setattr(part, option, most)
            if isinstance(kinds := getattr(part, "layer_types", None), list):
                part.layer_types = kinds[: getattr(part, "num_hidden_layers", len(kinds))]
        model: nn.Module = cls(made)
        return model

    return make


def _parts(config: Any) -> list[Any]:
    """Return a configuration and those inside it, such as of a text and of a vision model."""
    base = transformers().PretrainedConfig
    inside = [value for value in vars(config).values() if isinstance(value, base)]
    return [config, *(part for value in inside for part in _parts(value))]


def _named(name: str) -> tuple[Any, Any, dict[str, object]]:
    """Return a model's class, its configuration's class, and what a file sets in it."""
    from_file = _read(name) if name.endswith(".json") else {}
    kind = str(from_file.pop("model_type", name))
    whole, models = transformers(), _table("modeling", "MODEL_MAPPING_NAMES")
    architectures = from_file.pop("architectures", None)
    cls = architectures[0] if isinstance(architectures, list) and architectures else models.get(kind, name)
    found: Any = getattr(whole, cls if isinstance(cls, str) else cls[0], None)
    if not (isinstance(found, type) and hasattr(found, "config_class") and hasattr(found, "main_input_name")):
        known = [*models, *transformers_names()]
        raise UnknownNameError("transformers model", name, known, prefix="transformers:")
    config = getattr(whole, _table("configuration", "CONFIG_MAPPING_NAMES").get(kind, ""), found.config_class)
    return found, config, from_file


def _read(path: str) -> dict[str, object]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise MeasurementError(f"cannot read {path}: {said}") from error
    if not isinstance(found, dict) or "model_type" not in found:
        raise MeasurementError(f"{path} is no configuration of transformers: it has no model_type")
    return found


def transformers_inputs(model: Any) -> tuple[Mapping[str, TensorSpec] | None, str]:
    """Return a model's main input, batch 1, and the decoder's where it has one; None where its name says no shape."""
    config, name = model.config, model.main_input_name
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    vision = getattr(config, "vision_config", config)
    words = TensorSpec((1, min(TOKENS, _number(text, "max_position_embeddings", TOKENS))), "int64")
    side = getattr(vision, "image_size", SIDE)
    image = tuple(side) if isinstance(side, list | tuple) else (side or SIDE,) * 2
    shapes = {
        "input_ids": words,
        "pixel_values": TensorSpec((1, _number(vision, "num_channels", 3), *image)),
        "input_values": TensorSpec((1, SAMPLES)),
        "input_features": TensorSpec((1, _number(config, "num_mel_bins", 80), FRAMES)),
    }
    if name not in shapes:
        return None, f"{type(model).__name__} takes {name}, whose shape its configuration does not say; give --input"
    found = {name: shapes[name]}
    if config.is_encoder_decoder and name != "pixel_values":
        found["decoder_input_ids"] = words
    elif getattr(config, "vision_config", None) is not None and hasattr(config, "text_config"):
        found |= {"input_ids": words, "pixel_values": shapes["pixel_values"]}
    return found, f"{name} of its configuration"


def _number(config: Any, name: str, default: int) -> int:
    value = getattr(config, name, None)
    return value if isinstance(value, int) and value > 0 else default
