"""Everything wrong that can be seeded into /pbx."""

from conformance.families.pbx.seeded_apply import apply_defects
from conformance.families.pbx.seeded_callgroup_reads import callgroup_read_defects
from conformance.families.pbx.seeded_callgroup_rejections import callgroup_rejection_defects
from conformance.families.pbx.seeded_callgroups import callgroup_defects
from conformance.families.pbx.seeded_pending import pending_defects

DEFECTS = [
    *callgroup_defects(),
    *callgroup_rejection_defects(),
    *callgroup_read_defects(),
    *pending_defects(),
    *apply_defects(),
]
