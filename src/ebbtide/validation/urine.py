"""Amounts excreted: the kidneys' part of a compound's clearance times what was in plasma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.people import People
from ebbtide.library import conversion
from ebbtide.physiology.clearance import normal_name
from ebbtide.physiology.enzymes import KIDNEY

from . import nca
from .cohort import Cohort

Array = NDArray[np.float64]
URINE = "urine."


def renal_clearance(people: People, compound: str, cohort: Cohort) -> Array:
    """Clearance by the kidneys (L/h) of each person; 0 where the library names none."""
    numbers = people.numbers
    share = numbers.get(f"{compound}.pathways.{KIDNEY}")
    whole = numbers[normal_name(compound)] * numbers["person.flow_factor"]
    if share is None:
        return np.zeros_like(whole)
    function: Array | float = 1.0
    if cohort.egfr is not None:
        function = cohort.egfr * conversion("mL/min", "L/h") / numbers["enzymes.renal.normal_egfr"]
    return np.asarray(share * whole * function)


def excreted(time_h: Array, plasma: Array, clearance: Array) -> Array:
    """Amount (nmol) excreted up to each time, shape ``(times, people)``."""
    gained = nca.areas(time_h, plasma) * clearance
    return np.concatenate([np.zeros((1, plasma.shape[1])), np.cumsum(gained, axis=0)])
