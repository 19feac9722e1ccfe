"""Words of bash made from the pieces of a template: texts, and what is filled in."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.report.template import Pieces

__all__ = ["SECRETS", "curl", "quoted", "secrets_of", "word"]

# By the name in a template: the variable that holds it, and what it is.
SECRETS = {
    "username": ("KPBX_USERNAME", "the user name of the API"),
    "password": ("KPBX_PASSWORD", "the password of the PBX's web interface"),
    "privacy_password": ("KPBX_PRIVACY_PASSWORD", "the privacy password of the call records"),
    "activation_key": ("KPBX_ACTIVATION_KEY", "a licence key that may be activated"),
}


def quoted(text: str) -> str:
    """A text as a word of bash; what an eye or a terminal would take for something else escaped."""
    if text.replace("\n", "").isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(char: str) -> str:
    if char in "'\\":
        return f"\\{char}"
    if char.isprintable() or char == "\0":  # which no word can hold
        return char.replace("\0", "")
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def word(pieces: Pieces) -> str:
    """One word of bash that is the text of the pieces."""
    return "".join(map(_piece, pieces)) or "''"


def _piece(piece: str | dict[str, Any]) -> str:
    if isinstance(piece, str):
        return quoted(piece)
    if "given" in piece:
        name, how = f"given_{piece['given']}", piece["as"]
        # As the answer has it, so that within XML nothing has to be escaped again.
        return f'"$(path "${name}")"' if how == "path" else f'"${name}"'
    if "value" in piece:
        name, how = piece["value"], piece["as"]
        return f'"$({how} "${name}")"' if how in {"path", "xml"} else f'"${name}"'
    name, how = SECRETS[piece["secret"]][0], piece["as"]
    if how == "md5":
        return f'"$(md5 "${name}" {piece.get("length", 32)})"'
    return f'"$(xml "${name}")"' if how == "xml" else f'"${name}"'


def curl(request: dict[str, Any]) -> str:
    """A request as a command line of curl; the variables of the script stand in it."""
    parts = ['curl "${options[@]}"', _method(request["method"])]
    authorization = request["authorization"]
    if authorization and "user" in authorization:
        parts.append(f"-u {word(authorization['user'])}:{_or_nothing(authorization['password'])}")
    elif authorization:
        parts.append("-H " + word(["Authorization: ", *authorization["header"]]))
    for name, value in request["headers"].items():
        parts.append("-H " + quoted(f"{name}: {value}" if value else f"{name};"))
    body = request["body"]
    if body:
        parts.append(f"\\\n  --data-binary @<({_printed(body)}) \\\n ")
    parts.append(f'"$url"{word(request["path"])}')
    return " ".join(parts)


def _method(method: str) -> str:
    return "--head" if method == "HEAD" else f"-X {shlex.quote(method)}"


def _or_nothing(pieces: Pieces) -> str:
    return word(pieces) if pieces else ""


def _printed(body: Pieces) -> str:
    first = body[0]
    if isinstance(first, dict) and "base64" in first:
        return f"printf %s {shlex.quote(first['base64'])} | base64 -d"
    return f"printf %s {word(body)}"


def _all_pieces(requests: Iterable[dict[str, Any]]) -> Iterable[str | dict[str, Any]]:
    for request in requests:
        yield from request["path"]
        yield from request["body"]
        for pieces in (request["authorization"] or {}).values():
            yield from pieces


def secrets_of(requests: Iterable[dict[str, Any]]) -> list[str]:
    """The secrets that requests need, by their names in templates."""
    found = (
        one["secret"] for one in _all_pieces(requests) if isinstance(one, dict) and "secret" in one
    )
    return list(dict.fromkeys(found))
