"""Mastodon, reading: what comes through each channel from servers of each kind, and what a message says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import (
    Refused,
)
from convo.adapters.mastodon import Mastodon
from convo.model import Mention, Message, Page, Quote, Visibility
from tests.adapters.mastodon_scene import KINDS, Make, World, asked, drain
from tests.adapters.mastodon_scene import make as make
from tests.simulators import faults
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer


@pytest.mark.parametrize("kind", [*KINDS, "pixelfed"])
def test_a_backlog_is_read_without_hole_or_repeat(make: Make, kind: str) -> None:
    world = make("mastodon", min_id="inclusive") if kind == "pixelfed" else make(kind)
    first = [world.say(world.zoe, f"@me early {number}") for number in range(100)]
    world.clock.step(3600)

    async def work(adapter: Mastodon) -> tuple[Page, Page, Page, int]:
        start = await drain(adapter)
        later = [world.say(world.zoe, f"@me late {number}") for number in range(200)]
        world.expected = later  # type: ignore[attr-defined]
        caught = await drain(adapter, cursor=start.cursor)
        before = world.site.home.asked("GET", "/api/v1/notifications")
        quiet = await drain(adapter, cursor=caught.cursor)
        after = world.site.home.asked("GET", "/api/v1/notifications")
        return start, caught, quiet, len(after) - len(before)

    start, caught, quiet, cost = world.run(work)
    assert {message.uri for message in start.messages} == {status.uri for status in first}
    late = {status.uri for status in world.expected}  # type: ignore[attr-defined]
    assert late <= {message.uri for message in caught.messages}
    assert quiet.messages == ()
    assert cost == 1
    if not {kind} & {"hollo", "snac"}:
        assert [message.text.split()[-1] for message in caught.messages] == [
            str(number) for number in range(200)
        ]
        assert len(caught.messages) == 200


def test_requests_always_state_types_and_limit(make: Make) -> None:
    world = make()
    world.say(world.zoe, "@me hi")
    world.run(drain)
    (query,) = {
        request.target.partition("?")[2].split("&max_id")[0]
        for request in world.site.home.asked("GET", "/notif")
    }
    assert query == "types%5B%5D=mention&types%5B%5D=quote&include_filtered=true&limit=80"


def test_a_server_that_refuses_a_kind_it_does_not_know_is_asked_for_mentions(make: Make) -> None:
    world = make()
    status = world.say(world.zoe, "@me hi")
    refusal = faults.refuses(400, b'{"error":"Invalid value for enum."}')
    world.site.home.add(refusal, path="/api/v1/notifications")

    async def work(adapter: Mastodon) -> Page:
        page = await drain(adapter)
        await drain(adapter, cursor=page.cursor)
        return page

    assert [message.uri for message in world.run(work).messages] == [status.uri]
    types = [request.every("types") for request in world.site.home.asked("GET", "/api/v1/notifications")]
    assert types[0] == ["mention", "quote"]
    assert types[1:] == [["mention"]] * (len(types) - 1)
    world.site.home.add(faults.refuses(400), path="/api/v1/notifications", times=2)
    with pytest.raises(Refused):
        world.run(drain)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_run_goes_back_to_since_and_can_be_resumed(make: Make, kind: str) -> None:
    world = make(kind)
    for number in range(250):
        world.say(world.zoe, f"@me {number}")
        world.clock.step(10)
    since = world.clock.now() - timedelta(seconds=11 * 170)

    async def work(adapter: Mastodon) -> list[str]:
        texts: list[str] = []
        cursor, more = "", True
        while more:
            fresh = world.adapter()
            page = await fresh.fetch("mentions", cursor, since)
            await fresh.close()
            texts += [message.text for message in page.messages]
            cursor, more = page.cursor, page.more
        return texts

    texts = world.run(work)
    assert sorted(int(text.split()[-1]) for text in texts) == list(range(80, 250))


def test_a_next_link_to_another_place_is_not_followed(make: Make) -> None:
    world = make()
    for number in range(100):
        world.say(world.zoe, f"@me {number}")
    away = f'<{world.site.elsewhere.url}/api/v1/notifications?max_id=1>; rel="next"'
    world.site.home.add(faults.linked(away), path="/api/v1/notifications", times=50)
    world.run(drain)
    assert world.site.leaked("token") == []
    assert not [request for request in world.site.log if request.origin == world.site.elsewhere.url]


def test_a_cursor_of_another_place_finds_everything_again(make: Make) -> None:
    """A restored server counts from the beginning again: ids below the cursor come, and are taken."""
    world = make(min_id="ignored")
    status = world.say(world.zoe, "@me hi")
    cursor = json.dumps({"top": "9" * 20, "at": "2020-01-01T00:00:00Z"})
    page = world.run(lambda adapter: drain(adapter, cursor=cursor))
    assert [message.uri for message in page.messages] == [status.uri]
    garbage = world.run(lambda adapter: drain(adapter, cursor="not json"))
    assert [message.uri for message in garbage.messages] == [status.uri]


def test_filtered_notifications_are_read_and_marked(make: Make) -> None:
    world = make()
    world.me.filter_strangers = True
    world.say(world.zoe, "@me hello")

    async def work(adapter: Mastodon) -> list[Message]:
        (message,) = (await drain(adapter)).messages
        (again,) = (await adapter.lookup([message.ref])).messages
        return [message, again, *(await adapter.conversation(message.ref)).messages]

    found = world.run(work)
    assert [message.filtered for message in found] == ["filtered notifications"] * 3
    assert len({message.data for message in found}) == 1


def test_the_users_own_filters_mark_what_they_match(make: Make) -> None:
    world = make()

    def with_filter(name: str, context: list[str] | None, action: str) -> None:
        rule = {"title": name, "context": context, "filter_action": action}
        world.say(world.zoe, f"@me {name}").extra["filtered"] = [{"filter": rule, "keyword_matches": ["x"]}]

    with_filter("hidden", ["notifications"], "hide")
    with_filter("warned", None, "brand-new")
    with_filter("home only", ["home"], "hide")
    with_filter("pictures", ["notifications"], "blur")
    found = {message.text.split(" ", 1)[1]: message.filtered for message in world.run(drain).messages}
    assert found == {
        "hidden": "your filter hidden",
        "warned": "your filter warned",
        "home only": "",
        "pictures": "",
    }


def test_other_kinds_are_dropped_and_broken_items_are_named(make: Make) -> None:
    world = make()
    for kind in ("favourite", "reblog", "follow", "poll", "brand_new", "admin.report", "emoji_reaction"):
        world.net.notify(world.me, kind, world.say(world.zoe, "x"), world.clock.now())
    broken = world.say(world.zoe, "@me broken")
    broken.extra = {"created_at": "yesterday"}
    worse = world.say(world.zoe, "@me worse")
    worse.extra = {"account": None}
    world.net.notify(world.me, "mention", world.say(world.zoe, "x"), world.clock.now())
    world.net.notifications[-1].extra = {"status": None}
    good = world.say(world.zoe, "@me good")

    def unfiltered(answer: Answer) -> Answer:
        views = world.server.reads.views
        items = [views(_call(world)).notification(note) for note in reversed(world.net.notifications)]
        return json_answer([*items, {"id": None}, "nonsense"])

    world.site.home.add(Fault(change=unfiltered), path="/api/v1/notifications")
    page = world.run(drain)
    assert [message.uri for message in page.messages] == [good.uri]
    assert len(page.skipped) == 5


def _call(world: World) -> Any:
    from tests.simulators._mastodon_calls import Call
    from tests.simulators.messages import Request

    return Call(Request("GET", "/", {}), world.server.quirks, world.me, world.site.home.url)


def test_what_a_message_says(make: Make) -> None:
    world = make()
    parent = world.say(world.me, "What shall I cook?")
    status = world.say(
        world.zoe,
        "@me @bob soup https://ex.org/a/very/long/path/that/is/cut and @bob again",
        to=parent,
        visibility="unlisted",
        spoiler="food",
        language="en",
        edited_at=world.clock.now(),
    )
    status.media = [
        {"id": "1", "type": "image", "url": "https://m.example/1.png", "description": "a bowl\x1b"},
        {"id": "2", "type": "unknown", "url": None, "remote_url": None, "description": None},
    ]
    status.extra["poll"] = {
        "options": [{"title": "yes", "votes_count": 3}, {"title": "no"}],
        "votes_count": 3,
    }
    (message,) = world.run(drain).messages
    assert message.text == (
        "@me@m.example @bob@m.example soup https://ex.org/a/very/long/path/that/is/cut and @bob@m.example again"
    )
    assert message.author.uid == "https://other.example/@zoe"
    assert (message.author.handle, message.author.name) == ("zoe@other.example", "Zoé")
    assert message.uri == status.uri
    assert message.parent_id == parent.id
    assert message.content_warning == "food"
    assert message.visibility is Visibility.UNLISTED
    assert message.edited_at == status.edited_at
    assert message.mentions == (
        Mention("https://m.example/@me", "me@m.example", leading=True),
        Mention("https://m.example/@bob", "bob@m.example", leading=False),
    )
    assert [(one.kind, one.url, one.alt) for one in message.attachments] == [
        ("picture", "https://m.example/1.png", "a bowl"),
        ("file", "", ""),
        ("poll", status.url, "yes\nno"),
    ]
    assert [link.url for link in message.links] == ["https://ex.org/a/very/long/path/that/is/cut"]
    assert message.more_below


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        (
            {"state": "accepted", "quoted_status": "POST"},
            Quote("POST", "https://m.example/@me", "Me", "my words"),
        ),
        ({"state": "deleted", "quoted_status": None}, Quote("", "", "", "The quoted message was deleted.")),
        ({"state": "brand_new"}, Quote("", "", "", "The quoted message is not visible to you.")),
        (
            {"state": "muted_account", "quoted_status": "POST"},
            Quote("", "", "", "The quoted message is by somebody you muted."),
        ),
        ("POST", Quote("POST", "https://m.example/@me", "Me", "my words")),
        (None, None),
        ("nonsense", None),
    ],
)
def test_quotes_in_every_state(make: Make, quote: Any, quoted: Quote | None) -> None:
    world = make()
    post = world.say(world.me, "my words")
    shown = world.server.reads.views(_call(world)).status(post)
    if isinstance(quote, dict) and quote.get("quoted_status") == "POST":
        quote = {**quote, "quoted_status": shown}
    elif quote == "POST":
        quote = shown
    status = world.say(world.zoe, "@me look")
    status.content = '<p class="quote-inline">RE: x</p><p>look</p>'
    status.extra["quote"] = quote
    (message,) = world.run(drain).messages
    expected = () if quoted is None else (replace(quoted, uri=post.uri if quoted.uri else ""),)
    assert message.quotes == expected
    assert ("RE:" in message.text) == (quoted is None)


def test_a_quote_of_mine_that_is_not_shown_still_names_me(make: Make) -> None:
    world = make()
    post = world.say(world.me, "my words")
    status = world.say(world.zoe, "look", quoting=post)
    status.extra["quote"] = {"state": "pending", "quoted_status": None}
    (message,) = world.run(drain).messages
    assert message.quotes[0].uid == "https://m.example/@me"


def test_answers_in_my_thread_carry_their_true_parent(make: Make) -> None:
    """`in_reply_to_account_id` skips over self-replies: the parent's own author counts, so its id is what is kept."""
    world = make()
    root = world.say(world.me, "root")
    middle = world.say(world.zoe, "@me one", to=root)
    last = world.say(world.bob, "@zoe@other.example @me two", to=middle)
    last.extra["in_reply_to_account_id"] = world.me.id
    found = {message.uri: message for message in world.run(drain).messages}
    assert found[last.uri].parent_id == middle.id
    assert {mention.handle: mention.leading for mention in found[last.uri].mentions} == {
        "zoe@other.example": True,
        "me@m.example": True,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_own_messages_of_every_visibility(make: Make, kind: str) -> None:
    world = make(kind)
    hello = world.say(world.zoe, "@me hi")
    for visibility in ("public", "unlisted", "private", "direct"):
        world.say(world.me, f"@zoe@other.example {visibility}", to=hello, visibility=visibility)
    page = world.run(lambda adapter: drain(adapter, "own"))
    assert {message.visibility for message in page.messages} == set(Visibility)
    assert all(message.author.uid == "https://m.example/@me" for message in page.messages)
    assert all(message.parent_id == hello.id for message in page.messages)


@pytest.mark.parametrize("kind", KINDS)
def test_answers_that_name_nobody_come_by_the_slow_channel(make: Make, kind: str) -> None:
    world = make(kind, bare_reply_notifies=False)
    post = world.say(world.me, "hello all")
    world.say(world.me, "nobody answered this")
    bare = world.say(world.zoe, "without a name", to=post)
    other = world.say(world.bob, "to zoe", to=bare)
    for lonely in world.mine()[1:]:
        lonely.extra["replies_count"] = 0

    async def work(adapter: Mastodon) -> tuple[Page, Page, int]:
        assert (await drain(adapter)).messages == ()
        page = await drain(adapter, "answers")
        before = asked(world, "/context")
        again = await drain(adapter, "answers", page.cursor)
        return page, again, asked(world, "/context") - before

    page, again, contexts = world.run(work)
    assert [message.uri for message in page.messages] == [bare.uri]
    assert other.uri not in {message.uri for message in page.messages}
    assert again.messages == ()
    assert contexts == 0


def test_people_i_blocked_or_muted(make: Make) -> None:
    world = make()
    many = [world.net.account(f"p{number}", "other.example") for number in range(170)]
    world.me.blocked = {account.id for account in many}
    world.me.muted = {world.bob.id}
    page = world.run(lambda adapter: drain(adapter, "people"))
    assert page.hidden is not None
    assert set(page.hidden) == {account.url for account in many} | {"https://m.example/@bob"}
    world.server.tokens["token"] = (world.me, {"read:statuses", "read:accounts"})
    assert world.run(lambda adapter: drain(adapter, "people")).hidden is None
