from __future__ import annotations

import pytest

from convcost import models
from convcost.core.errors import MeasurementError

from .agreement import agreed, drawn, first_disagreement, macs, module_of

NAME = "mobilenet_v1_keras"


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": 225, "batch": 3},
        {"variant": "shallow"},
        {"variant": "shallow", "alpha": "0.3", "resolution": 331, "batch": 3, "classes": 120},
        {"alpha": "0.1", "resolution": 33},
    ],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_biases_cost_parameters_and_no_macs() -> None:
    totals = agreed(NAME)
    # Printed for a MobileNet V1 with biased convolutions in mlpack/models, pull request 72.
    assert totals.params_formula == totals.params_measured == 4_242_920
    paper = drawn("mobilenet_v1")
    # One bias a batch-normalised channel, half of what the 27 batch norms have.
    assert totals.params_formula - paper.cost.parameters == 10_944
    assert sum(x.cost.parameters for x in paper.calls if x.name == "batch_norm") == 2 * 10_944
    assert totals.macs_formula == macs(paper) == 568_740_352
    assert totals.fvcore_total == 578_875_904


def test_shallow_is_table_5() -> None:
    # Howard et al. 2017, Table 5: 307 million mult-adds, 2.9 million parameters.
    network = drawn(NAME, variant="shallow")
    assert macs(network) == macs(drawn("mobilenet_v1", variant="shallow"))
    assert round(macs(network) / 10**6) == 307
    assert round(int(network.cost.parameters) / 10**6, 1) == 2.9


def test_widths_have_no_lower_bound() -> None:
    # int(32·0.1) = 3 here, 8 by the rule of the paper's authors.
    assert drawn(NAME, alpha="0.1").calls[0].output[1] == 3
    assert drawn("mobilenet_v1", alpha="0.1").calls[0].output[1] == 8


def test_wrong_width_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("mobilenet_v1")
    monkeypatch.setattr(module, "BLOCKS", (*module.BLOCKS[:11], (2, 1000), (1, 1024)))
    assert first_disagreement(NAME) == ("block12.pw", "disagree")


def test_model_without_biases_is_not_this_net() -> None:
    paper = models.build("mobilenet_v1", {"alpha": 1, "classes": 1000, "variant": "paper"})
    assert first_disagreement(NAME, model=paper) == ("conv1", "disagree")


def test_model_of_another_net_at_settings_it_has_not() -> None:
    with pytest.raises(MeasurementError, match="mobilenet_v1 cannot be built at these settings: variant is 'full'"):
        first_disagreement(NAME, model="mobilenet_v1")
