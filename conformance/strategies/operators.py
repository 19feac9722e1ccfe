"""Ways to break a valid message, each in exactly one way and with the codes that then apply.

A family says of its endpoint which operator goes where and which of the guide's codes answers it (a
table of `Rule`). The operators are the same for all. When several codes apply, any of them may come
(RD-16). What the guide gives no code for is not broken: whether a PBX looks at an e-mail address,
a timeout or a selection is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from conformance.wire.message import Body

__all__ = [
    "OPERATORS",
    "Broken",
    "Rule",
    "apply_rule",
    "bad_addresses",
    "bad_destinations",
    "bad_netmasks",
    "bad_versions",
    "broken_by",
    "container",
    "mandatory",
]

NO_TAG = "conformance"
OCTETS = 4
WORDS = ("text", "1.2.3.x", "0x0a000001", "localhost")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to break the messages of an endpoint.

    Attributes:
        operator: its name in `OPERATORS`.
        path: where it goes, below the root: `user/exten`; `key` is the id in the URL.
        codes: the documented codes that apply, first the one that the guide's condition calls for.
        values: what it puts there, for operators that put something.
        lenient: the guide leaves it to the PBX whether this is wrong at all.
    """

    operator: str
    path: str
    codes: tuple[int, ...]
    values: st.SearchStrategy[str] | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A message broken by a rule; `key` replaces the id in the URL, if it is not None."""

    body: Body
    said: str
    rule: Rule = field(compare=False)
    key: str | None = None

    @property
    def fits_the_schema(self) -> bool:
        """Whether the document is valid, and wrong for this PBX only."""
        return self.rule.operator in FIT_THE_SCHEMA


Operator: TypeAlias = Callable[["dict[str, Any]", str, str], "Body"]


def _parent(body: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *way, tag = path.split("/")
    place = body
    for step in way:
        found = place.setdefault(step, {})
        place = found[0] if isinstance(found, list) else found
    return place, tag


def _missing(body: dict[str, Any], path: str, _value: str) -> Body:
    place, tag = _parent(body, path)
    place.pop(tag, None)
    return body


def _put(body: dict[str, Any], path: str, value: Any) -> Body:
    place, tag = _parent(body, path)
    place[tag] = value
    return body


def _empty(body: dict[str, Any], path: str, _value: str) -> Body:
    return _put(body, path, "")


def _blank(body: dict[str, Any], path: str, _value: str) -> Body:
    return _put(body, path, "   ")


def _hollow(body: dict[str, Any], path: str, _value: str) -> Body:
    return _put(body, path, {})


def _container_missing(_body: dict[str, Any], _path: str, _value: str) -> Body:
    return {}


def _container_renamed(body: dict[str, Any], path: str, _value: str) -> Body:
    return {NO_TAG: body[path]}


def _container_unwrapped(body: dict[str, Any], path: str, _value: str) -> Body:
    inside: Body = body[path]
    return inside


def _unchanged(body: dict[str, Any], _path: str, _value: str) -> Body:
    return body


# The table: what each operator does to a message, in a few words and in code.
OPERATORS: Mapping[str, tuple[str, Operator]] = {
    "container missing": ("no <{path}>", _container_missing),
    "container renamed": ("another tag in place of <{path}>", _container_renamed),
    "container unwrapped": ("the fields without <{path}> around them", _container_unwrapped),
    "container empty": ("nothing in <{path}>", _hollow),
    "field missing": ("no {path}", _missing),
    "field empty": ("an empty {path}", _empty),
    "field blank": ("a blank {path}", _blank),
    "block empty": ("nothing in {path}", _hollow),
    "outside its type": ("{path} is {value!r}", _put),
    # What follows fits the schema: it is wrong for this PBX only.
    "id unknown": ("{path} {value} is unknown", _put),
    "id unknown in the URL": ("{value} is unknown", _unchanged),
    "owner unknown": ("{path} {value} is no extension", _put),
    "there already": ("{path} {value} is there already", _put),
    "dates reversed": ("{path} {value} lies before the begin", _put),
    "outside the subnets": ("{path} {value} lies in no local subnet", _put),
    "not newer": ("{path} {value} is not newer than what runs", _put),
    "secret wrong": ("{path} is not the right one", _put),
}
IN_THE_URL = "id unknown in the URL"
FIT_THE_SCHEMA = frozenset([*OPERATORS][[*OPERATORS].index("id unknown") :])


def container(path: str, code: int) -> list[Rule]:
    """The rules for a request without its container."""
    names = ("container missing", "container renamed", "container unwrapped")
    return [Rule(name, path, (code,)) for name in names]


def mandatory(path: str, code: int, *, also: int | None = None, blank: bool = True) -> list[Rule]:
    """The rules for a field that must be there.

    Args:
        path: where it stands.
        code: the code for a request without it.
        also: another code that an empty one may get.
        blank: try one of blanks as well: an empty element counts as missing (RD-47), of one that
            holds blanks the guide says nothing.
    """
    found = [Rule("field missing", path, (code,))]
    codes = (code,) if also is None else (code, also)
    found.append(Rule("field empty", path, codes))
    if blank:
        found.append(Rule("field blank", path, codes, lenient=True))
    return found


def apply_rule(body: Mapping[str, Any], rule: Rule, value: str) -> Broken:
    """Break a valid message by a rule; the message itself stays whole."""
    words, operator = OPERATORS[rule.operator]
    broken = operator(deepcopy(dict(body)), rule.path, value)
    said = words.format(path=rule.path, value=value)
    return Broken(broken, said, rule, value if rule.operator == IN_THE_URL else None)


def broken_by(rule: Rule, valid: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Broken]:
    """Valid messages, each broken by a rule."""
    values = st.just("") if rule.values is None else rule.values
    return st.builds(lambda body, value: apply_rule(body, rule, value), valid, values)


# --- values outside their type ------------------------------------------------------------------


def bad_addresses() -> st.SearchStrategy[str]:
    """What is no IPv4 address: an octet out of range, too few, too many, no number.

    Leading zeros and shortened forms that some libraries read are left out.
    """
    octets = st.lists(st.integers(0, 255), min_size=OCTETS, max_size=OCTETS)

    def altered(drawn: tuple[list[int], int, int, int]) -> str:
        numbers, kind, place, number = drawn
        parts = [str(one) for one in numbers]
        if kind == 0:
            parts[place] = str(number)
        elif kind == 1:
            parts += [str(number % 256)]
        elif kind == 2:  # noqa: PLR2004 - the third kind
            parts[place] = f"-{parts[place] or 1}"
        else:
            parts[place] = "x"
        return ".".join(parts)

    drawn = st.tuples(octets, st.integers(0, 3), st.integers(0, 3), st.integers(256, 999))
    return st.sampled_from(WORDS[:2]) | drawn.map(altered)


def bad_netmasks() -> st.SearchStrategy[str]:
    """What is no netmask by its form; holes in one are not judged (RD-47)."""
    return bad_addresses()


def bad_destinations(network: str) -> st.SearchStrategy[str]:
    """What is not aa.bb.cc.dd/NN, close to a network that may be used."""
    address, _, bits = network.partition("/")
    head = address.rpartition(".")[0]
    forms = (address, f"{address}/", f"{address}/x", f"{address}/-1", f"{head}/{bits}", "text")
    wide = st.integers(33, 999).map(lambda number: f"{address}/{number}")
    octet = st.integers(256, 999).map(lambda number: f"{head}.{number}/{bits}")
    return st.sampled_from(forms) | wide | octet


def bad_versions(version: Sequence[int]) -> st.SearchStrategy[str]:
    """What is not A.B.C-dddd (RD-24), and would be newer than a version if it were."""
    major, minor, patch, build = version

    def forms(step: int) -> Iterator[str]:
        stem = f"{major}.{minor}.{patch + step}"
        yield stem
        yield f"{stem}-{build:04}"[:-1]
        yield f"{stem}-{build:04}0"
        yield f"{stem}_{build:04}"
        yield f"{stem}.1-{build:04}"
        yield f"{stem}-{build:03}x"
        yield f"v{stem}-{build:04}"
        yield f"{major}.{minor + step}-{build:04}"
        yield f"{major}.x.{patch}-{build:04}"

    return st.integers(1, 50).flatmap(lambda step: st.sampled_from(list(forms(step))))
