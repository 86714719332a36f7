"""The credential an adapter is given: secrets read once, sessions in a file, one refresh at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Credential, SignInAgain
from convo.config import AccountConfig
from convo.engine.credentials import AccountCredential
from convo.engine.locks import Locks
from convo.secrets import session_file


def made(directory: Path, **how: Any) -> AccountCredential:
    locks = Locks(directory)
    return AccountCredential(AccountConfig("one", "memory", **how), directory, lambda: locks.hold("one"))


def test_it_is_a_credential(tmp_path: Path) -> None:
    credential: Credential = made(tmp_path, secret="s3cret")
    assert asyncio.run(credential.read()) == "s3cret"


def test_a_password_manager_is_asked_once_and_again_after_a_refusal(tmp_path: Path) -> None:
    counted = tmp_path / "asked"
    credential = made(tmp_path, secret_command=f"echo x >> {counted}; echo s3cret")

    async def play() -> None:
        assert [await credential.read(), await credential.read()] == ["s3cret", "s3cret"]
        assert counted.read_text() == "x\n"
        credential.forget()
        await credential.read()
        assert counted.read_text() == "x\nx\n"

    asyncio.run(play())


def test_no_secret_is_a_matter_of_signing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVO_NONE", raising=False)
    with pytest.raises(SignInAgain, match="CONVO_NONE"):
        asyncio.run(made(tmp_path, secret_env="CONVO_NONE").read())


def test_a_session_is_kept_in_a_private_file_for_every_process(tmp_path: Path) -> None:
    async def play() -> None:
        assert await made(tmp_path).session() == ""
        await made(tmp_path).save_session('{"access": "a1"}')
        assert await made(tmp_path).session() == '{"access": "a1"}'

    asyncio.run(play())
    assert session_file("one", tmp_path).stat().st_mode & 0o777 == 0o600


def test_one_refresh_at_a_time_over_tasks_and_processes(tmp_path: Path) -> None:
    spent: list[str] = []

    async def refresh(credential: AccountCredential, seen: str) -> None:
        async with credential.refreshing():
            token = await credential.session()
            if token != seen:
                return
            assert token not in spent, "a refresh token was used twice"
            spent.append(token)
            await asyncio.sleep(0.005)
            await credential.save_session(token + "+")

    async def play() -> None:
        here, there = made(tmp_path), made(tmp_path)
        await here.save_session("t")
        await asyncio.gather(*(refresh(one, "t") for one in (here, here, there, there)))
        assert await here.session() == "t+"

    asyncio.run(play())


def test_a_refresh_inside_a_page_does_not_wait_for_itself(tmp_path: Path) -> None:
    locks = Locks(tmp_path)

    @asynccontextmanager
    async def guard() -> AsyncIterator[None]:
        async with locks.hold("one"):
            yield

    async def play() -> None:
        credential = AccountCredential(AccountConfig("one", "memory"), tmp_path, guard)
        async with locks.hold("one"), credential.refreshing():
            await credential.save_session("t")

    asyncio.run(play())


def test_it_knows_the_secret_it_was_identified_with_without_keeping_it(tmp_path: Path) -> None:
    async def play() -> None:
        credential = made(tmp_path, secret="s3cret")
        assert not await credential.is_as_before()
        await credential.remember()
        assert await credential.is_as_before()
        assert await made(tmp_path, secret="s3cret").is_as_before()
        assert not await made(tmp_path, secret="another").is_as_before()

    asyncio.run(play())
    files = [file for file in (tmp_path / "secrets").iterdir() if file.is_file()]
    assert files
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert "s3cret" not in file.read_text()
