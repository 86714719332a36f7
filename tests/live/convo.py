"""The real command line as a subprocess, with a config and a store of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Convo:
    """`convo`, as a person or a script runs it."""

    def __init__(self, home: Path) -> None:
        self.data = home / "data"
        self.config = home / "config.toml"
        self.config.touch(mode=0o600)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CONVO_")}
        self.env = {
            **kept,
            "CONVO_CONFIG": str(self.config),
            "CONVO_DATA_DIR": str(self.data),
            "HOME": str(home),
        }

    def account(self, name: str, **keys: str) -> None:
        """Put an account into the config."""
        lines = [f"[accounts.{name}]", 'platform = "bluesky"']
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        with self.config.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command with --json; there is never a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "convo", *words, "--json"],
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def ask(self, *words: str, status: int = 0) -> Any:
        """Run a command with --json and give what it printed."""
        done = self.run(*words)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def sync(self, status: int = 0) -> dict[str, Any]:
        """Sync the account `ana` and give its line."""
        told: dict[str, Any] = self.ask("sync", status=status)["ana"]
        return told

    def waiting(self) -> dict[str, list[dict[str, Any]]]:
        """The messages that wait, by thread id."""
        rows = self.ask("list")
        return {row["id"]: [m for m in self.shown(row["id"]) if m["waiting"]] for row in rows}

    def shown(self, thread: str) -> list[dict[str, Any]]:
        """The messages of a conversation."""
        messages: list[dict[str, Any]] = self.ask("show", thread)["messages"]
        return messages

    def state(self, uri: str) -> str:
        """The state of the conversation that a message stands in."""
        return str(self.ask("show", uri)["state"])
