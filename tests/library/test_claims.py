from pathlib import Path

import pytest

from ebbtide.library import InputError
from ebbtide.library.claims import load_claims

ROOT = Path(__file__).parents[2]


def test_every_claim_rests_on_something_that_is_known() -> None:
    claims = load_claims()
    ids = [claim.id for of_it in claims.topics.values() for claim in of_it]
    assert len(ids) == len(set(ids))
    for of_it in claims.topics.values():
        for claim in of_it:
            assert claim.for_ or claim.against, claim.id
            assert claim.summary
            if claim.verdict == "supported":
                assert claim.for_, claim.id
            if claim.verdict in ("contradicted", "error", "unsupported"):
                assert claim.against, claim.id


def test_every_statement_is_used_and_every_study_is_there() -> None:
    claims = load_claims()
    used = {key for of_it in claims.topics.values() for c in of_it for key in (*c.for_, *c.against)}
    assert used == set(claims.evidence)
    assert {key for of_it in claims.topics.values() for c in of_it for key in c.computed} == set(
        claims.computed
    )
    for computed in claims.computed.values():
        for study in computed.studies:
            assert (ROOT / "studies" / f"{study}.toml").is_file(), study


def write(folder: Path, text: str) -> Path:
    (folder / "claims").mkdir()
    (folder / "claims" / "own.toml").write_text(text, encoding="utf-8")
    return folder


CLAIM = """
[[claims]]
id = "own-1"
claim = "Tea helps"
verdict = "unverifiable"
grade = "none"
summary = "Nobody looked."
for = []
against = ["{key}"]
"""


def test_a_folder_of_ones_own_adds_claims(tmp_path: Path) -> None:
    claims = load_claims([write(tmp_path, CLAIM.format(key="no_data"))])
    assert [claim.id for claim in claims.topics["own"]] == ["own-1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CLAIM.format(key="no_dta"), r'claims/own\.toml: own-1: unknown statement.*Did you mean "no_data"'),
        (CLAIM.format(key="no_data").replace("none", "some"), r"claims\[0\]: grade"),
        (CLAIM.format(key="no_data") + "verdct = 'x'", 'unknown key.*"verdict"'),
        ('[evidence.x]\ntext = "t"\nkind = "k"\nsource = "Nobody1900"', "unknown source"),
        ("[", "not a TOML file"),
    ],
)
def test_claims_that_cannot_be_used_are_refused(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        load_claims([write(tmp_path, text)])
