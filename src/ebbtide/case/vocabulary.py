"""The words that a case may use for what is not in the library, and the units that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """How something measured is written and what is possible."""

    units: tuple[str, ...]
    """An observation is converted to the first of these that its unit can be converted to."""
    low: float = 0.0
    high: float | None = None
    example: str = ""
    spelt: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """Units as laboratories and monitors print them, in lower case: how much of which unit each is."""


ENZYME = {"iu/l": (1.0, "U/L"), "units/l": (1.0, "U/L")}
"""An international unit of an enzyme is its U."""
ONE_CHARGE = {"meq/l": (1.0, "mmol/L")}
TWO_CHARGES = {"meq/l": (0.5, "mmol/L")}
"""Milliequivalents of ions by their charge."""
DEGREES = {"deg c": (1.0, "degC"), "deg f": (1.0, "degF")}
BREATHS = dict.fromkeys(("breaths/min", "breaths per minute", "per minute"), (1.0, "1/min"))
BEATS = dict.fromkeys(("bpm", "beats per minute", "per minute"), (1.0, "1/min"))


LABS = {
    "ALT": Measure(("U/L",), example='"41 U/L"', spelt=ENZYME),
    "AST": Measure(("U/L",), example='"38 U/L"', spelt=ENZYME),
    "ALP": Measure(("U/L",), example='"90 U/L"', spelt=ENZYME),
    "GGT": Measure(("U/L",), example='"30 U/L"', spelt=ENZYME),
    "CK": Measure(("U/L",), example='"150 U/L"', spelt=ENZYME),
    "bilirubin": Measure(("mg/dL", "umol/L"), example='"0.8 mg/dL" or "14 umol/L"'),
    "direct_bilirubin": Measure(("mg/dL", "umol/L"), example='"0.2 mg/dL" or "3 umol/L"'),
    "albumin": Measure(("g/L", "umol/L"), example='"42 g/L"'),
    "INR": Measure(("dimensionless",), example="1.1"),
    "creatinine": Measure(("mg/dL", "umol/L"), example='"0.9 mg/dL" or "80 umol/L"'),
    "magnesium": Measure(("mmol/L", "mg/dL"), example='"0.85 mmol/L" or "2.1 mg/dL"', spelt=TWO_CHARGES),
    "potassium": Measure(("mmol/L", "mg/dL"), example='"4.1 mmol/L"', spelt=ONE_CHARGE),
    "sodium": Measure(("mmol/L", "mg/dL"), example='"140 mmol/L"', spelt=ONE_CHARGE),
    "calcium": Measure(("mmol/L", "mg/dL"), example='"2.4 mmol/L" or "9.6 mg/dL"', spelt=TWO_CHARGES),
    "glucose": Measure(("mmol/L", "mg/dL"), example='"5.2 mmol/L" or "94 mg/dL"'),
    "blood_lead": Measure(("ug/dL", "umol/L"), example='"3 ug/dL"'),
    "QTc": Measure(("ms",), high=2000.0, example='"430 ms"'),
    "eGFR": Measure(("mL/min",), high=300.0, example='"90 mL/min"'),
}
"""Laboratory values; besides these, ``plasma.<compound>`` in nM."""

LAB_SYNONYMS = {
    "alanine_aminotransferase": "ALT", "alat": "ALT", "gpt": "ALT", "sgpt": "ALT",
    "asat": "AST", "aspartate_aminotransferase": "AST", "got": "AST", "sgot": "AST",
    "alkaline_phosphatase": "ALP", "alp_total": "ALP", "ap": "ALP",
    "gamma_gt": "GGT", "gamma_glutamyl_transferase": "GGT",
    "cpk": "CK", "creatine_kinase": "CK",
    "bili": "bilirubin", "total_bilirubin": "bilirubin", "bilirubin_total": "bilirubin",
    "conjugated_bilirubin": "direct_bilirubin", "bilirubin_direct": "direct_bilirubin",
    "ca": "calcium", "k": "potassium", "mg": "magnesium", "na": "sodium",
    "serum_magnesium": "magnesium", "serum_potassium": "potassium", "serum_sodium": "sodium",
    "blood_glucose": "glucose", "plasma_glucose": "glucose", "serum_creatinine": "creatinine",
    "lead": "blood_lead", "blood_lead_level": "blood_lead",
    "qtcf": "QTc", "qtcb": "QTc", "qtc_interval": "QTc",
    "gfr": "eGFR", "international_normalised_ratio": "INR", "international_normalized_ratio": "INR",
}  # fmt: skip
"""Other names of laboratory values, in lower case."""

PLASMA = Measure(("nM",), example='"81.9 nM" or "250 ng/mL"')

VITALS = {
    "respiratory_rate": Measure(("1/min",), high=100.0, example='"14 /min"', spelt=BREATHS),
    "heart_rate": Measure(("1/min",), high=400.0, example='"72 /min"', spelt=BEATS),
    "SpO2": Measure(("percent",), high=100.0, example='"97 %"'),
    "temperature": Measure(
        ("degC",), low=10.0, high=50.0, example='"36.8 degC" or "98.2 degF"', spelt=DEGREES
    ),
    "blood_pressure": Measure(("mmHg",), high=400.0, example='"120/80 mmHg"'),
    "GCS": Measure(("dimensionless",), low=3.0, high=15.0, example="15"),
}

VITAL_SYNONYMS = {
    "rr": "respiratory_rate", "resp_rate": "respiratory_rate", "breathing_rate": "respiratory_rate",
    "hr": "heart_rate", "pulse": "heart_rate", "pulse_rate": "heart_rate",
    "oxygen_saturation": "SpO2", "o2_saturation": "SpO2", "sao2": "SpO2",
    "temp": "temperature", "body_temperature": "temperature",
    "bp": "blood_pressure", "glasgow_coma_scale": "GCS",
}  # fmt: skip
"""Other names of vital signs, in lower case."""

QUANTITIES = {
    "craving": Measure(("points",), high=100.0, example="40"),
    "pain": Measure(("points",), high=10.0, example="3"),
    "sleep.total": Measure(("h",), high=24.0, example='"6.5 h"'),
    "sleep.latency": Measure(("min",), high=1440.0, example='"40 min"'),
    "sedation": Measure(("dimensionless",), high=1.0, example="0.2"),
    "pupil": Measure(("mm",), high=15.0, example='"4.5 mm"'),
}
"""Results of the model that a person or a rater can tell; besides these, ``symptom.<name>``."""

SYMPTOM = Measure(("dimensionless",), high=1.0, example="0.4")

SIGNS = (
    "abdominal_pain", "agitation", "black_stools", "bleeding", "bloody_diarrhoea",
    "breathing_difficulty", "chest_pain", "clonus", "confusion", "contractions", "cyanosis",
    "dark_urine", "diarrhoea", "dizziness", "dizziness_on_standing", "drowsiness", "dry_mouth",
    "facial_droop", "fatigue", "fever", "flushing", "gurgling_breath", "hallucinations", "headache",
    "hyperreflexia", "inducible_clonus", "infected_wound", "itching", "jaundice", "loss_of_reflexes",
    "muscle_pain", "muscle_rigidity", "nausea", "newborn_withdrawal", "no_urine", "not_breathing",
    "ocular_clonus", "one_sided_weakness", "pale_stools", "palpitations", "pinpoint_pupils", "rash",
    "reduced_fetal_movement", "right_upper_abdominal_pain", "seizure", "severe_headache",
    "shallow_breathing", "slow_breathing", "slurred_speech", "suicidal_thoughts", "swallowed_by_child",
    "sweating", "syncope", "tremor", "unresponsive", "vaginal_bleeding", "vomiting", "vomiting_blood",
    "weakness",
)  # fmt: skip

SIGN_SYNONYMS = {
    "agonal_breathing": "not_breathing",
    "altered_mental_status": "confusion",
    "accidental_ingestion_by_child": "swallowed_by_child",
    "anuria": "no_urine",
    "apnea": "not_breathing",
    "apnoea": "not_breathing",
    "arousable_only_to_pain": "unresponsive",
    "bloody_diarrhea": "bloody_diarrhoea",
    "blue_lips": "cyanosis",
    "brisk_reflexes": "hyperreflexia",
    "cannot_be_woken": "unresponsive",
    "clay_coloured_stools": "pale_stools",
    "cola_coloured_urine": "dark_urine",
    "collapse": "syncope",
    "coma": "unresponsive",
    "convulsion": "seizure",
    "convulsions": "seizure",
    "delirium": "confusion",
    "diaphoresis": "sweating",
    "diarrhea": "diarrhoea",
    "disorientation": "confusion",
    "dyspnea": "breathing_difficulty",
    "dyspnoea": "breathing_difficulty",
    "encephalopathy": "confusion",
    "fainting": "syncope",
    "gurgling": "gurgling_breath",
    "haematemesis": "vomiting_blood",
    "hematemesis": "vomiting_blood",
    "hyperthermia": "fever",
    "hyporeflexia": "loss_of_reflexes",
    "icterus": "jaundice",
    "lethargy": "drowsiness",
    "light_stools": "pale_stools",
    "melaena": "black_stools",
    "melena": "black_stools",
    "miosis": "pinpoint_pupils",
    "neonatal_abstinence_syndrome": "newborn_withdrawal",
    "orthostatic_dizziness": "dizziness_on_standing",
    "passed_out": "syncope",
    "pruritus": "itching",
    "respiratory_arrest": "not_breathing",
    "respiratory_depression": "slow_breathing",
    "rigidity": "muscle_rigidity",
    "ruq_pain": "right_upper_abdominal_pain",
    "scleral_icterus": "jaundice",
    "sedation": "drowsiness",
    "self_harm": "suicidal_thoughts",
    "shortness_of_breath": "breathing_difficulty",
    "sleepiness": "drowsiness",
    "slow_breaths": "slow_breathing",
    "snoring": "gurgling_breath",
    "somnolence": "drowsiness",
    "spontaneous_clonus": "clonus",
    "status_epilepticus": "seizure",
    "stridor": "breathing_difficulty",
    "suicidal_ideation": "suicidal_thoughts",
    "suicidality": "suicidal_thoughts",
    "tea_coloured_urine": "dark_urine",
    "thunderclap_headache": "severe_headache",
    "tonic_clonic_seizure": "seizure",
    "unconscious": "unresponsive",
    "yellow_eyes": "jaundice",
    "yellow_sclera": "jaundice",
    "yellow_skin": "jaundice",
}
"""Other words for signs."""

CONDITIONS = (
    "acute_hepatitis", "acute_liver_failure", "adrenal_insufficiency", "alcohol_use_disorder",
    "arrhythmia", "asthma", "autoimmune_disease", "benzodiazepine_dependence", "bipolar_disorder",
    "bradycardia", "breastfeeding", "chronic_pain", "cirrhosis", "copd", "coronary_disease",
    "cyp1a2_slow", "cyp2b6_slow", "dehydration", "depression", "diabetes", "dialysis", "heart_block",
    "heart_failure", "hepatitis_b", "hepatitis_c", "hiv", "hyperthyroidism", "hypogonadism",
    "hypotension", "hypothyroidism", "insomnia", "kidney_disease", "lactose_intolerance",
    "liver_disease", "liver_injury_from_kratom", "long_qt", "myasthenia_gravis", "opioid_use_disorder",
    "planned_surgery", "pregnancy", "psychosis", "recent_detoxification", "recent_infarct",
    "recent_release", "safety_critical_work", "seizure_disorder", "sleep_apnoea", "smoker", "stroke",
    "suicidal_thoughts", "transplant", "workplace_testing",
)  # fmt: skip

CONDITION_SYNONYMS = {
    "alcohol_dependence": "alcohol_use_disorder",
    "alcohol_use": "alcohol_use_disorder",
    "bipolar": "bipolar_disorder",
    "breast_feeding": "breastfeeding",
    "chronic_kidney_disease": "kidney_disease",
    "chronic_lung_disease": "copd",
    "ckd": "kidney_disease",
    "coronary_artery_disease": "coronary_disease",
    "epilepsy": "seizure_disorder",
    "hbv": "hepatitis_b",
    "hcv": "hepatitis_c",
    "hepatitis": "acute_hepatitis",
    "kidney_failure": "kidney_disease",
    "lactation": "breastfeeding",
    "liver_cirrhosis": "cirrhosis",
    "long_qt_syndrome": "long_qt",
    "lqts": "long_qt",
    "low_testosterone": "hypogonadism",
    "lung_disease": "copd",
    "myocardial_infarction": "recent_infarct",
    "nursing": "breastfeeding",
    "obstructive_sleep_apnea": "sleep_apnoea",
    "obstructive_sleep_apnoea": "sleep_apnoea",
    "opioid_dependence": "opioid_use_disorder",
    "organ_transplant": "transplant",
    "osa": "sleep_apnoea",
    "pregnant": "pregnancy",
    "released_from_prison": "recent_release",
    "renal_failure": "kidney_disease",
    "renal_impairment": "kidney_disease",
    "schizophrenia": "psychosis",
    "seizures": "seizure_disorder",
    "sleep_apnea": "sleep_apnoea",
    "smoking": "smoker",
    "suicidal_ideation": "suicidal_thoughts",
}
"""Other words for conditions."""

SUPPORTS = (
    "acupuncture", "cognitive_behavioural_therapy", "contingency_management", "counselling", "exercise",
    "family_support", "mindfulness", "mutual_help_group", "peer_support", "sleep_therapy",
    "supervised_housing", "yoga",
)  # fmt: skip

MEDICINE_ROUTES = (
    "buccal", "inhaled", "intramuscular", "intranasal", "intravenous", "oral", "otic", "ophthalmic",
    "rectal", "smoked", "subcutaneous", "sublingual", "topical", "transdermal", "vaginal",
)  # fmt: skip
"""Ways in of a medicine known only by name."""

LOCAL_ROUTES = ("ophthalmic", "otic", "topical", "vaginal")
"""Those by which little reaches the blood."""
