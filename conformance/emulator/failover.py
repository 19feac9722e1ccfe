"""The `<failover>` block, the same for users and callgroups (guide: GET /pbx/callgroups)."""

from lxml.etree import _Element as Element

from conformance.emulator.document import Form, InvalidValueError, add
from conformance.emulator.model import Failover

EXTERNAL_NUMBER = "FORWARD_TO_EXTERNAL_NUMBER"

_TYPES = frozenset(
    {
        "FORWARD_TO_EXTEN",
        "FORWARD_TO_CALLGROUP_WITHOUT_CHECKTIME",
        "FORWARD_TO_CALLGROUP_WITH_CHECKTIME",
        "FORWARD_TO_QUEUE_WITHOUT_CHECKTIME",
        "FORWARD_TO_QUEUE_WITH_CHECKTIME",
        "FORWARD_TO_VOICEMAIL",
        "FORWARD_TO_IVR",
        EXTERNAL_NUMBER,
        "FORWARD_TO_CHECKTIME",
        "HANGUP",
    }
)
_GATEWAY_TYPES = frozenset({"", "GATEWAY", "BALANCER", "TRUNK", "VOIP_TERM"})
_DESTINATION = ("name", "value", "gateway_type", "gateway_id", "gateway_name")


def read_failover(form: Form, current: Failover | None) -> Failover | None:
    """Return the failover that a request asks for; without the block, the current one.

    Raises:
        InvalidValueError: The type, or that of the gateway, is none of the documented ones.
    """
    block = form.block("failover")
    if block is None:
        return current
    destination = block.block("destination")
    values = {tag: destination.text(tag) if destination else "" for tag in _DESTINATION}
    values["gateway_type"] = values["gateway_type"].strip()
    kind, intro = block.word("type"), block.text("intro")
    if not (kind or intro.strip() or any(map(str.strip, values.values()))):
        return None
    if kind not in _TYPES:
        raise InvalidValueError("type")
    if values["gateway_type"] not in _GATEWAY_TYPES:
        raise InvalidValueError("gateway_type")
    return Failover(kind, intro, **values)


def add_failover(parent: Element, failover: Failover | None) -> None:
    """Append the block, empty when nothing is configured."""
    block = add(parent, "failover")
    if failover is None:
        return
    add(block, "intro", failover.intro)
    add(block, "type", failover.type)
    destination = add(block, "destination")
    for tag in _DESTINATION:
        add(destination, tag, getattr(failover, tag))
