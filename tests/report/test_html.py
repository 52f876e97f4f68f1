"""The page: whole in itself, in order, a table for every chart, and no way in for what a user wrote."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from ebbtide.case.read import parse_case
from ebbtide.engine.forecast import ArmForecast, Forecast
from ebbtide.library import load_library
from ebbtide.report import write_results

from .synthetic import FINDINGS, Seen, make_forecast

VOID = {"meta", "br", "hr", "img", "input", "link", "path", "line", "rect", "circle"}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


class Reader(HTMLParser):
    """Tags with their attributes and parents, headings, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.inside: list[str] = []
        self.figures: list[Counter[str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "figure":
            self.figures.append(Counter())
        if "figure" in self.inside:
            self.figures[-1][tag] += 1
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.inside and "style" not in self.inside:
            self.text.append(data)
        if self.inside and self.headings and any(re.fullmatch(r"h[1-6]", tag) for tag in self.inside):
            level, before = self.headings[-1]
            self.headings[-1] = (level, before + data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def words(reader: Reader) -> str:
    tied = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{WORD JOINER}": None})
    return " ".join(" ".join(reader.text).translate(tied).split())


@pytest.fixture(scope="module")
def page(written: dict[str, Path]) -> Reader:
    return read(written["report"])


def test_nothing_is_loaded_from_anywhere(written: dict[str, Path], page: Reader) -> None:
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "source",
        "form",
        "use",
    }
    for tag, attributes in page.tags:
        assert not {"src", "srcset", "data", "xlink:href", "background", "action"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        if "href" in attributes:
            assert tag == "a"
    text = written["report"].read_text(encoding="utf-8")
    assert "@import" not in text
    assert set(re.findall(r"url\(([^)])", text)) <= {"#"}
    policy = [a["content"] for a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    assert "default-src 'none'" in str(policy[0])


def test_headings_are_in_order(page: Reader) -> None:
    levels = [level for level, _ in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    questions = [
        text.split(maxsplit=1)[1] for level, text in page.headings if level == 2 and text[0].isdigit()
    ]
    assert questions == [
        "What is expected, and when is it worst?",
        "What does each option change?",
        "What is dangerous?",
        "How sure is this?",
        "Where do the numbers come from?",
    ]


def test_emergency_and_what_this_is_come_before_all_numbers(page: Reader) -> None:
    text = words(page)
    order = [
        "Get emergency help at once",
        "Cannot be woken",
        "not a medical device",
        "never advice to take kratom",
    ]
    places = [text.index(part) for part in (*order, "What is expected", "Withdrawal is expected")]
    assert places == sorted(places)


def test_every_figure_has_a_table_and_every_chart_a_voice(page: Reader) -> None:
    assert len(page.figures) == 12
    assert all(found["table"] == 1 for found in page.figures)
    charts = [a for a in page.of("svg") if a.get("role") == "img"]
    assert len(charts) == 11
    assert all(a["aria-label"] for a in charts)
    assert all(a.get("aria-hidden") == "true" for a in page.of("svg") if a.get("role") != "img")


def test_tables_have_captions_and_scoped_heads(page: Reader) -> None:
    assert len(page.of("caption")) == len(page.of("table"))
    assert {a.get("scope") for a in page.of("th")} == {"col", "row"}


def test_ids_are_unique_and_links_inside_lead_somewhere(page: Reader) -> None:
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    inner = {str(a["href"])[1:] for a in page.of("a") if str(a["href"]).startswith("#")}
    assert inner <= set(ids)
    labelled = {a["aria-labelledby"] for _, a in page.tags if a.get("aria-labelledby")}
    assert labelled <= set(ids)


def test_only_web_addresses_become_links(page: Reader) -> None:
    outer = {str(a["href"]) for a in page.of("a") if not str(a["href"]).startswith("#")}
    assert outer == {"https://example.org/law", "https://doi.org/10.15585/mmwr.mm6814a2"}


def test_what_was_entered_is_escaped(tmp_path: Path) -> None:
    base = make_forecast(people=5, hours=96)
    arms = tuple(replace(arm, title=HOSTILE, dose_lines=(HOSTILE,)) for arm in base.arms)
    for arm in arms:
        assert arm.relapse is not None
        arm.relapse.attrs["former_dose"] = HOSTILE
    case = replace(
        base.case, title=HOSTILE, notes=(HOSTILE,), observations=(Seen(3, "scale", HOSTILE, text=HOSTILE),)
    )
    finding = {**FINDINGS[0], "id": HOSTILE, "severity": HOSTILE, "title": HOSTILE, "message": HOSTILE}
    finding["basis"] = {"rule": HOSTILE, "inputs": {HOSTILE: HOSTILE}, "sources": [HOSTILE]}
    forecast = replace(
        base,
        case=case,
        arms=arms,
        findings=(finding,),
        emergency=({"sign": HOSTILE, "text": HOSTILE},),
        assumptions=({"name": HOSTILE, "value": HOSTILE, "unit": HOSTILE, "note": HOSTILE},),
        sources=({"key": HOSTILE, "citation": HOSTILE, "url": "https://x/" + HOSTILE, "used_for": HOSTILE},),
        missing=(HOSTILE,),
        not_simulated=(HOSTILE,),
        provenance={HOSTILE: HOSTILE},
    )
    reader = read(write_results(forecast, tmp_path)["report"])
    assert not reader.of("script")
    assert not reader.of("img")
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert "alert(1)" in words(reader)


def test_standard_treatment_comes_first_and_kratom_is_not_advised(page: Reader) -> None:
    text = words(page)
    section = text[text.index("2 What does each option change?", text.index("Withdrawal is expected")) :]
    assert section.index("Buprenorphine-naloxone") < section.index("Kratom tea")
    assert "standard treatment" in section.lower()
    assert "computed because it was entered; not a recommendation" in section.lower()


def test_findings_come_by_severity_with_their_basis(page: Reader) -> None:
    text = words(page)
    section = text[text.index("3 What is dangerous?") :]
    titles = ["Kratom with diazepam", "Tolerance is lost within days", "Kratom is banned in Alabama"]
    assert [section.index(t) for t in titles] == sorted(section.index(t) for t in titles)
    assert "kratom and a benzodiazepine within 24 h" in section
    assert "dose of diazepam in history" in section
    assert (
        text.index("Found in this case")
        < text.index("Kratom with diazepam")
        < text.index("not a medical device")
    )


def test_how_sure_it_is_is_said(page: Reader) -> None:
    text = words(page)
    for part in (
        "1.5 times as wide",
        "weight: not given, drawn from the base population",
        "vitamin C 500 mg: checked for safety",
        "No source was read for these 2 numbers",
        "2.30 × 10⁻⁵",
        "9f2c9f2c",
    ):
        assert part in text, part


def test_supports_conditions_and_what_is_known_are_shown(tmp_path: Path) -> None:
    library = load_library()
    case = parse_case(
        {
            "case": {"id": "x", "start": "2026-03-02T08:00:00+01:00", "duration": "2 d"},
            "person": {"conditions": ["hepatitis_c", "depression"]},
            "doses": [{"product": "magnesium_oxide_tablet", "amount": "400 mg", "at": "day 1 10:00"}],
            "supports": [{"kind": "counselling", "every": "7 d"}, {"kind": "acupuncture", "every": "1 d"}],
        },
        library,
        "case.toml",
    )
    base = make_forecast(people=3, hours=48, arms=1)
    text = words(read(write_results(replace(base, case=case), tmp_path, library)["report"]))
    for part in (
        "What is known of each substance",
        "No study in people of magnesium together with kratom was found",
        "Hepatitis c: changes liver alt",
        "Depression: recorded; changes nothing in the computation",
        "Counselling, every 7 days. In the model it acts on return to use",
        "Acupuncture, every 24 h. No measured effect was found",
    ):
        assert part in text, part


def test_observations_stand_beside_the_forecast(page: Reader) -> None:
    text = words(page)
    assert "moderate (rated 2 of 3)" in text
    assert "41 U/L" in text


def no_arm_without(quantity: str, forecast: Forecast) -> tuple[ArmForecast, ...]:
    return tuple(
        replace(arm, people=arm.people.drop_vars(quantity), bands=arm.bands.drop_vars(quantity))
        for arm in forecast.arms
    )


def test_one_person_is_said_to_be_one(tmp_path: Path) -> None:
    text = words(read(write_results(make_forecast(people=1), tmp_path)["report"]))
    assert "One person was computed, the typical one" in text
    assert "5–95 %" not in text


def test_a_case_without_alternatives(tmp_path: Path) -> None:
    reader = read(write_results(make_forecast(people=5, hours=60, arms=1), tmp_path)["report"])
    text = words(reader)
    assert "The case holds no alternatives" in text
    assert "No standard treatment is computed here" in text
    assert all(found["table"] == 1 for found in reader.figures)


@pytest.mark.parametrize("quantity", ["cows", "craving", "ventilation", "symptom.nausea", "plasma.morphine"])
def test_a_quantity_may_be_absent(quantity: str, tmp_path: Path) -> None:
    base = make_forecast(people=3, hours=48, arms=1)
    found = write_results(replace(base, arms=no_arm_without(quantity, base)), tmp_path)
    assert found["report"].stat().st_size > 10_000


def test_an_empty_forecast_still_says_what_it_is(tmp_path: Path) -> None:
    base = make_forecast(people=3, hours=48, arms=1)
    bare = replace(
        base,
        arms=tuple(replace(arm, relapse=None, dose_lines=()) for arm in base.arms),
        findings=(),
        emergency=(),
        assumptions=(),
        sources=(),
        missing=(),
        not_simulated=(),
        provenance={},
        case=replace(base.case, history=(), observations=(), notes=()),
    )
    text = words(read(write_results(bare, tmp_path)["report"]))
    assert "That is not a statement that it is safe" in text
    assert "not a medical device" in text
