"""Seeded into GET /pbx/callgroups: what is listed, and how failovers are shown."""

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.altering import shaping
from conformance.emulator.mistaken_objects import list_defects, single_defects
from conformance.emulator.mistakes import CALLGROUPS, defect, showing
from conformance.emulator.seeded import Defect

LIST, GET = "GET /pbx/callgroups", "GET /pbx/callgroups/<callgroupid>"

CHECKTIME = "_WITH_CHECKTIME"
FAILOVERS: tuple[tuple[str, str, str, str, str], ...] = (
    ("FORWARD_TO_EXTEN", "name", "exten-name-wrong", "names another identity", "Somebody Else"),
    ("FORWARD_TO_EXTEN", "name", "exten-name-empty", "names no identity", ""),
    ("FORWARD_TO_EXTEN", "value", "exten-value-empty", "gives no number", ""),
    ("FORWARD_TO_CALLGROUP", "name", "callgroup-name-wrong", "gives another name", "Another"),
    ("FORWARD_TO_QUEUE", "value", "queue-value-empty", "gives no id", ""),
)
"""Beginning of the type, part of the destination, end of the id, what is wrong, what is shown."""


def _in_destination(kind: str, tag: str, text: str) -> Callable[[Element], None]:
    def shape(root: Element) -> None:
        for failover in root.iter("failover"):
            found = failover.find(f"destination/{tag}")
            if found is not None and (failover.findtext("type") or "").startswith(kind):
                found.text = text

    return shape


def _confused(root: Element) -> None:
    for kind in root.iter("type"):
        text = kind.text or ""
        one, other = "_WITH_", "_WITHOUT_"
        if one in text:
            kind.text = text.replace(one, other)
        elif other in text:
            kind.text = text.replace(other, one)


def _last_member_missing(root: Element) -> None:
    for members in root.iter("members"):
        if len(members) > 1:
            del members[-1]


def _last_priority_missing(root: Element) -> None:
    for priorities in root.iter("priorities"):
        if len(priorities) > 1:
            del priorities[-1]


def _same_ids(root: Element) -> None:
    groups = root.findall("callgroups/callgroup")
    if len(groups) > 1:
        one, other = groups[-1].find("id"), groups[-2].find("id")
        if one is not None and other is not None:
            one.text = other.text


def failovers() -> Iterator[Defect]:
    """The destination of a failover is not what the guide says."""
    for kind, tag, name, title, text in FAILOVERS:
        yield defect(
            LIST,
            f"failover-{name}",
            "read",
            f"a failover {kind} {title}",
            shaping(LIST, GET, by=_in_destination(kind, tag, text)),
        )
    for kind in ("FORWARD_TO_VOICEMAIL", "FORWARD_TO_EXTERNAL_NUMBER"):
        word = kind.removeprefix("FORWARD_TO_").lower().replace("_", "-")
        yield defect(
            LIST,
            f"failover-{word}-named",
            "read",
            f"a failover {kind} has a name",
            shaping(by=_in_destination(kind, "name", "Somebody")),
            near=("pbx.callgroups.*", "users.configs.*"),
        )
    for tag in ("gateway_type", "gateway_id"):
        yield defect(
            LIST,
            f"failover-{tag}-missing",
            "read",
            f"a failover to an external number has no {tag}",
            shaping(by=_in_destination("FORWARD_TO_EXTERNAL_NUMBER", tag, "")),
            near=("pbx.callgroups.*", "users.configs.*"),
        )


def views() -> Iterator[Defect]:
    """The list and the GET of one disagree."""
    yield from list_defects(LIST, "callgroups/callgroup", "callgroup")
    yield from single_defects(GET, CALLGROUPS, "callgroup")
    yield defect(
        LIST, "ids-shared", "read", "two callgroups have one id", shaping(LIST, by=_same_ids)
    )
    for endpoint in (LIST, GET):
        for name, title, shape in (
            ("checktime-confused", "shows a failover's checktime the wrong way round", _confused),
            ("last-member-missing", "leaves out the last member", _last_member_missing),
            ("last-priority-missing", "leaves out the last priority", _last_priority_missing),
        ):
            yield defect(endpoint, name, "read", title, shaping(endpoint, by=shape), oracle="views")
    for endpoint, tag, name, by in (
        (LIST, "selection", "empty", lambda _: ""),
        (GET, "selection", "empty", lambda _: ""),
        (LIST, "timeout", "always-30", lambda _: "30"),
        (GET, "timeout", "always-30", lambda _: "30"),
        (LIST, "enabled", "always-true", lambda _: "true"),
        (GET, "enabled", "always-true", lambda _: "true"),
        (GET, "name", "ascii-only", lambda text: text.encode("ascii", "replace").decode()),
    ):
        title = f"shows {tag} otherwise than it is: {name.replace('-', ' ')}"
        alteration = showing(endpoint, tag, by)
        yield defect(endpoint, f"{tag}-{name}", "read", title, alteration, oracle="views")


def callgroup_read_defects() -> list[Defect]:
    """Everything of this module."""
    return [*failovers(), *views()]
