"""The things an emulated PBX is configured with. Records never change: an edit replaces one."""

from dataclasses import dataclass, field

SYSTEM_OWNER = "-1"
"""The owner of a system contact (`POST /phonebook/contacts`)."""

INCOMING = "incoming"
"""The id of the callgroup that can't be deleted (`DELETE /pbx/callgroups/<callgroupid>`)."""

DEFAULT_ROUTE = "0.0.0.0/0"
"""The destination of the default gateway (`GET /system/network/routes`)."""

PROTECTED_INTERFACE = "eth0"
"""The interface that can't be disabled (`PUT /system/network/interfaces`)."""


@dataclass(frozen=True, slots=True)
class Failover:
    """Where a call goes that nobody answers."""

    type: str
    intro: str = ""
    name: str = ""
    value: str = ""
    gateway_type: str = ""
    gateway_id: str = ""
    gateway_name: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the PBX knows of an extension's telephone."""

    status: str = "UNKNOWN"
    rtt: str = ""
    contact: str = ""
    ip: str = ""
    port: str = ""
    useragent: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How many messages of each kind a voicemail box holds."""

    urgent: int = 0
    new: int = 0
    old: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """An extension and what belongs to it: it comes and goes as one."""

    exten: str
    sip_secret: str = field(repr=False)
    first_name: str
    last_name: str
    gui_secret_md5: str = field(repr=False)
    enabled: bool = True
    phonebook_manager: bool = False
    vm_enabled: bool = False
    vm_secret: str = field(default="", repr=False)
    vm_email: str = ""
    vm_attach_enabled: bool = False
    vm_message_delete: bool = False
    failover: Failover | None = None
    registration: Registration = Registration()
    mailbox: Mailbox = Mailbox()

    @property
    def identity(self) -> str:
        """First and last name, as shown to people."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Priority:
    """The extensions of a callgroup that ring together."""

    id: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Callgroup:
    """Extensions that answer for one another."""

    id: str
    name: str
    priorities: tuple[Priority, ...]
    selection: str = ""
    enabled: bool = True
    timeout: int = 30
    failover: Failover | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference room."""

    name: str
    enabled: bool
    internal: str
    external: str
    admin_pin: str = field(repr=False)
    user_pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact of the phonebook, private when an extension owns it."""

    id: str
    first_name: str
    last_name: str
    phone: str
    owner: str = SYSTEM_OWNER
    organization: str = ""
    organizational_unit: str = ""
    mail: str = ""
    speed_dial: str = ""

    @property
    def private(self) -> bool:
        """Whether an extension owns it."""
        return self.owner != SYSTEM_OWNER


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface; address and netmask 0.0.0.0 mean DHCP."""

    id: int
    name: str
    enabled: bool
    ip_address: str
    netmask: str


@dataclass(frozen=True, slots=True)
class Route:
    """A static route."""

    id: int
    enabled: bool
    destination: str
    gateway: str

    @property
    def default(self) -> bool:
        """Whether it leads to the default gateway."""
        return self.destination == DEFAULT_ROUTE
