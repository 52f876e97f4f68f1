import numpy as np
import pytest

from ebbtide.library import InputError, load_library, numbers_of
from ebbtide.library.change import parameter_at, with_values
from ebbtide.population import TYPICAL, draw_numbers


def test_every_number_can_be_changed_alone() -> None:
    library = load_library()
    before = draw_numbers(library, library.compounds, 1, 1, TYPICAL)
    for path in (
        "adaptation.fast.half_life",
        "mitragynine.disposition.peripherals[0].volume",
        "buprenorphine.absorption.sublingual.dose_dependence.at_1_mg",
        "mitragynine.metabolites[0].first_pass_fraction",
    ):
        value = parameter_at(library, path).value
        after = draw_numbers(with_values(library, {path: value * 0.9}), library.compounds, 1, 1, TYPICAL)
        assert {name for name in before if not np.array_equal(before[name], after[name])} == {path}
        np.testing.assert_allclose(after[path], before[path] * 0.9)
    assert dict(numbers_of(library.physiology["adaptation"])) == dict(
        numbers_of(load_library().physiology["adaptation"])
    )


def test_a_number_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"adaptation\.fast\.half_life"):
        parameter_at(load_library(), "adaptation.fast.halflife")
