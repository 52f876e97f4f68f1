import pytest

from ebbtide.library import Library, load_library

from .studies import library_with_testanol


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def testanol(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The library with a compound of one compartment that is alike in all people."""
    return library_with_testanol(tmp_path_factory.mktemp("library"))
