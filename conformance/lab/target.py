"""The SUT as its owner describes it: how to reach it, what it supports, what tests may use.

The target file is contract.md's TOML. It is read strictly: a key that is not known, a value of
another type or an empty range is an error that names the file, the key and the remedy.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import ssl
import tomllib
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.errors import ConfigurationError
from conformance.lab.safety import SafetyClass, parse_classes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Connection",
    "Pics",
    "Pixit",
    "Target",
    "Variables",
    "authority",
    "from_url",
    "load_target",
]

_RANGE = re.compile(r"\s*([0-9]+)\s*(?:-\s*([0-9]+)\s*)?")
LONGEST_RANGE = 10_000
# What a URL may carry that is nobody's business: credentials, and a query.
_CREDENTIALS = re.compile(r"(?<=//).*@|[?#].*", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A name as variables have it and nobody's password: only such a one is repeated in a message.
_CONVENTIONAL = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the SUT. Times in seconds; `password` is the web password."""

    url: str
    name: str = ""
    username: str = "admin"
    password: str = field(default="admin", repr=False)
    ca_file: Path | None = None
    verify: bool = True
    timeout_s: float = 10.0
    max_requests_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pics:
    """What the SUT supports; None where the run has to find out."""

    license_key_required: bool | None = None
    call_center_license: bool | None = None


@dataclass(frozen=True, slots=True)
class Pixit:
    """What the tests may use on the SUT; empty where there is nothing to use."""

    extensions: tuple[str, ...] = ()
    callgroup_selections: tuple[str, ...] = ()
    privacy_password: str = field(default="", repr=False)
    click2call_exten: str = ""
    route_destination: str = ""
    update_version: str = ""
    update_version_blocked: str = ""
    activation_key: str = field(default="", repr=False)
    reboot_timeout_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment variables that hold the secrets of a target, by their names."""

    password: str = "KPBX_PASSWORD"  # noqa: S105 - the name of a variable
    privacy_password: str = "KPBX_PRIVACY_PASSWORD"  # noqa: S105
    activation_key: str = "KPBX_ACTIVATION_KEY"


@dataclass(frozen=True, slots=True)
class Target:
    """One SUT, whole; `shared` if somebody else may be working on it."""

    connection: Connection
    pics: Pics = Pics()
    pixit: Pixit = Pixit()
    allow: frozenset[SafetyClass] = frozenset({SafetyClass.READ})
    hook: tuple[str, ...] = ()
    folder: Path = Path()
    shared: bool = True
    variables: Variables = Variables()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret of this target, to be withheld from what is written."""
        pixit = self.pixit
        return tuple(
            filter(None, (self.connection.password, pixit.privacy_password, pixit.activation_key))
        )


def number_range(text: str, where: str) -> tuple[str, ...]:
    """The numbers of `9000-9019` or `9000`, with leading zeros kept.

    Raises:
        ConfigurationError: it is not a range, or an empty or absurdly long one.
    """
    found = _RANGE.fullmatch(text)
    if not found:
        raise ConfigurationError(f"{where}: {text!r} is not a range; write it like 9000-9019")
    first, last = found[1], found[2] or found[1]
    if int(last) < int(first):
        raise ConfigurationError(f"{where}: {text!r} is empty; the last number comes second")
    if int(last) - int(first) >= LONGEST_RANGE:
        raise ConfigurationError(f"{where}: {text!r} holds more than {LONGEST_RANGE} numbers")
    return tuple(str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))


def base_url(url: str, where: str) -> str:
    """The SUT's URL without `/rest/` and without a trailing slash.

    Raises:
        ConfigurationError: it is not an http(s) URL, or it carries credentials, which the message
            does not repeat.
    """
    shown = _CREDENTIALS.sub("", url)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a bracket left open, a port out of range
        usable = False
    if not usable:
        raise ConfigurationError(f"{where}: {shown!r} is no URL; write it like https://pbx.example")
    if parts.username or parts.password:
        raise ConfigurationError(
            f"{where}: credentials in a URL are not accepted; put the password into the "
            "environment (KPBX_PASSWORD, or what password_env names)"
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{where}: {shown!r} has a query or a fragment; leave it out")
    return url.rstrip("/").removesuffix("/rest")


def from_url(url: str) -> Target:
    """A target from a URL alone, with the defaults and the environment of contract.md.

    Raises:
        ConfigurationError: the URL can't be used.
    """
    environ = os.environ
    connection = Connection(
        url=base_url(url, "--url"),
        name=urlsplit(url).netloc,
        username=environ.get("KPBX_USERNAME", "admin"),
        password=environ.get("KPBX_PASSWORD", "admin"),
    )
    pixit = Pixit(
        extensions=number_range("9000-9019", "default"),
        callgroup_selections=number_range("9100-9109", "default"),
        privacy_password=environ.get("KPBX_PRIVACY_PASSWORD", ""),
        route_destination="198.51.100.0/24",
    )
    return Target(connection=connection, pixit=pixit, folder=Path.cwd())


_TYPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "target": {
        "name": str,
        "url": str,
        "username": str,
        "password_env": str,
        "ca_file": str,
        "verify": bool,
        "timeout_s": (int, float),
        "max_requests_per_s": (int, float),
    },
    "pics": {item.name: bool for item in fields(Pics)},
    "pixit": {
        "extensions": str,
        "callgroup_selections": str,
        "privacy_password_env": str,
        "click2call_exten": str,
        "route_destination": str,
        "update_version": str,
        "update_version_blocked": str,
        "activation_key_env": str,
        "reboot_timeout_s": (int, float),
    },
    "safety": {"allow": list},
    "lab": {"hook": list},
}
_WORDS = {str: "a string", bool: "true or false", list: "a list of strings"}


class _Table:
    """One table of a target file, read strictly."""

    def __init__(self, file: Path, name: str, rows: Any) -> None:
        self.name, self.where = name, f"{file}: [{name}]"
        if not isinstance(rows, dict):
            raise ConfigurationError(f"{self.where} is not a table; write [{name}]")
        self.rows: dict[str, Any] = rows
        known = _TYPES[name]
        for key, value in rows.items():
            if key not in known:
                raise ConfigurationError(
                    f"{self.where} {key}: unknown key; known are {', '.join(known)}"
                )
            wanted = known[key]
            numeric = isinstance(wanted, tuple)
            if not isinstance(value, wanted) or (numeric and isinstance(value, bool)):
                word = "a number" if isinstance(wanted, tuple) else _WORDS[wanted]
                raise ConfigurationError(f"{self.where} {key}: must be {word}")
            if isinstance(value, (int, float)) and numeric and not 0 < value < math.inf:
                raise ConfigurationError(f"{self.where} {key}: must be greater than 0")
            if isinstance(value, list) and not all(isinstance(item, str) for item in value):
                raise ConfigurationError(f"{self.where} {key}: must be a list of strings")

    def variable(self, key: str, default: str) -> str:
        """The name of an environment variable that a key gives."""
        name: str = self.rows.get(key, "")
        # Somebody may have put the secret itself here: what stands here is never repeated.
        if name and not _VARIABLE.fullmatch(name):
            raise ConfigurationError(
                f"{self.where} {key}: is no name of an environment variable; give the name of the "
                "variable that holds the secret, never the secret itself"
            )
        return name or default

    def secret(self, key: str, default: str) -> str:
        """The value of the environment variable that a key names; the default if it names none."""
        if not (name := self.variable(key, "")):
            return default
        value = os.environ.get(name)
        if not value:
            which = name if _CONVENTIONAL.fullmatch(name) else "that it names"
            raise ConfigurationError(
                f"{self.where} {key}: the environment variable {which} is not set; export it"
            )
        return value

    def numbers(self, key: str) -> tuple[str, ...]:
        """The numbers of a range; none without the key."""
        if key not in self.rows:
            return ()
        where, text = f"{self.where} {key}", self.rows[key]
        if not text.strip():
            raise ConfigurationError(
                f"{where}: is empty; write a range like 9000-9019, or leave the key out to let "
                "the tests use no number"
            )
        return number_range(text, where)


def _connection(table: _Table, file: Path) -> Connection:
    rows = table.rows
    if "url" not in rows:
        raise ConfigurationError(f"{table.where} url: missing; add the address of the PBX")
    ca_file = file.parent / rows["ca_file"] if "ca_file" in rows else None
    if ca_file is not None:
        authority(ca_file, f"{table.where} ca_file")
    username = rows.get("username", "admin")
    if ":" in username:
        raise ConfigurationError(
            f"{table.where} username: can't hold a colon (RFC 7617); give the name of the web login"
        )
    url = base_url(rows["url"], f"{table.where} url")
    return Connection(
        url=url,
        name=rows.get("name", urlsplit(url).netloc),
        username=username,
        password=table.secret("password_env", os.environ.get("KPBX_PASSWORD", "admin")),
        ca_file=ca_file,
        verify=rows.get("verify", True),
        timeout_s=float(rows.get("timeout_s", 10.0)),
        max_requests_per_s=float(rows.get("max_requests_per_s", 0.0)),
    )


def authority(file: Path, where: str) -> ssl.SSLContext:
    """What trusts the certificate authority in a file.

    Raises:
        ConfigurationError: there is none in it, or no such file.
    """
    if not file.is_file():
        raise ConfigurationError(f"{where}: {file} does not exist; give its path from this file on")
    try:
        return ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"{where}: {file} can't be used: {error}; "
            "name a file with the certificate authority in PEM form"
        ) from error


def _pixit(table: _Table) -> Pixit:
    rows = table.rows
    for key in ("update_version", "update_version_blocked"):
        if rows.get(key) and not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+-[0-9]{4}", rows[key]):
            raise ConfigurationError(f"{table.where} {key}: must look like 3.9.6-3000")
    _check_destination(rows.get("route_destination", ""), f"{table.where} route_destination")
    extensions, selections = table.numbers("extensions"), table.numbers("callgroup_selections")
    if both := sorted({*extensions} & {*selections}):
        raise ConfigurationError(
            f"{table.where} callgroup_selections: {both[0]} is among the extensions as well; "
            "a number rings in one place: give two ranges that share none"
        )
    plain = (
        "click2call_exten",
        "route_destination",
        "update_version",
        "update_version_blocked",
        "reboot_timeout_s",
    )
    return Pixit(
        extensions=extensions,
        callgroup_selections=selections,
        privacy_password=table.secret("privacy_password_env", ""),
        activation_key=table.secret("activation_key_env", ""),
        **{key: rows[key] for key in plain if key in rows},
    )


def _check_destination(text: str, where: str) -> None:
    if not text:
        return
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        raise ConfigurationError(
            f"{where}: {text!r} is no network; write it like 198.51.100.0/24"
        ) from None
    if not network.prefixlen:
        raise ConfigurationError(f"{where}: {text!r} is the default route; name another network")


def _hook(table: _Table, folder: Path) -> tuple[str, ...]:
    """The hook's command; its program is looked for now, not in the middle of a run."""
    hook = tuple(table.rows.get("hook", ()))
    if hook:
        program = folder / hook[0] if "/" in hook[0] else hook[0]
        if shutil.which(program) is None:
            raise ConfigurationError(
                f"{table.where} hook: {hook[0]!r} is no program that can be run; "
                "give its path, relative to this file, and make it executable"
            )
    return hook


def load_target(file: Path) -> Target:
    """Read a target file.

    Raises:
        ConfigurationError: the file can't be read, or a key in it can't be used.
    """
    try:
        document: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: can't be read: {error}; name a target file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: is not TOML: {error}; correct that line") from error
    unknown = sorted(document.keys() - _TYPES.keys())
    if unknown:
        raise ConfigurationError(
            f"{file}: [{unknown[0]}] is unknown; known are {', '.join(f'[{t}]' for t in _TYPES)}"
        )
    if "target" not in document:
        raise ConfigurationError(f"{file}: [target] is missing; add it with the url of the PBX")
    tables = {name: _Table(file, name, document.get(name, {})) for name in _TYPES}
    allow = tables["safety"].rows.get("allow", ["read"])
    pixit, known = tables["pixit"], Variables()
    return Target(
        connection=_connection(tables["target"], file),
        pics=Pics(**tables["pics"].rows),
        pixit=_pixit(pixit),
        allow=parse_classes(allow, f"{file}: [safety] allow"),
        hook=_hook(tables["lab"], file.parent.resolve()),
        folder=file.parent.resolve(),
        variables=Variables(
            tables["target"].variable("password_env", known.password),
            pixit.variable("privacy_password_env", known.privacy_password),
            pixit.variable("activation_key_env", known.activation_key),
        ),
    )
