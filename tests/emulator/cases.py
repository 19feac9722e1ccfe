"""How each documented code is brought about, pair by pair."""

from dataclasses import dataclass

Step = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One (endpoint, code) pair: what to do first, what to send, under which conditions."""

    endpoint: str
    code: int
    body: str = ""
    argument: str = ""
    lab: tuple[str, ...] = ()
    before: tuple[Step, ...] = ()

    @property
    def method(self) -> str:
        return self.endpoint.split()[0]

    @property
    def path(self) -> str:
        path, _, placeholder = self.endpoint.split()[1].partition("<")
        return path + self.argument if placeholder else path

    def __str__(self) -> str:
        return f"{self.endpoint} {self.code}"


EMPTY = "<request_id>x</request_id>"
STORAGE = ("storage-failure",)


def user(exten: str) -> str:
    return (
        f"<user><exten>{exten}</exten><sip_secret>s3</sip_secret>"
        "<first_name>Zoë</first_name><last_name>&lt;Groß&gt;</last_name></user>"
    )


def group(member: str = "101", extra: str = "<name>Prova</name>") -> str:
    return (
        f"<callgroup>{extra}<priorities><priority><id>1</id><members><member>"
        f"<exten>{member}</exten></member></members></priority></priorities></callgroup>"
    )


def contact(extra: str = "") -> str:
    return (
        "<contact><first_name>Łucja</first_name><last_name>王</last_name>"
        f"<phone>06123456</phone>{extra}</contact>"
    )


def route(
    destination: str = "198.51.100.0/24", gateway: str = "192.168.23.7", extra: str = ""
) -> str:
    return (
        f"<route>{extra}<destination>{destination}</destination>"
        f"<gateway>{gateway}</gateway></route>"
    )


def interface(extra: str, number: str = "1") -> str:
    return f"<interface><id>{number}</id>{extra}</interface>"


def update(version: str) -> str:
    return f"<update><firmware_version>{version}</firmware_version></update>"


def key(value: str) -> str:
    return f"<pbx_instance_license><activation_key>{value}</activation_key></pbx_instance_license>"


SECONDARY: Step = ("PUT", "/system/firmware/rebootsecondary", "")
REBOOT = ("reboot-failure",)

_SWITCH = "PUT /system/firmware/"
FIRMWARE = [
    Case(_SWITCH + "rebootsecondary", 0),
    Case(_SWITCH + "rebootsecondary", 14, before=(SECONDARY,)),
    Case(_SWITCH + "rebootsecondary", 16, lab=REBOOT),
    Case(_SWITCH + "promotesecondary", 0, before=(SECONDARY,)),
    Case(_SWITCH + "promotesecondary", 13),
    Case(_SWITCH + "promotesecondary", 15, before=(SECONDARY,), lab=REBOOT),
    Case(_SWITCH + "restoreprimary", 0, before=(SECONDARY,)),
    Case(_SWITCH + "restoreprimary", 13),
    Case(_SWITCH + "restoreprimary", 17, before=(SECONDARY,), lab=REBOOT),
    Case(_SWITCH + "update", 0, update("3.9.6-3000")),
    Case(_SWITCH + "update", 12, "<update/>"),
    Case(_SWITCH + "update", 18, EMPTY),
    Case(_SWITCH + "update", 19, update("3.9.6")),
    Case(
        _SWITCH + "update",
        20,
        update("3.9.6-3000"),
        before=(("PUT", "/system/firmware/update", update("3.9.6-3000")),),
    ),
    Case(_SWITCH + "update", 21, update("3.8.1-1000")),
    Case(_SWITCH + "update", 22, update("3.9.8-3205")),
    Case(_SWITCH + "update", 23, update("9.9.9-9999")),
    Case(_SWITCH + "update", 24, update("3.9.6-3000"), lab=("update-start-failure",)),
]

_INTERFACE = "PUT /system/network/interfaces"
_DNS = "PUT /system/network/dns"
_ADD_ROUTE = "POST /system/network/routes"
_PUT_ROUTE = "PUT /system/network/routes"
_DEL_ROUTE = "DELETE /system/network/routes/<id>"
_TWO = "<id>2</id>"
NETWORK = [
    Case(_INTERFACE, 0, interface("<enabled> true </enabled>")),
    Case(_INTERFACE, 12, interface("")),
    Case(_INTERFACE, 32, EMPTY),
    Case(_INTERFACE, 33, interface("<enabled>true</enabled>", "77")),
    Case(_INTERFACE, 34, interface("<ip_address>10.0.0.256</ip_address>")),
    Case(_INTERFACE, 35, interface("<netmask>255.0.255.0</netmask>")),
    Case(_INTERFACE, 36, interface("<enabled>false</enabled>")),
    Case(_DNS, 0, "<dns><ip_address>192.0.2.53</ip_address></dns>"),
    Case(_DNS, 12, "<dns><ip_address> </ip_address></dns>"),
    Case(_DNS, 37, EMPTY),
    Case(_DNS, 38, "<dns><ip_address>192.0.2</ip_address></dns>"),
    Case(_DNS, 39, "<dns><ip_address>192.0.2.53</ip_address></dns>", lab=STORAGE),
    Case(_ADD_ROUTE, 0, route()),
    Case(_ADD_ROUTE, 12, "<route><destination>198.51.100.0/24</destination></route>"),
    Case(_ADD_ROUTE, 40, EMPTY),
    Case(_ADD_ROUTE, 41, route("198.51.100.0/33")),
    Case(_ADD_ROUTE, 42, route(gateway="192.168.23")),
    Case(_ADD_ROUTE, 43, route(gateway="203.0.113.1")),
    Case(_ADD_ROUTE, 44, route(), lab=STORAGE),
    Case(_PUT_ROUTE, 0, route(extra=_TWO)),
    Case(_PUT_ROUTE, 12, route()),
    Case(_PUT_ROUTE, 40, EMPTY),
    Case(_PUT_ROUTE, 41, f"<route>{_TWO}<ip_address>1.2.3</ip_address></route>"),
    Case(_PUT_ROUTE, 42, route(extra=_TWO, gateway="nowhere")),
    Case(_PUT_ROUTE, 43, route(extra=_TWO, gateway="203.0.113.1")),
    Case(_PUT_ROUTE, 44, "<route><id>1</id><enabled>false</enabled></route>"),
    Case(_PUT_ROUTE, 45, route(extra="<id>77</id>")),
    Case(_DEL_ROUTE, 0, argument="2"),
    Case(_DEL_ROUTE, 45, argument="77"),
    Case(_DEL_ROUTE, 46, argument="1"),
]

_BACKUP = "POST /system/backup/create"
_GET_LICENSE, _POST_LICENSE = "GET /license/pxbinstance", "POST /license/pxbinstance"
_ANY_KEY = key("0000-0000-0000-0000")
LICENSE_AND_BACKUP = [
    Case(_BACKUP, 10, EMPTY),
    Case(_BACKUP, 11, "<backup><name>b</name></backup>", lab=STORAGE),
    Case(_BACKUP, 12, "<backup/>"),
    Case(_GET_LICENSE, 10, lab=("license-not-required",)),
    Case(_GET_LICENSE, 11, lab=("license-absent",)),
    Case(_POST_LICENSE, 0, key("{activation_key}")),
    Case(_POST_LICENSE, 10, _ANY_KEY, lab=("license-not-required",)),
    Case(_POST_LICENSE, 12, EMPTY),
    Case(_POST_LICENSE, 13, key("")),
    Case(_POST_LICENSE, 14, _ANY_KEY, lab=("license-server-silent",)),
    Case(_POST_LICENSE, 15, _ANY_KEY, lab=("license-server-invalid",)),
    Case(_POST_LICENSE, 16, _ANY_KEY, lab=("license-server-error",)),
    Case(_POST_LICENSE, 17, _ANY_KEY),
]

_ADD_USER = "POST /users/configs/"
_PUT_USER = "PUT /users/configs/<exten>"
_DEL_USER = "DELETE /users/configs/<exten>"
_MANY_USERS = tuple(("POST", "/users/configs/", user(str(9000 + n))) for n in range(10))
USERS = [
    Case(_ADD_USER, 0, user("9000")),
    Case(_ADD_USER, 10, EMPTY),
    Case(_ADD_USER, 11, user("101")),
    Case(_ADD_USER, 12, "<user><exten>9000</exten></user>"),
    Case(_ADD_USER, 13, user("9010"), before=_MANY_USERS),
    Case(_ADD_USER, 14, user("9000"), lab=STORAGE),
    Case(_PUT_USER, 0, "<user><last_name>Ż</last_name></user>", "101"),
    Case(_PUT_USER, 10, EMPTY, "101"),
    Case(_PUT_USER, 14, "<user><vm_enabled>perhaps</vm_enabled></user>", "101"),
    Case(_PUT_USER, 15, "<user><last_name>Ż</last_name></user>", "9000"),
    Case(_PUT_USER, 16, "<user/>", "101"),
    Case(_DEL_USER, 0, argument="102"),
    Case(_DEL_USER, 15, argument="9000"),
]

_ADD_GROUP = "POST /pbx/callgroups"
_PUT_GROUP = "PUT /pbx/callgroups/<callgroupid>"
_DEL_GROUP = "DELETE /pbx/callgroups/<callgroupid>"
PBX = [
    Case(_ADD_GROUP, 0, group()),
    Case(_ADD_GROUP, 10, EMPTY),
    Case(_ADD_GROUP, 12, "<callgroup><name>Prova</name></callgroup>"),
    Case(_ADD_GROUP, 13, group(), before=(("POST", "/pbx/callgroups", group()),) * 4),
    Case(_ADD_GROUP, 14, group("9000")),
    Case(_PUT_GROUP, 0, group(extra="<timeout>9</timeout>"), "1"),
    Case(_PUT_GROUP, 10, EMPTY, "1"),
    Case(_PUT_GROUP, 12, "<callgroup><name>Prova</name></callgroup>", "1"),
    Case(_PUT_GROUP, 14, group(), "1", lab=STORAGE),
    Case(_PUT_GROUP, 15, group(), "nobody"),
    Case(_PUT_GROUP, 16, "<callgroup/>", "1"),
    Case(_DEL_GROUP, 0, argument="2"),
    Case(_DEL_GROUP, 15, argument="nobody"),
    Case(_DEL_GROUP, 17, argument="incoming"),
]

_ADD_CONTACT = "POST /phonebook/contacts"
_PUT_CONTACT = "PUT /phonebook/contacts"
_DEL_CONTACT = "DELETE /phonebook/contacts/<id>"
_PRIVATE, _SYSTEM = "6", "1"
PHONEBOOK = [
    Case(_ADD_CONTACT, 0, contact("<owner>-1</owner>")),
    Case(_ADD_CONTACT, 10, EMPTY),
    Case(_ADD_CONTACT, 11, contact("<owner>9000</owner>")),
    Case(_ADD_CONTACT, 12, "<contact><phone>06</phone></contact>"),
    Case(_ADD_CONTACT, 13, contact(), lab=STORAGE),
    Case("POST /phonebook/search", 0, "<filter/>"),
    Case("POST /phonebook/search", 19, EMPTY),
    Case(_DEL_CONTACT, 0, argument="2"),
    Case(_DEL_CONTACT, 14, argument="nobody"),
    Case(_DEL_CONTACT, 15, argument="99999"),
    Case(_DEL_CONTACT, 17, argument=_PRIVATE),
    Case(_DEL_CONTACT, 18, argument=_SYSTEM, lab=STORAGE),
    Case(_PUT_CONTACT, 0, contact(f"<id>{_SYSTEM}</id>")),
    Case(_PUT_CONTACT, 10, EMPTY),
    Case(_PUT_CONTACT, 12, contact()),
    Case(_PUT_CONTACT, 13, contact(f"<id>{_SYSTEM}</id>"), lab=STORAGE),
    Case(_PUT_CONTACT, 15, contact("<id>99999</id>")),
    Case(_PUT_CONTACT, 17, contact(f"<id>{_PRIVATE}</id>")),
]

_WRONG = "<privacy_password>d41d8cd98f00b204e9800998ecf8427e</privacy_password>"
_REVERSED = "<begin>2014-05-20 10:00:00</begin><end>2014-05-20 09:59:59</end>"
_CALL = "<exten>101</exten><number_to_call>102</number_to_call>"
CALLS = [
    Case("POST /cdr", 0, "<cdr/>"),
    Case("POST /cdr", 3, f"<cdr>{_WRONG}</cdr>"),
    Case("POST /cdr", 11, f"<cdr>{_REVERSED}</cdr>"),
    Case("POST /cdr", 12, "<cdr/>", lab=("cdr-internal-error",)),
    Case("POST /cdrcallcenter", 0, "<cdrcallercenter/>"),
    Case("POST /cdrcallcenter", 3, f"<cdrcallercenter>{_WRONG}</cdrcallercenter>"),
    Case("POST /cdrcallcenter", 10, "<cdrcallercenter/>", lab=("call-center-license-absent",)),
    Case("POST /cdrcallcenter", 11, f"<cdrcallercenter>{_REVERSED}</cdrcallercenter>"),
    Case("POST /cdrcallcenter", 12, "<cdrcallercenter/>", lab=("cdr-internal-error",)),
    Case("POST /click2call", 0, f"<click2call>{_CALL}</click2call>"),
    Case("POST /click2call", 10, f"<click2call>{_CALL}</click2call>", lab=("call-failure",)),
    Case("POST /click2call", 11, "<click2call><number_to_call>1</number_to_call></click2call>"),
    Case("POST /click2call", 12, "<click2call><exten>101</exten></click2call>"),
]

CASES = [*FIRMWARE, *NETWORK, *LICENSE_AND_BACKUP, *USERS, *PBX, *PHONEBOOK, *CALLS]

OTHER_CAUSES = [
    Case(_SWITCH + "update", 23, update("3.9.6-3000"), lab=("update-launch-failure",)),
    Case(_SWITCH + "update", 21, update("3.9.5-2891")),
    Case(_SWITCH + "update", 19, update("1." * 2000 + "0-0000")),
    Case(_SWITCH + "update", 19, update("٣.٩.٦-٣٠٠٠")),
    Case(_INTERFACE, 12, "<interface><enabled>true</enabled></interface>"),
    Case(_INTERFACE, 33, interface("<enabled>true</enabled>", "eth0")),
    Case(_INTERFACE, 36, interface("<enabled>true</enabled>"), lab=STORAGE),
    Case(_INTERFACE, 36, interface("<enabled>yes</enabled>")),
    Case(_PUT_ROUTE, 41, route("10.0.0.0/8", extra="<id>1</id>")),
    Case(_PUT_ROUTE, 44, route(extra=_TWO), lab=STORAGE),
    Case(_PUT_ROUTE, 12, f"<route>{_TWO}</route>"),
    Case(_ADD_ROUTE, 41, route("198.51.100.0")),
    Case(_ADD_ROUTE, 43, route(gateway="10.20.0.9")),
    Case(_DEL_ROUTE, 45, argument="word"),
    Case(_DEL_ROUTE, 46, argument="2", lab=STORAGE),
    Case(_GET_LICENSE, 11, lab=("license-missing",)),
    Case(_POST_LICENSE, 17, key("{activation_key}"), lab=("license-activation-failure",)),
    Case(_ADD_USER, 12, user(" ")),
    Case(_ADD_USER, 14, user("nine")),
    Case(_PUT_USER, 14, "<user><last_name>Ż</last_name></user>", "101", lab=STORAGE),
    Case(_PUT_USER, 14, "<user><sip_secret/></user>", "101"),
    Case(_PUT_USER, 14, "<user><failover><type>ELSEWHERE</type></failover></user>", "101"),
    Case(_ADD_GROUP, 12, group(extra="<name> </name>")),
    Case(_ADD_GROUP, 12, group(" ")),
    Case(_ADD_GROUP, 14, group(), lab=STORAGE),
    Case(_ADD_GROUP, 14, group(extra="<name>x</name><timeout>soon</timeout>")),
    Case(_DEL_GROUP, 17, argument="1", lab=STORAGE),
    Case(_ADD_CONTACT, 11, contact("<owner/>")),
    Case(_PUT_CONTACT, 12, "<contact><id>1</id></contact>"),
    Case(_PUT_CONTACT, 12, "<contact><id>1</id><phone> </phone></contact>"),
    Case("POST /cdr", 11, "<cdr><begin>yesterday</begin></cdr>"),
    Case("POST /cdr", 11, "<cdr><end>1999-12-31 23:59:59</end></cdr>"),
    Case("POST /click2call", 10, f"<click2call>{_CALL.replace('101', '9000')}</click2call>"),
    Case("POST /click2call", 10, f"<click2call>{_CALL}<type>loud</type></click2call>"),
    Case("POST /click2call", 11, EMPTY),
]
