"""A smaller forest, so that a test takes seconds."""

from collections.abc import Iterator

import pytest

from ebbtide.learning.ctn0094.staying import curves, mixture


@pytest.fixture(autouse=True, scope="session")
def small_forest() -> Iterator[None]:
    """Forty trees instead of 300."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (curves, mixture):
            patch.setattr(module, "TREES", 40)
        yield
