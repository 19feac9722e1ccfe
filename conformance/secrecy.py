"""Which parts of the guide's messages are secret: known to what writes and to what validates."""

__all__ = ["SECRET_ELEMENTS", "WITHHELD"]

WITHHELD = "[withheld]"
SECRET_ELEMENTS = (
    "sip_secret",
    "vm_secret",
    "gui_secret_md5",
    "admin_pin",
    "user_pin",
    "privacy_password",
    "activation_key",
)
