"""What starting loads: `--version` and `--help` nothing of the inbox, the first frame nothing of the network."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

LATE = {
    "httpx",
    "msgspec",
    "selectolax",
    "keyring",
    "regex",
    "argparse",
    "convo.store.search",
    "convo.store.ingest",
    "textual.widgets._text_area",
}
"""What the first frame of the inbox does without."""

NOTING = """
import sys
from textual.screen import Screen
shown = Screen._on_screen_resume
def note(screen, event):
    shown(screen, event)
    if type(screen).__name__ == "InboxScreen":
        open(sys.argv.pop(), "w").write(" ".join(sys.modules))
Screen._on_screen_resume = note
from convo.__main__ import main
sys.exit(main(sys.argv[1:-1]))
"""


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_load_neither_screen_nor_network(flag: str) -> None:
    program = (
        "import sys\nfrom convo.__main__ import main\n"
        f"try:\n    main(['{flag}'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(' '.join(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert not loaded & {"textual", "httpx", "msgspec", "selectolax", "sqlite3", "keyring", "convo.engine"}


@pytest.mark.once
def test_the_first_frame_needs_nothing_of_the_network(tmp_path: Path) -> None:
    told = tmp_path / "modules"
    environment = {**os.environ, "TERM": "xterm-256color", "CONVO_CONFIG": str(tmp_path / "none.toml")}
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        arguments = ["--offline", "--data-dir", str(tmp_path / "data"), str(told)]
        os.execve(sys.executable, [sys.executable, "-c", NOTING, *arguments], environment)
    try:
        end = time.monotonic() + 60
        while not told.exists() or not told.read_text():
            assert time.monotonic() < end, "no frame came"
            if select.select([terminal], [], [], 0.1)[0]:
                os.read(terminal, 65536)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)
    loaded = set(told.read_text().split())
    assert "textual" in loaded
    assert not loaded & LATE
