"""The report as one HTML file: no script, no network, charts inlined."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .page import Page
from .render import to_svg
from .words import unbroken

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_tied,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _tied(value: Any) -> Any:
    """Text as it goes into the page; markup (the charts) stays as it is."""
    return unbroken(value) if type(value) is str else value


def _used_for(text: Any) -> list[str]:
    """The uses of a source one by one, whether they come as a list or joined by commas."""
    parts = text.split(",") if isinstance(text, str) else (text or ())
    return [str(part).strip() for part in parts if str(part).strip()]


def draw(page: Page) -> dict[str, str]:
    """Every chart of the page as SVG by the id of its figure."""
    return {f.id: to_svg(f.spec, f.summary, f.id) for f in page.figures if f.spec is not None}


def render(page: Page, charts: Mapping[str, str]) -> str:
    """The whole file as text, from the page and its drawn charts."""
    from markupsafe import Markup

    # Vega escapes text inside charts, and ``to_svg`` escapes the label: the SVG is safe as it is.
    drawn = {figure: Markup(svg) for figure, svg in charts.items()}
    style = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    return str(_template().render(page=page, drawn=drawn, style=style, used_for=_used_for))
