"""The log goes to nobody unless asked for; then to standard error, or to a private file beside the store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.cli import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    logs.start(False)


def test_nobody_hears_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(False)
    logging.getLogger("convo.engine").error("boom")
    assert capsys.readouterr().err == ""


def test_verbose_tells_standard_error_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(True)
    logging.getLogger("convo.engine").info("he said \x1b[31mred")
    err = capsys.readouterr().err
    assert "he said [31mred" in err
    assert "\x1b" not in err


def test_a_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "convo.log"
    logs.start(True, path)
    logging.getLogger("convo.engine").info("looked")
    assert "looked" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
