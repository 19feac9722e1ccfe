"""Everything wrong that can be seeded into /system."""

from conformance.families.system.seeded_backup import backup_defects
from conformance.families.system.seeded_firmware import firmware_defects
from conformance.families.system.seeded_network import interface_defects
from conformance.families.system.seeded_route_rejections import route_rejection_defects
from conformance.families.system.seeded_routes import route_defects
from conformance.families.system.seeded_update import update_defects

DEFECTS = [
    *firmware_defects(),
    *update_defects(),
    *interface_defects(),
    *route_defects(),
    *route_rejection_defects(),
    *backup_defects(),
]
