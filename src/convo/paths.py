"""Where convo keeps its files: config, data, cache, log. Found with platformdirs, changed by two variables."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from convo import points

_APP = "convo"


def config_file() -> Path:
    """The config file: `CONVO_CONFIG`, or config.toml in the user's config directory."""
    given = os.environ.get("CONVO_CONFIG")
    return Path(given).expanduser() if given else Path(platformdirs.user_config_dir(_APP)) / "config.toml"


def data_dir() -> Path:
    """The directory of the store: `CONVO_DATA_DIR`, or the user's data directory."""
    given = os.environ.get("CONVO_DATA_DIR")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir(_APP))


def private_directory(path: Path) -> Path:
    """The directory, made with mode 0700 when it is not there. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically, readable by the user only from its first byte. Raises OSError."""
    private_directory(path.parent)
    _sweep(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        points.passed("file.replace")
        os.replace(fresh, path)
        _sync_directory(path.parent)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    points.passed("file.replaced")


def _sweep(path: Path) -> None:
    """Remove what killed processes left of their tries to replace a file: it may hold a secret."""
    for left in path.parent.glob(f".{path.name}.*"):
        number = left.name.rpartition(".")[2]
        if number.isdigit() and not _is_running(int(number)):
            left.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _sync_directory(path: Path) -> None:
    """Let the new name be on the disk, too, before anything is done that rests on it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
