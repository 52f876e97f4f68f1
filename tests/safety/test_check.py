"""Properties that hold for any case, and the whole basis of every finding."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ebbtide.case import Case, parse_case
from ebbtide.library import load_library
from ebbtide.safety import case_findings
from ebbtide.safety.catalogue import catalogue
from ebbtide.safety.findings import SEVERITIES, joined, rank

from .test_cases import CASES, read

LIBRARY = load_library()
IDS = {entry.id for entry in catalogue(LIBRARY)}
FRAME = {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "14 d"}
TAKEN = [
    ("kratom_leaf_powder", "3 g"), ("seven_oh_tablet", "20 mg"), ("heroin_smoked", "100 mg"),
    ("fentanyl_smoked", "2 mg"), ("oxycodone_tablet", "10 mg"), ("tramadol_tablet", "50 mg"),
    ("methadone_liquid", "40 mg"), ("buprenorphine_naloxone_film", "8 mg"), ("naltrexone_tablet", "50 mg"),
    ("diazepam_tablet", "10 mg"), ("alcohol", "40 g"), ("gabapentin_capsule", "300 mg"),
    ("zolpidem", "10 mg"),
    ("sertraline", "50 mg"), ("phenelzine", "15 mg"), ("quetiapine", "100 mg"), ("haloperidol", None),
    ("ondansetron", "8 mg"), ("clarithromycin_tablet", "500 mg"), ("rifampicin_capsule", "600 mg"),
    ("lofexidine_tablet", "0.54 mg"), ("clonidine_tablet", "0.1 mg"), ("loperamide_capsule", "24 mg"),
    ("magnesium_citrate", "300 mg"), ("ciprofloxacin_tablet", "500 mg"), ("melatonin_tablet", "3 mg"),
    ("fluvoxamine_tablet", "100 mg"), ("paracetamol", "1 g"), ("warfarin", "5 mg"), ("lithium", None),
    ("valproate", "500 mg"), ("bupropion", "150 mg"), ("atenolol", "50 mg"), ("carisoprodol", None),
]  # fmt: skip
DANGEROUS = [
    (name, amount)
    for name, amount in TAKEN
    if name not in ("methadone_liquid", "buprenorphine_naloxone_film", "melatonin_tablet", "paracetamol")
]
CONDITIONS = [
    "pregnancy", "long_qt", "sleep_apnoea", "copd", "seizure_disorder", "hepatitis_c", "cirrhosis", "hiv",
    "kidney_disease", "alcohol_use_disorder", "recent_release", "suicidal_thoughts", "dehydration",
]  # fmt: skip


def dose(taken: tuple[str, str | None], day: int, hour: int, daily: bool = False) -> dict[str, Any]:
    name, amount = taken
    return {
        "product": name,
        "at": f"day {day} {hour:02d}:00",
        **({"amount": amount} if amount else {}),
        **({"every": "1 d"} if daily else {}),
    }


def use(taken: tuple[str, str | None], last_h: int) -> dict[str, Any]:
    name, amount = taken
    return {
        "product": name,
        "amount": amount or "1 tablet",
        "every": "8 h",
        "for": "100 d",
        "last": f"{last_h} h before start",
    }


doses = st.builds(dose, st.sampled_from(TAKEN), st.integers(2, 6), st.integers(0, 23), st.booleans())
uses = st.builds(use, st.sampled_from(TAKEN), st.integers(1, 400))
signs = st.sampled_from(["jaundice", "clonus", "syncope", "vomiting", "no_urine", "drowsiness", "tremor"])
persons = st.fixed_dictionaries(
    {},
    optional={
        "age_years": st.sampled_from([16, 30, 50, 80]),
        "sex": st.sampled_from(["female", "male"]),
        "egfr": st.sampled_from([15, 45, 75, 100]),
        "child_pugh": st.sampled_from(["none", "A", "B", "C"]),
        "cyp2d6": st.sampled_from(["poor", "normal", "ultrarapid"]),
        "conditions": st.lists(st.sampled_from(CONDITIONS), max_size=3, unique=True),
    },
)
cases = st.fixed_dictionaries(
    {
        "case": st.just(FRAME),
        "person": persons,
        "doses": st.lists(doses, max_size=4),
        "history": st.lists(uses, max_size=3),
        "observations": st.lists(st.builds(lambda s: {"at": "day 3 08:00", "sign": s}, signs), max_size=2),
    }
)


def case_of(raw: dict[str, Any]) -> Case:
    return parse_case(raw, LIBRARY, "case.toml")


def found(raw: dict[str, Any]) -> dict[str, dict[str, Any]]:
    findings = case_findings(case_of(raw), LIBRARY)
    assert len({f["id"] for f in findings}) == len(findings), "an id comes once"
    return {f["id"]: f for f in findings}


KINDS = [
    ["methadone_liquid", "ondansetron", "haloperidol", "clarithromycin_tablet", "lofexidine_tablet"],
    ["sertraline", "phenelzine", "tramadol_tablet", "fluvoxamine_tablet", "kratom_leaf_powder"],
    ["diazepam_tablet", "alcohol", "gabapentin_capsule", "zolpidem", "oxycodone_tablet", "quetiapine"],
]
"""Agents that add up, so that sums are met and not only pairs."""
crowded = st.sampled_from(KINDS).flatmap(
    lambda names: st.lists(
        st.builds(dose, st.sampled_from([t for t in TAKEN if t[0] in names]), st.just(2), st.integers(8, 12)),
        min_size=2,
        max_size=5,
    )
)


@settings(max_examples=200)
@given(cases, crowded, st.sampled_from(DANGEROUS), st.integers(2, 6), st.integers(0, 23))
def test_adding_a_dangerous_agent_never_removes_or_softens_a_finding(
    raw: dict[str, Any], more: list[dict[str, Any]], taken: tuple[str, str | None], day: int, hour: int
) -> None:
    raw = {**raw, "doses": [*raw["doses"], *more]}
    before = found(raw)
    after = found({**raw, "doses": [*raw["doses"], dose(taken, day, hour)]})
    assert set(before) <= set(after)
    softer = {
        id: (f["severity"], after[id]["severity"])
        for id, f in before.items()
        if rank(after[id]["severity"]) > rank(f["severity"]) and not stops(id)
    }
    assert softer == {}


def stops(id: str) -> bool:
    """Findings about what is stopped: they stay, and soften when it goes on."""
    return id.startswith("withdrawal.") or id == "relapse.lost_tolerance"


@settings(max_examples=60)
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_what_is_written_does_not_matter(raw: dict[str, Any], random: Any) -> None:
    shuffled = dict(raw)
    for table in ("doses", "history", "observations"):
        shuffled[table] = list(raw[table])
        random.shuffle(shuffled[table])
    assert case_findings(case_of(shuffled), LIBRARY) == case_findings(case_of(raw), LIBRARY)


TRAITS = {"egfr": "unknown.egfr", "child_pugh": "unknown.child_pugh", "cyp2d6": "unknown.cyp2d6"}
OF_TRAIT = {"egfr": ("kidney",), "child_pugh": ("liver",), "cyp2d6": ("cyp2d6_poor", "cyp2d6_ultrarapid")}


FAR_FROM_NORMAL = [
    ("egfr", 15), ("egfr", 45), ("child_pugh", "B"), ("child_pugh", "C"), ("cyp2d6", "poor"),
    ("cyp2d6", "ultrarapid"),
]  # fmt: skip


@settings(max_examples=100)
@given(cases, doses, st.sampled_from(FAR_FROM_NORMAL))
def test_unknown_is_never_normal(
    raw: dict[str, Any], one_more: dict[str, Any], far: tuple[str, object]
) -> None:
    """What a trait makes dangerous is asked for when the trait is not known."""
    trait, value = far
    person = {**raw["person"], trait: value}
    assume(not {"kidney_disease", "cirrhosis"} & set(person.get("conditions", ())))
    raw = {**raw, "person": person, "doses": [*raw["doses"], one_more]}
    known = found(raw)
    told = [i for i, f in known.items() if of_trait(i, trait) and rank(f["severity"]) < rank("note")]
    unknown = found({**raw, "person": {k: v for k, v in person.items() if k != trait}})
    assert not any(of_trait(id, trait) for id in unknown)
    assert not told or TRAITS[trait] in unknown


def of_trait(id: str, trait: str) -> bool:
    return id.startswith("condition.") and id.split(".")[1] in OF_TRAIT[trait]


@settings(max_examples=60)
@given(cases)
def test_every_finding_has_its_whole_basis(raw: dict[str, Any]) -> None:
    for finding in found(raw).values():
        check_form(finding)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_finding_of_a_published_case_has_its_whole_basis(path: Any) -> None:
    for finding in found(read(path)[0]).values():
        check_form(finding)


NOT_READ = re.compile("remembered|not read|set by Ebbtide|practice|absence of evidence")


def check_form(finding: dict[str, Any]) -> None:
    assert set(finding) == {"id", "severity", "title", "message", "basis", "advice"}
    assert finding["id"] in IDS, "list it: python -m ebbtide.safety.catalogue > docs/findings-list.md"
    assert finding["severity"] in SEVERITIES
    assert all(finding[key] for key in ("title", "message", "advice"))
    basis = finding["basis"]
    assert all(basis[key] for key in ("rule", "inputs", "sources", "evidence"))
    assert set(basis["sources"]) <= set(LIBRARY.sources)
    assert set(basis["locators"]) <= set(basis["sources"])
    assert basis["missing"], "something always stays unknown"
    assert basis["would_change"]
    assert re.search(r"\d{4}-\d\d-\d\d", str(basis["inputs"])), "inputs have their dates"
    where_not_said = set(basis["sources"]) - set(basis["locators"]) - {"Ebbtide2026"}
    if not finding["id"].startswith("legal."):  # entries of law have their date and detail in their place
        assert not where_not_said or NOT_READ.search(basis["evidence"]), "a source that was read says where"
    words = " ".join((finding["title"], finding["message"], finding["advice"])).lower()
    assert "take kratom" not in words.replace("who take kratom", "").replace("takes kratom", "")
    json.dumps(finding, allow_nan=False)


def test_an_alternative_brings_its_own_findings_and_says_so() -> None:
    raw = {
        "case": FRAME,
        "history": [use(("fentanyl_smoked", "5 mg"), 2)],
        "alternatives": [
            {"id": "film", "doses": [dose(("buprenorphine_naloxone_film", "8 mg"), 1, 12)]},
            {"id": "methadone", "doses": [dose(("methadone_liquid", "30 mg"), 1, 12, True)]},
        ],
    }
    findings = found(raw)
    assert findings["induction.precipitated_withdrawal"]["basis"]["inputs"]["courses"] == ["film"]
    assert "courses" not in findings["relapse.lost_tolerance"]["basis"]["inputs"]
    assert findings["relapse.lost_tolerance"]["severity"] == "major", "the course without treatment counts"


def test_alternatives_are_not_mixed_with_one_another() -> None:
    raw = {
        "case": FRAME,
        "alternatives": [
            {"id": "a", "doses": [dose(("oxycodone_tablet", "10 mg"), 2, 9)]},
            {"id": "b", "doses": [dose(("diazepam_tablet", "10 mg"), 2, 9)]},
        ],
    }
    assert not any(id.startswith("interaction.") for id in found(raw))


def test_of_one_id_the_worst_is_kept_and_the_worst_come_first() -> None:
    some = [
        {"id": i, "severity": s} for i, s in (("b", "minor"), ("a", "note"), ("b", "major"), ("c", "major"))
    ]
    assert [(f["id"], f["severity"]) for f in joined(some)] == [("b", "major"), ("c", "major"), ("a", "note")]


def test_a_compound_of_ones_own_is_judged_by_its_classes(tmp_path: Any) -> None:
    from tests.library.folders import library_with, medicine, pill

    library = library_with(tmp_path, testorphine=medicine(), testorphine_pill=pill())
    raw = {"case": FRAME, "doses": [dose(("testorphine", "10 mg"), 2, 9), dose(TAKEN[9], 2, 9)]}
    findings = {f["id"]: f for f in case_findings(parse_case(raw, library, "case.toml"), library)}
    assert findings["interaction.opioid.benzodiazepine"]["severity"] == "major"


def test_no_model_and_no_numerical_library_is_loaded() -> None:
    code = (
        "import sys\n"
        "from ebbtide.case import read_case\n"
        "from ebbtide.library import load_library\n"
        "from ebbtide.safety import case_findings\n"
        "library = load_library()\n"
        "case_findings(read_case('examples/heroin_stop.toml', library), library)\n"
        "print(sorted({'jax', 'numpy', 'pint', 'xarray', 'scipy', 'rich'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
