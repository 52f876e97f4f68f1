import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.results import read_result
from ebbtide.library import InputError, conversion


@pytest.mark.parametrize(
    ("text", "unit", "ug_per_g"),
    [
        # one and the same content, as laboratories write it
        ("0.8 ug/g", "", 0.8),
        ("0.8 µg/g", "", 0.8),
        ("0.8 mcg/g", "", 0.8),
        ("0.8", "ppm", 0.8),
        ("0,8", "mg/kg", 0.8),
        ("800 ppb", "", 0.8),
        ("800", "ng/g", 0.8),
        ("0.00008 %", "", 0.8),
        ("0.00008", "% w/w", 0.8),
        ("0.0008 mg/g (w/w)", "", 0.8),
        ("8e-7 g/g", "", 0.8),
        ("0.8 ug per g", "", 0.8),
        ("0.8 mg/kg dry weight", "", 0.8),
        ("1,234.5 ug/kg", "", 1.2345),
        ("1,234,567", "ng/kg", 1.234567),
    ],
)
def test_units_of_a_content(text: str, unit: str, ug_per_g: float) -> None:
    found = read_result(text, "row", unit)
    assert found.kind == "value"
    assert found.value is not None
    assert found.value * conversion(found.unit, "ug/g") == pytest.approx(ug_per_g, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("12,000", "CFU/g", 12000),
        ("12 000 cfu/g", "", 12000),
        ("1.2 x 10^4", "CFU/g", 12000),
        ("1.2e4 CFU/g", "", 12000),
        ("10^4 cfu per g", "", 10000),
        ("2×10^3", "cfu/g", 2000),
        ("30 MPN/g", "", 30),
    ],
)
def test_counts(text: str, unit: str, count: float) -> None:
    found = read_result(text, "row", unit)
    assert (found.kind, found.value, found.unit.replace(" ", "")) == ("value", pytest.approx(count), "cfu/g")


@pytest.mark.parametrize(
    ("text", "unit", "bound", "kind", "value", "sample"),
    [
        ("<0.05", "mg/kg", "", "below", 0.05, ""),
        ("< 10 CFU/g", "", "", "below", 10, ""),
        ("≤ 0.1 ppm", "", "", "below", 0.1, ""),
        ("less than 0.1 ppm", "", "", "below", 0.1, ""),
        (">300 cfu/g", "", "", "above", 300, ""),
        ("TNTC", "cfu/g", "", "above", None, ""),
        ("ND", "ppm", "0.01", "below", 0.01, ""),
        ("Not Detected", "ppm", "0.01", "below", 0.01, ""),
        ("<LOQ", "mg/kg", "0.02", "below", 0.02, ""),
        ("BDL", "", "", "below", None, ""),
        ("not detected", "", "", "below", None, ""),
        ("ND in 25 g", "", "", "absent", None, "25 g"),
        ("Absent in 10 g", "", "", "absent", None, "10 g"),
        ("Negative", "/25 g", "", "absent", None, "25 g"),
        ("negative", "", "", "absent", None, ""),
        ("Positive", "/25g", "", "present", None, "25g"),
        ("detected in 25 g", "", "", "present", None, "25 g"),
        ("PASS", "", "", "passed", None, ""),
        ("Conforms", "", "", "passed", None, ""),
        ("FAIL", "", "", "failed", None, ""),
        ("does not comply", "", "", "failed", None, ""),
    ],
)
def test_bounds_and_words(
    text: str, unit: str, bound: str, kind: str, value: float | None, sample: str
) -> None:
    found = read_result(text, "row", unit, bound)
    assert (found.kind, found.value, found.sample) == (kind, value, sample)
    assert (found.most is None) == (kind not in ("value", "below") or value is None)
    assert (found.least is None) == (kind not in ("value", "above") or value is None)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("0.8", "", "needs its unit"),
        ("1,200", "mg/kg", "the comma can be decimal or of thousands"),
        ("-1 ug/g", "", "not negative"),
        ("0.8 ug/gg", "", "unknown unit"),
        ("1.2.3 ppm", "", "ug/g"),
        ("high", "", "not a result"),
        ("", "", "a result is text"),
        ("1e400 ppm", "", "too large"),
    ],
)
def test_what_is_no_result_is_refused(text: str, unit: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_result(text, "lab.csv: row 3", unit)


@given(st.text(max_size=30), st.text(max_size=12), st.text(max_size=12))
def test_whatever_a_laboratory_writes_is_read_or_refused(text: str, unit: str, bound: str) -> None:
    try:
        found = read_result(text, "row", unit, bound)
    except InputError:
        return
    assert found.value is None or found.value >= 0


@given(st.floats(0, 1e6), st.sampled_from(["ug/g", "ppm", "mg/kg"]), st.sampled_from(["", "<", ">"]))
def test_a_number_comes_back(value: float, unit: str, sign: str) -> None:
    found = read_result(f"{sign}{value:.6f}", "row", unit)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert found.kind == {"": "value", "<": "below", ">": "above"}[sign]
