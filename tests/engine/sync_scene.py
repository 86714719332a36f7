"""What the tests of sync share: what was asked for, what the inbox shows, how an account is."""

from __future__ import annotations

from convo.engine import Engine
from convo.views import View
from tests.engine.stage import Stage, words


def asked_for(stage: Stage, name: str = "one") -> list[str]:
    """The requests since this was last asked."""
    log = stage.server(name).log
    found = [argument if verb == "fetch" else verb for _, verb, argument in log]
    log.clear()
    return found


def seen(stage: Stage, view: View = View.WAITING) -> list[str]:
    async def play(engine: Engine) -> list[str]:
        return words(engine, view)

    return stage.run(play)
