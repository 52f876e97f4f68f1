"""TOML files as users write them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ebbtide.library import InputError


def read_toml(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises
    ------
    InputError
        When there is no such file or it is not TOML; the message names file and line.
    """
    where = str(path)
    try:
        return tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror or error}", where=where) from error
    except UnicodeDecodeError as error:
        raise InputError("not a text file in UTF-8", where=where) from error
    except RecursionError as error:
        raise InputError("not a usable TOML file: nested too deeply", where=where) from error
    except ValueError as error:
        raise InputError(f"not a TOML file: {error}", where=where) from error
