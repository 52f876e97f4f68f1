"""Tables in the form of the R package public.ctn0094data: one person a ``who``, one study day a ``when``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ebbtide.library import InputError

COLUMNS: dict[str, tuple[str, ...]] = {
    "everybody": ("who", "project"),
    "randomization": ("who", "treatment", "which", "when"),
    "treatment": ("who", "amount", "when"),
    "withdrawal": ("who", "withdrawal", "when"),
    "withdrawal_pre_post": ("who", "what", "withdrawal", "when"),
    "all_drugs": ("who", "what", "source", "when"),
    "uds": ("who", "what", "when"),
    "uds_temp": ("who", "was_temp_ok", "when"),
    "visit": ("who", "visit", "what", "when"),
    "demographics": ("who", "age", "is_hispanic", "race", "job", "is_living_stable", "education", "marital",
                     "is_male"),
    "asi": ("who", "used_iv"),
    "psychiatric": ("who", "has_schizophrenia", "has_major_dep", "has_bipolar", "has_anx_pan",
                    "has_brain_damage", "has_epilepsy", "depression", "anxiety", "schizophrenia",
                    "has_opiates_dx", "has_alcol_dx", "has_amphetamines_dx", "has_cannabis_dx",
                    "has_cocaine_dx", "has_sedatives_dx"),
    "pain": ("who", "pain", "when"),
    "rbs": ("who", "what", "did_use", "days"),
    "rbs_iv": ("who", "days", "max", "amount", "shared"),
    "fagerstrom": ("who", "is_smoker", "ftnd", "per_day"),
    "qol": ("who", "is_homeless"),
    "detox": ("who", "what", "when"),
    "site_masked": ("who", "site_masked"),
}  # fmt: skip
"""The tables that are read, and the columns of each that are used."""
NUMBERS = {
    "who",
    "when",
    "project",
    "amount",
    "withdrawal",
    "which",
    "was_temp_ok",
    "age",
    "days",
    "max",
    "ftnd",
}
NEEDED = ("everybody",)
"""Without these nobody is known. Any other table may be missing and is then empty: nothing is known of it."""
KEYS = ("who", "project")
"""Without these a table cannot be used. Any other column may be missing and is then unknown in every row."""
ENDINGS = (".csv.gz", ".csv", ".parquet")
SHIPPED = Path(__file__).parents[2] / "library" / "ctn0094"


@dataclass(frozen=True)
class Tables:
    """The tables of one group of people, each a frame with the columns of :data:`COLUMNS`.

    ``who`` is a person, ``when`` a study day (0 is the start, negative days are before it), missing as NaN.
    """

    frames: dict[str, pd.DataFrame]
    folder: Path
    missing: tuple[str, ...] = ()
    """Tables that the folder does not hold, and columns, as ``table.column``."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    @cached_property
    def who(self) -> np.ndarray:
        """Every person, in the order of the table ``everybody``."""
        return np.asarray(self.frames["everybody"]["who"], dtype=np.int64)

    @cached_property
    def project(self) -> pd.Series:
        """The trial of each person, by ``who``: 27, 30 or 51."""
        return self.frames["everybody"].set_index("who")["project"]

    def of(self, who: np.ndarray) -> Tables:
        """The same tables of some of the people."""
        chosen = set(np.asarray(who).tolist())
        kept = {name: frame[frame["who"].isin(chosen)] for name, frame in self.frames.items()}
        return Tables({name: f.reset_index(drop=True) for name, f in kept.items()}, self.folder, self.missing)


def read_tables(folder: Path) -> Tables:
    """The tables of a folder, as ``NAME.csv.gz``, ``NAME.csv`` or ``NAME.parquet``.

    Raises
    ------
    InputError
        When the folder or the table ``everybody`` is missing, a table lacks its people, a person stands
        twice in ``everybody``, or a number is none.
    """
    if not folder.is_dir():
        raise InputError("no such folder", where="--data", value=str(folder), allowed="a folder of tables")
    frames, missing = {}, []
    for name, columns in COLUMNS.items():
        found = next((p for p in (folder / f"{name}{end}" for end in ENDINGS) if p.is_file()), None)
        if found is None:
            missing.append(name)
            frames[name] = pd.DataFrame({c: pd.Series(dtype=float if c in NUMBERS else str) for c in columns})
        else:
            frames[name], unknown = _read(found, columns)
            missing += [f"{name}.{column}" for column in unknown]
    if lacking := [name for name in NEEDED if name in missing]:
        raise InputError(
            f"the table {lacking[0]} is missing", where=str(folder), allowed=f"{lacking[0]}.csv.gz"
        )
    everybody = frames["everybody"]
    if twice := everybody["who"][everybody["who"].duplicated()].tolist():
        raise InputError("stands twice", where=f"{folder}/everybody", value=f"who = {twice[0]}")
    return Tables(frames, folder, tuple(missing))


def shipped_tables() -> Tables:
    """The 2,494 people that come with the library (MIT licence, ``library/ctn0094/README.md``)."""
    return read_tables(SHIPPED)


def _read(path: Path, columns: tuple[str, ...]) -> tuple[pd.DataFrame, list[str]]:
    """The columns of a file, and which of them it does not hold."""
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    unknown = [c for c in columns if c not in frame.columns]
    if lacking := [c for c in unknown if c in KEYS]:
        raise InputError(
            "a column is missing", where=str(path), value=lacking[0], allowed=f"columns {', '.join(columns)}"
        )
    frame = frame.reindex(columns=list(columns))
    for column in columns:
        if column in NUMBERS:
            frame[column] = _numbers(frame[column], path)
    for column in ("who", "project"):
        if column in columns:
            if frame[column].isna().any():
                raise InputError("is missing in a row", where=str(path), value=column)
            frame[column] = frame[column].astype(np.int64)
    return frame, unknown


def _numbers(values: pd.Series, path: Path) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    wrong = values[numbers.isna() & values.notna()]
    if len(wrong):
        row = int(wrong.index[0]) + 2
        raise InputError(
            f"no number in column {values.name}", where=f"{path}, line {row}", value=str(wrong.iloc[0]),
            allowed="a number, or nothing where it is not known",
        )  # fmt: skip
    return numbers.astype(np.float64)
