"""The Mastodon adapter against simulated servers of each kind, and against answers of real ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import pytest

from convo.adapters import _mastodon_answer
from convo.adapters.contract import (
    Absent,
    Ambiguous,
    ChannelKind,
    Found,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.adapters.http import Http
from convo.adapters.mastodon import Mastodon
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Mention, Message, Page, Quote, Ref, Reply, Upload, Visibility
from tests.adapters.credential import Kept
from tests.simulators import faults
from tests.simulators._mastodon_quirks import SERVERS, Quirks, like
from tests.simulators._mastodon_state import Account, Status
from tests.simulators.faults import Cut, Fault
from tests.simulators.mastodon import Mastodon as Simulated
from tests.simulators.messages import Answer, json_answer
from tests.simulators.server import Site

T = TypeVar("T")
KINDS = sorted(SERVERS)
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)
DATA = Path(__file__).parent / "data" / "mastodon"


class World:
    """A server, the user on it, and people who talk to them."""

    def __init__(self, quirks: Quirks) -> None:
        self.clock = HandClock(datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=2))
        self.server = Simulated(self.clock, quirks)
        self.net = self.server.instance
        self.me = self.net.account("me")
        self.zoe = self.net.account("zoe", "other.example", "Zoé")
        self.bob = self.net.account("bob")
        self.server.sign_in(self.me, "token")
        self.site = Site(self.server, self.clock)
        self.site.home.silent = quirks.silent_close
        self.made: list[Mastodon] = []

    def adapter(self, facts: str = "{}", token: str = "token") -> Mastodon:
        account = AccountConfig("masto", "mastodon", url=self.site.home.url)
        made = Mastodon(account, Http(self.site.home.url, deadline=20.0), Kept(token), facts)
        self.made.append(made)
        return made

    def say(self, by: Account, text: str, **how: Any) -> Status:
        self.clock.step(1)
        with self.site.home.lock:
            return self.net.write(by, text, **how)

    def run(self, work: Callable[[Mastodon], Awaitable[T]]) -> T:
        """Do something with a fresh adapter that knows its account, and close it."""

        async def whole() -> T:
            adapter = self.adapter()
            try:
                await adapter.identify()
                return await work(adapter)
            finally:
                await adapter.close()

        return asyncio.run(whole())

    def mine(self) -> list[Status]:
        return [
            status
            for status in self.net.statuses.values()
            if status.account is self.me and not status.deleted
        ]


@pytest.fixture
def make() -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def made(kind: str = "mastodon", **changes: Any) -> World:
        worlds.append(World(like(kind, **changes)))
        return worlds[-1]

    yield made
    for world in worlds:
        world.site.stop()


Make = Callable[..., World]


async def drain(
    adapter: Mastodon, channel: str = "mentions", cursor: str = "", since: datetime = LONG_AGO
) -> Page:
    """All pages of a channel as one."""
    messages: list[Message] = []
    skipped: list[str] = []
    for _ in range(200):
        page = await adapter.fetch(channel, cursor, since)
        messages += page.messages
        skipped += page.skipped
        cursor = page.cursor
        if not page.more:
            return Page(tuple(messages), cursor, False, skipped=tuple(skipped), hidden=page.hidden)
    raise AssertionError("the channel never ends")


def asked(world: World, path: str, method: str = "GET") -> int:
    return len(world.site.home.asked(method, path))


# Reading ------------------------------------------------------------------------------------------


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


# Looking up and conversations -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_look_up_finds_edits_and_deletions(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    statuses = [world.say(world.zoe, f"@me {number}") for number in range(45)]

    async def work(adapter: Mastodon) -> Any:
        refs = [message.ref for message in (await drain(adapter)).messages]
        world.net.change(statuses[3], "@me changed")
        world.net.delete(statuses[4])
        before = world.site.home.asked("GET", "/api/v1/statuses")
        found = await adapter.lookup(refs)
        return found, len(world.site.home.asked("GET", "/api/v1/statuses")) - len(before)

    found, cost = world.run(work)
    texts = {message.uri: message.text for message in found.messages}
    assert texts[statuses[3].uri].endswith("changed")
    assert len(texts) == 44
    assert found.gone == (statuses[4].uri,)
    assert cost == 3 if kind == "mastodon" else cost >= 45


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_with_its_parents(make: Make, kind: str) -> None:
    world = make(kind)
    root = world.say(world.zoe, "root")
    mine = world.say(world.me, "@zoe@other.example mine", to=root)
    focus = world.say(world.zoe, "@me focus", to=mine)
    below = world.say(world.me, "@zoe@other.example below", to=focus)
    found = world.run(lambda adapter: adapter.conversation(Ref(focus.uri, focus.id)))
    assert [message.uri for message in found.messages] == [one.uri for one in (root, mine, focus, below)]
    assert [message.parent_uri for message in found.messages] == ["", root.uri, mine.uri, focus.uri]
    assert found.partial == ""


def test_a_hole_in_a_conversation_is_said(make: Make) -> None:
    world = make()
    root = world.say(world.zoe, "root")
    middle = world.say(world.zoe, "middle", to=root)
    focus = world.say(world.zoe, "@me focus", to=middle)
    world.net.delete(middle)
    found = world.run(lambda adapter: adapter.conversation(Ref(focus.uri, focus.id)))
    assert found.partial == "127.0.0.1 shows only a part of this conversation."
    header = {"Mastodon-Async-Refresh": 'id="x", retry=5, result_count=0'}
    world.site.home.add(Fault(change=lambda answer: answer.with_headers(**header)), path="/context")
    alone = world.say(world.zoe, "@me alone")
    found = world.run(lambda adapter: adapter.conversation(Ref(alone.uri, alone.id)))
    assert found.partial == "127.0.0.1 is still asking other servers for answers."
    world.net.delete(alone)
    with pytest.raises(Missing):
        world.run(lambda adapter: adapter.conversation(Ref(alone.uri, alone.id)))


# Answering --------------------------------------------------------------------------------------------


def reply_to(adapter: Mastodon, parent: Message, text: str, **more: Any) -> Reply:
    visibility = parent.visibility.stricter(adapter.widest())
    given: dict[str, Any] = {
        "visibility": visibility,
        "mentions": adapter.audience(parent),
        "content_warning": parent.content_warning,
        **more,
    }
    return Reply("key-1", parent, text, **given)


async def answered(adapter: Mastodon, parent: Message, text: str, **more: Any) -> Message:
    return await adapter.answer(await adapter.prepare(reply_to(adapter, parent, text, **more)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_a_reply_that_names_its_reader(make: Make, kind: str) -> None:
    world = make(kind)
    status = world.say(world.zoe, "@me @bob hello", visibility="private", spoiler="food")

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        return await answered(adapter, parent, "Merci !", language="fr")

    message = world.run(work)
    (posted,) = world.mine()
    bob = "@bob@m.example" if kind in ("snac", "takahe") else "@bob"
    assert posted.text in (f"@zoe@other.example {bob} Merci !", "@zoe@other.example @bob Merci !")
    assert {account.username for account in posted.mentions} == {"zoe", "bob"}
    assert posted.parent == status.key
    assert (posted.visibility, posted.spoiler, posted.sensitive, posted.language) == (
        "private",
        "food",
        True,
        "fr",
    )
    assert message.uri == posted.uri
    assert message.parent_id == status.id
    (request,) = world.site.home.asked("POST", "/api/v1/statuses")
    assert request.is_json
    assert request.headers["idempotency-key"] == "key-1"
    assert not request.kept


def test_people_can_be_dropped_and_nobody_else_is_reached(make: Make) -> None:
    world = make()
    world.net.account("ida", "third.example")
    world.say(world.zoe, "@me @bob @ida@third.example secret", visibility="direct")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        people = [mention for mention in adapter.audience(parent) if not mention.handle.startswith("ida")]
        await answered(adapter, parent, "yes, @BOB knows", mentions=tuple(people))

    world.run(work)
    (posted,) = world.mine()
    assert posted.visibility == "direct"
    assert posted.text == "@zoe@other.example yes, @BOB knows"
    body = world.site.home.asked("POST", "/api/v1/statuses")[0].json()
    assert body["allowed_mentions"] == [world.zoe.id, world.bob.id]


def test_people_the_server_would_also_reach_are_named(make: Make) -> None:
    world = make()
    world.say(world.zoe, "@me hi")
    body = {
        "error": "Post would be sent to unexpected accounts",
        "unexpected_accounts": [{"id": "1", "acct": "eve"}],
    }
    world.site.home.add(faults.refuses(422, json.dumps(body).encode()), method="POST", path="/statuses")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        await answered(adapter, parent, "yes")

    with pytest.raises(Refused, match="people it does not address"):
        world.run(work)


@pytest.mark.parametrize(
    ("text", "warning", "used"),
    [
        ("👩‍👩‍👧", "", 1),
        ("https://ex.org/" + "x" * 65, "", 23),
        ("see https://ex.org/a_(b), then", "", 4 + 23 + 6),
        ("HTTPS://EX.ORG/A.", "", 24),
        ("ex.org/" + "x" * 20, "", 27),
        ("http://localhost/abc", "", 20),
        ("@zoe@other.example", "", 4),
        ("@zoe@other.example @ida hi", "food", 4 + 1 + 4 + 3 + 4),
        ("a@zoe@other.example", "", 19),
        ("https://ex.org/@zoe@other.example", "", 23),
        ("x", "https://ex.org/" + "x" * 65, 81),
        ("e\u0301🇸🇪", "", 2),
    ],
)
def test_length_as_mastodon_counts(make: Make, text: str, warning: str, used: int) -> None:
    world = make()
    parent = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> tuple[int, int | None]:
        (message,) = (await drain(adapter)).messages
        size = adapter.measure(Reply("k", message, text, content_warning=warning))
        return size.used, size.limit

    assert parent
    assert world.run(work) == (used, 500)


def test_names_the_adapter_adds_are_counted(make: Make) -> None:
    world = make()
    world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> int:
        (message,) = (await drain(adapter)).messages
        too_long = reply_to(adapter, message, "x" * 496)
        with pytest.raises(Refused, match=r"Too long for 127\.0\.0\.1 by 1"):
            await adapter.prepare(too_long)
        return adapter.measure(too_long).used

    assert world.run(work) == 501


def gone_meanwhile(world: World, status: Status) -> Fault:
    """The parent goes in the moment in which the answer arrives."""
    return world.site.home.add(
        Fault(before=lambda: world.net.delete(status)), method="POST", path="/api/v1/statuses"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_sent_to_a_message_that_is_gone(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        world.net.delete(status)
        with pytest.raises(Missing):
            await adapter.answer(request)

    world.run(work)
    assert world.site.home.asked("POST", "/api/v1/statuses") == []


@pytest.mark.parametrize("kind", ["snac", "takahe"])
def test_an_answer_that_became_a_message_of_its_own_is_taken_back(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status)
        with pytest.raises(Refused, match="deleted it again"):
            await adapter.answer(request)
        with pytest.raises(Missing):
            await adapter.prepare(reply_to(adapter, parent, "yes"))

    world.run(work)
    assert world.mine() == []


def test_an_orphan_that_cannot_be_deleted_is_not_hidden(make: Make) -> None:
    world = make("takahe")
    status = world.say(world.zoe, "@me hi")
    world.site.home.add(faults.refuses(500), method="DELETE")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status)
        with pytest.raises(Refused, match=r"delete it at https://m\.example/@me/"):
            await adapter.answer(request)

    world.run(work)


def test_a_parent_that_got_another_id_is_still_the_parent(make: Make) -> None:
    world = make("snac")
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        world.net.change(status, "@me hi, changed")
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        return await adapter.answer(request)

    assert world.run(work).parent_id == status.id
    assert len(world.mine()) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_found_or_is_absent(make: Make, kind: str, arrived: bool) -> None:
    world = make(kind)
    status = world.say(world.zoe, "@me hi, see https://ex.org/a/very/long/path/that/is/cut")
    old = world.say(world.me, "@zoe@other.example the very same words", to=status)
    world.say(world.me, "something else")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "the very same words"))
        assert isinstance(await adapter.find(request, ()), Absent)
        world.site.home.add(faults.cut(Cut.HEADERS, done=arrived), method="POST", path="/api/v1/statuses")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        world.say(world.me, "@zoe@other.example other words", to=status)
        found = await adapter.find(request, ())
        if isinstance(found, Found):
            assert isinstance(await adapter.find(request, {found.message.uri}), Absent | Unknown)
        return found

    found = world.run(work)
    if arrived:
        assert isinstance(found, Found)
        assert found.message.uri not in {old.uri}
        assert found.message.parent_id == status.id
    else:
        assert isinstance(found, Absent)


def test_the_repeated_key_that_answers_500_is_found(make: Make) -> None:
    world = make(idempotency="error")
    world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        world.site.home.add(faults.cut(Cut.BEFORE), method="POST", path="/api/v1/statuses")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.find(request, ())

    assert isinstance(world.run(work), Found)
    assert len(world.mine()) == 1


def test_without_a_source_other_words_to_the_same_message_are_a_doubt(make: Make) -> None:
    world = make(source=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> tuple[Any, Any]:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(
            reply_to(adapter, parent, "*yes*, https://ex.org/a/very/long/path/that/is/cut")
        )
        world.say(world.me, "@zoe@other.example no", to=status)
        doubt = await adapter.find(request, ())
        await adapter.answer(request)
        return doubt, await adapter.find(request, ())

    doubt, found = world.run(work)
    assert isinstance(doubt, Unknown)
    assert isinstance(found, Found)


def test_an_orphan_of_a_lost_answer_is_a_doubt_and_never_sent_again(make: Make) -> None:
    world = make("takahe")
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status).cut = Cut.HEADERS
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.find(request, ())

    found = world.run(work)
    assert isinstance(found, Unknown)
    assert "message of their own" in found.words


def test_files_are_described_and_waited_for(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_mastodon_answer, "PAUSE", 0.0)
    world = make()
    world.say(world.zoe, "@me hi")
    picture = tmp_path / "house.png"
    picture.write_bytes(b"\x89PNG")
    world.site.home.add(
        Fault(change=lambda answer: replace(answer, status=202)), method="POST", path="/api/v2/media"
    )
    world.site.home.add(
        Fault(done=False, answer=Answer(206, b"{}")), method="GET", path="/api/v1/media", times=2
    )
    world.site.home.add(
        Fault(done=False, answer=json_answer({"id": "1"})), method="GET", path="/api/v1/media"
    )

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        with pytest.raises(Refused, match="cannot be read"):
            await adapter.prepare(
                reply_to(adapter, parent, "x", attachments=(Upload(str(tmp_path / "no"), ""),))
            )
        return await answered(adapter, parent, "look", attachments=(Upload(str(picture), "a red house"),))

    message = world.run(work)
    assert [attachment.alt for attachment in message.attachments] == ["a red house"]
    assert asked(world, "/api/v1/media") == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.rate_limited("x-ratelimit-reset", "ISO"), RetryAt),
        (faults.rate_limited("x-ratelimit-reset", "EPOCH"), RetryAt),
        (faults.refuses(503), RetryAt),
        (faults.refuses(500), Ambiguous),
        (faults.html(502), Ambiguous),
        (faults.html(200), Ambiguous),
        (faults.refuses(401, b'{"error":"The access token is invalid"}'), SignInAgain),
        (faults.refuses(401, b""), SignInAgain),
        (faults.refuses(400, b"Invalid Bearer token"), SignInAgain),
        (faults.refuses(403, b'{"error":"This action is outside the authorized scopes"}'), Refused),
        (faults.refuses(404, b'{"error":"Record not found"}'), Missing),
        (
            faults.refuses(422, b'{"error":"Validation failed: Text character limit of 500 exceeded"}'),
            Refused,
        ),
    ],
)
def test_every_answer_of_the_server_is_classed(make: Make, fault: Fault, error: type[Exception]) -> None:
    world = make()
    world.say(world.zoe, "@me hi")
    when = (datetime.now(timezone.utc) + timedelta(minutes=4)).replace(microsecond=0)
    stamps = {"ISO": when.isoformat(), "EPOCH": str(int(when.timestamp()))}
    scripted = replace(fault)
    if fault.answer is not None:
        headers = {name: stamps.get(value, value) for name, value in fault.answer.headers.items()}
        scripted.answer = replace(fault.answer, headers={**headers, "date": "now"})
    world.site.home.add(scripted, method="POST", path="/api/v1/statuses")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        adapter._api.http.skew = timedelta(0)
        await answered(adapter, parent, "yes")

    with pytest.raises(error) as raised:
        world.run(work)
    assert type(raised.value) is error
    assert "<" not in str(raised.value)
    if fault.answer is not None and "x-ratelimit-reset" in fault.answer.headers:
        assert isinstance(raised.value, RetryAt)
        assert raised.value.at is not None


@pytest.mark.parametrize("kind", KINDS)
def test_edit_and_delete_wherever_the_id_went(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi", spoiler="food")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        first = await answered(adapter, parent, "yes")
        changed = await adapter.edit(first.ref, "@zoe@other.example no")
        assert changed.uri == first.uri
        assert changed.text == "@zoe@other.example no"
        assert changed.content_warning == "food"
        again = await adapter.edit(first.ref, "@zoe@other.example never")
        assert again.text.endswith("never")
        await adapter.delete(first.ref)
        await adapter.delete(first.ref)
        with pytest.raises(Missing):
            await adapter.edit(first.ref, "x")

        with pytest.raises(Refused, match="Only its author"):
            await adapter.delete(parent.ref)
        with pytest.raises(Refused, match="Only its author"):
            await adapter.edit(parent.ref, "put into their mouth")

    world.run(work)
    assert not status.deleted
    assert world.mine() == []


def test_a_poll_is_not_ended_by_an_edit(make: Make) -> None:
    world = make()
    status = world.say(world.me, "which?")
    status.extra["poll"] = {"options": [{"title": "a"}]}
    (message,) = world.run(lambda adapter: drain(adapter, "own")).messages
    assert "edit" in message.refusals
    with pytest.raises(Refused, match="poll"):
        world.run(lambda adapter: adapter.edit(message.ref, "x"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_read_mark_only_moves_forward(make: Make, kind: str) -> None:
    world = make(kind)
    for number in range(3):
        world.say(world.zoe, f"@me {number}")

    async def work(adapter: Mastodon) -> None:
        refs = {message.text[-1]: message.ref for message in (await drain(adapter)).messages}
        world.site.home.add(faults.refuses(409), method="POST", path="/markers")
        await adapter.mark_read(refs["1"])
        mark = dict(world.me.markers)
        await adapter.mark_read(refs["0"])
        assert world.me.markers == mark
        await adapter.mark_read(replace(refs["2"], data=""))
        assert kind == "takahe" or world.me.markers["last_read_id"] != mark["last_read_id"]
        await adapter.mark_read(Ref("https://other.example/unknown", "1"))

    world.run(work)
    newest = world.net.notifications[-1].id
    assert world.me.markers.get("last_read_id", newest) == newest
    assert bool(world.me.markers) == (kind != "takahe")


def test_mute_and_block(make: Make) -> None:
    world = make()
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (message,) = (await drain(adapter)).messages
        await adapter.mute_thread(message.ref, True)
        assert world.me.muted_threads
        await adapter.mute_thread(message.ref, False)
        await adapter.mute_person(message.author.uid, True)
        await adapter.block(message.author.uid, True)
        assert (world.me.muted, world.me.blocked) == ({world.zoe.id}, {world.zoe.id})
        await adapter.mute_person(message.author.uid, False)
        await adapter.block(message.author.uid, False)
        assert (world.me.muted, world.me.blocked) == (set(), set())
        with pytest.raises(Refused, match="does not find"):
            await adapter.block("https://nowhere.example/@x", True)
        with pytest.raises(Refused):
            await adapter.moderate(message.ref, "approve")

    world.run(work)
    assert status


# Who it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_identity_is_the_same_through_every_server(make: Make, kind: str) -> None:
    world = make(kind)
    world.me.visibility = "private"

    async def work(adapter: Mastodon) -> Any:
        identity = await adapter.identify()
        stored = world.adapter(identity.facts)
        assert stored.widest() is Visibility.FOLLOWERS
        return identity

    person = world.run(work).person
    assert (person.uid, person.handle) == ("https://m.example/@me", "me@m.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_token_asks_to_sign_in_again(make: Make, kind: str) -> None:
    world = make(kind)

    async def work() -> None:
        adapter = world.adapter(token="wrong")
        with pytest.raises(SignInAgain):
            await adapter.identify()
        findings = await adapter.check()
        assert [finding.fine for finding in findings] == [False]
        await adapter.close()

    asyncio.run(work())


def test_a_place_that_is_no_server_of_this_kind(make: Make) -> None:
    world = make()
    world.site.home.add(faults.html(404), times=9)
    with pytest.raises(Refused, match="does not speak the Mastodon API"):
        world.run(drain)


def test_check_names_missing_scopes_and_a_moved_account(make: Make) -> None:
    world = make()
    findings = {finding.what: finding for finding in world.run(lambda adapter: adapter.check())}
    assert all(finding.fine for name, finding in findings.items() if name != "clock")
    assert findings["limits"].words.endswith("Z.")
    assert not findings["clock"].fine  # the simulated server lives two hours ago
    world.server.tokens["token"] = (world.me, {"read"})
    world.me.extra["moved"] = {"id": "1", "acct": "me@new.example"}
    findings = {finding.what: finding for finding in world.run(lambda adapter: adapter.check())}
    assert not findings["scopes"].fine
    assert "write:statuses, write:mutes, write:blocks" in findings["scopes"].words
    assert "me@new.example" in findings["sign in"].words
    assert len(world.mine()) == 0


class Person:
    """Somebody at the keyboard who signs in."""

    def __init__(self, world: World, **answers: str) -> None:
        self.world = world
        self.answers = answers
        self.steps: list[LoginStep] = []

    async def __call__(self, step: LoginStep) -> Mapping[str, str]:
        from urllib.parse import parse_qsl, quote, urlsplit

        self.steps.append(step)
        if not step.open_url:
            return {field.name: self.answers.get(field.name, "") for field in step.fields}
        redirect = self.answers.get("redirect_uri", "http://127.0.0.1:4711/callback")
        assert "{redirect_uri}" in step.open_url
        opened = step.open_url.replace("{redirect_uri}", quote(redirect, safe=""))
        code, back = self.world.server.oauth.grant(self.world.me, dict(parse_qsl(urlsplit(opened).query)))
        if not back:
            return {"redirect_uri": redirect, "code": code}
        return {"redirect_uri": redirect, **dict(parse_qsl(urlsplit(back).query)), **self.answers}


@pytest.mark.parametrize(
    "answers",
    [{}, {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, {"token": "token"}],
    ids=["browser", "code", "token"],
)
def test_login(make: Make, answers: dict[str, str]) -> None:
    world = make()
    account = AccountConfig("masto", "mastodon", url=world.site.home.url)
    person = Person(world, **answers)
    result = asyncio.run(Mastodon.login(account, Http, person))
    assert result.identity.person.handle == "me@m.example"
    assert result.secret in world.server.tokens
    assert result.options == {"url": world.site.home.url}
    assert world.site.leaked(result.secret) == []


def test_login_refuses_another_sign_ins_answer_and_a_refusal(make: Make) -> None:
    world = make()
    account = AccountConfig("masto", "mastodon", url=world.site.home.url)
    for answers, words in (
        ({"state": "forged"}, "another sign-in"),
        ({"error": "access_denied"}, "access_denied"),
    ):
        with pytest.raises(Refused, match=words):
            asyncio.run(Mastodon.login(account, Http, Person(world, **answers)))


@pytest.mark.parametrize(
    ("url", "user", "base"),
    [
        ("https://fosstodon.org/", "", "https://fosstodon.org"),
        ("fosstodon.org", "", "https://fosstodon.org"),
        ("", "@ana@fosstodon.org", "https://fosstodon.org"),
        ("", "ana", ""),
    ],
)
def test_where_the_server_is(url: str, user: str, base: str) -> None:
    assert Mastodon.base_url(AccountConfig("a", "mastodon", url=url, user=user)) == base


def test_channels_and_what_it_can() -> None:
    assert [channel.kind for channel in Mastodon.channels] == list(ChannelKind)
    assert Mastodon.can.settle == timedelta(seconds=5)


# Real answers -----------------------------------------------------------------------------------------------


class Recorded:
    """Answers with what a real server answered, by the part of a path."""

    def __init__(self, kind: str, routes: Mapping[str, str]) -> None:
        self.kind = kind
        self.routes = routes

    def answer(self, request: Any) -> Answer:
        for path, name in self.routes.items():
            if path in request.target:
                (file,) = (DATA / self.kind).glob(f"{name}-*.json")
                kept = json.loads(file.read_text())
                body = kept["body"]
                text = body if isinstance(body, str) else json.dumps(body)
                names = ("content-type", "link")
                headers = {key: kept["headers"][key] for key in names if key in kept["headers"]}
                return Answer(kept["status"], text.encode(), headers)
        return json_answer([], 200)


def recorded(kind: str, routes: Mapping[str, str], work: Callable[[Mastodon], Awaitable[T]]) -> T:
    site = Site(Recorded(kind, routes), HandClock(datetime.now(timezone.utc)))

    async def whole() -> T:
        account = AccountConfig("real", "mastodon", url=site.home.url)
        adapter = Mastodon(account, Http(site.home.url), Kept("token"), "{}")
        try:
            return await work(adapter)
        finally:
            await adapter.close()

    try:
        return asyncio.run(whole())
    finally:
        site.stop()


HOLLO = {"verify_credentials": "16", "/api/v2/instance": "02"}
TAKAHE = {"verify_credentials": "18", "/api/v2/instance": "02"}


def test_hollo_as_it_answered() -> None:
    async def work(adapter: Mastodon) -> tuple[Any, Page, Any]:
        identity = await adapter.identify()
        page = await adapter.fetch("mentions", "", LONG_AGO)
        context = await adapter.conversation(Ref("", "01a20259-86ac-72c6-b1bf-020af4479cb9"))
        return identity, page, context

    routes = {**HOLLO, "/context": "47", "/api/v1/statuses/": "48", "/api/v1/notifications": "33"}
    identity, page, context = recorded("hollo", routes, work)
    assert identity.person.uid == "http://127.0.0.1:8906/@alice"
    assert identity.person.handle == "alice@127.0.0.1:8906"
    assert json.loads(identity.facts)["limit"] == 10000
    assert [message.text for message in page.messages] == [
        "@alice reply one",
        "reply two, without naming anyone",
        "@alice behind a warning",
    ]
    assert page.messages[0].parent_id == "01a20259-86ac-72c6-b1bf-020af4479cb9"
    assert json.loads(page.messages[0].data)["notification"].startswith("2026-11-22T08:22:31.660Z/mention/")
    assert len(context.messages) == 4


def test_takahe_as_it_answered() -> None:
    async def work(adapter: Mastodon) -> tuple[Any, Page]:
        identity = await adapter.identify()
        return identity, await adapter.fetch("mentions", "", LONG_AGO)

    identity, page = recorded("takahe", {**TAKAHE, "/api/v1/notifications": "34"}, work)
    assert identity.person.handle == "alice@127.0.0.1:8904"
    assert [message.visibility for message in page.messages] == [
        Visibility.PUBLIC,
        Visibility.PUBLIC,
        Visibility.DIRECT,
        Visibility.UNLISTED,
        Visibility.PUBLIC,
    ]
    mine = identity.person.uid
    assert all(mine in {mention.uid for mention in message.mentions} for message in page.messages)
    assert page.messages[0].text == "@alice@127.0.0.1:8904 a fresh mention with <b>html</b> & ünïcode"


@pytest.mark.parametrize(("kind", "number"), [("hollo", "19"), ("takahe", "21")])
def test_real_bad_tokens(kind: str, number: str) -> None:
    async def work(adapter: Mastodon) -> None:
        with pytest.raises(SignInAgain) as raised:
            await adapter.identify()
        assert "<" not in raised.value.words

    recorded(kind, {"verify_credentials": number}, work)


def test_takahe_refusing_what_is_not_mine_does_not_sign_me_out() -> None:
    async def work(adapter: Mastodon) -> None:
        await adapter.identify()
        response = json.loads((DATA / "takahe" / "82-delete-others-status.json").read_text())
        from convo.adapters.http import Response

        answer = Response(401, {}, json.dumps(response["body"]).encode(), "http://127.0.0.1/")
        with pytest.raises(Refused):
            adapter._api.judge(answer)

    recorded("takahe", TAKAHE, work)


STRANGE: Sequence[tuple[str, dict[str, Any]]] = [
    (
        "ids as numbers",
        {
            "id": 17,
            "in_reply_to_id": 16,
            "mentions": [{"id": 3, "acct": "me", "url": "https://m.example/@me"}],
        },
    ),
    (
        "nulls",
        {
            "url": None,
            "spoiler_text": None,
            "language": None,
            "mentions": None,
            "media_attachments": None,
            "poll": None,
        },
    ),
    (
        "missing fields",
        dict.fromkeys(("spoiler_text", "tags", "poll", "emojis", "mentions", "edited_at", "url"), ...),
    ),
    ("akkoma's local", {"visibility": "local"}),
    (
        "pixelfed's extra",
        {"label": {"covid": False}, "taggedPeople": [], "parent": [], "place": None, "filtered": {}},
    ),
    (
        "pleroma's extra",
        {"pleroma": {"content": {"text/plain": "x"}, "local": True}, "card": {"url": 7}, "mentions": "x"},
    ),
    (
        "friendica's extra",
        {"friendica": {"title": "x", "dislikes_count": 3}, "media_attachments": [{"type": 5}], "quote": []},
    ),
    ("strange poll", {"poll": {"options": "none"}, "quote": 7, "replies_count": "31", "sensitive": "false"}),
    (
        "a suspended author",
        {"account": {"id": "1", "acct": "gone@other.example", "suspended": True, "display_name": None}},
    ),
]


@pytest.mark.parametrize(("name", "fields"), STRANGE, ids=[name for name, _ in STRANGE])
def test_what_forks_send_is_read(make: Make, name: str, fields: dict[str, Any]) -> None:
    world = make()
    world.say(world.zoe, "@me hi")

    def change(answer: Answer) -> Answer:
        items = answer.json()
        for item in items:
            status = {**item["status"], **fields}
            item["status"] = {key: value for key, value in status.items() if value is not ...}
            item["id"] = int(item["id"]) if name == "ids as numbers" else item["id"]
        return json_answer(items)

    world.site.home.add(Fault(change=change), path="/api/v1/notifications", times=5)
    page = world.run(drain)
    assert page.skipped == ()
    (message,) = page.messages
    assert message.text.endswith("hi")
    if "visibility" in fields:
        assert message.visibility is Visibility.FOLLOWERS
