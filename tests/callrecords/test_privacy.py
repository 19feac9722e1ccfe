from __future__ import annotations

import pytest

from conformance.callrecords.privacy import properly


@pytest.mark.parametrize(
    ("value", "real", "answer"),
    [
        ("050123XXX", "050123456", True),
        ("+39050123XXX", "+39050123456", True),
        ("0501234XX", "050123456", False),
        ("05012XXXX", "050123456", False),
        ("050124XXX", "050123456", False),
        ("050123456", "050123456", False),
        ("050123xxx", "050123456", False),
        ("12", "12", None),
        ("anonymous", "anonymous", None),
        ("", "", True),
        ("XXX", "", False),
        ("050123XXX", None, True),
        ("XXX", None, True),
        ("0501234XX", None, False),
        ("05012XXXX", None, False),
        ("050123456", None, False),
        ("XX", None, None),
        ("anonymous", None, None),
    ],
)
def test_three_digits_exactly(value: str, real: str | None, answer: bool | None) -> None:
    assert properly(value, real) is answer
