"""Text that stays text: in a page, in a script element, and to the eye."""

from __future__ import annotations

import json

import pytest
from markupsafe import Markup

from conformance.report.markup import SIGNS, WORDS, for_script, source_hash
from conformance.verdict import Verdict


@pytest.mark.parametrize("text", ["</script><!--", "&amp;", "\u2028\u2029", "\ud800", "è\\u003c\\"])
def test_data_end_no_script_and_are_read_back_as_they_were(text: str) -> None:
    written = for_script({text: [text]})
    assert not set(written) & set("<>&\u2028\u2029\ud800")
    written.encode()
    assert json.loads(written) == {text: [text]}
    assert isinstance(written, Markup)


def test_a_hash_is_what_browsers_compute() -> None:
    # The example of the CSP specification, made with openssl.
    assert source_hash("alert('Hello, world.');") == (
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    )


def test_every_verdict_has_a_sign_of_its_own_and_a_word() -> None:
    assert set(SIGNS) == set(WORDS) == set(Verdict)
    assert len(set(SIGNS.values())) == len(Verdict)
