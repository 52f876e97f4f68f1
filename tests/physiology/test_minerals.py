import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.physiology.minerals import Minerals
from ebbtide.physiology.parts import build_parts

from .moments import at_rest

NUMBERS = {"minerals.magnesium.baseline": np.array([850_000.0, 780_000.0])}  # nM


def test_without_doses_magnesium_stays_at_the_persons_level() -> None:
    part = Minerals()
    (seen,) = part.observe(np.zeros((0, 2)), at_rest(2), {}, part.prepare(NUMBERS))
    assert np.asarray(seen) == pytest.approx([0.85, 0.78])


def test_a_dose_adds_its_excess() -> None:
    part = Minerals(("a salt", "another"))
    excess = {"a salt": np.array([0.0, 50_000.0]), "another": np.array([100_000.0, 0.0])}
    (seen,) = part.observe(np.zeros((0, 2)), at_rest(2, concentration=excess), {}, part.prepare(NUMBERS))
    assert np.asarray(seen) == pytest.approx([0.95, 0.83])


def test_the_library_holds_a_baseline_in_the_reference_range(library: Library) -> None:
    assert 0.75 < library.physiology["minerals"]["magnesium"]["baseline"].to("mmol/L") < 0.95


def test_a_body_without_magnesium_reads_none(library: Library) -> None:
    (part,) = (part for part in build_parts(library, ("methadone",)) if isinstance(part, Minerals))
    assert part.compounds == ()
    (part,) = (part for part in build_parts(library, ("magnesium",)) if isinstance(part, Minerals))
    assert part.compounds == ("magnesium",)
