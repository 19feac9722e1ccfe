"""What an emulated PBX is started with."""

from dataclasses import dataclass, field

_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """How large the emulated PBX is, where it listens, how long its reboots last.

    Attributes:
        firmware: The firmware profile, by version (a file of `fixtures/firmware`).
        host: The address it listens on.
        port: The port it listens on; 0 picks a free one.
        users: How many extensions are configured.
        calls: How many calls the call record holds.
        seed: What the generated data follow from: same seed, same people and calls.
        boot_s: How long a reboot keeps the API silent.
        update_step_s: The time an update spends in each of its phases (codes 26 to 29).
        username: The only user the API knows.
        password: The web password; the API's is its md5.
        privacy_password: The password that unmasks the call records, again sent as its md5.
        max_body_bytes: The largest request body that is read.

    Raises:
        ValueError: A number is out of its range.
    """

    firmware: str = "3.9.5-2891"
    host: str = "127.0.0.1"
    port: int = 0
    users: int = 40
    calls: int = 2000
    seed: int = 0
    boot_s: float = 1.0
    update_step_s: float = 1.0
    username: str = "admin"
    password: str = field(default="admin", repr=False)
    """The guide's own standard password."""
    privacy_password: str = field(default="only-for-the-5th-floor", repr=False)
    max_body_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        """Refuse numbers that no PBX could have."""
        if self.users < 1:
            raise ValueError("users: an emulated PBX has at least one extension")
        if self.calls < 0:
            raise ValueError("calls: a number of calls can't be negative")
        if not 0 <= self.port <= _MAX_PORT:
            raise ValueError(f"port: {self.port} is not between 0 and {_MAX_PORT}")
        if self.boot_s < 0 or self.update_step_s < 0:
            raise ValueError("boot_s, update_step_s: a time can't be negative")
