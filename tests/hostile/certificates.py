"""Certificates of an authority of our own: good ones, and such as nobody should accept."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Authority"]

HOST = "127.0.0.1"


class Authority:
    """Issues certificates; `ca_file` is what trusts them."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))
        self.own_file = folder / "own.pem"

    def good(self) -> ssl.SSLContext:
        """Of the right name, valid now."""
        return _serving(self._ca.issue_cert(HOST))

    def of_another_name(self) -> ssl.SSLContext:
        """Made for another host."""
        return _serving(self._ca.issue_cert("other.example"))

    def expired(self) -> ssl.SSLContext:
        """Valid until yesterday."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        return _serving(self._ca.issue_cert(HOST, not_after=yesterday))

    def not_yet_valid(self) -> ssl.SSLContext:
        """Valid from tomorrow on."""
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        return _serving(self._ca.issue_cert(HOST, not_before=tomorrow))

    def of_a_stranger(self) -> ssl.SSLContext:
        """Issued by an authority that signed itself, and that nobody named."""
        return _serving(trustme.CA().issue_cert(HOST))


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
