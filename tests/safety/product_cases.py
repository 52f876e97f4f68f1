"""Cases of products and law from laboratory surveys, outbreaks, case reports and texts of laws.

Each says what was published, and what a check has to find and has to be silent about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ProductCase:
    source: str
    case: dict[str, Any]
    expected: dict[str, str] = field(default_factory=dict)
    """Finding id to severity."""
    silent: tuple[str, ...] = ()
    """Ids, or starts of ids, of which there must be none."""


def case(
    grams: float = 5.0,
    times: int = 2,
    *,
    base: str = "kratom_leaf_powder",
    amount: str | None = None,
    history: dict[str, Any] | None = None,
    doses: bool = True,
    person: dict[str, Any] | None = None,
    **lot: Any,
) -> dict[str, Any]:
    """A lot taken ``times`` a day for a week; without ``lot`` the library's product itself."""
    product = "lot" if lot else base
    dose = {
        "product": product,
        "amount": amount or f"{grams / times:g} g",
        "at": "0 h",
        "every": f"{24 / times:g} h",
    }
    raw: dict[str, Any] = {
        "case": {"id": "c", "start": "2026-09-01T08:00:00+00:00", "duration": "7 d"},
        "person": {"age_years": 40, "sex": "male", "weight_kg": 70, "egfr": 90, "jurisdiction": "US-WA"}
        | (person or {}),
        "doses": [dose] if doses else [],
        "history": [history] if history else [],
        "products": [{"id": "lot", "base": base, **lot}] if lot else [],
    }
    raw["person"] = {key: value for key, value in raw["person"].items() if value is not None}
    return raw


def metal(name: str, text: str, grams: float, **person: Any) -> dict[str, Any]:
    return case(grams, contaminants={name: text}, person=person)


def label(ratio: float) -> dict[str, Any]:
    """A melatonin tablet with 3 mg on the label, which holds ``ratio`` of it."""
    return case(
        base="melatonin_tablet",
        amount="1 tablet",
        times=1,
        label={"melatonin": "3 mg/tablet"},
        assay={"melatonin": f"{3 * ratio:g} mg/tablet"},
    )


def starting(day: str, raw: dict[str, Any]) -> dict[str, Any]:
    return raw | {"case": raw["case"] | {"start": f"{day}T08:00:00+00:00"}}


def law(code: str | None, base: str = "kratom_leaf_powder", **person: Any) -> dict[str, Any]:
    amount = "20 mg" if base in ("seven_oh_tablet", "pseudoindoxyl_tablet") else None
    amount = "2 mg" if base.startswith("melatonin") else amount
    return case(base=base, amount=amount, person={"jurisdiction": code, **person})


WOMAN = {"sex": "female", "age_years": 30}
PROZIALECK = "Prozialeck 2020, abstract: lead 0.16-1.6, nickel 0.73-7.4, chromium 0.21-5.7 ug/g in 8 products"
CAROTI = (
    "Snow Caroti 2024, abstract: 68 products at 3 and 25 g a day; 5 ug of lead, 15 of arsenic, 5 of cadmium"
)
UTAH = "Utah R70-580-5, tables 1 and 2"
CDC = "CDC and FDA 2018: Salmonella in 42 of 81 kratom products, 199 people ill in 41 states"
K51 = "NaPDI product K51: mitragynine 19.48, speciociliatine 5.12, paynantheine 5.86, 7-OH below 0.124 mg/g"
BROWN = "Brown 2025: products misbranded as kratom with 22-75 mg/g of 7-OH beside 2-6 mg/g of mitragynine"
DEA = "DEA notice of intent of 1 July 2026: above 0.050 % by dry weight of plant material"
KCPA = "Model Kratom Consumer Protection Act: at most 2 % of the alkaloids"
ERLAND = "Erland 2017, abstract: melatonin from 83 % less to 478 % more than the label"
COHEN = "Cohen 2023: gummies with 74 to 347 % of the label"
EFSA = "EFSA: cadmium 2.5 ug/kg a week (2011), lead 0.63 ug/kg a day (2010), nickel 13 ug/kg a day (2020)"

CASES: dict[str, ProductCase] = {
    # metals by daily amount
    "dirtiest of eight, 10 g": ProductCase(
        PROZIALECK, metal("lead", "1.6 ug/g", 10), {"product.lead": "moderate"}
    ),
    "cleanest of eight, 10 g": ProductCase(
        PROZIALECK, metal("lead", "0.16 ug/g", 10), silent=("product.lead",)
    ),
    "most nickel of eight, 10 g": ProductCase(
        PROZIALECK, metal("Ni", "7.4 ug/g", 10), silent=("product.nickel",)
    ),
    "most chromium of eight, 25 g": ProductCase(
        PROZIALECK, metal("chromium", "5.7 ug/g", 25), silent=("product.chromium",)
    ),
    "woman of childbearing age, 9.6 ug": ProductCase(
        "FDA interim reference level 2022: 8.8 ug a day",
        metal("Pb", "1.6 ug/g", 6, **WOMAN),
        {"product.lead": "major"},
    ),
    "man, 9.6 ug": ProductCase(
        "USP <2232>: 5 ug a day", metal("Pb", "1.6 ug/g", 6), {"product.lead": "moderate"}
    ),
    "woman, 8 ug": ProductCase(
        "FDA interim reference level 2022", metal("lead", "1.6 ppm", 5, **WOMAN), {"product.lead": "moderate"}
    ),
    "child": ProductCase(
        "FDA interim reference level 2022: 2.2 ug a day for children",
        metal("lead", "1 ug/g", 3, age_years=10, weight_kg=30),
        {"product.lead": "major"},
    ),
    "3 g, lead just over": ProductCase(CAROTI, metal("lead", "1.68 ug/g", 3), {"product.lead": "moderate"}),
    "3 g, lead just under": ProductCase(CAROTI, metal("lead", "1.66 ug/g", 3), silent=("product.lead",)),
    "25 g, lead just over": ProductCase(CAROTI, metal("lead", "210 ppb", 25), {"product.lead": "moderate"}),
    "25 g, lead just under": ProductCase(CAROTI, metal("lead", "0.19 mg/kg", 25), silent=("product.lead",)),
    "25 g, arsenic over": ProductCase(
        CAROTI, metal("arsenic", "0.61 ug/g", 25), {"product.arsenic": "moderate"}
    ),
    "25 g, arsenic of the diet's size": ProductCase(
        "EFSA 2024: 0.06 ug/kg a day", metal("arsenic", "0.2 ug/g", 25), {"product.arsenic": "minor"}
    ),
    "3 g, arsenic": ProductCase(CAROTI, metal("arsenic", "0.6 ug/g", 3), silent=("product.arsenic",)),
    "25 g, cadmium over": ProductCase(
        CAROTI, metal("cadmium", "0.21 mg/kg", 25), {"product.cadmium": "moderate"}
    ),
    "25 g, cadmium under": ProductCase(
        CAROTI, metal("cadmium", "0.1 mg/kg", 25), silent=("product.cadmium",)
    ),
    "cadmium above the weekly intake": ProductCase(
        EFSA, metal("Cd", "1.1 ug/g", 25), {"product.cadmium": "major"}
    ),
    "cadmium within the weekly intake of a heavy person": ProductCase(
        EFSA, metal("Cd", "1.1 ug/g", 25, weight_kg=120), {"product.cadmium": "moderate"}
    ),
    "lead above the intake of kidney disease": ProductCase(
        EFSA, metal("lead", "2 ug/g", 25), {"product.lead": "major"}
    ),
    "nickel over the medicine limit": ProductCase(
        CAROTI, metal("nickel", "9 ug/g", 25), {"product.nickel": "moderate"}
    ),
    "mercury over": ProductCase(
        "USP <2232>: 15 ug a day", metal("mercury", "0.7 ug/g", 25), {"product.mercury": "moderate"}
    ),
    "mercury above the maximum for supplements": ProductCase(
        "Regulation (EU) 2023/915: 0.10 mg/kg",
        metal("mercury", "0.5 ug/g", 2, jurisdiction="ES"),
        {"product.mercury": "moderate"},
    ),
    "mercury under": ProductCase(
        "USP <2232>: 15 ug a day", metal("mercury", "0.5 ug/g", 25), silent=("product.mercury",)
    ),
    "Utah's limit reached": ProductCase(
        UTAH, metal("lead", "1.2 ppm", 1, jurisdiction="US-UT"), {"product.lead": "moderate"}
    ),
    "Utah's limit elsewhere": ProductCase(
        UTAH, metal("lead", "1.2 ppm", 1, jurisdiction="US-TX"), silent=("product.lead",)
    ),
    "history alone": ProductCase(
        PROZIALECK,
        case(
            doses=False,
            history={
                "product": "lot",
                "amount": "5 g",
                "every": "8 h",
                "for": "90 d",
                "last": "4 h before start",
            },
            contaminants={"lead": "0.8 ug/g"},
        ),
        {"product.lead": "moderate"},
    ),
    "limit of detection too high": ProductCase(
        "USP <2232>: 5 ug a day", metal("lead", "<1 ug/g", 10), {"product.lead.not_excluded": "minor"}
    ),
    "limit of detection low enough": ProductCase(
        "USP <2232>: 5 ug a day", metal("lead", "<0.1 ug/g", 10), silent=("product.lead",)
    ),
    "failed by the laboratory": ProductCase(
        "a certificate that says no more",
        metal("lead", "fail", 10),
        {"product.lead.not_excluded": "moderate"},
    ),
    "found, and not how much": ProductCase(
        "a certificate that says no more",
        metal("lead", "detected", 10),
        {"product.lead.not_excluded": "minor"},
    ),
    "measured but never taken": ProductCase(
        PROZIALECK,
        case(doses=False, contaminants={"lead": "1.6 ug/g"}),
        {"product.not_judged": "note"},
        ("product.lead",),
    ),
    # microbes
    "Salmonella": ProductCase(
        CDC, case(contaminants={"Salmonella": "detected in 25 g"}), {"product.salmonella": "urgent"}
    ),
    "no Salmonella": ProductCase(
        CDC, case(contaminants={"Salmonella": "absent in 25 g"}), silent=("product.salmonella",)
    ),
    "Salmonella in a lot not taken": ProductCase(
        CDC, case(doses=False, contaminants={"salmonella spp.": "positive"}), {"product.salmonella": "urgent"}
    ),
    "E. coli": ProductCase(
        "USP <2023>, table 2: absent",
        case(contaminants={"E. coli": "present in 10 g"}),
        {"product.e_coli": "major"},
    ),
    "few colonies": ProductCase(
        "USP <2023>, table 2: 100,000",
        case(contaminants={"TAMC": "12,000 CFU/g"}),
        silent=("product.total_aerobic",),
    ),
    "many colonies": ProductCase(
        "USP <2023>, table 2: 100,000",
        case(contaminants={"TAMC": "2e5 CFU/g"}),
        {"product.total_aerobic_count": "minor"},
    ),
    "very many colonies": ProductCase(
        "AHPA 2014: 10,000,000",
        case(contaminants={"TAMC": "2x10^7 CFU/g"}),
        {"product.total_aerobic_count": "moderate"},
    ),
    "mould": ProductCase(
        "AHPA 2014: 100,000",
        case(contaminants={"yeast & mold": "1.5e5 cfu/g"}),
        {"product.yeast_and_mould": "moderate"},
    ),
    # 7-OH
    "studied leaf": ProductCase(
        K51,
        case(
            assay={
                "mitragynine": "19.48 mg/g",
                "speciociliatine": "5.12 mg/g",
                "paynantheine": "5.86 mg/g",
                "7-OH": "<0.124 mg/g",
            }
        ),
        silent=("product.seven_oh",),
    ),
    "misbranded as leaf": ProductCase(
        BROWN,
        case(assay={"mitragynine": "4 mg/g", "7-OH": "50 mg/g"}),
        {"product.seven_oh_share": "moderate", "product.seven_oh_content": "major"},
    ),
    "tablets of 7-OH": ProductCase(
        "HHS and FDA, 1 July 2026: enhanced 7-OH products",
        case(base="seven_oh_tablet", amount="20 mg"),
        {
            "product.seven_oh_not_leaf": "major",
            "product.no_certificate": "minor",
            "product.label_unverified": "note",
        },
    ),
    "tablets of pseudoindoxyl": ProductCase(
        "HHS and FDA, 1 July 2026: derivatives not found in the plant",
        case(base="pseudoindoxyl_tablet", amount="10 mg"),
        {"product.seven_oh_not_leaf": "major"},
    ),
    "at the DEA's threshold": ProductCase(
        DEA, case(assay={"mitragynine": "30 mg/g", "7-OH": "0.05 %"}), silent=("product.seven_oh",)
    ),
    "above the DEA's threshold": ProductCase(
        DEA,
        case(assay={"mitragynine": "30 mg/g", "7-OH": "0.06 %"}),
        {"product.seven_oh_content": "moderate"},
    ),
    "1.96 % of the alkaloids": ProductCase(
        KCPA, case(assay={"mitragynine": "15 mg/g", "7-OH": "0.3 mg/g"}), silent=("product.seven_oh_share",)
    ),
    "2.02 % of the alkaloids": ProductCase(
        KCPA,
        case(assay={"mitragynine": "15 mg/g", "7-OH": "0.31 mg/g"}),
        {"product.seven_oh_share": "moderate"},
    ),
    "share of the total that was measured": ProductCase(
        KCPA,
        case(
            assay={"mitragynine": "15 mg/g", "7-OH": "0.31 mg/g"}, contaminants={"total alkaloids": "24 mg/g"}
        ),
        silent=("product.seven_oh_share",),
    ),
    "7-OH alone assayed": ProductCase(
        KCPA, case(assay={"7-OH": "0.1 mg/g"}), {"product.not_tested": "note"}, ("product.seven_oh",)
    ),
    # other drugs, solvents, toxins
    "Krypton": ProductCase(
        "Kronstrand 2011: nine deaths with kratom fortified with O-desmethyltramadol",
        case(contaminants={"O-desmethyltramadol": "12 mg/g"}),
        {"product.adulterant": "urgent"},
    ),
    "phenethylamine": ProductCase(
        "Utah R70-580-8: prohibited",
        case(contaminants={"phenylethylamine": "present"}),
        {"product.adulterant": "urgent"},
    ),
    "no fentanyl": ProductCase(
        "Utah R70-580-8: prohibited",
        case(contaminants={"fentanyl": "not detected"}),
        silent=("product.adulterant",),
    ),
    "dichloromethane": ProductCase(
        "ICH Q3C: 600 ppm", case(contaminants={"DCM": "700 ppm"}), {"product.dichloromethane": "moderate"}
    ),
    "little dichloromethane": ProductCase(
        "ICH Q3C: 600 ppm", case(contaminants={"DCM": "500 ppm"}), silent=("product.dichloromethane",)
    ),
    "aflatoxin": ProductCase(
        "USP <561>: 5 ug/kg",
        case(contaminants={"aflatoxin B1": "6 ug/kg"}),
        {"product.aflatoxin_b1": "moderate"},
    ),
    # labels
    "83 % less": ProductCase(
        ERLAND, label(0.17), {"product.label_mismatch": "moderate"}, ("product.label_unverified",)
    ),
    "478 % more": ProductCase(ERLAND, label(5.78), {"product.label_mismatch": "major"}),
    "74 % of the label": ProductCase(COHEN, label(0.74), {"product.label_mismatch": "minor"}),
    "347 % of the label": ProductCase(COHEN, label(3.47), {"product.label_mismatch": "major"}),
    "as labelled": ProductCase(COHEN, label(1.05), silent=("product.label",)),
    "melatonin by its label": ProductCase(
        ERLAND, case(base="melatonin_tablet", amount="3 mg", times=1), {"product.label_unverified": "note"}
    ),
    "melatonin as a medicine": ProductCase(
        "Circadin SmPC: 2 mg",
        case(base="melatonin_prolonged_release_tablet", amount="2 mg", times=1),
        silent=("product.",),
    ),
    # certificates
    "leaf without certificate": ProductCase(
        UTAH, case(), {"product.no_certificate": "minor"}, ("product.lead", "product.not_tested")
    ),
    "methadone": ProductCase(
        "a medicine, not a product of kratom",
        case(base="methadone_liquid", amount="30 mg", times=1),
        silent=("product.", "legal."),
    ),
    # law
    "Alabama": ProductCase(
        "Schedule I since May 2016", law("US-AL"), {"legal.banned": "major"}, ("legal.unknown",)
    ),
    "Louisiana": ProductCase("Schedule I from 1 August 2025", law("US-LA"), {"legal.banned": "major"}),
    "Vermont, 7-OH": ProductCase(
        "7-OH a regulated drug", law("US-VT", "seven_oh_tablet"), {"legal.banned": "major"}
    ),
    "Rhode Island at 20": ProductCase(
        "R.I. Gen. Laws 21-28.12: ban ended, 21 and over, from 1 April 2026",
        law("US-RI", age_years=20),
        {"legal.regulated": "note", "legal.age": "major"},
        ("legal.banned",),
    ),
    "Rhode Island at 21": ProductCase(
        "R.I. Gen. Laws 21-28.12", law("US-RI", age_years=21), {"legal.regulated": "note"}, ("legal.age",)
    ),
    "Rhode Island, age not told": ProductCase(
        "R.I. Gen. Laws 21-28.12", law("US-RI", age_years=None), {"legal.age": "note"}
    ),
    "Ohio, 7-OH, under the emergency rule": ProductCase(
        "OAC 4729:9-1-01.1: from 12 December 2025, due to lapse on 10 June 2026",
        starting("2026-03-01", law("US-OH", "seven_oh_tablet")),
        {"legal.banned": "major"},
    ),
    "Ohio, 7-OH, after it": ProductCase(
        "OAC 4729:9-1-01.1",
        law("US-OH", "seven_oh_tablet"),
        {"legal.changing": "moderate"},
        ("legal.banned",),
    ),
    "Rhode Island before the act": ProductCase(
        "R.I. Gen. Laws 21-28.12: from 1 April 2026",
        starting("2026-03-31", law("US-RI")),
        {"legal.banned": "major"},
        ("legal.regulated", "legal.age"),
    ),
    "Ohio, leaf": ProductCase(
        "OAC 4729:9-1-01.1: mitragynine excepted",
        law("US-OH"),
        {"legal.changing": "moderate"},
        ("legal.banned",),
    ),
    "Oklahoma, 3 % of the alkaloids": ProductCase(
        "63 O.S. 1-1432.4: 2 % of the alkaloids",
        case(assay={"mitragynine": "15 mg/g", "7-OH": "0.46 mg/g"}, person={"jurisdiction": "US-OK"}),
        {"legal.regulated": "note", "legal.seven_oh_limit": "moderate"},
    ),
    "Oklahoma, leaf": ProductCase(
        "63 O.S. 1-1432.4",
        case(assay={"mitragynine": "15 mg/g", "7-OH": "0.1 mg/g"}, person={"jurisdiction": "US-OK"}),
        {"legal.regulated": "note"},
        ("legal.seven_oh_limit",),
    ),
    "Texas, tablets of 7-OH": ProductCase(
        "SB 497 of 2023; DEA notice of 1 July 2026",
        law("US-TX", "seven_oh_tablet"),
        {"legal.regulated": "note", "legal.seven_oh_limit": "moderate", "legal.changing": "moderate"},
    ),
    "Florida, 2 mg/g": ProductCase(
        "Emergency rule 2ER26-1: 1 mg/g",
        case(
            assay={"mitragynine": "200 mg/g", "7-OH": "2 mg/g"},
            base="kratom_extract",
            person={"jurisdiction": "US-FL"},
        ),
        {"legal.seven_oh_limit": "moderate"},
    ),
    "California": ProductCase(
        "No statute; bans in San Diego and Oceanside", law("US-CA"), {"legal.restricted": "moderate"}
    ),
    "Tennessee": ProductCase(
        "SB 1655: a ban from 1 July 2026, act not read", law("US-TN"), {"legal.changing": "moderate"}
    ),
    "Alaska, leaf": ProductCase(
        "No state law found", law("US-AK"), {"legal.unregulated": "note"}, ("legal.changing", "legal.banned")
    ),
    "Alaska, 7-OH": ProductCase(
        "No state law found; DEA notice of 1 July 2026",
        law("US-AK", "seven_oh_tablet"),
        {"legal.unregulated": "note", "legal.changing": "moderate"},
    ),
    "Puerto Rico": ProductCase(
        "no source found", law("US-PR"), {"legal.unknown": "note"}, ("legal.unregulated",)
    ),
    "Puerto Rico, 7-OH": ProductCase(
        "DEA notice of 1 July 2026",
        law("US-PR", "seven_oh_tablet"),
        {"legal.unknown": "note", "legal.changing": "moderate"},
    ),
    "Malaysia": ProductCase("Poisons Act 1952", law("MY"), {"legal.banned": "major"}),
    "Thailand": ProductCase("Kratom Plant Act 2022", law("TH"), {"legal.regulated": "note"}),
    "Thailand at 17": ProductCase(
        "Kratom Plant Act 2022: not under 18", law("TH", age_years=17), {"legal.age": "major"}
    ),
    "United Kingdom": ProductCase("Psychoactive Substances Act 2016", law("UK"), {"legal.banned": "major"}),
    "Germany by region": ProductCase(
        "no food; medicines law may apply", law("DE-BY"), {"legal.restricted": "moderate"}
    ),
    "New Zealand": ProductCase("prescription medicine schedule", law("NZ"), {"legal.prescription": "note"}),
    "Malta": ProductCase(
        "EU: no common control, states decide", law("MT"), {"legal.unknown": "note"}, ("legal.unregulated",)
    ),
    "a code that is none": ProductCase("ISO 3166-1", law("XX"), {"legal.unknown": "note"}, ("legal.banned",)),
    "no jurisdiction": ProductCase(
        "nothing was told", law(None), {"legal.unknown": "note"}, ("legal.banned",)
    ),
    "melatonin in the United Kingdom": ProductCase(
        "prescription only (J Pharm Policy Pract 2021)",
        law("GB", "melatonin_tablet"),
        {"legal.prescription": "note"},
    ),
    "melatonin in the United States": ProductCase(
        "a supplement", law("US-AL", "melatonin_tablet"), silent=("legal.",)
    ),
}
