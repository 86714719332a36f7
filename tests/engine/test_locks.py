"""The lock of an account: over tasks and processes, priority, released by a crash, never inherited."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Coroutine
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest

from convo.engine.locks import Locks
from convo.store import StoreError
from tests.engine.stage import until

HOLDER = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from convo.engine.locks import Locks

    async def hold():
        async with Locks(Path(sys.argv[1])).hold("one"):
            print("held", flush=True)
            sys.stdin.read()

    asyncio.run(hold())
    """
)


def holder(directory: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def apart(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task that inherits no lock from the one that starts it."""
    return Context().run(asyncio.get_running_loop().create_task, work)


def test_only_one_holds_it(tmp_path: Path) -> None:
    inside: list[str] = []

    async def enter(name: str) -> None:
        async with Locks(tmp_path).hold("one"):
            inside.append(name)
            assert len(inside) == 1
            await asyncio.sleep(0.005)
            inside.remove(name)

    async def play() -> None:
        await asyncio.gather(*(enter(str(number)) for number in range(4)))

    asyncio.run(play())


def test_accounts_do_not_hinder_each_other(tmp_path: Path) -> None:
    async def play() -> None:
        locks = Locks(tmp_path)
        async with locks.hold("one"), Locks(tmp_path).hold("two"):
            assert not locks.is_free("one")
            assert locks.is_free("three")

    asyncio.run(play())


def test_who_holds_it_passes_through(tmp_path: Path) -> None:
    async def play() -> None:
        locks = Locks(tmp_path)
        async with locks.hold("one"):
            async with locks.hold("one"), locks.hold("one", first=True):
                pass
            assert not locks.is_free("one")
        assert locks.is_free("one")

    asyncio.run(play())


def test_who_comes_first_goes_first(tmp_path: Path) -> None:
    order: list[str] = []

    async def enter(name: str, first: bool) -> None:
        async with Locks(tmp_path).hold("one", first=first):
            order.append(name)

    async def play() -> None:
        locks = Locks(tmp_path)
        pages = [apart(enter(f"page {number}", False)) for number in range(3)]
        delivery = apart(enter("delivery", True))
        async with locks.hold("one"):
            await until(lambda: not locks.is_free("one", "first"))
        await asyncio.gather(delivery, *pages)

    asyncio.run(play())
    assert order[0] == "delivery"
    assert len(order) == 4


def test_it_is_free_again_after_any_end(tmp_path: Path) -> None:
    async def play() -> None:
        locks = Locks(tmp_path)
        with pytest.raises(KeyError):
            async with locks.hold("one"):
                raise KeyError
        assert locks.is_free("one")
        async with locks.hold("one"):
            waiting = apart(_enter(tmp_path, first=True))
            await until(lambda: not locks.is_free("one", "first"))
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            assert locks.is_free("one", "first")
        assert locks.is_free("one")

    asyncio.run(play())


def test_a_task_of_the_holder_passes_through_only_while_it_is_held(tmp_path: Path) -> None:
    async def play() -> None:
        locks = Locks(tmp_path)
        async with locks.hold("one"):
            await asyncio.gather(_enter(tmp_path), _enter(tmp_path))
            later = asyncio.Event()
            outliving = asyncio.ensure_future(_enter_after(later, tmp_path))
            await asyncio.sleep(0)
        async with locks.hold("one"):
            later.set()
            await asyncio.sleep(0.05)
            assert not outliving.done()
        await outliving

    asyncio.run(play())


async def _enter_after(event: asyncio.Event, directory: Path) -> None:
    await event.wait()
    await _enter(directory)


async def _enter(directory: Path, *, first: bool = False) -> None:
    async with Locks(directory).hold("one", first=first):
        pass


def test_another_process_holds_it_and_a_killed_one_does_not(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    process = holder(tmp_path)
    assert not locks.is_free("one")
    process.send_signal(signal.SIGKILL)
    end(process)
    assert locks.is_free("one")

    process = holder(tmp_path)

    async def play() -> None:
        waiting = asyncio.ensure_future(_enter(tmp_path))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        end(process)
        await waiting

    asyncio.run(play())


def test_a_child_does_not_inherit_it(tmp_path: Path) -> None:
    async def play() -> None:
        locks = Locks(tmp_path)
        async with locks.hold("one"):
            child = subprocess.Popen(["sleep", "30"], close_fds=False)
        try:
            assert locks.is_free("one")
        finally:
            child.kill()
            child.wait()

    asyncio.run(play())


def test_only_one_is_the_inbox_that_syncs(tmp_path: Path) -> None:
    first = Locks(tmp_path).alone("inbox")
    assert first is not None
    assert Locks(tmp_path).alone("inbox") is None
    os.close(first)
    second = Locks(tmp_path).alone("inbox")
    assert second is not None
    os.close(second)


def test_where_nothing_can_be_locked_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(StoreError, match="local disk"):
        asyncio.run(_enter(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        asyncio.run(_enter(tmp_path / "file"))


def test_its_files_are_the_users_alone(tmp_path: Path) -> None:
    asyncio.run(_enter(tmp_path))
    directory = tmp_path / "locks"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in directory.iterdir()} == {0o600}
