"""Who has the store open: everybody shares the data directory, a repair has it alone. No file is made for it."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from convo.store.connection import StoreError

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


def share(directory: Path) -> int | None:
    """Share the directory until the descriptor is closed; None where none can be locked. Raises StoreError."""
    return _lock(
        directory,
        fcntl.LOCK_SH,
        f"The store in {directory} is being repaired by another convo; try again when it has ended.",
    )


def alone(directory: Path) -> int | None:
    """Have the directory alone until the descriptor is closed. Raises StoreError while any convo is open there."""
    return _lock(
        directory,
        fcntl.LOCK_EX,
        f"Another convo has the store in {directory} open: end it first. Nothing was changed.",
    )


def _lock(directory: Path, how: int, words: str) -> int | None:
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"{directory} cannot be opened: {error.strerror or error}.") from error
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in _TAKEN:
            raise StoreError(words) from error
        return None  # some network file systems lock no directories
    return descriptor


def release(descriptor: int | None) -> None:
    """Let go."""
    if descriptor is not None:
        os.close(descriptor)
