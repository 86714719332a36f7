"""GitHub: limits, scopes, single sign-on, tokens; how each is told apart and said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from convo.adapters.contract import ChannelKind, Refused, RetryAt, SignInAgain, Verb
from convo.testing.tools import answer_to
from tests.adapters.github_scene import Scene, one, play
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def says(status: int, words: str, **headers: str) -> Fault:
    """An answer of an error."""
    return Fault(
        answer=json_answer({"message": words, "status": str(status)}, status).with_headers(**headers)
    )


def epoch(s: Scene, seconds: int) -> str:
    return str(int(s.clock.now().timestamp()) + seconds)


async def refused(s: Scene, fault: Fault) -> Exception:
    """What the adapter makes of an error of the list of notifications."""
    s.site.home.add(fault, method="GET", path="/notifications")
    with pytest.raises((Refused, RetryAt, SignInAgain)) as caught:
        await s.read()
    return caught.value


def wait(error: Exception, s: Scene) -> float:
    """Seconds until the next try."""
    assert isinstance(error, RetryAt)
    assert error.at is not None
    return (error.at - s.clock.now()).total_seconds()


def test_one_status_has_four_meanings() -> None:
    async def act(s: Scene) -> None:
        error = await refused(s, says(403, SECONDARY, retry_after="90"))
        assert 85 < wait(error, s) < 100
        limit = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": epoch(s, 1200)}
        assert (
            1190
            < wait(await refused(s, says(403, "API rate limit exceeded for user ID 1.", **limit)), s)
            < 1230
        )
        page = "https://github.com/orgs/acme/sso?authorization_request=A1"
        error = await refused(
            s, says(403, "Resource protected by organization SAML", x_github_sso=f"required; url={page}")
        )
        assert isinstance(error, Refused)
        assert page in error.words
        error = await refused(s, says(403, "Unable to create comment because issue is locked."))
        assert isinstance(error, Refused)
        assert "issue is locked" in error.words

    play(act)


def test_a_secondary_limit_without_a_time_waits_a_minute_and_not_for_the_primary_one() -> None:
    async def act(s: Scene) -> None:
        headers = {"x_ratelimit_remaining": "4800", "x_ratelimit_reset": epoch(s, 3000)}
        assert 55 < wait(await refused(s, says(403, SECONDARY, **headers)), s) < 70
        assert 55 < wait(await refused(s, says(429, SECONDARY, **headers)), s) < 70

    play(act)


def test_the_limit_of_graphql_is_a_limit() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        fault = Fault(
            answer=Answer(
                200,
                b'{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}',
                {
                    "content-type": "application/json",
                    "x-ratelimit-remaining": "0",
                    "x-ratelimit-reset": epoch(s, 600),
                },
            )
        )
        s.site.home.add(fault, method="POST", path="/graphql")
        with pytest.raises(RetryAt) as caught:
            await s.read()
        assert 590 < wait(caught.value, s) < 630
        assert one(await s.read(), "@me one")

    play(act)


@pytest.mark.parametrize("secondary", ["60", ""])
def test_too_many_writes_are_tried_later(secondary: str) -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        adapter = s.adapter()
        parent = one(await s.read(adapter=adapter), "@me one")
        requests = [await adapter.prepare(answer_to(adapter, parent, f"answer {n}")) for n in range(2)]
        await adapter.answer(requests[0])
        with pytest.raises(RetryAt) as caught:
            await adapter.answer(requests[1])
        assert 50 < wait(caught.value, s) < 70
        assert len(issue.comments) == 1

    play(act, secondary_writes=1, secondary_after=secondary)


def test_a_node_that_is_hidden_now_is_not_gone() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        s.forge.open(s.ana, s.own, "Two", "two", at=s.tick())
        reading = await s.read()
        refs = [one(reading, "@me one").ref, one(reading, "two").ref]
        s.server.quirks.sso_organisations.add("acme")
        looked = await s.adapter().lookup(refs)
        assert [message.text for message in looked.messages] == ["two"]
        assert looked.gone == ()

    play(act)


def test_an_answer_that_is_half_an_error_is_asked_for_again() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        message = one(await s.read(), "@me one")
        body = {
            "data": {"nodes": [None]},
            "errors": [{"message": "Something went wrong while executing your query."}],
        }
        s.site.home.add(Fault(answer=json_answer(body)), method="POST", path="/graphql")
        with pytest.raises(RetryAt, match="Something went wrong"):
            await s.adapter().lookup([message.ref])
        assert (await s.adapter().lookup([message.ref])).gone == ()

    play(act)


def test_what_is_wrong_with_an_answer_is_said_in_githubs_words() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        adapter = s.adapter()
        request = await adapter.prepare(answer_to(adapter, one(await s.read(), "@me one"), "yes"))
        long = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
        body = {
            "message": "Validation Failed",
            "errors": [{**long, "message": "Body is too long (maximum is 65536 characters)"}],
        }
        s.site.home.add(Fault(answer=json_answer(body, 422)), method="POST", path="/comments")
        with pytest.raises(Refused, match="maximum is 65536"):
            await adapter.answer(request)

    play(act)


@pytest.mark.parametrize(
    ("scopes", "fine", "words"),
    [
        ("notifications, repo, user", True, "The token has notifications, repo, user."),
        ("repo", True, "nobody can be blocked"),
        ("notifications, public_repo", True, "private repositories are not read"),
        ("notifications", False, "can read, and not answer"),
        ("public_repo, user", False, "lacks the scope notifications"),
    ],
)
def test_missing_scopes_are_named(scopes: str, fine: bool, words: str) -> None:
    async def act(s: Scene) -> None:
        [finding] = [finding for finding in await s.adapter().check() if finding.what == "scopes"]
        assert (finding.fine, words in finding.words) == (fine, True), finding

    play(act, scopes=scopes)


def test_without_the_scope_for_notifications_it_says_which_one() -> None:
    async def act(s: Scene) -> None:
        with pytest.raises(Refused, match="notifications"):
            await s.read()
        assert any(
            not finding.fine for finding in await s.adapter().check() if finding.what == "notifications"
        )

    play(act, scopes="public_repo")


def test_without_the_scope_for_people_nobody_is_blocked() -> None:
    async def act(s: Scene) -> None:
        adapter = s.adapter()
        await adapter.identify()
        assert Verb.BLOCK not in adapter.can.verbs
        with pytest.raises(Refused, match="scope user"):
            await adapter.block(f"{s.base}/user/{s.ana.id}", True)
        before = len(s.asked())
        assert (await s.read(ChannelKind.PEOPLE, adapter=adapter)).hidden is None
        assert len(s.asked()) == before

    play(act, scopes="notifications, repo")


def test_a_clock_that_is_wrong_is_found() -> None:
    async def act(s: Scene) -> None:
        s.clock.step(timedelta(minutes=5).total_seconds())
        [finding] = [finding for finding in await s.adapter().check() if finding.what == "clock"]
        assert not finding.fine

    play(act)
