"""The emulated /system/backup: an archive of the running configuration, without its secrets."""

import io
import json
import re
import tarfile
from dataclasses import asdict
from typing import Any

from conformance.emulator.document import Form, InvalidValueError
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Attachment, Codes, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_CODES = Codes(
    "backup",
    {
        10: "Invalid backup request",
        11: "Backup not created",
        12: "One or more required field missing",
    },
)

_SECRETS = frozenset({"sip_secret", "gui_secret_md5", "vm_secret"})
# A second of silence, 8 kHz A-law without a header: what a custom sound could be.
_SOUNDS = {"sounds/custom/welcome.alaw": b"\xd5" * 8000}


def _create(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("backup")
    if form is None:
        return _CODES(10)
    if form.lacks("name"):
        return _CODES(12)
    includes = form.block("includes") or Form.empty()
    try:
        phonebook, sounds = includes.flag("phonebook", False), includes.flag("sounds", False)
    except InvalidValueError:
        return _CODES(11)
    if not pbx.stores:
        return _CODES(11)
    files = {"backup.json": _about(pbx, form), "configuration.json": _configuration(pbx)}
    if phonebook:
        files["phonebook.json"] = _json([asdict(contact) for contact in pbx.phonebook])
    if sounds:
        files |= _SOUNDS
    return Attachment(_archive(files), f"{_filename(form.word('name'))}.tar.gz")


def _about(pbx: Pbx, form: Form) -> bytes:
    return _json(
        {
            "name": form.text("name"),
            "description": form.text("description"),
            "firmware": pbx.firmware.running_version,
        }
    )


def _configuration(pbx: Pbx) -> bytes:
    configuration = asdict(pbx.config.running)
    for user in configuration["users"].values():
        for secret in _SECRETS:
            del user[secret]
    return _json(configuration)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _filename(name: str) -> str:
    """Return a name that is safe in a header and on a disk."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:64].lstrip(".") or "backup"


BACKUP_ROUTES = [EmulatedRoute("POST", "/system/backup/create", _create)]
