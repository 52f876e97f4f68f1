"""What is worked out without pint is what pint says."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import common_units, registry

NAMES = sorted(common_units._SIZES)
POWERS = st.sampled_from(["", "", "", "^2", "**2", "^-1"])


@st.composite
def units(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(st.sampled_from(NAMES), POWERS), min_size=1, max_size=3))
    signs = draw(st.lists(st.sampled_from(["/", "*", " / ", " * ", " "]), min_size=3, max_size=3))
    words = "".join(
        f"{sign}{name}{'' if name == '%' else power}"
        for sign, (name, power) in zip(["", *signs], parts, strict=False)
    )
    return draw(st.sampled_from([words, f"1/{words}", f"({words}) * (mg/g)"]))


@pytest.mark.parametrize("name", NAMES)
def test_each_unit_of_the_table_is_one_of_pint(name: str) -> None:
    ureg = registry()
    like = next(unit for unit in NAMES if common_units.alike(name, unit))
    expected = ureg.Quantity(1.0, name).to(like).magnitude
    assert common_units.factor(name, like) == pytest.approx(expected, rel=1e-12)


@given(units(), units())
def test_products_and_powers_agree_with_pint(a: str, b: str) -> None:
    ureg = registry()
    one, other = ureg.Unit(a), ureg.Unit(b)
    assert common_units.alike(a, b) is (one.dimensionality == other.dimensionality)
    base = ureg.Quantity(1.0, one).to_base_units().magnitude
    to = ureg.Quantity(1.0, other).to_base_units().magnitude
    factor = common_units.factor(a, b)
    assert (factor is None) is (one.dimensionality != other.dimensionality)
    if factor is not None:
        assert factor == pytest.approx(base / to, rel=1e-9)


@given(st.text(alphabet="mgLh/*()^1 -%", max_size=12))
def test_what_pint_does_not_know_is_not_known_here(text: str) -> None:
    if common_units.size_of(text) is not None:
        registry().Unit(text)


def test_library_and_case_are_read_without_pint() -> None:
    code = (
        "import sys\n"
        "from ebbtide.case import read_case\n"
        "from ebbtide.library import load_library\n"
        "read_case('examples/heroin_stop.toml', load_library())\n"
        "print({'pint', 'numpy'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n", "its import takes longer than a check of a case may"
