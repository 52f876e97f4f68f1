from pathlib import Path

import pytest
from benchmarks.page import BEGIN, END, bring_up_to_date

REPORT = {
    "machine": {
        "processor": "P",
        "cores": 2,
        "busy": False,
        "system": "S",
        "python": "3.11",
        "ebbtide": "0",
        "packages": {"jax": "1"},
        "when": "2026-01-01",
    },
    "workloads": [],
}


def test_only_what_is_between_the_markers_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    bring_up_to_date(page, REPORT)
    once = page.read_text(encoding="utf-8")
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    bring_up_to_date(page, REPORT)
    assert page.read_text(encoding="utf-8") == once


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks"):
        bring_up_to_date(page, REPORT)
