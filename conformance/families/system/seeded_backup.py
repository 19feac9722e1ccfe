"""Seeded into POST /system/backup/create."""

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element
from starlette.responses import Response

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting, responding
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import accepting, defect, setting
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Attachment, Codes, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

CREATE = "POST /system/backup/create"
_REFUSED = Codes("backup", {11: "Backup not created", 12: "One or more required field missing"})


def _typed(content_type: str) -> Alteration:
    """Backups come as another type."""

    def retype(response: Response) -> Response:
        if not response.headers["content-type"].startswith("application/xml"):
            response.headers["content-type"] = content_type
        return response

    return responding(CREATE, by=retype)


def _refusing(code: int, refused: Callable[[Element], bool]) -> Alteration:
    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if isinstance(reply, Attachment) and refused(request.body.element):
            return _REFUSED(code)
        return reply

    return intercepting(CREATE, by=intercept)


def _empty(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    return Attachment(b"", reply.filename) if isinstance(reply, Attachment) else reply


def _as_file(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """An error is answered with a file."""
    reply = proceed(request)
    return Attachment(b"backup", "backup.tar.gz") if code_of(reply) else reply


def _lacks(path: str) -> Callable[[Element], bool]:
    return lambda body: body.find(f"backup/{path}") is None


def _says(path: str, word: str) -> Callable[[Element], bool]:
    return lambda body: (body.findtext(f"backup/{path}") or "").strip() == word


def _named(body: Element) -> bool:
    if body.find("backup") is None:
        return False
    setting(body, "backup/name", "backup")
    return True


def backup_defects() -> Iterator[Defect]:
    """Everything of this module."""
    rows = (
        ("type-xml", "sends a backup as application/xml", _typed("application/xml")),
        (
            "type-gzip",
            "sends a backup as application/gzip",
            _typed("application/gzip"),
        ),
        ("type-text", "sends a backup as text/plain", _typed("text/plain")),
        (
            "error-as-file",
            "sends a file for an error",
            intercepting(CREATE, by=_as_file),
        ),
        ("empty", "sends an empty backup", intercepting(CREATE, by=_empty)),
        ("name-missing-accepted", "makes a backup without a name", accepting(CREATE, 12, _named)),
        ("description-required", "requires a description", _refusing(12, _lacks("description"))),
        ("includes-required", "requires includes", _refusing(12, _lacks("includes"))),
        (
            "phonebook-fails",
            "makes no backup with the phonebook",
            _refusing(11, _says("includes/phonebook", "true")),
        ),
        (
            "sounds-fail",
            "makes no backup with sounds",
            _refusing(11, _says("includes/sounds", "true")),
        ),
        (
            "phonebook-required",
            "makes no backup without the phonebook",
            _refusing(11, _says("includes/phonebook", "false")),
        ),
    )
    for name, title, alteration in rows:
        kind = "rejected" if "required" in name or "accepted" in name else "system"
        yield defect(CREATE, name, kind, title, alteration)
