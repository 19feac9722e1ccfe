"""The schemas against the guide: which there are, what their types and codes let in."""

import calendar
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.schema.engines import MESSAGES, XSD, agreed, libxml2, pure, schema_path

XS = "{http://www.w3.org/2001/XMLSchema}"
SHARED = sorted(
    str(path.relative_to(XSD).with_suffix(""))
    for path in XSD.rglob("*.xsd")
    if str(path.relative_to(XSD).with_suffix("")) not in MESSAGES
)

# The 49 headings of the guide, the tag that holds the answer, the codes of the clause.
GUIDE = """
PUT /system/restart                       system_restarted
PUT /system/halt                          system_halted
GET /system/firmware                      firmware
PUT /system/firmware/rebootsecondary      reboot_secondary      0 14 16
PUT /system/firmware/promotesecondary     promote_secondary     0 13 15
PUT /system/firmware/restoreprimary       restore_primary       0 13 17
PUT /system/firmware/update               update                0 12 18 19 20 21 22 23 24
GET /system/firmware/updatestatus         update_status         25 26 27 28 29 30 31
PUT /system/pbxengine/reload              pbxengine_reloaded
PUT /system/pbxengine/restart             pbxengine_restarted
POST /system/network/interfaces           interfaces
PUT /system/network/interfaces            interface             0 12 32 33 34 35 36
GET /system/network/dns                   dns
PUT /system/network/dns                   dns                   0 12 37 38 39
GET /system/network/routes                routes
POST /system/network/routes               route                 0 12 40 41 42 43 44
PUT /system/network/routes                route                 0 12 40 41 42 43 44 45
DELETE /system/network/routes/<id>        dns                   0 45 46
POST /system/backup/create                backup                10 11 12
GET /license/pxbinstance                  pbx_instance_license  10 11 12
POST /license/pxbinstance                 pbx_instance_license  0 10 12 13 14 15 16 17
GET /users/registrations/<exten>          registrations
GET /users/registrations/                 registrations
GET /users/brief/<exten>                  users
GET /users/brief/                         users
GET /users/configs/<exten>                configs
GET /users/configs/                       configs
POST /users/configs/                      user                  0 10 11 12 13 14
PUT /users/configs/<exten>                user                  0 10 14 15 16
DELETE /users/configs/<exten>             user                  0 15
GET /pbx/pending                          pbx_pending
PUT /pbx/apply                            pbx_applied
PUT /pbx/revert                           pbx_reverted
GET /pbx/callgroups                       callgroups
GET /pbx/callgroups/<callgroupid>         callgroups
POST /pbx/callgroups                      callgroup             0 10 12 13 14
PUT /pbx/callgroups/<callgroupid>         callgroup             0 10 12 14 15 16
DELETE /pbx/callgroups/<callgroupid>      callgroup             0 15 17
GET /pbx/conferences                      conferences
GET /phonebook/contacts                   contacts
GET /phonebook/contacts/<id>              contacts
POST /phonebook/contacts                  contact               0 10 11 12 13
POST /phonebook/search                    filter                0 19
DELETE /phonebook/contacts/<id>           contact               0 14 15 16 17 18 20
PUT /phonebook/contacts                   contact               0 10 12 13 15 16 17 20
GET /voicemails/count/<mailbox>           voicemails
POST /cdr                                 cdr                   0 3 11 12
POST /cdrcallcenter                       cdrcallercenter       0 3 10 11 12
POST /click2call                          click2call            0 10 11 12
"""
ROWS = [tuple(line.split(maxsplit=3)) for line in GUIDE.strip().splitlines()]
BLOCKS_NAMED_ERROR_CODE = {"cdr", "cdrcallercenter", "click2call"}


def slug(method: str, path: str) -> str:
    segments = [part.strip("<>") for part in path.split("/") if part]
    return ".".join([*segments, method.lower()])


def responses(name: str) -> list[str]:
    return [message for message in MESSAGES if f"/{name}.response" in message]


def wanted() -> Iterator[str]:
    for method, path, *_ in ROWS:
        name = slug(method, path)
        kinds = ["response"] + ["request"] * (method in {"POST", "PUT"})
        for kind in kinds:
            for version in ("-1.0", "-1.1") if name == "cdr.post" else ("",):
                yield f"{path.split('/')[1]}/{name}.{kind}{version}"


def test_there_is_a_schema_for_every_message_and_no_other() -> None:
    assert len(ROWS) == 49
    assert sum(len(row[3].split()) for row in ROWS if len(row) == 4) == 131
    assert sorted(wanted()) == MESSAGES


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_has_one_possible_root(message: str) -> None:
    root = "kpbx_request" if ".request" in message else "kpbx_response"
    assert list(pure(schema_path(message)).elements) == [root]


@pytest.mark.parametrize("name", [*MESSAGES, *SHARED])
def test_every_file_is_a_schema_by_itself(name: str) -> None:
    path = schema_path(name)
    assert isinstance(libxml2(path), etree.XMLSchema)
    assert pure(path).target_namespace == ""
    if name in SHARED:
        assert not pure(path).elements
    text = path.read_text(encoding="utf-8")
    assert 'elementFormDefault="unqualified"' in text
    assert r"\d" not in "".join(re.findall(r'value="([^"]*)"', text))  # digits of every script
    assert "documentation" in text


def error_block(container: str, code: str) -> etree._Element:
    root = etree.Element("kpbx_response")
    block = "error_code" if container in BLOCKS_NAMED_ERROR_CODE else "error"
    error = etree.SubElement(etree.SubElement(root, container), block)
    etree.SubElement(error, "code").text = code
    etree.SubElement(error, "message").text = "a message"
    return root


CANDIDATES = [str(code) for code in range(-1, 100)] + ["", "00", "+0", "012", "Success", "1.0"]


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_an_error_block_holds_the_codes_of_its_clause_alone(row: tuple[str, ...]) -> None:
    method, path, container, *codes = row
    for message in responses(slug(method, path)):
        schema = libxml2(schema_path(message))
        taken = [code for code in CANDIDATES if schema.validate(error_block(container, code))]
        assert taken == (codes[0].split() if codes else [])


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_licence_block_stands_where_the_licence_is_asked_for(row: tuple[str, ...]) -> None:
    method, path, *_ = row
    exempt = path.startswith(("/system/network/", "/license/")) or path == "/pbx/apply"
    for message in responses(slug(method, path)):
        schema = libxml2(schema_path(message))
        taken = [
            code for code in CANDIDATES if schema.validate(error_block("request_not_allowed", code))
        ]
        assert taken == ([] if exempt else ["1", "2", "3"])


SHARED_TYPES = ("types.xsd", "envelope.xsd", "failover.xsd")
TYPES = tomllib.loads(Path(__file__).with_name("types.toml").read_text(encoding="utf-8"))
FREE_TEXT = {"request_id", "echoed_id"}


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A schema with an element for each shared type, called like the type."""
    schema = etree.Element(f"{XS}schema")
    for name in SHARED_TYPES:
        etree.SubElement(schema, f"{XS}include", schemaLocation=(XSD / name).as_uri())
    for name in TYPES:
        etree.SubElement(schema, f"{XS}element", name=name, type=name)
    path = tmp_path_factory.mktemp("types") / "probe.xsd"
    path.write_bytes(etree.tostring(schema))
    return path


def fits(probe: Path, kind: str, value: str) -> bool:
    element = etree.Element(kind)
    element.text = value
    return agreed(probe, element)


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_takes_its_values_and_no_others(probe: Path, kind: str) -> None:
    inside, outside = TYPES[kind]["inside"], TYPES[kind]["outside"]
    assert [value for value in inside if not fits(probe, kind, value)] == []
    assert [value for value in outside if fits(probe, kind, value)] == []


@pytest.mark.parametrize("kind", sorted(set(TYPES) - FREE_TEXT))
def test_blanks_around_a_value_do_not_matter(probe: Path, kind: str) -> None:
    assert [
        value for value in TYPES[kind]["inside"] if not fits(probe, kind, f"\n {value}\t ")
    ] == []


def test_blanks_around_a_request_id_are_part_of_it(probe: Path) -> None:
    assert not any(fits(probe, "request_id", value) for value in (" a", "a ", " "))


def test_every_shared_type_is_in_the_table() -> None:
    declared = {
        str(declared.get("name"))
        for file in SHARED_TYPES
        for declared in etree.parse(XSD / file).iter(f"{XS}simpleType")
    }
    assert declared == set(TYPES)


def test_a_netmask_is_ones_and_then_zeros(probe: Path) -> None:
    def fitting(masks: set[int]) -> set[int]:
        dotted = {".".join(str(byte) for byte in mask.to_bytes(4)): mask for mask in masks}
        return {mask for text, mask in dotted.items() if fits(probe, "netmask", text)}

    whole = 2**32 - 1
    masks = {whole << zeros & whole for zeros in range(33)}
    one_bit_off = {mask ^ 1 << bit for mask in masks for bit in range(32)} - masks
    assert fitting(masks) == masks
    assert fitting(one_bit_off) == set()


@pytest.mark.parametrize("year", [1896, 1900, 1999, 2000, 2012, 2013, 2014, 2016, 2100, 2400])
def test_a_timestamp_is_a_day_of_the_calendar(probe: Path, year: int) -> None:
    for month in range(1, 13):
        last = calendar.monthrange(year, month)[1]
        for day in (1, 9, 10, 19, 20, 28, 29, 30, 31, 32):
            value = f"{year}-{month:02}-{day:02} 12:34:56"
            assert fits(probe, "timestamp", value) == (day <= last), value
