import numpy as np

from ebbtide.case import Person
from ebbtide.library import load_library
from ebbtide.population import BETWEEN_PERSON, TYPICAL, draw_traits

KNOWN = Person(age_years=50.0, sex="female", weight_kg=61.5, cyp2d6="poor", child_pugh="B", egfr=40.0)


def test_what_is_given_holds_for_all() -> None:
    traits = draw_traits(KNOWN, load_library(), 50, 1, BETWEEN_PERSON)
    np.testing.assert_array_equal(traits.weight_kg, np.full(50, 61.5))
    assert (traits.cyp2d6, traits.child_pugh, traits.egfr) == ("poor", "B", 40.0)
    assert traits.missing == ()
    np.testing.assert_array_equal(traits.age_years, np.full(50, 50.0))
    assert traits.conditions["female"].all()


def test_an_unknown_weight_is_drawn_and_said() -> None:
    library = load_library()
    typical = library.physiology["population"]["weight"]["typical"]
    traits = draw_traits(Person(), library, 4000, 1, BETWEEN_PERSON)
    assert np.median(traits.weight_kg) == np.clip(
        np.median(traits.weight_kg), 0.98 * typical.value, 1.02 * typical.value
    )
    assert np.std(np.log(traits.weight_kg)) > 0.9 * typical.between_cv
    np.testing.assert_array_equal(
        draw_traits(Person(), library, 7, 1, BETWEEN_PERSON).weight_kg, traits.weight_kg[:7]
    )
    assert draw_traits(Person(), library, 1, 1, TYPICAL).weight_kg[0] == typical.value


def test_everything_unknown_is_said_once() -> None:
    missing = draw_traits(Person(), load_library(), 2, 1, BETWEEN_PERSON).missing
    assert [text.split(":")[0] for text in missing] == [
        "weight",
        "age",
        "sex",
        "CYP2D6 phenotype",
        "Child-Pugh class",
        "eGFR",
    ]
    assert "76 kg, CV 20%" in missing[0]
