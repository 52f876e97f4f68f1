from pathlib import Path

import pytest

from ebbtide.case import read_case
from ebbtide.library import InputError, load_library

from .malformed import MALFORMED


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_refused_with_file_key_value_and_hint(name: str, tmp_path: Path) -> None:
    text, told = MALFORMED[name]
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_case(path, load_library())
    message = str(refused.value)
    assert message.startswith(str(path))
    for words in told:
        assert words in message
    assert "\n" not in message
    assert len(message) < 600 + len(str(path))
