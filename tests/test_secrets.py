"""Secrets: where they come from, where they go, and what is said when they cannot be had."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from convo import secrets
from convo.config import AccountConfig
from convo.secrets import SecretError, forget_secret, keep_secret, read_secret


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    async def nothing(function: str, *arguments: str) -> object:
        return None

    monkeypatch.setattr(secrets, "_keyring_call", nothing)


def read(tmp_path: Path, **keys: Any) -> str:
    return asyncio.run(read_secret(AccountConfig("home", "mastodon", **keys), tmp_path))


def fault(tmp_path: Path, **keys: Any) -> str:
    with pytest.raises(SecretError) as caught:
        read(tmp_path, **keys)
    assert "\n" not in caught.value.words
    return caught.value.words


def test_from_the_config(tmp_path: Path) -> None:
    assert read(tmp_path, secret="abc") == "abc"


def test_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_TOKEN", " abc\n")
    assert read(tmp_path, secret_env="HOME_TOKEN") == "abc"
    monkeypatch.delenv("HOME_TOKEN")
    assert "HOME_TOKEN" in fault(tmp_path, secret_env="HOME_TOKEN")


def test_from_a_command_its_first_line(tmp_path: Path) -> None:
    assert read(tmp_path, secret_command="printf 'abc\\nlogin: ana\\n'") == "abc"


def test_a_command_that_fails_says_its_own_words_and_not_its_output(tmp_path: Path) -> None:
    said = fault(tmp_path, secret_command="echo s3cr3t; echo 'no such entry' >&2; exit 3")
    assert "status 3" in said
    assert "no such entry" in said
    assert "s3cr3t" not in said


def test_a_command_that_prints_nothing(tmp_path: Path) -> None:
    assert "printed nothing" in fault(tmp_path, secret_command="true")


def test_a_command_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.2)
    alive = tmp_path / "alive"
    assert "did not end" in fault(tmp_path, secret_command=f"(sleep 3; touch {alive}) & sleep 30")
    asyncio.run(asyncio.sleep(0))
    assert not alive.exists()


def test_a_command_reads_no_terminal(tmp_path: Path) -> None:
    assert read(tmp_path, secret_command="cat; echo abc") == "abc"


def test_nothing_stored_says_the_command_to_type(tmp_path: Path) -> None:
    assert "convo login home" in fault(tmp_path)


def test_kept_in_a_private_file_and_forgotten(tmp_path: Path) -> None:
    where = asyncio.run(keep_secret("home", "abc", tmp_path))
    path = tmp_path / "secrets" / "home.secret"
    assert str(path) in where
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert read(tmp_path) == "abc"
    path.chmod(0o644)
    assert f"chmod 600 {path}" in fault(tmp_path)
    asyncio.run(forget_secret("home", tmp_path))
    assert not path.exists()


def test_a_keyring_that_is_demanded_and_not_there(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="No system keyring"):
        asyncio.run(keep_secret("home", "abc", tmp_path, "keyring"))
    assert list(tmp_path.iterdir()) == []


def test_a_keyring_that_answers_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box: dict[tuple[str, ...], str] = {}

    async def ring(function: str, *arguments: str) -> object:
        if function == "set_password":
            box[arguments[:2]] = arguments[2]
        return box.get(arguments[:2])

    monkeypatch.setattr(secrets, "_keyring_call", ring)
    assert asyncio.run(keep_secret("home", "abc", tmp_path)) == "the system keyring"
    assert list(tmp_path.iterdir()) == []
    assert read(tmp_path) == "abc"


def test_a_name_cannot_leave_the_directory(tmp_path: Path) -> None:
    asyncio.run(keep_secret("../../evil", "abc", tmp_path / "data", "file"))
    assert [path.name for path in (tmp_path / "data" / "secrets").iterdir()] == [".._.._evil.secret"]
