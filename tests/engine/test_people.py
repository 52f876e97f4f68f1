from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.case import parse_case
from ebbtide.library import Library

from .conftest import PERSON, START

METHADONE = {"product": "methadone_liquid", "amount": "40 mg", "at": "0 h"}


def clearance(library: Library, make_group: Callable[..., Any], **traits: Any) -> float:
    raw = {
        "case": {"id": "t", "start": START, "duration": "2 d"},
        "person": PERSON | traits,
        "doses": [METHADONE],
    }
    people, _ = make_group(parse_case(raw, library, "t"))
    return float(people.numbers["methadone.disposition.clearance"][0])


def test_a_person_of_reference_size_with_normal_organs_has_the_library_clearance(
    library: Library, make_group: Callable[..., Any]
) -> None:
    expected = library.compounds["methadone"].disposition.clearance.value  # type: ignore[union-attr]
    assert clearance(library, make_group) == pytest.approx(expected)


def test_kidney_liver_and_size_scale_clearance(library: Library, make_group: Callable[..., Any]) -> None:
    usual = clearance(library, make_group)
    renal = library.compounds["methadone"].pathways["renal"].value
    assert clearance(library, make_group, egfr=50) == pytest.approx(usual * (1 - 0.5 * renal))
    assert (
        clearance(library, make_group, child_pugh="C")
        < clearance(library, make_group, child_pugh="B")
        < usual
    )
    assert clearance(library, make_group, weight_kg=140) == pytest.approx(usual * 2**0.75)


def test_a_dose_brings_its_amount(library: Library, make_group: Callable[..., Any]) -> None:
    raw = {"case": {"id": "t", "start": START, "duration": "2 d"}, "person": PERSON, "doses": [METHADONE]}
    people, _ = make_group(parse_case(raw, library, "t"))
    base_nmol = 40 * 0.8946 / 309.4 * 1e6
    assert np.isclose(people.dose_amounts[0, :, 0].sum(), base_nmol, rtol=1e-6)
