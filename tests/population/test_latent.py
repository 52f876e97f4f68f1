import numpy as np

from ebbtide.library import load_library
from ebbtide.population import WITH_UNCERTAINTY, Unknowns, draw_numbers, parameters_of

LIBRARY = load_library()


def test_twins_by_coordinates_are_those_that_are_drawn() -> None:
    unknowns = Unknowns(parameters_of(LIBRARY, ["mitragynine"]), 3, WITH_UNCERTAINTY)
    drawn = draw_numbers(LIBRARY, ["mitragynine"], 5, 3, WITH_UNCERTAINTY, first=1022)
    latent = unknowns.draw(5, first=1022)
    assert latent.shape == (len(unknowns.names), 5)
    placed = unknowns.numbers(latent)
    assert set(placed) == set(drawn)
    for name, values in drawn.items():
        np.testing.assert_allclose(placed[name], values, rtol=1e-12, err_msg=name)


def test_coordinates_are_standard_normal_and_the_middle_is_typical() -> None:
    unknowns = Unknowns(parameters_of(LIBRARY, []), 1, WITH_UNCERTAINTY)
    latent = unknowns.draw(2000)
    assert abs(latent.mean()) < 0.01
    assert np.abs(latent.std(axis=1) - 1.0).max() < 0.1
    typical = unknowns.number("withdrawal.person.sensitivity", np.zeros((len(unknowns.names), 1)))
    assert typical == LIBRARY.physiology["withdrawal"]["person"]["sensitivity"].value
