from pathlib import Path

from ebbtide.library import load_library
from ebbtide.safety.catalogue import FAMILIES, catalogue, page
from ebbtide.safety.findings import SEVERITIES

ROOT = Path(__file__).parents[2]
ENTRIES = catalogue(load_library())


def test_the_page_lists_every_id() -> None:
    """Written by ``python -m ebbtide.safety.catalogue > docs/findings-list.md``."""
    assert (ROOT / "docs" / "findings-list.md").read_text(encoding="utf-8") == page(load_library())


def test_ids_have_a_family_that_is_told_and_severities_that_exist() -> None:
    assert {e.id.partition(".")[0] for e in ENTRIES} <= set(FAMILIES)
    assert {s for e in ENTRIES for s in e.severity.split(" to ")} <= set(SEVERITIES)
    assert len({e.id for e in ENTRIES}) == len(ENTRIES)


def test_ids_that_users_rely_on_are_there() -> None:
    ids = {e.id for e in ENTRIES}
    assert ids >= {
        "interaction.kratom.benzodiazepine",
        "interaction.opioid.benzodiazepine",
        "liver.hys_law",
        "induction.precipitated_withdrawal",
        "relapse.lost_tolerance",
        "load.qt",
    }
