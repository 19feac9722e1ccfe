"""Everything wrong that can be seeded into /phonebook."""

from conformance.families.phonebook.seeded_contacts import contact_defects
from conformance.families.phonebook.seeded_search import search_defects

DEFECTS = [*contact_defects(), *search_defects()]
