"""What happens outside of the window: the command that is told of the circle, and of nobody else."""

from __future__ import annotations

import sys
from pathlib import Path

from convo.config import Config, NotifyConfig
from convo.engine.notices import run_notice
from convo.views import Someone
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import Play, inbox


def told(path: Path) -> str:
    """A command that writes down whom it was told of."""
    program = path.parent / "notice.py"
    program.write_text(f"import os\nopen({str(path)!r}, 'a').write(os.environ['CONVO_WHO'] + '\\n')\n")
    return f"{sys.executable} {program}"


async def comes(play: Play, number: int, who: Someone) -> None:
    play.engine.threads[number] = cast.row(number, who, "fosstodon", cast.NOW, "Hello", arrival=number)
    await play.tell(number)


async def test_the_circle_is_told_to_the_users_command_once(tmp_path: Path) -> None:
    path = tmp_path / "told"
    config = Config(notify=NotifyConfig(told(path)))
    async with inbox(engine=FakeEngine(config=config)) as play:
        await comes(play, 90, cast.GUS)
        assert not path.exists(), "nobody outside of the circle interrupts"
        await comes(play, 91, cast.BEN)
        await play.tell(91)
        await comes(play, 92, cast.GUS)
        assert path.read_text() == "Ben\n"


async def test_without_a_command_nothing_runs() -> None:
    async with inbox() as play:
        await comes(play, 91, cast.BEN)
        assert not [worker for worker in play.app.workers if worker.group == "notice"]


async def test_a_command_that_fails_is_said() -> None:
    assert await run_notice("/no/such/command", "Ana") == (
        'The command "/no/such/command" of [notify] could not be started: '
        "[Errno 2] No such file or directory: '/no/such/command'"
    )
    assert await run_notice('sh -c "exit 3"', "Ana") == (
        'The command "sh -c "exit 3"" of [notify] ended with 3.'
    )
    config = Config(notify=NotifyConfig("/no/such/command"))
    async with inbox(engine=FakeEngine(config=config)) as play:
        await comes(play, 91, cast.BEN)
        assert "could not be started" in play.status
