"""Everything wrong that can be seeded into /license."""

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.licence import LicenceStatus
from conformance.emulator.mistakes import accepting, also, defect, despite, setting, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

GET, POST = "GET /license/pxbinstance", "POST /license/pxbinstance"
_KEY = "pbx_instance_license/activation_key"


def _instead(words: dict[str, str]) -> Alteration:
    return showing(GET, "license_status", lambda text: words.get(text, text))


STATES = (
    ("expired-as-active", {"EXPIRED": "ACTIVE"}),
    ("disabled-as-active", {"DISABLED": "ACTIVE"}),
    ("expired-as-disabled", {"EXPIRED": "DISABLED"}),
    ("disabled-as-expired", {"DISABLED": "EXPIRED"}),
    ("active-as-expired", {"ACTIVE": "EXPIRED"}),
    ("active-as-disabled", {"ACTIVE": "DISABLED"}),
)

COUNTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("one-more", "names one extension more than are licensed", lambda text: str(int(text) + 1)),
    ("one-less", "names one extension less than are licensed", lambda text: str(int(text) - 1)),
)


def _read_defects() -> Iterator[Defect]:
    for name, words in STATES:
        (true, shown), *_ = words.items()
        title = f"reports a licence that is {true} as {shown}"
        yield defect(GET, name, "licence", title, _instead(words))
    near = ("license.*", "users.configs.post.licensed-limit")
    for name, title, by in COUNTS:
        alteration = showing(GET, "licensed_exten", by)
        yield defect(GET, f"licensed_exten-{name}", "licence", title, alteration, near=near)


def _disable(pbx: Pbx, _: ApiRequest) -> None:
    pbx.licence.status = LicenceStatus.DISABLED


def _enlarge(pbx: Pbx, _: ApiRequest) -> None:
    pbx.licence.extensions += 1


def _obliging(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Any key will do."""
    reply = proceed(request)
    if code_of(reply) == 17 and isinstance(reply, Outcome):  # noqa: PLR2004 - activation failed
        return Outcome(reply.container, 0, "Success")
    return reply


def _with_key(body: Element) -> bool:
    if body.find("pbx_instance_license") is None:
        return False
    setting(body, _KEY, "none")
    return True


def _write_defects() -> Iterator[Defect]:
    title = "a licence that was activated is disabled"
    yield defect(POST, "disables", "licence", title, also(POST, by=_disable))
    for code in (12, 13):
        title, alteration = (
            f"answers {code} and disables the licence",
            despite(POST, code, _disable),
        )
        yield defect(POST, f"code-{code}-disables", "rejected", title, alteration)
    # The end of a lab condition makes the licence active again, and leaves its numbers alone.
    for code in (14, 15, 16, 17):
        title = f"answers {code} and licenses one extension more"
        alteration = despite(POST, code, _enlarge)
        yield defect(POST, f"code-{code}-grants", "rejected", title, alteration)
    yield defect(
        POST,
        "any-key",
        "rejected",
        "answers Success whatever the key",
        intercepting(POST, by=_obliging),
        oracle="code",
    )
    yield defect(
        POST,
        "key-missing-asked",
        "rejected",
        "asks the licence server about a key that is not there",
        accepting(POST, 13, _with_key),
        oracle="code",
    )


DEFECTS = [*_read_defects(), *_write_defects()]
