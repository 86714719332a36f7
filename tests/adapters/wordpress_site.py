"""What the tests of the WordPress adapter share: a simulated site, posts and comments on it, an answer that is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from convo.adapters.contract import (
    ChannelKind,
)
from convo.adapters.wordpress import WordPress
from convo.model import Lookup, Message, Ref, Reply
from convo.testing.tools import Cursors, Reading, long_ago, read
from tests.adapters.playing import making, run
from tests.adapters.wordpress_world import WordPressWorld
from tests.simulators._wordpress_state import Comment, Post

T = TypeVar("T")
Make = Callable[..., WordPressWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds of a role and options."""
    with making(WordPressWorld) as make:
        yield make


def reading(world: WordPressWorld, *kinds: ChannelKind, cursors: Cursors | None = None) -> Reading:
    """What is read from channels, those of incoming messages when none is named."""
    return run(
        world, lambda adapter: read(adapter, cursors if cursors is not None else {}, long_ago(world), *kinds)
    )


def guest(world: WordPressWorld, post: Post, text: str, **more: Any) -> Comment:
    """A visitor's comment."""
    who = more.pop("guest", ("Vera", "vera@example.net", "https://vera.example.net"))
    return world.state.add_comment(post.id, text, guest=who, **more)


def mine(world: WordPressWorld, title: str = "Mine", **more: Any) -> Post:
    """A post of the account."""
    return world.state.add_post(world.user_me, title, **more)


def others(world: WordPressWorld, title: str = "Theirs") -> Post:
    """A post of somebody else."""
    return world.state.add_post(world._user("owner"), title)


def uri(world: WordPressWorld, comment: Comment) -> str:
    return f"{world.home}/?p={comment.post}#comment-{comment.id}"


def message(world: WordPressWorld, comment: Comment) -> Message:
    """A comment as the look-up gives it."""
    looked: Lookup = run(world, lambda adapter: adapter.lookup([Ref(uri(world, comment), str(comment.id))]))
    return looked.messages[0]


def reply(world: WordPressWorld, comment: Comment, text: str = "my answer") -> Reply:
    return Reply("key", message(world, comment), text)


def sent(world: WordPressWorld, comment: Comment, text: str = "my answer") -> Message:
    """Answer a comment."""

    async def work(adapter: WordPress) -> Message:
        return await adapter.answer(await adapter.prepare(answer))

    answer = reply(world, comment, text)
    return run(world, work)
