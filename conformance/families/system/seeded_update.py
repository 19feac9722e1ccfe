"""Seeded into /system/firmware/update and updatestatus: what starts, and how it goes on."""

import re
from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, edited, intercepting, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.firmware import FAILED, SUCCEEDED
from conformance.emulator.mistakes import accepting, asking, defect, despite, setting
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

UPDATE, STATUS = "PUT /system/firmware/update", "GET /system/firmware/updatestatus"
NEAR = ("system.firmware.updatestatus.*", "system.firmware.update.*")

_FIELD = "update/firmware_version"
# Newer than anything, and offered by nobody.
_NEWER = "99.0.0-0001"

FORMS: tuple[tuple[str, str, str], ...] = (
    ("two-numbers", "without a third number", r"\d+\.\d+"),
    ("no-build", "without a build", r"\d+\.\d+\.\d+"),
    ("short-build", "with a build of three digits", r"\d+\.\d+\.\d+-\d{3}"),
    ("long-build", "with a build of five digits", r"\d+\.\d+\.\d+-\d{5}"),
    ("underscore", "with _ for -", r"\d+\.\d+\.\d+_\d{4}"),
    ("letter-in-build", "with a letter in the build", r"\d+\.\d+\.\d+-(?=.*[a-z])\w{4}"),
    ("four-numbers", "with a fourth number", r"\d+\.\d+\.\d+\.\d+-\d{4}"),
    ("two-and-build", "with two numbers and a build", r"\d+\.\d+-\d{4}"),
    ("prefixed", "with a v before", r"v\d+\.\d+\.\d+-\d{4}"),
    ("letters", "of letters", r"[a-z]\.[a-z]\.[a-z]-[a-z]{4}"),
)
"""End of the id, which malformed version is taken for a good one, and how it looks."""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _taking(pattern: str) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        version = (body.findtext(_FIELD) or "").strip()
        if re.fullmatch(pattern, version):
            setting(body, _FIELD, _NEWER)

    return change


Compare = Callable[[str, str], bool]
"""Whether a version asked for counts as newer than the running one."""


def _comparing(newer: Compare) -> Alteration:
    """Versions are compared in another way."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply, running = proceed(request), pbx.firmware.running_version
        asked = (request.body.element.findtext(_FIELD) or "").strip()
        if code_of(reply) == 21 and newer(asked, running):  # noqa: PLR2004 - too old
            return proceed(edited(request, lambda body: setting(body, _FIELD, _NEWER)))
        if code_of(reply) == 23 and not newer(asked, running):  # noqa: PLR2004 - not offered
            return proceed(edited(request, lambda body: setting(body, _FIELD, running)))
        return reply

    return intercepting(UPDATE, by=intercept)


COMPARISONS: tuple[tuple[str, str, Compare], ...] = (
    ("as-text", "compares versions as text", lambda asked, running: asked > running),
    (
        "same-accepted",
        "takes the running version for a newer one",
        lambda asked, running: _numbers(asked) >= _numbers(running),
    ),
    (
        "build-ignored",
        "does not heed the build where it compares versions",
        lambda asked, running: _numbers(asked)[:3] >= _numbers(running)[:3],
    ),
    (
        "build-alone",
        "compares builds alone",
        lambda asked, running: _numbers(asked)[3] > _numbers(running)[3],
    ),
    (
        "any-number-newer",
        "takes a version for newer where any of its numbers is higher",
        lambda asked, running: any(
            one > other for one, other in zip(_numbers(asked), _numbers(running), strict=True)
        ),
    ),
    ("older-accepted", "takes any version for newer", lambda _asked, _running: True),
)
"""End of the id, what happens, and how versions are compared."""


def _start(pbx: Pbx, _: ApiRequest) -> None:
    if not pbx.firmware.updating:
        pbx.firmware.start_update(pbx.profile.offered[0], lambda: False)


def _again(pbx: Pbx, _: ApiRequest) -> None:
    pbx.firmware.start_update(pbx.profile.offered[0], lambda: False)


def _second(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """A second update takes the place of the one that runs."""
    if pbx.firmware.updating:
        version = (request.body.element.findtext(_FIELD) or "").strip()
        if version in pbx.profile.offered:
            pbx.firmware.boot(pbx.firmware.running)
    return proceed(request)


def requests() -> Iterator[Defect]:
    """What is asked for is not checked, or starts although it was refused."""
    for name, title, pattern in FORMS:
        alteration = asking(UPDATE, _taking(pattern))
        title = f"takes a version {title} for a good one"  # noqa: PLW2901 - the whole of it
        yield defect(UPDATE, f"form-{name}", "rejected", title, alteration, oracle="code")
    for name, title, newer in COMPARISONS:
        yield defect(UPDATE, name, "rejected", title, _comparing(newer), oracle="code")
    for code in (12, 18, 19, 21, 22, 23, 24):
        title = f"answers {code} and starts an update"
        yield defect(
            UPDATE, f"code-{code}-starts", "rejected", title, despite(UPDATE, code, _start)
        )
    title = "answers 20 and starts the update anew"
    yield defect(UPDATE, "code-20-restarts", "rejected", title, despite(UPDATE, 20, _again))
    yield defect(
        UPDATE,
        "second-accepted",
        "rejected",
        "starts a second update in place of the one that runs",
        intercepting(UPDATE, by=_second),
        oracle="code",
    )
    yield defect(
        UPDATE,
        "version-missing-accepted",
        "rejected",
        "takes a request without a version for one of the latest",
        accepting(UPDATE, 12, _latest),
        oracle="code",
    )
    title = "answers Success and starts nothing"
    yield defect(UPDATE, "starts-nothing", "system", title, intercepting(UPDATE, by=_forgetting))


def _latest(body: Element) -> bool:
    setting(body, _FIELD, _NEWER)
    return True


def _forgetting(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    if code_of(reply) == 0:
        pbx.firmware.boot(pbx.firmware.running)
    return reply


MESSAGES = {
    25: "No firmware update in progress",
    26: "Initializing updating process",
    27: "Downloading update",
    28: "Uncompressing file",
    29: "Migrating configuration",
    30: "Updating is successful",
    31: "An error has occurred during update process",
}

COURSES: tuple[tuple[str, str, dict[int, int]], ...] = (
    ("backwards", "goes through the phases backwards", {26: 29, 27: 28, 28: 27, 29: 26}),
    ("one-step-back", "goes back to the first phase once", {28: 26}),
    ("last-step-back", "shows the last two phases the wrong way round", {28: 29, 29: 28}),
    ("ends-in-error", "shows an error where the update succeeds", {30: 31}),
    ("success-too-early", "shows success while the update goes on", {28: 30, 29: 30}),
    ("success-at-once", "shows success from the start", {26: 30, 27: 30, 28: 30, 29: 30}),
    ("failure-as-success", "shows success where the update fails", {31: 30}),
    ("never-in-progress", "shows no update in progress", {26: 25, 27: 25, 28: 25, 29: 25, 30: 25}),
    ("stuck", "stays in the second phase", {28: 27, 29: 27, 30: 27}),
)
"""End of the id, what happens, and what is shown in place of what."""


def _showing_codes(instead: dict[int, int]) -> Alteration:
    def shape(root: Element) -> None:
        for block in root.iter("error"):
            shown = int(block.findtext("code") or 0)
            if other := instead.get(shown):
                setting(block, "code", str(other))
                setting(block, "message", MESSAGES[other])

    return shaping(STATUS, by=shape)


def _slots(by: Callable[[Pbx, str, int], None]) -> Alteration:
    """The slots follow the update in another way: told of the version and of the present code."""
    asked: list[tuple[str, str, str]] = []

    def follow(pbx: Pbx) -> None:
        if asked:
            firmware, code = pbx.firmware, pbx.firmware.status()
            firmware.primary, firmware.secondary, version = asked[0]
            by(pbx, version, code)
            if code in {SUCCEEDED, FAILED}:
                asked.clear()

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        follow(pbx)
        slots = pbx.firmware.primary, pbx.firmware.secondary
        reply = proceed(request)
        if request.route.method == "PUT" and code_of(reply) == 0:
            version = (request.body.element.findtext(_FIELD) or "").strip()
            asked[:] = [(*slots, version)]
        follow(pbx)
        return reply

    return intercepting(UPDATE, STATUS, "GET /system/firmware", by=intercept)


def _to_secondary(*codes: int, version: str = "") -> Callable[[Pbx, str, int], None]:
    def follow(pbx: Pbx, asked: str, code: int) -> None:
        if code in codes:
            pbx.firmware.secondary = version or asked

    return follow


def _to_primary(pbx: Pbx, asked: str, code: int) -> None:
    if code == SUCCEEDED:
        pbx.firmware.primary = asked


def _to_both(pbx: Pbx, asked: str, code: int) -> None:
    if code == SUCCEEDED:
        pbx.firmware.primary = pbx.firmware.secondary = asked


def _backup_first(pbx: Pbx, asked: str, code: int) -> None:
    pbx.firmware.secondary = asked if code == SUCCEEDED else pbx.firmware.primary


SLOTS: tuple[tuple[str, str, Callable[[Pbx, str, int], None]], ...] = (
    ("secondary-at-start", "changes the secondary slot first", _to_secondary(26, 27, 28, 29, 30)),
    ("secondary-before-end", "changes the secondary slot too early", _to_secondary(28, 29, 30)),
    ("secondary-never", "does not change the secondary slot", _to_secondary()),
    ("secondary-wrong", "writes another version", _to_secondary(30, version="3.9.6-2999")),
    ("secondary-despite-error", "changes the secondary slot on failure", _to_secondary(30, 31)),
    ("secondary-copied-first", "copies the primary firmware first", _backup_first),
    ("primary-instead", "changes the primary slot instead", _to_primary),
    ("primary-too", "changes both slots", _to_both),
)
"""End of the id, what happens, and what the slots hold."""


def courses() -> Iterator[Defect]:
    """An update takes another course, or ends otherwise."""
    for name, title, instead in COURSES:
        yield defect(STATUS, name, "system", title, _showing_codes(instead), near=NEAR)
    for name, title, by in SLOTS:
        yield defect(STATUS, name, "system", title, _slots(by), near=NEAR)


def update_defects() -> list[Defect]:
    """Everything of this module."""
    return [*requests(), *courses()]
