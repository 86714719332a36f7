"""What is special about Discourse: folded notifications, held posts, likeness, limits, dead keys, private messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.discourse import Discourse
from convo.model import Message, Reason, Ref, Visibility
from convo.testing import Said, Trouble, Where
from convo.testing.tools import Cursors, answer_to, long_ago, read, received
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.playing import reading, run
from tests.simulators._discourse_state import Topic
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer, text_answer

Make = Callable[..., DiscourseWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the site."""
    made: list[DiscourseWorld] = []

    def world(**options: Any) -> DiscourseWorld:
        made.append(DiscourseWorld(**options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


def change(world: DiscourseWorld, path: str, by: Callable[[Any], Any], method: str = "GET") -> None:
    """Change the JSON of answers."""

    def changed(answer: Answer) -> Answer:
        return json_answer(by(answer.json())) if answer.status == 200 and answer.body else answer

    world.site.home.add(Fault(change=changed), method=method, path=path, times=1_000)


def topic_of(world: DiscourseWorld, said: Said) -> Topic:
    return world.state.topics[world._of(said).topic]


def asked(world: DiscourseWorld, method: str, path: str) -> int:
    return len(world.site.home.asked(method, path))


def answered(world: DiscourseWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Discourse) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)


# --- what is read


@pytest.mark.parametrize("kind", [4, 5, 8, 12, 19, 25, 29, 34, 801])
def test_likes_badges_and_the_rest_are_no_speech(make: Make, kind: int) -> None:
    world = make()
    world.someone_mentions_me("hello")

    def other(body: Any) -> Any:
        for row in body["notifications"]:
            row["notification_type"] = kind
            row["topic_id"] = row["post_number"] = None
        return body

    change(world, "/notifications", other)
    found = reading(world)
    assert (found.messages, found.skipped) == ([], [])
    assert asked(world, "GET", "/t/") == 0


def test_a_folded_row_brings_every_message_behind_it_and_its_author(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said = [
        world.someone_replies(post, f"number {n}", by=name) for n, name in enumerate(("ana", "ben", "ana"))
    ]
    [row] = world.server.alerts.of(world.user_me)
    assert "replies" in row.data["display_username"]
    found = reading(world)
    assert {one.uri: one.author.handle for one in found.messages} == {
        one.uri: world.state.users[int(one.uid.rpartition("-")[2])].username for one in said
    }


def test_a_folded_row_that_was_replaced_hides_nothing(make: Make) -> None:
    world, cursors = make(), Cursors()
    post = world.i_post("mine")
    first = world.someone_replies(post, "first")
    assert reading(world, cursors=cursors).uris == {first.uri}
    second = world.someone_replies(post, "second", by="ben")
    # Somebody reads the second on the web; the row that comes then begins at the third.
    world.server.alerts.read(world.user_me, {row.id for row in world.server.alerts.of(world.user_me)})
    third = world.someone_replies(post, "third")
    assert {second.uri, third.uri} <= reading(world, cursors=cursors).uris


def test_a_long_topic_behind_one_row_is_read_in_pages(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said = [world.someone_replies(post, f"number {n}", by="ben" if n % 2 else "ana") for n in range(90)]
    found = reading(world)
    assert {one.uri for one in said} <= found.uris
    assert found.pages > 1


def test_a_short_page_is_not_the_end(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(70)]

    def fewer(body: Any) -> Any:
        body["notifications"] = [row for row in body["notifications"] if row["topic_id"] % 2]
        return body

    change(world, "/notifications", fewer)
    kept = {one.uri for one in said if world._of(one).topic % 2}
    assert reading(world).uris == kept


def test_a_topic_that_is_not_for_the_account_any_more_is_left_out(make: Make) -> None:
    world = make()
    lost, kept = world.someone_mentions_me("lost"), world.someone_mentions_me("kept")
    number = topic_of(world, lost).id
    body = b'{"errors":["no"],"error_type":"invalid_access"}'
    world.site.home.add(Fault(answer=Answer(403, body)), method="GET", path=f"/t/{number}/", times=9)
    found = reading(world)
    assert found.uris == {kept.uri}


def test_a_reply_without_a_link_is_still_a_reply(make: Make) -> None:
    world = make()
    theirs = world.someone_posts("theirs")
    mine = world.i_answer_elsewhere(theirs, "my words")
    world.someone_replies(mine, "an answer", by="ben")

    def unlinked(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["reply_to_post_number"] = None
        return body

    change(world, "/t/", unlinked)
    [message] = reading(world).messages
    assert message.claim is Reason.COMMENT
    [again] = run(world, lambda adapter: adapter.lookup([message.ref])).messages
    assert again.claim is Reason.COMMENT


def test_a_group_that_was_named_is_the_user(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("look")

    def grouped(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["cooked"] = '<p><a class="mention-group" href="/groups/team">@team</a> look</p>'
        return body

    change(world, "/t/", grouped)
    change(world, "/notifications", lambda body: _typed(body, 15))
    message = reading(world).of(said)
    assert message.text == "@team look"
    assert [mention.uid for mention in message.mentions] == [world.me]


def _typed(body: Any, kind: int) -> Any:
    for row in body["notifications"]:
        row["notification_type"] = kind
    return body


def test_the_site_itself_says_nothing(make: Make) -> None:
    world = make()
    world.someone_mentions_me("welcome")

    def system(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["user_id"] = -1
        return body

    change(world, "/t/", system)
    assert reading(world).messages == []


def test_a_hidden_post_and_a_small_action(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said, action = world.someone_replies(post, "flagged"), world.someone_replies(post, "closed this")

    def marked(body: Any) -> Any:
        for one in body["post_stream"]["posts"]:
            one["hidden"] = one["post_number"] == world._of(said).number
            one["post_type"] = 3 if one["post_number"] == world._of(action).number else 1
        return body

    change(world, "/t/", marked)
    [message] = reading(world).messages
    assert (message.uri, bool(message.filtered)) == (said.uri, True)


def test_a_private_message_shows_who_reads_it(make: Make) -> None:
    world = make()
    topic = world._topic("ana", "Between us", None, "ana", "ben", "me")
    said = world._write("ana", "only for you two", topic)

    async def work(adapter: Discourse) -> Message:
        message = await received(adapter, world, said)
        assert message.visibility is Visibility.DIRECT
        assert message.flat
        assert [one.uid for one in adapter.audience(message)] == [world.uid("ana"), world.uid("ben")]
        assert {one.uid for one in message.mentions} == {world.uid("ben")}
        return await adapter.answer(await adapter.prepare(answer_to(adapter, message, "to both")))

    sent = run(world, work)
    assert sent.visibility is Visibility.DIRECT
    assert world.standing()[0].visibility is Visibility.DIRECT


def test_own_words_in_a_private_message_are_read(make: Make) -> None:
    world = make()
    said = world.someone_writes_directly("hello")
    assert said
    mine = world.i_answer_elsewhere(said, "my answer")
    own = reading(world, ChannelKind.OWN).of(mine)
    assert own.visibility is Visibility.DIRECT
    assert own.mentions == ()


def test_a_conversation_far_down_a_long_topic_costs_few_requests(make: Make) -> None:
    world = make()
    root = world.someone_posts("the first")
    topic = topic_of(world, root)
    for number in range(150):
        world._write("ben", f"chatter {number}", topic)
    mine = world.i_answer_elsewhere(root, "my words")
    said = world.someone_replies(mine, "far down")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        before = world.requests()
        conversation = await adapter.conversation(message.ref)
        uris = {one.uri for one in conversation.messages}
        assert {root.uri, mine.uri, said.uri} <= uris
        assert conversation.partial
        assert world.requests() - before <= 5

    run(world, work)


# --- answering


def test_a_lost_answer_that_is_too_similar_is_found(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        [standing] = world.standing()
        # Sent once more although it arrived: the site says that it is too similar, in its own language.
        again = await adapter.answer(request)
        assert again.uri == standing.uri

    run(world, work)
    assert len(world.standing()) == 1


def test_what_is_too_similar_to_older_words_is_refused_in_the_sites_words(make: Make) -> None:
    world = make()
    said, other = world.someone_mentions_me("a question"), world.someone_mentions_me("another", by="ben")
    answered(world, said, "yes, of course")
    with pytest.raises(Refused, match="too similar"):
        answered(world, other, "yes, of course")
    assert len(world.standing()) == 1


def test_what_waits_for_approval_is_sent_and_then_replaced(make: Make) -> None:
    world = make(approve=True)
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        held = await adapter.answer(request)
        assert (held.parent_uri, held.author.uid, held.text) == (said.uri, world.me, "my answer")
        assert "answer" in held.refusals
        assert (await adapter.lookup([held.ref])).gone == ()
        found = await adapter.find(request, ())
        assert isinstance(found, Found)
        assert found.message.uri == held.uri
        world.state.pending.clear()  # approved, or thrown away: another message takes its place, or none
        assert (await adapter.lookup([held.ref])).gone == (held.uri,)

    run(world, work)
    assert len(world.writes()) == 1


def test_where_held_posts_are_not_listed_it_counts_as_waiting(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    told = json_answer({"errors": ["Not found."], "error_type": "not_found"}, 404)
    world.site.home.add(Fault(answer=told), method="GET", path="pending", times=9)
    looked = run(world, lambda adapter: adapter.lookup([Ref(f"{said.uri}#pending-abcdef0123456789")]))
    assert looked.gone == ()


@pytest.mark.parametrize(
    ("text", "words"), [("no", "Too short"), ("   ", "nothing"), ("x" * 32_001, "Too long")]
)
def test_lengths_are_said_before_sending(make: Make, text: str, words: str) -> None:
    world = make(min_length=5)
    said = world.someone_mentions_me("a question")
    with pytest.raises(Refused, match=words):
        answered(world, said, text)
    assert world.writes() == []


def test_a_site_that_tells_no_limits_is_asked_all_the_same(make: Make) -> None:
    world = make(settings_open=False)
    said = world.someone_mentions_me("a question")
    answered(world, said)
    assert len(world.standing()) == 1


def test_an_archived_topic_and_one_i_may_not_write_in(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    change(world, "/t/", lambda body: {**body, "details": {"can_create_post": False}})
    with pytest.raises(Refused, match="closed"):
        answered(world, said)


def test_an_old_site_answers_with_the_post_alone(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    change(world, "/posts", lambda body: body.get("post", body), "POST")
    assert answered(world, said).uri == world.standing()[0].uri


# --- keys, limits, refusals


def test_a_closed_door_is_no_dead_key(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        topic_of(world, said).allowed = {1}  # now for others only
        body = b'{"errors":["no"],"error_type":"invalid_access"}'
        world.site.home.add(Fault(answer=Answer(403, body)), method="GET", path="/t/", times=9)
        with pytest.raises(Refused):
            await adapter.conversation(message.ref)
        assert (await adapter.lookup([message.ref])).gone == (said.uri,)
        assert (await adapter.identify()).person.uid == world.me

    run(world, work)


def test_a_suspended_account_must_sign_in_again(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        world.user_me.suspended = True
        for call in (
            lambda: adapter.fetch("notifications", "", long_ago(world)),
            lambda: adapter.conversation(message.ref),
            adapter.identify,
        ):
            with pytest.raises(SignInAgain, match="convo login forum"):
                await call()

    run(world, work)


def test_a_firewalls_page_is_no_dead_key(make: Make) -> None:
    world = make()
    world.site.home.add(Fault(answer=text_answer("<html>Checking your browser", 403)), method="GET", times=9)
    with pytest.raises(Refused, match="firewall"):
        run(world, lambda adapter: adapter.identify())


@pytest.mark.parametrize("told", ["header", "body"])
def test_the_days_allowance_is_said_and_waited_for(make: Make, told: str) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    headers = {"discourse-rate-limit-error-code": "user_api_key_limiter_1_day"}
    body: dict[str, Any] = {"errors": ["slow down"], "error_type": "rate_limit"}
    if told == "header":
        headers["retry-after"] = "3600"
    else:
        body["extras"] = {"wait_seconds": 3600, "time_left": "an hour"}

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        answer = json_answer(body, 429).with_headers(**headers)
        world.site.home.add(Fault(answer=answer), times=9)
        for call in (
            lambda: adapter.fetch("notifications", "", long_ago(world)),
            lambda: adapter.answer(request),
        ):
            with pytest.raises(RetryAt, match="today") as caught:
                await call()
            assert caught.value.at is not None
            assert 3500 < (caught.value.at - world.now()).total_seconds() < 3700

    run(world, work)
    assert world.standing() == []


def test_the_limiter_in_front_speaks_no_json(make: Make) -> None:
    world = make()

    async def work(adapter: Discourse) -> None:
        world.state.options.ip_limit = True
        with pytest.raises(RetryAt) as caught:
            await adapter.fetch("notifications", "", long_ago(world))
        assert caught.value.at is not None

    run(world, work)


def test_a_first_look_fits_into_a_keys_minute(make: Make) -> None:
    world = make(limits=True)
    said = [world.someone_mentions_me(f"number {n}") for n in range(40)]

    async def work(adapter: Discourse) -> None:
        cursors: dict[str, str] = {}
        found: set[str] = set()
        for _ in range(12):
            try:
                for _ in range(9):
                    found |= (await read(adapter, cursors, long_ago(world), most_pages=1)).uris
            except RetryAt:
                world.pass_time(61)
        assert {one.uri for one in said} <= found

    run(world, work)


def test_a_look_up_that_is_cut_short_gives_what_it_found(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(3)]

    async def work(adapter: Discourse) -> None:
        found = await read(adapter, {}, long_ago(world))
        number = topic_of(world, said[1]).id
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path=f"/t/{number}/", times=9)
        looked = await adapter.lookup([found.of(one).ref for one in said])
        assert [one.uri for one in looked.messages] == [said[0].uri]
        assert looked.gone == ()

    run(world, work)


def test_what_must_be_known_to_judge_an_answer_is_never_left_out(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(3)]

    async def work(adapter: Discourse) -> None:
        number = topic_of(world, said[1]).id
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path=f"/t/{number}/", times=9)
        with pytest.raises(RetryAt):
            await adapter.lookup([Ref(one.uri) for one in said])

    run(world, work)


def test_after_a_limit_a_few_topics_are_looked_up_in_turn(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(12)]

    async def work(adapter: Discourse) -> None:
        refs = [one.ref for one in (await read(adapter, {}, long_ago(world))).messages]
        assert len((await adapter.lookup(refs)).messages) == 12
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path="/notifications")
        with pytest.raises(RetryAt):
            await adapter.fetch("notifications", "", long_ago(world))
        found: set[str] = set()
        for _ in range(3):
            looked = (await adapter.lookup(refs)).messages
            assert len(looked) == 5
            found |= {one.uri for one in looked}
        assert found == {one.uri for one in said}

    run(world, work)


# --- what else can be done


def test_nothing_is_marked_read_without_a_number(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    other = world.someone_posts("to nobody")

    async def work(adapter: Discourse) -> None:
        for data in ("", "{}", '{"topic":640,"note":0}', '{"topic":640,"note":-1}', "nonsense"):
            await adapter.mark_read(Ref(other.uri, "1", data))
            await adapter.mark_read(Ref("https://elsewhere.example/t/640/1", "1", data))
        assert world.site.home.asked("PUT", "mark-read") == []
        await adapter.mark_read(Ref(said.uri))
        await adapter.mark_read((await received(adapter, world, said)).ref)

    run(world, work)
    [row] = world.server.alerts.of(world.user_me)
    assert row.read
    assert {str(request.json()) for request in world.site.home.asked("PUT", "mark-read")} == {
        f"{{'id': {row.id}}}"
    }


def test_what_shares_a_notification_is_marked_by_it(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    world.someone_replies(post, "first")
    second = world.someone_replies(post, "second", by="ben")

    async def work(adapter: Discourse) -> None:
        await adapter.mark_read((await received(adapter, world, second)).ref)

    run(world, work)
    assert all(row.read for row in world.server.alerts.of(world.user_me))


def test_what_was_read_on_the_site_is_found_though_its_row_was_replaced(make: Make) -> None:
    world, cursors = make(), Cursors()
    mine = world.i_post("mine")
    first = world.someone_replies(mine, "the first reply", by="ben")
    topic_of(world, first).last_read[world.user_me.id] = world._of(first).number
    second = world.someone_replies(mine, "the second reply", by="cleo")
    assert len(world.server.alerts.of(world.user_me)) == 1
    found = reading(world, ChannelKind.INCOMING, ChannelKind.SLOW, cursors=cursors)
    assert {first.uri, second.uri} <= found.uris
    before = asked(world, "GET", "/user_actions")
    assert reading(world, ChannelKind.SLOW, cursors=cursors).messages == []
    assert asked(world, "GET", "/user_actions") - before == 1


def test_staff_changes_nobody_elses_words(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    world.user_me.staff = True

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        with pytest.raises(Refused, match="author"):
            await adapter.edit(message.ref, "put into their mouth")
        with pytest.raises(Refused, match="author"):
            await adapter.delete(message.ref)

    run(world, work)
    assert "a question" in world._of(said).raw


def test_a_conversation_around_what_never_was(make: Make) -> None:
    world = make()
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(Ref("https://elsewhere.example/t/1/1")))
