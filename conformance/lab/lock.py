"""One run at a time on one PBX, from one machine, whoever starts them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from conformance.errors import ConfigurationError
from conformance.lab.journal import same_sut

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Lock"]


class Lock:
    """Held for as long as a run lasts; the system frees that of a dead process."""

    def __init__(self, url: str) -> None:
        """Take the lock of the PBX at a URL.

        Raises:
            ConfigurationError: somebody else holds it.
        """
        digest = hashlib.sha256(same_sut(url).encode()).hexdigest()[:16]
        shared = Path("/tmp")  # noqa: S108 - the same for every user, whatever TMPDIR says
        folder = shared if shared.is_dir() else Path(tempfile.gettempdir())
        self.file = folder / f"kpbx-conformance-{digest}.lock"
        self._descriptor: int | None = self._open()
        try:
            import fcntl  # noqa: PLC0415 - where it is missing, only real PBXs are

            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise ConfigurationError(
                f"{url}: another run is going on there (process {holder or 'unknown'}); "
                "wait for its end: two would undo each other's changes"
            ) from error
        self._sign()

    def _open(self) -> int:
        try:
            return os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except PermissionError:  # another user's file can be locked without being written to
            return os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise ConfigurationError(
                f"{self.file}: can't be opened: {error.strerror}; remove what is in its place"
            ) from error

    def _sign(self) -> None:
        assert self._descriptor is not None, "just opened"  # noqa: S101
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            return  # opened without the right to write: the lock counts, not the name in it

    def release(self) -> None:
        """Let the next run begin."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
