import subprocess
import sys

import pytest

from ebbtide.library import load_library
from ebbtide.safety import emergency_texts

TEXTS = emergency_texts(load_library())


def test_the_number_to_call_comes_first() -> None:
    assert "112" in TEXTS[0]["text"]
    assert "911" in TEXTS[0]["text"]


def test_the_number_of_the_place_comes_before_all_others() -> None:
    texts = emergency_texts(load_library(), "GB-SCT")
    assert texts[0]["text"].startswith("Call 999 (United Kingdom). Crisis line: 116 123.")
    assert TEXTS[0]["text"] in texts[0]["text"]
    assert texts[1:] == TEXTS[1:]
    assert "remembered, check it" in emergency_texts(load_library(), "NZ")[0]["text"]
    assert emergency_texts(load_library(), "XX") == TEXTS


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("Not breathing", ["emergency number now", "naloxone", "breathe for the person", "repeat", "Stay"]),
        ("Cannot be woken", ["emergency number now", "naloxone", "on their side"]),
        ("Yellow eyes", ["Stop kratom", "emergency department today"]),
        ("Chest pain, or fainting", ["emergency number now", "ECG"]),
        ("suicide", ["Do not stay alone", "crisis line", "988"]),
    ],
)
def test_what_to_do_is_said_for_each_emergency(sign: str, words: list[str]) -> None:
    (entry,) = [entry for entry in TEXTS if sign in entry["sign"]]
    for word in words:
        assert word in entry["text"]
    assert entry["source"] in load_library().sources


def test_they_need_no_model() -> None:
    code = (
        "import sys\n"
        "from ebbtide.library import load_library\n"
        "from ebbtide.safety import emergency_texts\n"
        "print(len(emergency_texts(load_library())), bool({'jax', 'xarray'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, heavy = result.stdout.split()
    assert int(count) == len(TEXTS)
    assert heavy == "False", "a missing or broken numerical library must not hide them"
