"""Receptor occupancy and breathing measured in people.

Greenwald2003: buprenorphine 2, 16 and 32 mg a day leave 59, 20 and 16 % of mu receptors free.
Trostheim2023: naloxone 0.002 mg/kg into a vein occupies 43 % (Kim 1997), 0.1 mg/kg 97-100 %.
Dahan2005: buprenorphine leaves half of ventilation, whatever the dose; fentanyl has no such ceiling.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Course = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize(("dose", "published"), [("2 mg", 0.41), ("16 mg", 0.80), ("32 mg", 0.84)])
def test_occupancy_of_buprenorphine_at_steady_state(course: Course, dose: str, published: float) -> None:
    use = {
        "product": "buprenorphine_sublingual_tablet",
        "amount": dose,
        "every": "24 h",
        "for": "30 d",
        "last": "0 h before start",
    }
    [run] = course([use], duration="6 h")
    assert run["mor.occupancy"][4] == pytest.approx(published, abs=0.06)


@pytest.mark.parametrize(("dose", "low", "high"), [("0.002 mg/kg", 0.25, 0.6), ("0.1 mg/kg", 0.9, 1.0)])
def test_occupancy_of_naloxone(course: Course, dose: str, low: float, high: float) -> None:
    given = [{"product": "naloxone_injection", "amount": dose, "at": "0 h"}]
    _, run = course([], [given], duration="2 h", step_h=0.05)
    during_scan = (run["t"] >= 0.3) & (run["t"] <= 1.0)
    assert low < run["mor.occupancy"][during_scan].mean() < high


def test_breathing_has_a_ceiling_under_buprenorphine_and_none_under_fentanyl(course: Course) -> None:
    def lowest(product: str, amount: str) -> float:
        _, run = course(
            [], [[{"product": product, "amount": amount, "at": "0 h"}]], duration="8 h", step_h=0.05
        )
        return float(np.min(run["ventilation"]))

    doubled = [lowest("buprenorphine_injection", dose) for dose in ("10 mg", "20 mg")]
    assert doubled == pytest.approx([0.5, 0.5], abs=0.1)
    assert doubled[0] - doubled[1] < 0.05
    assert lowest("fentanyl_injection", "0.2 mg") > lowest("fentanyl_injection", "1 mg")
    assert lowest("fentanyl_injection", "2 mg") < 0.1
