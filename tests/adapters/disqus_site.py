"""What the tests of Disqus share: what is said on a page, another's page, a prepared answer, an answer with a code."""

from __future__ import annotations

from typing import Any

from convo.adapters.disqus import Disqus
from convo.model import Message
from convo.testing.tools import answer_to, received
from tests.adapters.disqus_world import DisqusWorld
from tests.adapters.playing import reading, run
from tests.simulators import faults
from tests.simulators.messages import json_answer


def said_by(world: DisqusWorld, raw: str, **extra: Any) -> Message:
    """One comment on a page of the user's, as it is read."""
    post = world.state.add_post(world._thread("Bread &amp; butter", None), world.state.user("ana"), raw)
    post.extra.update(extra)
    [message] = reading(world).messages
    return message


def refused_with(code: int, status: int = 400, reset: str = "") -> faults.Fault:
    """An answer of Disqus with one of its codes."""
    answer = json_answer({"code": code, "response": "its own words"}, status)
    return faults.Fault(answer=answer.with_headers(x_ratelimit_reset=reset) if reset else answer, done=False)


def elsewhere(world: DisqusWorld) -> tuple[Any, Any]:
    """Another's page, and a comment of mine there."""
    world.state.moderators["theirs"] = {"owner"}
    thread = world.state.add_thread("theirs", "Somebody's page")
    return thread, world.state.add_post(thread, world.state.user("me"), "what I think")


def prepared(world: DisqusWorld, said: Any, text: str = "my answer") -> str:
    """A request to answer something."""

    async def work(adapter: Disqus) -> str:
        return await adapter.prepare(answer_to(adapter, await received(adapter, world, said), text))

    return run(world, work)
