from ebbtide.safety.findings import SEVERITIES, by_severity, finding


def made(severity: str, number: int = 0) -> dict:
    return finding(
        f"test.{number}",
        severity,
        "Title",
        "Message",
        "Advice",
        rule="x over 3",
        inputs={"x": 4},
        sources=("A", "B", "A"),
        evidence="trial",
    )


def test_a_finding_has_the_public_form() -> None:
    assert made("major") == {
        "id": "test.0",
        "severity": "major",
        "title": "Title",
        "message": "Message",
        "basis": {
            "rule": "x over 3",
            "inputs": {"x": 4},
            "sources": ["A", "B"],
            "locators": {},
            "evidence": "trial",
            "missing": [],
            "would_change": [],
        },
        "advice": "Advice",
    }


def test_the_worst_comes_first_and_equals_keep_their_order() -> None:
    mixed = [made(severity, i) for i, severity in enumerate([*reversed(SEVERITIES), *SEVERITIES])]
    ordered = by_severity(mixed)
    assert [f["severity"] for f in ordered] == [s for s in SEVERITIES for _ in range(2)]
    assert all(
        ordered[i]["id"] == f"test.{5 - i // 2}" and ordered[i + 1]["id"] == f"test.{6 + i // 2}"
        for i in range(0, 12, 2)
    )
