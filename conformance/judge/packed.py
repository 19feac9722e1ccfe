"""Bodies that a recording kept packed (RFC 9110, 8.4.1)."""

from __future__ import annotations

import zlib

__all__ = ["unpacked"]

LARGEST_BODY = 64 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
ZLIB_FIRST = 0x78
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def unpacked(data: bytes, coding: str) -> bytes | None:
    """The bytes as they were before packing; None if they can't be told.

    Most tools unpack what they keep and leave the header field as it was.

    Args:
        data: what was recorded.
        coding: what Content-Encoding says.
    """
    coding = coding.strip().lower()
    looks_packed = data.startswith(GZIP_MAGIC) or data[:1] == bytes([ZLIB_FIRST])
    if coding not in _WBITS or not looks_packed:
        return data
    reader = zlib.decompressobj(_WBITS[coding])
    try:
        whole = reader.decompress(data, LARGEST_BODY)
    except zlib.error:
        return None
    return whole if reader.eof else None
