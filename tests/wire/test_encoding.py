"""The encoding in which a body is a text that can be given back."""

from __future__ import annotations

import pytest

from conformance.wire.encoding import encoding_of

DECLARED = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        (b"", "", "utf-8"),
        ("<a>é</a>".encode(), "iso-8859-1", "utf-8"),
        (DECLARED.encode("latin-1"), "", "ISO-8859-1"),
        (DECLARED.encode(), "", "utf-8"),
        ("a;é".encode("cp1252"), "windows-1252", "windows-1252"),
        ("a;é".encode("cp1252"), "", ""),
        ("<a>é</a>".encode("utf-16"), "", "utf-16-le"),
        ("<a>é</a>".encode("utf-16-be"), "", "utf-16-be"),
        (b"\xff\xfea", "", ""),
        (b"\xe9", "no-such-charset", ""),
    ],
)
def test_the_encoding(body: bytes, charset: str, expected: str) -> None:
    found = encoding_of(body, charset)
    assert found == expected
    if found:
        assert body.decode(found).encode(found) == body
