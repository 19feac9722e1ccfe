"""Whatever is sent, the emulated PBX answers without falling over."""

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.emulator.document import is_text
from conformance.emulator.routing import EmulatedRoute
from conformance.families import emulated_routes
from tests.emulator.cases import CASES, OTHER_CAUSES
from tests.emulator.talk import Talk

QUICK = settings(
    max_examples=150,
    deadline=None,
    # The state may drift from one example to the next: any state must do.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# What takes the PBX away is tested on its own.
ROUTES = st.sampled_from([r for r in emulated_routes() if r.path != "/system/halt"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ODD = st.sampled_from(
    ["", " ", "-1", "0", "1", "²", "٣", "1e9", "9" * 5000, "%", "%%", "true", "NaN", "101"]
)
BODIES = st.sampled_from([case.body for case in [*CASES, *OTHER_CAUSES] if case.body])


@QUICK
@given(route=ROUTES, argument=TEXT | ODD, query=TEXT, body=st.binary(max_size=200))
def test_any_bytes(
    talk: Talk, route: EmulatedRoute, argument: str, query: str, body: bytes
) -> None:
    path = route.path.partition("<")[0] + quote(argument, safe="")
    path += "?request_id=" + quote(query, safe="")
    response = talk.http.request(route.method, path, content=body)
    assert response.status_code in {200, 400, 404, 405}


@QUICK
@given(route=ROUTES, argument=ODD, body=BODIES, data=st.data())
def test_any_value_in_any_field(
    talk: Talk, route: EmulatedRoute, argument: str, body: str, data: st.DataObject
) -> None:
    root = etree.fromstring(f"<kpbx_request>{body}</kpbx_request>")
    for element in root.iter():
        if len(element) == 0 and data.draw(st.booleans()):
            element.text = data.draw(TEXT.filter(is_text) | ODD)
    path = route.path.partition("<")[0] + quote(argument, safe="")
    response = talk.http.request(route.method, path, content=etree.tostring(root))
    assert response.status_code in {200, 404, 405}
    if response.headers["content-type"] == "application/xml":
        etree.fromstring(response.content)
