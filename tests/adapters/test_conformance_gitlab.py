"""The GitLab adapter keeps the contract, on gitlab.com and on an older server in a folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite, World
from convo.testing.delivering import DeliveringSuite
from convo.testing.tools import acted, received, signed_in
from tests.adapters.gitlab_world import GitLabWorld
from tests.simulators.gitlab_schema import complaints


def _world(built: GitLabWorld) -> Iterator[GitLabWorld]:
    yield built
    built.stop()
    assert complaints(built.site.home.log, built.server.quirks.folder) == [], (
        "GitLab documents no such request"
    )


class _Suite(AdapterSuite):
    @acted
    async def test_a_conversation_has_its_ancestors_and_answers(self, world: World) -> None:
        """A thread is flat inside: what others say there answers the newest words of the user, or the first note."""
        root = world.someone_posts("the root")
        post = world.i_answer_elsewhere(root, "mine")
        reply = world.someone_replies(post, "a reply", by="ben")
        below = world.someone_replies(reply, "and below it", by="ana")
        adapter = await signed_in(world)
        conversation = await adapter.conversation((await received(adapter, world, reply)).ref)
        found = {message.uri: message for message in conversation.messages}
        assert {one.uri for one in (root, post, reply, below)} <= set(found)
        assert conversation.partial == ""
        assert found[post.uri].parent_uri == root.uri
        assert found[reply.uri].parent_uri == post.uri
        assert found[below.uri].parent_uri == post.uri


class TestGitLab(_Suite):
    @pytest.fixture
    def world(self) -> Iterator[GitLabWorld]:
        yield from _world(GitLabWorld())


class TestLate(DeliveringSuite):
    """What was written can be listed only after three seconds."""

    @pytest.fixture
    def world(self) -> Iterator[GitLabWorld]:
        yield from _world(GitLabWorld(post_lands_late=3))


@pytest.mark.slow
class TestOlder(_Suite):
    """In a folder, without totals, filters and internal notes; every mention makes a to-do of its own."""

    @pytest.fixture
    def world(self) -> Iterator[GitLabWorld]:
        old = {"activity_filter": False, "internal": False, "totals": False, "one_todo": False}
        yield from _world(GitLabWorld(folder="/gitlab", rate_headers=False, **old))
