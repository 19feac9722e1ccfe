"""Numbers in the place of secrets: equal ones are equal, and nothing of a value shows."""

from __future__ import annotations

from conformance.wire.numbered import Numbers


def test_equal_values_have_equal_numbers_wherever_they_stand() -> None:
    numbers = Numbers()
    sent = numbers.of_document("<user><exten>9</exten><sip_secret>a&amp;b</sip_secret></user>")
    shown = numbers.of_document(
        "<config><sip_secret>a&#38;b</sip_secret><vm_secret>42</vm_secret><vm_secret/></config>"
    )
    assert sent == [1]
    assert shown == [1, 2]
    assert numbers.of_value("42") == 2


def test_what_is_no_secret_has_no_number() -> None:
    assert Numbers().of_document("<user><exten>9</exten><first_name>Ada</first_name></user>") == []


def test_a_blank_secret_has_no_number() -> None:
    assert Numbers().of_document("<a><sip_secret>  </sip_secret><user_pin>1</user_pin></a>") == [1]


def test_a_value_is_the_same_in_whatever_form_xml_writes_it() -> None:
    forms = ("a&amp;b", "<![CDATA[a&b]]>", "a<!-- not said -->&#38;b", " a&#x26;<?p i?>b\n")
    numbers = Numbers()
    found = [numbers.of_document(f"<a><sip_secret>{form}</sip_secret></a>") for form in forms]
    assert found == [[1]] * len(forms)
