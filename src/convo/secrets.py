"""Secrets, fetched beside the engine: a variable, a command, the config, the system keyring, or a 0600 file.

A secret is never logged, never in an error, never on a command line.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from convo.aside import aside
from convo.config import AccountConfig
from convo.paths import write_private
from convo.text import shorten

COMMAND_SECONDS = 30.0
"""How long a `secret_command` may take: a password manager may ask for its passphrase."""
KEYRING_SECONDS = 5.0
_SERVICE = "convo-inbox"


class SecretError(Exception):
    """A secret could not be had; `words` say which account, why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


_taken: dict[str, str] = {}


def take_from_environment(names: Iterable[str]) -> None:
    """Keep the secrets that stand in these variables, and take them out of the environment.

    What convo starts (the editor, the browser, other accounts' secret_command) would inherit them.
    """
    for name in names:
        value = os.environ.pop(name, "").strip()
        if value:
            _taken[name] = value


async def read_secret(account: AccountConfig, directory: Path) -> str:
    """The secret of an account; `directory` is the data directory. Raises SecretError."""
    if account.secret:
        return account.secret
    if account.secret_env:
        return _from_environment(account)
    if account.secret_command:
        return await _from_command(account)
    stored = _from_file(account, directory)
    if stored is None:
        stored = await _from_keyring(account.name)
    if not stored:
        raise SecretError(f"{account.name} has no secret yet. Run  convo login {account.name}")
    return stored


async def keep_secret(name: str, secret: str, directory: Path, keep_in: str = "") -> str:
    """Store the secret of an account and say where, fit to show. Raises SecretError.

    `keep_in` is "keyring", "file", or "" for the keyring where a real one answers in time, else the file.
    """
    if keep_in != "file":
        if await _into_keyring(name, secret):
            _file(name, directory).unlink(missing_ok=True)
            return "the system keyring"
        if keep_in == "keyring":
            raise SecretError("No system keyring answered. Try --keep-in file")
    path = _file(name, directory)
    try:
        write_private(path, secret)
    except OSError as error:
        raise SecretError(f"{path} cannot be written: {error.strerror or error}.") from error
    return f"a file that only you can read: {path}"


async def has_keyring() -> bool:
    """Whether a real system keyring answers in time."""
    return await _keyring_call("get_keyring") is not None


def secret_file(name: str, directory: Path) -> Path:
    """Where the secret of an account goes when there is no keyring."""
    return _file(name, directory)


async def forget_secret(name: str, directory: Path) -> None:
    """Remove what `keep_secret` and sessions stored of an account."""
    _file(name, directory).unlink(missing_ok=True)
    session_file(name, directory).unlink(missing_ok=True)
    await _keyring_call("delete_password", _SERVICE, name)


def session_file(name: str, directory: Path) -> Path:
    """Where the rotating session tokens of an account live."""
    return directory / "secrets" / f"{_safe(name)}.session"


def _file(name: str, directory: Path) -> Path:
    return directory / "secrets" / f"{_safe(name)}.secret"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _from_environment(account: AccountConfig) -> str:
    value = os.environ.get(account.secret_env, "").strip() or _taken.get(account.secret_env, "")
    if not value:
        raise SecretError(
            f"{account.name} takes its secret from the variable {account.secret_env}, which is empty. "
            "Set it, then start again."
        )
    return value


def _from_file(account: AccountConfig, directory: Path) -> str | None:
    path = _file(account.name, directory)
    try:
        if path.stat().st_mode & 0o077:
            raise SecretError(f"Others can read {path}. Run  chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path} cannot be read: {shorten(str(error), 100)}.") from error


async def _from_command(account: AccountConfig) -> str:
    """First line of what the command prints; the command's own words on failure, never its output."""
    where = f"The secret_command of {account.name}"
    process = await asyncio.create_subprocess_shell(
        account.secret_command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    except asyncio.TimeoutError as error:
        raise SecretError(f"{where} did not end within {COMMAND_SECONDS:.0f} seconds.") from error
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            with suppress(asyncio.TimeoutError):  # a child that left the group may hold the pipes open
                await asyncio.wait_for(process.communicate(), 1)
    if process.returncode:
        said = shorten(errors.decode("utf-8", "replace"), 160)
        raise SecretError(f"{where} failed with status {process.returncode}" + (f": {said}" if said else "."))
    lines = output.decode("utf-8", "replace").splitlines()
    if not lines or not lines[0].strip():
        raise SecretError(f"{where} printed nothing.")
    return lines[0].strip()


async def _from_keyring(name: str) -> str:
    value = await _keyring_call("get_password", _SERVICE, name)
    return value if isinstance(value, str) else ""


async def _into_keyring(name: str, secret: str) -> bool:
    await _keyring_call("set_password", _SERVICE, name, secret)
    return await _from_keyring(name) == secret


async def _keyring_call(function: str, *arguments: str) -> object:
    """Ask the system keyring, in a thread that is left behind when it hangs; None when there is no real one."""

    def call() -> object:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError:
            return None
        try:
            if keyring.get_keyring().priority < 1:  # the "null", "fail" and plain-text ones
                return None
            return getattr(keyring, function)(*arguments)
        except (KeyringError, RuntimeError, OSError):
            return None

    try:
        return await asyncio.wait_for(aside(call, "keyring"), KEYRING_SECONDS)
    except asyncio.TimeoutError:
        return None
