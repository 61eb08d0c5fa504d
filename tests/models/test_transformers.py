"""Models of transformers: by class, type and configuration file; small ones; with the inputs that they take."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from convcost.core.errors import ConvcostError, MeasurementError
from convcost.core.spec import TensorSpec
from convcost.models.loading import load
from convcost.trace.capture import capture

WORDS = TensorSpec((1, 128), "int64")


def macs(reference: str, **arguments: object) -> int:
    loaded = load(reference, arguments)
    assert loaded.inputs is not None
    return int(capture(loaded.module, loaded.inputs).macs)


# BERT base at 128 words, of width 768 and 3072 inside: a layer has four 768² projections, two of 768·3072, and
# attention 2·128²·768; over them a pooler of 768² for the first word.
LAYER = 128 * (4 * 768**2 + 2 * 768 * 3072) + 2 * 128**2 * 768
POOLER = 768**2


@pytest.mark.parametrize("name", ["BertModel", "bert"])
def test_bert_by_its_class_and_by_its_type(name: str) -> None:
    loaded = load(f"transformers:{name}")
    assert loaded.inputs == {"input_ids": WORDS}
    assert all(parameter.is_meta for parameter in loaded.module.parameters())
    assert capture(loaded.module, loaded.inputs).macs == 12 * LAYER + POOLER


def test_small_keeps_the_widths_and_two_layers() -> None:
    assert macs("transformers:bert", small="true") == 2 * LAYER + POOLER


def test_arguments_change_the_configuration() -> None:
    assert macs("transformers:bert", num_hidden_layers="3") == 3 * LAYER + POOLER
    assert macs("transformers:bert", num_hidden_layers="3", small=True) == 3 * LAYER + POOLER


def test_configuration_file_without_weights_and_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"], "num_hidden_layers": 1}))
    assert macs(f"transformers:{file}") == LAYER + POOLER


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("ViTModel", {"pixel_values": TensorSpec((1, 3, 224, 224))}),
        ("T5Model", {"input_ids": WORDS, "decoder_input_ids": WORDS}),
        ("Wav2Vec2Model", {"input_values": TensorSpec((1, 16000))}),
    ],
)
def test_inputs_by_the_models_own_names(name: str, inputs: dict[str, TensorSpec]) -> None:
    loaded = load(f"transformers:{name}", {"small": "true"})
    assert loaded.inputs == inputs
    assert capture(loaded.module, loaded.inputs).macs > 0


def test_unknown_name_has_the_near_ones() -> None:
    with pytest.raises(ConvcostError, match=r"transformers:BertModel"):
        load("transformers:BertModle")


@pytest.mark.parametrize(
    ("text", "said"), [("{", "it is not JSON"), ("{}", "it has no model_type"), (None, "No such file or directory")]
)
def test_file_that_is_no_configuration(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "config.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(MeasurementError, match=said):
        load(f"transformers:{file}")
