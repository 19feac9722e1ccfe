"""Documents to judge, made here so that the tests don't lean on what they test."""

from __future__ import annotations

from conformance.schema.store import message_schema
from conformance.schema.validate import ValidationResult, validate_bytes

CDR = "cdr/cdr.post.response-1.1.xsd"
SEARCH = "phonebook/phonebook.search.post.response.xsd"
CALLGROUPS = "pbx/pbx.callgroups.get.response.xsd"
CALLGROUP = "pbx/pbx.callgroups.post.request.xsd"
QUEUES = "cdrcallcenter/cdrcallcenter.post.response.xsd"

CALL_HEAD = """      <call>
        <unique_id>1398902400.{n}</unique_id>
        <id>{n}</id>
        <direction>1</direction>
        <caller_num>0501234567</caller_num>
        <caller_name>Nicolò Bàrtoli &amp; C.</caller_name>
        <called_num>101</called_num>
        <called_name/>
        <called_callgroup></called_callgroup>
        <gateway_id>1</gateway_id>
        <gateway_name>PSTN</gateway_name>
        <status>8</status>
        <billsec>30</billsec>
        <start>2014-05-20 10:00:00</start>
        <answer>2014-05-20 10:00:05</answer>
        <end>2014-05-20 10:00:35</end>
        <duration>35</duration>
      </call>
"""
CALL_LINES = CALL_HEAD.count("\n")
CDR_HEAD = """<?xml version="1.0"?>
<kpbx_response>
  <request_id>a1</request_id>
  <cdr>
    <error_code>
      <code>0</code>
      <message>Success</message>
    </error_code>
    <calls>
"""
CDR_TAIL = """    </calls>
  </cdr>
</kpbx_response>
"""
ERROR = "<error><code>0</code><message>Success</message></error>"


def call(number: int) -> str:
    return CALL_HEAD.format(n=number)


def cdr(calls: int, *, head: str = CDR_HEAD, tail: str = CDR_TAIL) -> str:
    return head + "".join(map(call, range(1, calls + 1))) + tail


def contact(number: int) -> str:
    return (
        f"<contact><id>{number}</id><first_name>李</first_name><last_name>小龙</last_name>"
        "<organization/><organizational_unit/><type>system</type><phone>050</phone><mail/>"
        "<speed_dial/></contact>\n"
    )


def search(contacts: int, before: str = "", after: str = "") -> str:
    found = "".join(map(contact, range(contacts)))
    return f"<kpbx_response><contacts>{before}{found}{after}</contacts></kpbx_response>"


def callgroup(number: int) -> str:
    member = "<member><exten>101</exten><display_name>Ακης</display_name></member>"
    priority = f"<priority><id>1</id><members>{member * 2}</members></priority>"
    return (
        f"<callgroup><id>{number}</id><name>sales</name><selection>600</selection>"
        "<enabled>true</enabled><timeout>20</timeout><failover/>"
        f"<priorities>{priority * 2}</priorities></callgroup>"
    )


def callgroups(number: int) -> str:
    found = "".join(map(callgroup, range(number)))
    return f"<kpbx_response><callgroups>{found}</callgroups></kpbx_response>"


def new_callgroup(priorities: int) -> str:
    priority = (
        "<priority><id>{n}</id><members><member><exten>101</exten></member></members></priority>"
    )
    rings = "".join(priority.format(n=n + 1) for n in range(priorities))
    return (
        "<kpbx_request><callgroup><name>a</name><timeout>20</timeout><selection>600</selection>"
        f"<enabled>true</enabled><priorities>{rings}</priorities></callgroup></kpbx_request>"
    )


def judged(relative: str, document: str | bytes, *, keep_tree: bool = False) -> ValidationResult:
    data = document.encode() if isinstance(document, str) else document
    return validate_bytes(message_schema(relative), data, keep_tree=keep_tree)
