import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.amounts import Dosed, read_amount
from ebbtide.library import InputError, Library

from .conftest import product


def dosed(
    library: Library, name: str, amount: object, of: str | None = None, weight_kg: float | None = None
) -> Dosed:
    return read_amount(
        amount, library.products[name], library, "doses[0]", as_compound=of, weight_kg=weight_kg
    )


@pytest.mark.parametrize(
    ("name", "amount", "active_mg", "nmol"),
    [
        # 2 g x 19.48 mg/g = 38.96 mg; / 398.5 g/mol = 97.767 umol
        ("leaf", "2 g", 38.96, {"mitragynine": 97_766.6, "speciogynine": 10_037.6}),
        ("leaf", "2000 mg", 38.96, {"mitragynine": 97_766.6, "speciogynine": 10_037.6}),
        # 300 mL x 0.263 mg/mL = 78.9 mg
        ("tea", "300 mL", 78.9, {"mitragynine": 197_992.5}),
        # 10 mg of the hydrochloride hold 8.946 mg of base; / 309.4
        ("methadone_tablet", "10 mg", 8.946, {"methadone": 28_914.0}),
        # 16 mg of buprenorphine is two films, with 4 mg of naloxone
        ("film", "16 mg", 16.0, {"buprenorphine": 34_217.3, "naloxone": 12_217.5}),
        ("film", "2 films", 16.0, {"buprenorphine": 34_217.3, "naloxone": 12_217.5}),
        ("morphine_syrup", "5 mL", 10.0, {"morphine": 35_050.8}),
        ("morphine_syrup", "10 mg", 10.0, {"morphine": 35_050.8}),
        ("morphine_syrup", "35.0508 umol", 10.0, {"morphine": 35_050.8}),
        ("melatonin_spray", "3 sprays", 3.0, {"melatonin": 12_915.4}),
        # 400 mg of oxide at 60.3 % is 241.2 mg of magnesium; / 24.305
        ("magnesium_oxide", "400 mg", 241.2, {"magnesium": 9_923_883.0}),
    ],
)
def test_nmol_by_hand(
    library: Library, name: str, amount: str, active_mg: float, nmol: dict[str, float]
) -> None:
    result = dosed(library, name, amount)
    assert result.active_mg == pytest.approx(active_mg, rel=1e-5)
    assert result.amounts_nmol == pytest.approx(nmol, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "amount", "of", "nmol"),
    [
        # 400 mg of magnesium itself, not of the oxide
        ("magnesium_oxide", "400 mg", "magnesium", {"magnesium": 16_457_519.0}),
        ("magnesium_oxide", "10 mmol", "magnesium", {"magnesium": 1e7}),
        # as much leaf as holds 10 mg of mitragynine: 0.51335 g
        ("leaf", "10 mg", "mitragynine", {"mitragynine": 25_094.1, "speciogynine": 2_576.4}),
        # 1 mg of naloxone comes with 4 mg of buprenorphine
        ("film", "1 mg", "naloxone", {"buprenorphine": 8_554.3, "naloxone": 3_054.37}),
        ("methadone_tablet", "10 mg", "methadone", {"methadone": 32_320.6}),
    ],
)
def test_amount_of_a_compound(
    library: Library, name: str, amount: str, of: str, nmol: dict[str, float]
) -> None:
    assert dosed(library, name, amount, of).amounts_nmol == pytest.approx(nmol, rel=1e-5)


@pytest.mark.parametrize(
    ("amount", "mg"), [("5 ug/kg", 0.4), ("0.35 mg/70 kg", 0.4), ("5 ug / kg", 0.4), ("0.1 mg/1.0 kg", 8.0)]
)
def test_amount_per_weight(library: Library, amount: str, mg: float) -> None:
    assert dosed(library, "morphine_syrup", amount, weight_kg=80.0).active_mg == pytest.approx(mg)


@pytest.mark.parametrize(
    ("name", "amount", "told"),
    [
        ("leaf", "2 mL", "does not fit.*a mass"),
        ("leaf", "1 capsule", "does not fit.*a mass"),
        ("tea", "2 g", "does not fit.*a volume"),
        ("film", "2 tablets", "does not fit.*a number such as .1 film.*a mass of buprenorphine"),
        ("methadone_tablet", "1 tablet", "does not fit.*a mass"),
        ("morphine_syrup", "2 h", "does not fit"),
        ("morphine_syrup", "5 ug/kg", "person.weight_kg"),
        ("morphine_syrup", "0 mg", "more than zero"),
        ("morphine_syrup", "-1 mg", "more than zero"),
        ("morphine_syrup", "1e300 g", "1 kg"),
        ("morphine_syrup", "1e308 kg", "too large"),
        ("morphine_syrup", "400 Mg", "megagram"),
    ],
)
def test_amounts_that_do_not_fit(library: Library, name: str, amount: str, told: str) -> None:
    with pytest.raises(InputError, match=rf"^doses\[0\]\.amount: .*{told}"):
        dosed(library, name, amount)


def test_a_weight_of_zero_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="a weight is more than zero"):
        dosed(library, "morphine_syrup", "5 mg/0 kg", weight_kg=70.0)


def test_compound_that_the_product_lacks(library: Library) -> None:
    with pytest.raises(
        InputError, match=r'doses\[0\]\.as: unknown compound in "leaf".*allowed: mitragynine, speciogynine'
    ):
        dosed(library, "leaf", "2 mg", "methadone")


def test_volume_of_a_compound_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match='not an amount of the compound "mitragynine"'):
        dosed(library, "leaf", "2 mL", "mitragynine")


def test_a_product_without_the_compound_it_is_counted_in(library: Library) -> None:
    empty = product("empty", "oral", "morphine", {"morphine": (0, "mg/mL"), "methadone": (1, "mg/mL")})
    with pytest.raises(InputError, match='"empty" holds no morphine'):
        read_amount("5 mg", empty, library, "doses[0]", as_compound=None, weight_kg=None)
    other = product("other", "oral", "morphine", {"methadone": (1, "mg/mL")})
    result = read_amount("5 mL", other, library, "doses[0]", as_compound=None, weight_kg=None)
    assert result.active_mg is None
    assert set(result.amounts_nmol) == {"methadone"}


@given(st.floats(0.001, 1000), st.floats(1.01, 10))
def test_amounts_are_proportional(library: Library, grams: float, factor: float) -> None:
    one, more = dosed(library, "leaf", f"{grams} g"), dosed(library, "leaf", f"{grams * factor} g")
    for name, nmol in one.amounts_nmol.items():
        assert more.amounts_nmol[name] == pytest.approx(nmol * factor, rel=1e-9)
