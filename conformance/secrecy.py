"""Which parts of the guide's messages are secret: known to what writes and to what validates."""

import re

__all__ = ["SECRET_ELEMENTS", "SECRET_NAME", "SECRET_WORD", "WITHHELD"]

WITHHELD = "[withheld]"
SECRET_ELEMENTS = (
    "sip_secret",
    "vm_secret",
    "gui_secret_md5",
    "admin_pin",
    "user_pin",
    "privacy_password",
    "activation_key",
)
# A PBX that names a secret otherwise than the guide does gives it away all the same.
_WORD = (
    r"(?:secret|passw(?:or)?d|passphrase|pwd|(?:activation|licen[sc]e)[ _.-]?key"
    r"|(?<![a-z])pin|(?-i:(?<=[a-z])Pin))"
)
_FORM = r"(?:[ _.-]?(?:md5|hash|sha\d*|hex|b(?:ase)?64|value|plain|clear|text))?"
SECRET_NAME = rf"{_WORD}{_FORM}(?![\w])"
"""How the name of a secret ends; to be compiled ignoring case."""

SECRET_WORD = re.compile(_WORD, re.IGNORECASE)
"""Finds what may be the name of a secret, and a little more."""
