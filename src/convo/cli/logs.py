"""Where the program's log goes: nowhere, or with --verbose to standard error, or beside the store for the inbox."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from convo.text import clean

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Cleaned(logging.Formatter):
    """Strangers' words may stand in a log line, and a log is read on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def start(verbose: bool, file: Path | None = None) -> None:
    """Send convo's own log to standard error, or to a file of mode 0600; to nobody unless `verbose`."""
    logger = logging.getLogger("convo")
    for earlier in list(logger.handlers):
        logger.removeHandler(earlier)
        earlier.close()
    if not verbose:
        logger.addHandler(logging.NullHandler())
        return
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler()
    else:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(_Cleaned(_FORMAT))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
