import pytest

from ebbtide.library import load_library

MEDICINES = load_library().medicines


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("sertraline", ["sertraline"]),
        ("acetaminophen", ["paracetamol"]),
        ("Sertraline", ["sertraline"]),
        ("sertraline_tablet", ["sertraline"]),
        ("quetiapine_prolonged_release_tablet", ["quetiapine"]),
        ("morphine_sulfate", ["morphine"]),
        ("st_johns_wort", ["st_johns_wort"]),
        ("oral_ketoconazole", ["ketoconazole"]),
        ("low_dose_naltrexone", ["low_dose_naltrexone"]),
        ("paracetamol_codeine", ["paracetamol", "codeine"]),
        ("oxycodone_acetaminophen_tablet", ["oxycodone", "paracetamol"]),
        ("lopinavir_ritonavir", ["lopinavir_ritonavir"]),
        ("7-OH", ["seven_oh"]),
        ("sertralin", []),
        ("tablet", []),
        ("", []),
    ],
)
def test_names_forms_and_combinations(written: str, names: list[str]) -> None:
    assert [medicine.name for medicine in MEDICINES.find(written)] == names


def test_common_medicines_are_there() -> None:
    """Often prescribed in outpatient care, and what people in withdrawal take."""
    common = """atorvastatin levothyroxine metformin lisinopril amlodipine metoprolol salbutamol
    losartan gabapentin
    omeprazole sertraline rosuvastatin pantoprazole escitalopram hydrochlorothiazide bupropion
    fluoxetine simvastatin citalopram montelukast trazodone amoxicillin prednisone tamsulosin
    fluticasone duloxetine meloxicam clopidogrel furosemide potassium_chloride alprazolam ibuprofen
    cyclobenzaprine venlafaxine clonazepam warfarin aripiprazole insulin apixaban naproxen
    hydroxyzine ondansetron loperamide clonidine dicyclomine methocarbamol diphenhydramine
    quetiapine mirtazapine pregabalin tizanidine baclofen melatonin zolpidem promethazine"""
    assert [name for name in common.split() if not MEDICINES.find(name)] == []
    assert len(MEDICINES) >= 400


@pytest.mark.parametrize(
    ("name", "tags"),
    [  # examples of the FDA (drugs that interact with CYP enzymes), and labels
        ("clarithromycin", {"cyp3a4_inhibitor_strong"}),
        ("ketoconazole", {"cyp3a4_inhibitor_strong"}),
        ("diltiazem", {"cyp3a4_inhibitor_moderate"}),
        ("rifampicin", {"cyp3a4_inducer_strong"}),
        ("efavirenz", {"cyp3a4_inducer_moderate"}),
        ("midazolam", {"cyp3a4_substrate_sensitive", "benzodiazepine", "gaba_sedative", "sedating"}),
        ("paroxetine", {"cyp2d6_inhibitor_strong", "ssri", "serotonergic"}),
        ("fluvoxamine", {"cyp1a2_inhibitor_strong"}),
        ("methadone", {"opioid", "full_agonist", "qt_known", "qt_prolonging"}),
        ("buprenorphine", {"opioid", "partial_agonist"}),
        ("naloxone", {"opioid_antagonist", "rescue_antagonist"}),
    ],
)
def test_tags(name: str, tags: set[str]) -> None:
    assert tags <= MEDICINES[name].tags


def test_an_opioid_of_the_gut_is_not_an_opioid_to_the_rules() -> None:
    assert "opioid" not in MEDICINES["loperamide"].tags
    assert "opioid" not in MEDICINES["kratom"].tags, "kratom has rules of its own"


def test_names_mean_one_thing() -> None:
    names = list(MEDICINES)
    synonyms = [s for name in names for s in MEDICINES[name].synonyms]
    assert len(set(synonyms)) == len(synonyms)
    assert not set(synonyms) & set(names)
    assert all(name == name.lower() and " " not in name for name in names)
