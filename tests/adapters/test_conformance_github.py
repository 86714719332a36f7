"""The GitHub adapter keeps the contract, on github.com and on an Enterprise server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite, World
from convo.testing.delivering import DeliveringSuite
from convo.testing.reading import ReadingSuite
from convo.testing.tools import acted, received, signed_in
from tests.adapters.github_world import EnterpriseWorld, GitHubWorld
from tests.simulators.github_schema import complaints


def _world(built: GitHubWorld) -> Iterator[GitHubWorld]:
    yield built
    built.stop()
    assert complaints(built.site.home.log) == [], "GitHub describes no such request"


class _Suite(AdapterSuite):
    @acted
    async def test_a_conversation_has_its_ancestors_and_answers(self, world: World) -> None:
        """An issue is flat: what others say there answers the newest words of the user, or the issue."""
        root = world.someone_posts("the root")
        post = world.i_answer_elsewhere(root, "mine")
        reply = world.someone_replies(post, "a reply", by="ben")
        below = world.someone_replies(reply, "and below it", by="ana")
        adapter = await signed_in(world)
        conversation = await adapter.conversation((await received(adapter, world, reply)).ref)
        found = {message.uri: message for message in conversation.messages}
        assert {one.uri for one in (root, post, reply, below)} <= set(found)
        assert conversation.partial == ""
        assert all(found[one.uri].flat for one in (root, post, reply, below))
        assert found[post.uri].parent_uri == root.uri
        assert found[reply.uri].parent_uri == post.uri
        assert found[below.uri].parent_uri in (root.uri, post.uri)


class TestGitHub(_Suite):
    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        yield from _world(GitHubWorld())


class TestLate(DeliveringSuite):
    """What was written can be listed only after twenty seconds; the adapter's settle time is longer."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        yield from _world(GitHubWorld(post_lands_late=20))


class TestPlain(ReadingSuite):
    """No conditional requests, own words move no thread, a list that ends."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        yield from _world(GitHubWorld(conditional=False, own_updates=False, retention=300))


@pytest.mark.slow
class TestEnterprise(_Suite):
    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        yield from _world(EnterpriseWorld(minimized=False))
