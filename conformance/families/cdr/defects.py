"""Everything wrong that can be seeded into /cdr."""

from conformance.emulator.mistaken_calls import Source, filter_defects
from conformance.emulator.mistaken_masks import mask_defects
from conformance.emulator.mistaken_periods import period_defects
from conformance.families.cdr.seeded_csv import csv_defects, detail_defects

_SOURCE = Source(
    endpoint="POST /cdr",
    tag="cdr",
    held="calls",
    filters=(
        "unique_id",
        "direction",
        "caller_num",
        "caller_name",
        "called_num",
        "called_name",
        "called_callgroup",
        "gateway_id",
        "gateway_name",
        "status",
        "billsec",
    ),
    searched=(
        "caller_num",
        "caller_name",
        "called_num",
        "called_name",
        "called_callgroup",
        "gateway_name",
    ),
)

DEFECTS = [
    *filter_defects(_SOURCE),
    *period_defects(_SOURCE),
    *mask_defects(_SOURCE),
    *csv_defects(_SOURCE),
    *detail_defects(_SOURCE),
]
