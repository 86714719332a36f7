"""Facebook, answering: where an answer goes, what a write gives back, how much is used."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Refused,
    RetryAt,
)
from convo.adapters.facebook import Facebook
from convo.model import Ref
from convo.testing import Trouble, Where
from convo.testing.tools import Cursors, long_ago, read
from tests.adapters.facebook_page import Make, commented, fails, posted, prepared, said
from tests.adapters.facebook_scene import asked
from tests.adapters.facebook_scene import make as make
from tests.adapters.facebook_scene import world as world
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import reading, run
from tests.simulators.faults import Fault
from tests.simulators.messages import json_answer


def test_an_answer_goes_to_the_comments_of_a_comment_and_is_read_again(world: FacebookWorld) -> None:
    what = asked(world)
    request = prepared(world, what)
    run(world, lambda adapter: adapter.answer(request))
    [sent] = world.site.home.asked("POST")
    assert sent.path.endswith(f"_{what.uri.rpartition('/')[2]}/comments")
    assert parse_qs(sent.body.decode()) == {"message": ["my answer"]}
    assert world._of(what).message == "a question"
    latest = world.site.log[-1]
    assert (latest.method, "parent{id" in latest.first("fields")) == ("GET", True)


def test_an_answer_to_the_second_level_hangs_below_the_first(world: FacebookWorld) -> None:
    top = commented(world, "a question")
    below = commented(world, "and one more", to=top)
    request = prepared(world, said(world, below))
    message = run(world, lambda adapter: adapter.answer(request))
    assert message.parent_uri == world.uri_of(top)
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_a_post_on_the_page_is_answered_by_a_comment(world: FacebookWorld) -> None:
    post = posted(world, "hello Page", by="ana")
    request = prepared(world, said(world, post))
    message = run(world, lambda adapter: adapter.answer(request))
    assert message.parent_uri == world.uri_of(post)
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)
    assert isinstance(run(world, lambda adapter: adapter.find(request, (message.uri,))), Absent)


def test_a_comment_that_takes_no_answers_is_refused_before_anything_is_sent(world: FacebookWorld) -> None:
    made = commented(world, "a question", can_comment=False)
    with pytest.raises(Refused, match="lets nobody answer"):
        prepared(world, said(world, made))
    assert world.site.home.asked("POST") == []


# --- what a write gives back


def test_what_has_the_id_of_the_question_was_no_answer(world: FacebookWorld) -> None:
    """Sent to the comment itself, the words would have taken its place."""
    made = commented(world, "a question")
    request = prepared(world, said(world, made))
    for number in (made.id, made.number, int(made.number)):
        world.site.home.add(Fault(answer=json_answer({"id": number}), done=False), method="POST")
        with pytest.raises(Refused, match="may have changed what you answered"):
            run(world, lambda adapter: adapter.answer(request))


def test_an_answer_without_an_id_is_a_write_and_is_looked_for(world: FacebookWorld) -> None:
    request = prepared(world, asked(world))
    world.site.home.add(Fault(answer=json_answer({"success": True})), method="POST")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    proof = run(world, lambda adapter: adapter.find(request, ()))
    assert isinstance(proof, Found)
    assert len(world.standing()) == 1


def test_an_answer_without_an_id_that_took_the_place_of_the_question(world: FacebookWorld) -> None:
    made = commented(world, "a question")
    request = prepared(world, said(world, made))
    made.message = "my answer"
    world.site.home.add(Fault(answer=json_answer({"success": True}), done=False), method="POST")
    with pytest.raises(Refused, match="may have changed what you answered"):
        run(world, lambda adapter: adapter.answer(request))


@pytest.mark.parametrize("may", [True, False])
def test_what_was_put_somewhere_else_is_taken_back(world: FacebookWorld, may: bool) -> None:
    made = commented(world, "a question")
    other = commented(world, "another", by="ben")
    request = prepared(world, said(world, made))
    stray = commented(world, "my answer", by="me", to=other)
    world.site.home.add(Fault(answer=json_answer({"id": stray.id}), done=False), method="POST")
    if not may:
        world.site.home.add(fails(200), method="DELETE")
    with pytest.raises(Refused, match="convo deleted it again" if may else "delete it at"):
        run(world, lambda adapter: adapter.answer(request))
    assert (stray.number in world.state.comments) is not may


@pytest.mark.parametrize("kind", [Trouble.DOWN, Trouble.CUT_BEFORE, Trouble.HTML])
def test_an_answer_that_cannot_be_read_again_is_looked_for(world: FacebookWorld, kind: Trouble) -> None:
    request = prepared(world, asked(world))

    async def work(adapter: Facebook) -> None:
        world.trouble(kind, where=Where.FIND, times=2)
        await adapter.answer(request)

    with pytest.raises(Ambiguous):
        run(world, work)
    world.calm()
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_an_answer_that_lists_show_late_is_found_in_time(make: Make) -> None:
    world = make(lag=7, node_lag=True)
    request = prepared(world, asked(world))
    with pytest.raises(Ambiguous, match="does not show it yet"):
        run(world, lambda adapter: adapter.answer(request))
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Absent)
    adapter = world.adapter()
    world.pass_time(adapter.can.settle.total_seconds())
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_an_answer_is_found_among_hundreds(world: FacebookWorld) -> None:
    made = commented(world, "a question")
    for number in range(250):
        commented(world, f"number {number}", by="ben", to=made)
    request = prepared(world, said(world, made))
    world.someone_replies(said(world, made), "my answer", by="me")
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


# --- how much is used
def use(percent: int, minutes: int = 0) -> str:
    """The header that says so."""
    return json.dumps({"call_count": percent, "total_time": 1, "estimated_time_to_regain_access": minutes})


def test_from_three_quarters_on_convo_looks_less_often(world: FacebookWorld) -> None:
    what = asked(world)

    async def work(adapter: Facebook) -> None:
        cursors: Cursors = {}
        world.site.home.add(
            Fault(change=lambda answer: answer.with_headers(x_app_usage=use(100))), method="GET"
        )
        message = (await read(adapter, cursors, long_ago(world), most_pages=1)).messages
        assert not message
        with pytest.raises(RetryAt, match="looks less often") as caught:
            await read(adapter, cursors, long_ago(world))
        assert caught.value.at is not None
        assert caught.value.at > datetime.now(timezone.utc) + timedelta(minutes=10)

    with pytest.raises(RetryAt):
        run(world, work)
    assert what.uri in reading(world).uris


def test_an_answer_is_not_held_up_by_it(world: FacebookWorld) -> None:
    request = prepared(world, asked(world))

    async def work(adapter: Facebook) -> None:
        world.site.home.add(
            Fault(change=lambda answer: answer.with_headers(x_app_usage=use(99))), method="GET", times=99
        )
        await adapter.identify()
        await adapter.answer(request)
        await adapter.conversation(Ref(world.standing()[0].uri))

    run(world, work)
    assert len(world.standing()) == 1
