from pathlib import Path

from ebbtide.library import load_library
from ebbtide.safety.catalogue import FAMILIES, catalogue, page
from ebbtide.safety.findings import SEVERITIES

from .test_cases import CASES, read

ROOT = Path(__file__).parents[2]
ENTRIES = catalogue(load_library())


def test_the_page_lists_every_id() -> None:
    """Written by ``python -m ebbtide.safety.catalogue > docs/findings-list.md``."""
    assert (ROOT / "docs" / "findings-list.md").read_text(encoding="utf-8") == page(load_library())


def test_ids_have_a_family_that_is_told_and_severities_that_exist() -> None:
    assert {e.id.partition(".")[0] for e in ENTRIES} <= set(FAMILIES)
    assert {s for e in ENTRIES for s in e.severity.split(" to ")} <= set(SEVERITIES)
    assert len({e.id for e in ENTRIES}) == len(ENTRIES)


CONTRACT = {
    "interaction.kratom.benzodiazepine",
    "liver.hys_law",
    "product.lead",
    "induction.precipitated_withdrawal",
    "relapse.lost_tolerance",
    "legal.banned",
}
"""Ids that users and scripts were promised."""


def test_ids_that_users_rely_on_are_listed_and_raised_by_a_published_case() -> None:
    assert {e.id for e in ENTRIES} >= CONTRACT
    raised = {id for path in CASES for id in read(path)[1].get("findings", {})}
    assert raised >= CONTRACT
