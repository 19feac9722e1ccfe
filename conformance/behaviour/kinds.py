"""The kinds of objects that sequences are about: how each is written, seen and judged."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CALLGROUP",
    "CONTACT",
    "DNS",
    "INTERFACE",
    "KINDS",
    "ROUTE",
    "USER",
    "Kind",
    "Sight",
    "Verb",
]


@dataclass(frozen=True, slots=True)
class Verb:
    """One way to write an object, and the requirements that its effects decide.

    Attributes:
        endpoint: the guide's heading.
        stem: what the ids of the endpoint's requirements begin with.
        effect: the object is not there, or still there, against what was asked.
        stored: a field that was sent is shown with another value.
        kept: a field that was not sent has changed.
        others: another object has changed.
        rejected: something has changed although the request was rejected.
        refusals: the codes for an object that is there already, or that is not there.
    """

    endpoint: str
    stem: str
    effect: str
    others: str
    rejected: str
    stored: str = "stored"
    kept: str = "stored"
    refusals: frozenset[int] = frozenset()

    def requirement(self, name: str) -> str:
        """The id of one of the verb's requirements."""
        return f"{self.stem}.{name}"


@dataclass(frozen=True, slots=True)
class Sight:
    """One list in which objects of a kind are shown.

    Attributes:
        tags: the fields that it shows of those of its kind; all of them if none is named.
        one: the GET of one object; its requirements begin with `one_stem`.
        twice: the requirement that each object is listed once.
    """

    endpoint: str
    path: str
    key: str
    twice: str = ""
    tags: tuple[str, ...] = ()
    one: str = ""
    one_stem: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Users, callgroups and the like; the first sight is the one that shows everything."""

    name: str
    container: str
    sights: tuple[Sight, ...]
    add: Verb | None = None
    change: Verb | None = None
    remove: Verb | None = None
    may_be_pending_or_not: bool = False
    """Whether it belongs to the pending changes is not said (RD-18)."""


CHANGES_NOTHING, OTHERS = "rejected-changes-nothing", "others-untouched"

USER = Kind(
    "extension",
    "user",
    (
        Sight(
            "GET /users/configs/",
            "configs/config",
            "exten",
            "users.configs.get.unique",
            one="GET /users/configs/<exten>",
            one_stem="users.configs.exten.get",
        ),
        Sight(
            "GET /users/brief/",
            "users/user",
            "exten",
            "users.brief.get.all-configured",
            ("exten", "enabled", "first_name", "last_name"),
            "GET /users/brief/<exten>",
            "users.brief.exten.get",
        ),
    ),
    Verb(
        "POST /users/configs/",
        "users.configs.post",
        "listed",
        OTHERS,
        "rejected-adds-nothing",
        refusals=frozenset({11, 13}),
    ),
    Verb(
        "PUT /users/configs/<exten>",
        "users.configs.exten.put",
        "stored",
        OTHERS,
        CHANGES_NOTHING,
        kept="partial",
        refusals=frozenset({15}),
    ),
    Verb(
        "DELETE /users/configs/<exten>",
        "users.configs.exten.delete",
        "gone",
        OTHERS,
        OTHERS,
        refusals=frozenset({15}),
    ),
)
CALLGROUP = Kind(
    "callgroup",
    "callgroup",
    (
        Sight(
            "GET /pbx/callgroups",
            "callgroups/callgroup",
            "id",
            "pbx.callgroups.get.unique-ids",
            one="GET /pbx/callgroups/<callgroupid>",
            one_stem="pbx.callgroups.callgroupid.get",
        ),
    ),
    Verb("POST /pbx/callgroups", "pbx.callgroups.post", "listed", OTHERS, "rejected-adds-nothing"),
    Verb(
        "PUT /pbx/callgroups/<callgroupid>",
        "pbx.callgroups.callgroupid.put",
        "stored",
        OTHERS,
        CHANGES_NOTHING,
        kept="partial",
        refusals=frozenset({15}),
    ),
    Verb(
        "DELETE /pbx/callgroups/<callgroupid>",
        "pbx.callgroups.callgroupid.delete",
        "gone",
        OTHERS,
        "rejected-removes-nothing",
        refusals=frozenset({15}),
    ),
)
CONTACT = Kind(
    "contact",
    "contact",
    (
        Sight(
            "GET /phonebook/contacts",
            "contacts/contact",
            "id",
            "phonebook.contacts.get.unique-ids",
            one="GET /phonebook/contacts/<id>",
            one_stem="phonebook.contacts.id.get",
        ),
    ),
    Verb(
        "POST /phonebook/contacts",
        "phonebook.contacts.post",
        "listed",
        OTHERS,
        "rejected-adds-nothing",
    ),
    Verb(
        "PUT /phonebook/contacts",
        "phonebook.contacts.put",
        "stored",
        OTHERS,
        CHANGES_NOTHING,
        refusals=frozenset({15}),
    ),
    # Where ids are no numbers, one that was removed may be no id at all (RD-30).
    Verb(
        "DELETE /phonebook/contacts/<id>",
        "phonebook.contacts.id.delete",
        "gone",
        OTHERS,
        "rejected-deletes-nothing",
        refusals=frozenset({15, 14}),
    ),
    may_be_pending_or_not=True,
)
ROUTE = Kind(
    "route",
    "route",
    (
        Sight(
            "GET /system/network/routes",
            "routes/route",
            "id",
            "system.network.routes.get.unique-ids",
        ),
    ),
    Verb(
        "POST /system/network/routes",
        "system.network.routes.post",
        "stored",
        OTHERS,
        "rejected-adds-nothing",
    ),
    Verb(
        "PUT /system/network/routes",
        "system.network.routes.put",
        "stored",
        OTHERS,
        CHANGES_NOTHING,
        refusals=frozenset({45}),
    ),
    Verb(
        "DELETE /system/network/routes/<id>",
        "system.network.routes.id.delete",
        "gone",
        OTHERS,
        "rejected-removes-nothing",
        refusals=frozenset({45}),
    ),
)
DNS = Kind(
    "DNS address",
    "dns",
    (Sight("GET /system/network/dns", "dns", ""),),
    change=Verb(
        "PUT /system/network/dns",
        "system.network.dns.put",
        "stored",
        "rest-untouched",
        CHANGES_NOTHING,
    ),
)
INTERFACE = Kind(
    "interface",
    "interface",
    (
        Sight(
            "POST /system/network/interfaces",
            "interfaces/interface",
            "id",
            "system.network.interfaces.post.unique-ids",
        ),
    ),
)
KINDS = {kind.name: kind for kind in (USER, CALLGROUP, CONTACT, ROUTE, DNS, INTERFACE)}
