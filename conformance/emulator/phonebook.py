"""The phonebook: system contacts, and private ones that belong to an extension."""

from collections.abc import Container, Iterable, Iterator

from conformance.emulator.model import Contact


class Phonebook:
    """Contacts by id; changes take effect at once."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self._contacts = {contact.id: contact for contact in contacts}

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._contacts.values())

    def get(self, contact_id: str) -> Contact | None:
        """Return a contact, or None if there is none of this id."""
        return self._contacts.get(contact_id)

    def put(self, contact: Contact) -> None:
        """Add a contact, or replace the one of the same id."""
        self._contacts[contact.id] = contact

    def remove(self, contact_id: str) -> None:
        """Delete a contact."""
        del self._contacts[contact_id]

    def keep_owned_by(self, extensions: Container[str]) -> None:
        """Delete the private contacts of extensions that are no more."""
        self._contacts = {
            contact.id: contact
            for contact in self
            if not contact.private or contact.owner in extensions
        }
