"""Case files that cannot be used, each with what the message must say.

They name only what the shipped library has, so the command line can be tried on them too.
"""

START = "2026-03-02T08:00:00+01:00"
FRAME = f'[case]\nid = "x"\nstart = {START}\nduration = "14 d"\n'
LEAF = 'product = "kratom_leaf_powder"\namount = "2 g"\n'
HISTORY = f'{FRAME}[[history]]\nproduct = "heroin_smoked"\namount = "200 mg"\n'


def dose(text: str) -> str:
    return f"{FRAME}[[doses]]\n{text}\n"


def person(text: str) -> str:
    return f"{FRAME}[person]\n{text}\n"


def lot(text: str) -> str:
    return f'{FRAME}[[products]]\nid = "lot-17"\nbase = "kratom_leaf_powder"\n{text}\n'


def seen(text: str) -> str:
    return f'{FRAME}[[observations]]\nat = "day 2 09:00"\n{text}\n'


MALFORMED: dict[str, tuple[str, list[str]]] = {
    # the file
    "not toml": ("[case\nid = 1", ["not a TOML file", "line 1"]),
    "key twice": (f"{FRAME}id = 'y'\n", ["not a TOML file", "line 5"]),
    "empty": ("", ["case", "key is missing"]),
    "unknown table": (
        f"{FRAME}[persons]\nage_years = 3\n",
        ["persons", "unknown key", 'Did you mean "person"'],
    ),
    "one dose table": (f"{FRAME}[doses]\n{LEAF}", ["doses", "[[doses]]"]),
    "table is a number": ("case = 3\n", ["case", "a table is needed", "3"]),
    # the frame
    "id with a slash": (FRAME.replace('"x"', '"../x"'), ["case.id", "../x", "letters, digits, - and _"]),
    "no duration": (f'[case]\nid = "x"\nstart = {START}\n', ["case.duration", "key is missing"]),
    "duration without unit": (FRAME.replace('"14 d"', "14"), ["case.duration", "needs its unit", "14 d"]),
    "duration zero": (FRAME.replace("14 d", "0 d"), ["case.duration", "0 d", "1 h to 400 d"]),
    "duration of years": (FRAME.replace("14 d", "2 years"), ["case.duration", "2 years", "1 h to 400 d"]),
    "duration in grams": (FRAME.replace("14 d", "14 g"), ["case.duration", "14 g", "a time is needed"]),
    "start without offset": (FRAME.replace("+01:00", ""), ["case.start", "offset", "2026-03-02 08:00:00"]),
    "start is a date": (
        FRAME.replace(START, "2026-03-02"),
        ["case.start", "clock time and offset", "2026-03-02"],
    ),
    "start in words": (FRAME.replace(START, '"last Monday"'), ["case.start", "last Monday", "instant"]),
    "start long ago": (FRAME.replace("2026", "0026"), ["case.start", "1900 to 2200"]),
    "unknown zone": (
        f'{FRAME}zone = "Europe/Berlim"\n',
        ["case.zone", "Europe/Berlim", 'Did you mean "Europe/Berlin"'],
    ),
    # the person
    "misspelt trait": (
        person("weigth_kg = 78"),
        ["person.weigth_kg", "unknown key", 'Did you mean "weight_kg"'],
    ),
    "heavy": (person('weight_kg = "heavy"'), ["person.weight_kg", "a number is needed", "heavy"]),
    "number in quotes": (person('weight_kg = "78"'), ["person.weight_kg", "a number is needed", "'78'"]),
    "weight 7000": (person("weight_kg = 7000"), ["person.weight_kg", "7000", "2 to 400"]),
    "age -1": (person("age_years = -1"), ["person.age_years", "-1", "0 to 120"]),
    "egfr not a number": (person("egfr = nan"), ["person.egfr", "finite"]),
    "egfr 500": (person("egfr = 500"), ["person.egfr", "500", "0 to 200"]),
    "unknown sex": (
        person('sex = "femal"'),
        ["person.sex", "femal", "female, male", 'Did you mean "female"'],
    ),
    "unknown phenotype": (person('cyp2d6 = "rapid"'), ["person.cyp2d6", "rapid", "ultrarapid"]),
    "unknown condition": (
        person('conditions = ["long_q"]'),
        ["person.conditions", "unknown condition", "long_q", 'Did you mean "long_qt"'],
    ),
    "country in words": (person('jurisdiction = "Alabama"'), ["person.jurisdiction", "Alabama", "US-AL"]),
    # doses
    "unknown product": (
        dose('product = "kratom_leaf_poder"\namount = "2 g"\nat = "0 h"'),
        ["doses[0].product", "kratom_leaf_poder", 'Did you mean "kratom_leaf_powder"'],
    ),
    "misspelt amount": (
        dose('product = "kratom_leaf_powder"\nammount = "2 g"\nat = "0 h"'),
        ["doses[0].ammount", "unknown key", 'Did you mean "amount"'],
    ),
    "amount without unit": (
        dose('product = "kratom_leaf_powder"\namount = 2\nat = "0 h"'),
        ["doses[0].amount", "needs its unit", "got 2", "2 g"],
    ),
    "unknown unit": (
        dose('product = "kratom_leaf_powder"\namount = "2 spoons"\nat = "0 h"'),
        ["doses[0].amount", "spoons", "2 g"],
    ),
    "endless unit": (
        dose('product = "kratom_leaf_powder"\namount = "2 m^9^9^9^9"\nat = "0 h"'),
        ["doses[0].amount", "a number and a unit"],
    ),
    "negative dose": (
        dose('product = "kratom_leaf_powder"\namount = "-2 g"\nat = "0 h"'),
        ["doses[0].amount", "more than zero", "-2 g"],
    ),
    "zero dose": (
        dose('product = "kratom_leaf_powder"\namount = "0 g"\nat = "0 h"'),
        ["doses[0].amount", "more than zero", "0 g"],
    ),
    "megagrams": (
        dose('product = "methadone_tablet"\namount = "30 Mg"\nat = "0 h"'),
        ["doses[0].amount", "30 Mg", "1 kg"],
    ),
    "leaf by the tablet": (
        dose('product = "kratom_leaf_powder"\namount = "1 tablet"\nat = "0 h"'),
        ["doses[0].amount", "does not fit", "1 tablet", "a mass"],
    ),
    "per weight, weight unknown": (
        dose('product = "methadone_tablet"\namount = "0.1 mg/kg"\nat = "0 h"'),
        ["doses[0].amount", "person.weight_kg", "0.1 mg/kg"],
    ),
    "compound not in the product": (
        dose('product = "kratom_leaf_powder"\namount = "8 mg"\nas = "methadone"\nat = "0 h"'),
        ["doses[0].as", "methadone", "mitragynine"],
    ),
    "route that it has not": (
        dose(f'{LEAF}route = "intravenous"\nat = "0 h"'),
        ["doses[0].route", "intravenous", "allowed: oral"],
    ),
    "no time": (dose(LEAF), ["doses[0].at", "key is missing"]),
    "day 0": (dose(f'{LEAF}at = "day 0 08:00"'), ["doses[0].at", "day 0 08:00", "day 1 or later"]),
    "half past 25": (dose(f'{LEAF}at = "day 1 25:30"'), ["doses[0].at", "25:30", "00:00 to 23:59"]),
    "day without time": (dose(f'{LEAF}at = "day 2"'), ["doses[0].at", "clock time", "day 2 09:00"]),
    "time in words": (dose(f'{LEAF}at = "tomorrow"'), ["doses[0].at", "tomorrow", "day 2 09:00"]),
    "dose before start": (
        dose(f'{LEAF}at = "day 1 07:00"'),
        ["doses[0].at", "before the start", "[[history]]"],
    ),
    "dose after the end": (dose(f'{LEAF}at = "day 16 09:00"'), ["doses[0].at", "after the end", "336 h"]),
    "instant without offset": (dose(f"{LEAF}at = 2026-03-03T08:00:00"), ["doses[0].at", "offset"]),
    "every 0 h": (dose(f'{LEAF}at = "0 h"\nevery = "0 h"'), ["doses[0].every", "0 h", "more than 0"]),
    "every second": (dose(f'{LEAF}at = "0 h"\nevery = "1 s"'), ["doses[0].every", "20,000"]),
    "count 0": (
        dose(f'{LEAF}at = "0 h"\nevery = "6 h"\ncount = 0'),
        ["doses[0].count", "got 0", "1 to 20000"],
    ),
    "half a count": (
        dose(f'{LEAF}at = "0 h"\nevery = "6 h"\ncount = 1.5'),
        ["doses[0].count", "whole number", "1.5"],
    ),
    "count past the end": (
        dose(f'{LEAF}at = "0 h"\nevery = "1 d"\ncount = 40'),
        ["doses[0].count", "got 40", "at most 15"],
    ),
    "count and until": (
        dose(f'{LEAF}at = "0 h"\nevery = "1 d"\ncount = 4\nuntil = "4 d"'),
        ["doses[0].count", "exclude each other"],
    ),
    "count without every": (dose(f'{LEAF}at = "0 h"\ncount = 4'), ["doses[0].count", "every", "got 4"]),
    "until past the end": (
        dose(f'{LEAF}at = "0 h"\nevery = "1 d"\nuntil = "20 d"'),
        ["doses[0].until", "after the end"],
    ),
    "until before first": (
        dose(f'{LEAF}at = "2 d"\nevery = "1 d"\nuntil = "1 d"'),
        ["doses[0]", "no dose falls between"],
    ),
    # history
    "used for less than once": (
        f'{HISTORY}every = "6 h"\nfor = "3 h"\nlast = "10 h before start"\n',
        ["history[0].for", "3 h", "one interval"],
    ),
    "last use after start": (
        f'{HISTORY}every = "6 h"\nfor = "9 d"\nlast = "1 h after start"\n',
        ["history[0].last", "after the start", "10 h before start"],
    ),
    "last use on a day": (
        f'{HISTORY}every = "6 h"\nfor = "9 d"\nlast = "day 1 07:00"\n',
        ["history[0].last", "day 1 07:00", "10 h before start"],
    ),
    "last use not told": (f'{HISTORY}every = "6 h"\nfor = "9 d"\n', ["history[0].last", "key is missing"]),
    # products
    "lot named like a product": (
        lot("").replace("lot-17", "kratom_tea"),
        ["products[0].id", "kratom_tea", "already"],
    ),
    "lot twice": (
        f'{lot("")}[[products]]\nid = "lot-17"\nbase = "kratom_tea"\n',
        ["products[1].id", "twice", "lot-17"],
    ),
    "unknown analyte": (
        lot('assay = { mitragynin = "15 mg/g" }'),
        ["products[0].assay.mitragynin", 'Did you mean "mitragynine"'],
    ),
    "assay in grams": (
        lot('assay = { mitragynine = "15 g" }'),
        ["products[0].assay.mitragynine", "15 g", "mg/g"],
    ),
    "assay above 100 %": (
        lot('assay = { mitragynine = "115 %" }'),
        ["products[0].assay.mitragynine", "115 %", "1000 mg/g"],
    ),
    "assay sums above 100 %": (
        lot('assay = { mitragynine = "60 %", speciociliatine = "60 %" }'),
        ["products[0].assay", "1200 mg/g"],
    ),
    "empty assay": (lot("assay = {}"), ["products[0].assay", "at least one"]),
    "negative lead": (
        lot('contaminants = { lead = "-1 ug/g" }'),
        ["products[0].contaminants.lead", "-1 ug/g", "not negative"],
    ),
    "lead in litres": (
        lot('contaminants = { lead = "1 L" }'),
        ["products[0].contaminants.lead", "1 L", "mg/g"],
    ),
    # supports and alternatives
    "unknown support": (
        f'{FRAME}[[supports]]\nkind = "counseling"\n',
        ["supports[0].kind", "counseling", 'Did you mean "counselling"'],
    ),
    "support ends early": (
        f'{FRAME}[[supports]]\nkind = "exercise"\nat = "3 d"\nuntil = "2 d"\n',
        ["supports[0].until", "2 d", "before it begins"],
    ),
    "alternative twice": (
        f'{FRAME}[[alternatives]]\nid = "a"\n[[alternatives]]\nid = "a"\n',
        ["alternatives[1].id", "twice"],
    ),
    "bad dose in alternative": (
        f'{FRAME}[[alternatives]]\nid = "a"\n[[alternatives.doses]]\n{LEAF}at = "day 0 08:00"\n',
        ["alternatives[0].doses[0].at", "day 0"],
    ),
    "unknown key in alternative": (
        f'{FRAME}[[alternatives]]\nid = "a"\n[[alternatives.doses]]\n{LEAF}at = "0 h"\nevry = "6 h"\n',
        ["alternatives[0].doses[0].evry", 'Did you mean "every"'],
    ),
    # observations
    "nothing observed": (seen(""), ["observations[0]", "scale, lab, vital, sign, quantity"]),
    "two things observed": (
        seen('sign = "jaundice"\nscale = "COWS"\ntotal = 3'),
        ["observations[0]", "scale, sign"],
    ),
    "unknown scale": (seen('scale = "COW"\ntotal = 3'), ["observations[0].scale", "COW", "COWS"]),
    "total too high": (seen('scale = "COWS"\ntotal = 49'), ["observations[0].total", "49", "0 to 48"]),
    "no total": (seen('scale = "COWS"'), ["observations[0]", "total, items or rating"]),
    "rating 4": (seen('scale = "COWS"\nrating = 4'), ["observations[0].rating", "got 4", "0 to 3"]),
    "rating and total": (
        seen('scale = "COWS"\nrating = 1\ntotal = 6'),
        ["observations[0].rating", "stands alone"],
    ),
    "score that is not": (
        seen('scale = "COWS"\nitems = { pulse = 3 }'),
        ["observations[0].items.pulse", "got 3", "0, 1, 2, 4"],
    ),
    "unknown item": (
        seen('scale = "COWS"\nitems = { puls = 1 }'),
        ["observations[0].items", "puls", '"pulse"'],
    ),
    "no item answered": (
        seen('scale = "COWS"\nitems = { pulse = "" }'),
        ["observations[0].items", "no item is answered", "sweating"],
    ),
    "item answered twice": (
        seen('scale = "COWS"\nitems = { pulse = 1, 1 = 1 }'),
        ["observations[0].items.1", "pulse", "twice"],
    ),
    "total out of reach of the items": (
        seen('scale = "COWS"\nitems = { pulse = 1 }\ntotal = 46'),
        ["observations[0].total", "got 46", "1 to 45"],
    ),
    "unknown lab": (seen('lab = "ALTT"\nvalue = "41 U/L"'), ["observations[0].lab", "ALTT", "ALT"]),
    "lab without value": (seen('lab = "ALT"'), ["observations[0].value", "missing", "41 U/L"]),
    "lab of another kind": (
        seen('lab = "ALT"\nvalue = "41 mmol/L"'),
        ["observations[0].value", "41 mmol/L", "41 U/L"],
    ),
    "negative lab": (
        seen('lab = "ALT"\nvalue = "-41 U/L"'),
        ["observations[0].value", "-41 U/L", "0 or more"],
    ),
    "plasma of what": (
        seen('lab = "plasma.methadon"\nvalue = "9 nM"'),
        ["observations[0].lab", 'Did you mean "methadone"'],
    ),
    "oxygen 140 %": (seen('vital = "SpO2"\nvalue = "140 %"'), ["observations[0].value", "140 %", "0 to 100"]),
    "coulombs of fever": (
        seen('vital = "temperature"\nvalue = "38 C"'),
        ["observations[0].value", "38 C", "degC"],
    ),
    "one pressure": (
        seen('vital = "blood_pressure"\nvalue = "120 mmHg"'),
        ["observations[0].value", "120/80 mmHg"],
    ),
    "unknown sign": (seen('sign = "jaundise"'), ["observations[0].sign", 'Did you mean "jaundice"']),
    "sign with value": (seen('sign = "jaundice"\nvalue = "1 points"'), ["observations[0].value", "sign"]),
    "craving 140": (seen('quantity = "craving"\nvalue = 140'), ["observations[0].value", "140", "0 to 100"]),
    "sleep without unit": (
        seen('quantity = "sleep.total"\nvalue = 6'),
        ["observations[0].value", "unit", "6.5 h"],
    ),
    "seen after the end": (
        seen('sign = "jaundice"').replace("day 2", "day 30"),
        ["observations[0].at", "after the end", "day 30"],
    ),
}
