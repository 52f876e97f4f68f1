"""The fitted numbers of the layer for ratings, ``library/ctn0094/ratings.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache

from pydantic import ValidationError

from ebbtide.library import InputError, Parameter
from ebbtide.library.parameter import Entry

from ..tables import SHIPPED
from .tendency import TendencyNumbers


class Tendency(Entry):
    """Of one trial, see :class:`~ebbtide.learning.ctn0094.ratings.tendency.TendencyNumbers`."""

    staying: Parameter
    forgetting: Parameter
    memory: Parameter
    sharpening: Parameter
    staying_before: Parameter
    forgetting_before: Parameter

    @property
    def numbers(self) -> TendencyNumbers:
        """The values alone, in days and log odds."""
        return TendencyNumbers(
            staying=self.staying.value,
            forgetting=self.forgetting.value,
            memory_days=self.memory.to("d"),
            sharpening=self.sharpening.value,
            staying_before=self.staying_before.value,
            forgetting_before=self.forgetting_before.value,
        )


class LayerNumbers(Entry):
    """Shares of the members, and the tendencies by trial."""

    share: dict[str, Parameter]
    tendency: dict[str, Tendency]


@lru_cache(maxsize=1)
def layer_numbers() -> LayerNumbers:
    """Those that come with the library.

    Raises
    ------
    InputError
        When the file is not as it must be.
    """
    path = SHIPPED / "ratings.toml"
    try:
        return LayerNumbers.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise InputError(str(error), where=str(path)) from error
