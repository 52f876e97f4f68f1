"""Which numbers of the library a forecast rests on, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ebbtide.library import Library, Parameter, numbers_of


def used_numbers(
    library: Library, compounds: Iterable[str], products: Iterable[str]
) -> Iterator[tuple[str, Parameter]]:
    """Every number of the body, of ``compounds`` and of ``products``, with its name."""
    entries: dict[str, Any] = dict(library.physiology)
    entries |= {name: library.compounds[name] for name in compounds}
    entries |= {name: library.products[name] for name in products if name in library.products}
    for name, entry in entries.items():
        for path, number in numbers_of(entry):
            yield f"{name}.{path}", number


def assumptions(numbers: Iterable[tuple[str, Parameter]]) -> tuple[dict[str, Any], ...]:
    """Numbers that no source was read for: assumed, or remembered and not checked."""
    return tuple(
        {"name": name, "value": number.value, "unit": number.unit, "note": _why(number)}
        for name, number in numbers
        if (number.basis == "assumption" or not number.verified) and "by definition" not in number.note
    )


def _why(number: Parameter) -> str:
    kind = "assumed" if number.basis == "assumption" else "remembered, not read"
    return f"{kind}: {number.note}" if number.note else kind


def sources(
    library: Library, numbers: Iterable[tuple[str, Parameter]], also: Iterable[str]
) -> tuple[dict[str, Any], ...]:
    """Each source once, with what it was used for; ``also`` are keys that findings cite."""
    used: dict[str, list[str]] = {}
    for name, number in numbers:
        if number.verified and number.basis != "assumption":
            used.setdefault(number.source, []).append(name)
    for key in also:
        used.setdefault(key, []).append("safety findings")
    return tuple(
        {
            "key": key,
            "citation": citation(library, key),
            "url": _link(library, key),
            "used_for": ", ".join(dict.fromkeys(names)),
        }
        for key, names in sorted(used.items())
        if key in library.sources and key not in ("GeneralKnowledge", "Ebbtide2026")
    )


def citation(library: Library, key: str) -> str:
    """Authors, year, title and journal in one line."""
    source = library.source(key)
    parts = [source.authors.split(";")[0].split(",")[0], source.year, source.title, source.journal]
    return ". ".join(part for part in parts if part and part != "-")


def _link(library: Library, key: str) -> str:
    source = library.source(key)
    return f"https://doi.org/{source.doi}" if source.doi else source.url
