from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case import read_case
from ebbtide.case.certificates import parse_table, parse_toml
from ebbtide.case.model import CaseProduct
from ebbtide.library import InputError, load_library

TABLE = """\
Certificate of Analysis,,,
Lot,17-B,,
Laboratory,Example Laboratory,,
Date tested,2026-01-12,,
Accreditation,ISO/IEC 17025:2017,,
Analyte,Result,Units,LOQ,Limit,Status
Mitragynine,1.53,% w/w,0.01,,
7-OH-Mitragynine,<LOQ,%,0.01,,
Speciociliatine (HPLC),0.41,%,,,
Heavy metals,,,,,
Lead (Pb),"0,8",ppm,0.01,1.2,PASS
Cadmium,ND,mg/kg,0.05,,
Total Plate Count,"12,000",CFU/g,,,
Salmonella,Negative,/25 g,,,
Weight variation,3.1,mg/g,,,
"""
IN_TOML = """
lot = "17-B"
laboratory = "Example Laboratory"
date = 2026-01-12
accreditation = "ISO/IEC 17025:2017"
[assay]
mitragynine = "1.53 %"
7-hydroxymitragynine = "<0.01 %"
speciociliatine = { result = "0.41", unit = "%" }
[contaminants]
Pb = "0.8 ppm"
cadmium = { result = "ND", unit = "mg/kg", loq = "0.05" }
"total plate count" = "12,000 CFU/g"
salmonella = "absent in 25 g"
"Weight variation" = "3.1 mg/g"
"""
CASE = """
[case]
id = "c"
start = 2026-03-02T08:00:00+01:00
duration = "2 d"
[[products]]
id = "lot"
base = "kratom_leaf_powder"
coa = "{file}"
{more}
"""


@pytest.fixture
def lot(tmp_path: Path) -> Callable[..., CaseProduct]:
    def read(text: str, file: str = "lab.csv", more: str = "") -> CaseProduct:
        (tmp_path / file).write_text(text, encoding="utf-8")
        (tmp_path / "case.toml").write_text(CASE.format(file=file, more=more), encoding="utf-8")
        return read_case(tmp_path / "case.toml", load_library()).products["lot"]

    return read


@pytest.mark.parametrize(("text", "file"), [(TABLE, "lab.csv"), (IN_TOML, "lab.toml")])
def test_a_certificate_is_read_relative_to_the_case(
    text: str, file: str, lot: Callable[..., CaseProduct]
) -> None:
    found = lot(text, file)
    assert {k: (q.value, q.unit) for k, q in found.assay.items()} == {
        "mitragynine": (1.53, "%"),
        "speciociliatine": (0.41, "%"),
    }
    seven = found.bounds["7-hydroxymitragynine"]
    assert (seven.kind, seven.value, seven.unit) == ("below", 0.01, "%")
    results = {name: (m.kind, m.value, m.sample) for name, m in found.contaminants.items()}
    assert results == {
        "lead": ("value", 0.8, ""),
        "cadmium": ("below", 0.05, ""),
        "total_aerobic_count": ("value", 12000.0, ""),
        "salmonella": ("absent", None, "25 g"),
        "Weight variation": ("value", 3.1, ""),  # not in the table of analytes: kept, and told as not judged
    }
    assert found.certificate == {
        "lot": "17-B",
        "laboratory": "Example Laboratory",
        "date": "2026-01-12",
        "accreditation": "ISO/IEC 17025:2017",
        "file": file,
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    rows = [["Parameter", "Value", "Unit"], ["Lead", "0.8", "ppm"], ["Cadmium", "0.1", "ppm"]]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert [(r.analyte, r.text, r.unit) for r in parse_table(text, "t").results] == [
        ("Lead", "0.8", "ppm"),
        ("Cadmium", "0.1", "ppm"),
    ]


def test_results_by_serving_go_by_its_size(lot: Callable[..., CaseProduct]) -> None:
    text = "# serving: 2 g\nanalyte,result,unit\nlead,1.6,ug/serving\n"
    found = lot(text).contaminants["lead"]
    assert (found.value, found.unit) == (0.8, "ug/g")
    with pytest.raises(InputError, match="size of the serving"):
        lot(text.partition("\n")[2])


@pytest.mark.parametrize(
    ("text", "file", "more", "told"),
    [
        ("lead,0.8,ppm\n", "lab.csv", "", "no row of headings.*analyte, result, unit"),
        ("analyte,result,unit\n", "lab.csv", "", "no results"),
        ("analyte,result,unit\n,0.8,ppm\n", "lab.csv", "", r"lab\.csv: row 2: a result without its analyte"),
        ("analyte,result\nlead,0.8\n", "lab.csv", "", r"lab\.csv: row 2: a result needs its unit"),
        ("analyte,result\nlead,0.8 ppm\nPb,0.9 ppm\n", "lab.csv", "", r'row 3: "lead" is given twice'),
        (
            "analyte,result\nlead,0.8 ppm\n",
            "lab.csv",
            'contaminants = { Pb = "1 ppm" }',
            '"lead" is given twice',
        ),
        ("analyte,result\nlead,2 g/g\n", "lab.csv", "", "more than its own mass"),
        ("analyte,result\nlead,2 L\n", "lab.csv", "", "not a content"),
        ("lot = 3\n", "lab.toml", "", "no results"),
        ("lott = 3\n", "lab.toml", "", 'unknown key.*Did you mean "lot"'),
        ("[assay]\nmitragynine = 3\n", "lab.toml", "", "needs its unit"),
        ("[[results]]\nanalyte = 'lead'\n", "lab.toml", "", "key is missing"),
        ("[", "lab.toml", "", "not a TOML file"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused(
    text: str, file: str, more: str, told: str, lot: Callable[..., CaseProduct]
) -> None:
    with pytest.raises(InputError, match=told):
        lot(text, file, more)


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(CASE.format(file="none.csv", more=""), encoding="utf-8")
    with pytest.raises(InputError, match=r"case\.toml: products\[0\]\.coa: cannot read the certificate"):
        read_case(tmp_path / "case.toml", load_library())


TEXTS = st.text(alphabet=st.sampled_from(list("abPb0123456789.,;\t\n\"'<>#:%/ ug")), max_size=200)


@given(TEXTS | st.text(max_size=80))
def test_whatever_a_table_holds_is_read_or_refused(text: str) -> None:
    for known in ("", "analyte,result,unit\n"):
        try:
            certificate = parse_table(known + text, "t")
        except InputError:
            continue
        assert certificate.results


@given(TEXTS | st.text(max_size=80))
def test_whatever_a_toml_certificate_holds_is_read_or_refused(text: str) -> None:
    try:
        certificate = parse_toml(f"[results]\n{text}", "t")
    except InputError:
        return
    assert certificate.results
