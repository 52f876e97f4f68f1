from collections.abc import Callable

import pytest

from ebbtide.case import Case, Measured, Quantity
from ebbtide.library import InputError

LOT = {"id": "lot-17", "base": "leaf"}
DOSE = {"product": "lot-17", "amount": "2 g", "at": "0 h"}


def test_an_assay_replaces_the_contents_of_the_base(read: Callable[..., Case]) -> None:
    assay = {"mitragynine": "15.3 mg/g", "7-OH": "0.02 %"}
    case = read(products=[{**LOT, "assay": assay, "contaminants": {"lead": "0.8 ug/g"}}], doses=[DOSE])
    lot = case.products["lot-17"]
    assert lot.base == "leaf"
    assert lot.assay == {"mitragynine": Quantity(15.3, "mg/g"), "7-hydroxymitragynine": Quantity(0.02, "%")}
    assert lot.contaminants == {"lead": Measured("value", 0.8, "ug/g", text="0.8 ug/g")}
    assert lot.product.amount_is_product
    (dose,) = case.doses
    assert (dose.product, dose.title, dose.route) == ("lot-17", "leaf, lot-17", "oral")
    # 2 g x 15.3 mg/g / 398.5 g/mol, and 2 g x 0.2 mg/g / 414.5 g/mol
    assert dose.amounts_nmol == pytest.approx(
        {"mitragynine": 76_787.95, "7-hydroxymitragynine": 965.0181}, rel=1e-6
    )


def test_what_was_not_assayed_is_left_out_and_noted(read: Callable[..., Case]) -> None:
    case = read(products=[{**LOT, "assay": {"mitragynine": "15.3 mg/g"}}], doses=[DOSE])
    assert set(case.doses[0].amounts_nmol) == {"mitragynine"}
    assert case.notes == ("lot-17: not assayed: speciogynine",)


def test_without_assay_the_contents_of_the_base_hold(read: Callable[..., Case]) -> None:
    case = read(products=[{**LOT, "title": "Red leaf"}], doses=[DOSE])
    assert case.doses[0].amounts_nmol["mitragynine"] == pytest.approx(97_766.6, rel=1e-5)
    assert case.doses[0].title == "Red leaf"
    assert case.notes == ("lot-17: not simulated: speciogynine",)


def test_an_assay_per_tablet(read: Callable[..., Case]) -> None:
    lot = {"id": "pill", "base": "methadone_tablet", "assay": {"methadone": "4.5 mg/tablet"}}
    case = read(products=[lot], doses=[{"product": "pill", "amount": "2 tablets", "at": "0 h"}])
    assert case.doses[0].active_mg == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "methadone"}, r"products\[0\]\.id: the library already has"),
        ({"base": "laef"}, r'products\[0\]\.base: unknown product.*"leaf"'),
        (
            {"assay": {"mitragynine": "1 mg/g", "7-OH": "1 mg/g", "7-hydroxymitragynine": "1 mg/g"}},
            "given twice",
        ),
        ({"assay": {"naloxone": "1 mg/g"}}, "no absorption by the route"),
        ({"assay": {"mitragynine": "-1 mg/g"}}, "not negative"),
        ({"assay": {"mitragynine": "60 %", "7-OH": "50 %"}}, "1100 mg/g"),
    ],
)
def test_lots_that_cannot_be(read: Callable[..., Case], change: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(products=[{**LOT, **change}])


def test_an_unknown_name_may_be_near_to_a_lot(read: Callable[..., Case]) -> None:
    with pytest.raises(InputError, match=r'unknown product; got .lot-18.*Did you mean "lot-17"'):
        read(products=[LOT], doses=[{**DOSE, "product": "lot-18"}])
