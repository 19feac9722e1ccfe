"""The backup: a real archive of what runs, holding what was asked for and no secret."""

import io
import json
import tarfile

import pytest

from conformance.emulator.server import EmulatorServer
from tests.emulator.cases import user
from tests.emulator.talk import Talk


def backup(talk: Talk, inside: str) -> dict[str, bytes]:
    response = talk.send("POST", "/system/backup/create", f"<backup>{inside}</backup>")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].isascii()
    with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
        return {
            name: file.read()
            for name in archive.getnames()
            if (file := archive.extractfile(name)) is not None
        }


@pytest.mark.parametrize(
    ("includes", "extra"),
    [
        ("", set()),
        ("<phonebook>true</phonebook><sounds>false</sounds>", {"phonebook.json"}),
        ("<sounds>true</sounds>", {"sounds/custom/welcome.alaw"}),
    ],
)
def test_contents(talk: Talk, includes: str, extra: set[str]) -> None:
    files = backup(talk, f'<name>../nò"tte\n</name><includes>{includes}</includes>')
    assert files.keys() == {"backup.json", "configuration.json"} | extra
    assert json.loads(files["backup.json"])["name"] == '../nò"tte\n'


def test_it_holds_what_runs_and_no_secret(talk: Talk, server: EmulatorServer) -> None:
    talk.code("POST", "/users/configs/", user("9004"))
    configuration = backup(talk, "<name>b</name>")["configuration.json"].decode()
    assert "9004" not in json.loads(configuration)["users"]
    one = server.pbx.config.running.users["101"]
    assert one.last_name in configuration
    assert one.sip_secret not in configuration
    assert one.gui_secret_md5 not in configuration


def test_wrong_flags_make_no_backup(talk: Talk) -> None:
    body = "<backup><name>b</name><includes><sounds>loud</sounds></includes></backup>"
    assert talk.code("POST", "/system/backup/create", body) == 11
