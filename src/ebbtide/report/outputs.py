"""Files for machines: ``summary.json`` and ``trajectory.parquet``, written whole or not at all."""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .bands import Bands
from .marks import significant

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast

    from .scene import Scene

DIGITS = 6
GROUP = 500
"""People in one row group of a Parquet file."""
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def write_atomically(path: Path, write: Callable[[Path], None]) -> Path:
    """Let ``write`` make a file beside ``path``, then put it in place: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def folder_name(arm_id: str) -> str:
    """An arm's id as a folder name that cannot lead out of its parent."""
    return _NOT_A_NAME.sub("-", arm_id).strip("-") or "arm"


def write_trajectory(arm: ArmForecast, path: Path) -> Path:
    """All people of an arm: ``person``, ``time_h``, then one column a quantity, units as field metadata.

    Quantities are in single precision: seven digits, far finer than the error of any solver here. People
    are written in groups, so that a large crowd is never in memory twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = arm.people
    times = np.asarray(data["time_h"].values, dtype=np.float64)
    people = np.asarray(data["person"].values if "person" in data.coords else np.arange(data.sizes["person"]))
    fields = [pa.field("person", pa.int32()), pa.field("time_h", pa.float64(), metadata={"unit": "h"})]
    quantities = []
    for name, variable in data.data_vars.items():
        about = {"unit": str(variable.attrs.get("units", "")), "title": str(variable.attrs.get("title", ""))}
        fields.append(pa.field(str(name), pa.float32(), metadata=about))
        quantities.append(variable.transpose("person", "time_h").values)
    schema = pa.schema(fields, metadata={"arm": arm.id, "title": arm.title})

    def write(part: Path) -> None:
        with pq.ParquetWriter(part, schema, compression="zstd", use_dictionary=["person", "time_h"]) as file:
            for start in range(0, people.size, GROUP):
                group = slice(start, start + GROUP)
                who = people[group].astype(np.int32)
                columns = [np.repeat(who, times.size), np.tile(times, who.size)]
                columns += [np.ascontiguousarray(q[group], dtype=np.float32).reshape(-1) for q in quantities]
                file.write_table(pa.table([pa.array(c) for c in columns], schema=schema))

    return write_atomically(path, write)


def write_json(value: Any, path: Path) -> Path:
    """Any result as JSON; numbers that are not finite become null."""
    text = json.dumps(
        jsonable(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_numbers
    )
    return write_text(text + "\n", path)


def write_text(text: str, path: Path) -> Path:
    """A text file in UTF-8."""
    return write_atomically(path, lambda part: _put(part, text))


def _put(part: Path, text: str) -> None:
    part.write_text(text, encoding="utf-8")


def jsonable(value: Any) -> Any:
    """``value`` with times and numbers of NumPy as JSON has them; arrays are left to the encoder."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(str(v) for v in value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _numbers(values: Any) -> list[Any]:
    """What the JSON encoder makes of an array."""
    listed: list[Any] = values.tolist()
    return listed if np.isfinite(values).all() else list(jsonable(listed))


def quantity_summary(bands: Bands, scene: Scene, *, every_basis: bool) -> dict[str, Any]:
    """For each quantity unit, title, times and bands on the main basis; on every basis where asked."""
    found: dict[str, Any] = {}
    for name in bands.quantities:
        by_basis = {
            basis: dict(zip(bands.percentiles, significant(bands.array(name, basis), DIGITS), strict=True))
            for basis in (bands.bases if every_basis else (bands.main_basis,))
        }
        found[name] = {
            "unit": scene.unit_of(name),
            "title": scene.title_of(name),
            "time_h": bands.time_h,
            "basis": bands.main_basis,
            "bands": by_basis[bands.main_basis],
        }
        if every_basis:
            found[name]["bands_by_basis"] = by_basis
    return found
