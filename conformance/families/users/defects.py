"""Everything wrong that can be seeded into /users."""

from conformance.families.users.seeded_reads import read_defects
from conformance.families.users.seeded_rejections import rejection_defects
from conformance.families.users.seeded_removals import removal_defects
from conformance.families.users.seeded_writes import write_defects

DEFECTS = [*write_defects(), *rejection_defects(), *removal_defects(), *read_defects()]
