"""What adapters bring, in the store: messages, edits, deletions, orphans, quiet, history, whole pages or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.model import Attachment, Conversation, Lookup, Message, Page, Person, Quote, Ref, Visibility
from convo.store import accounts, ingest, stored
from convo.store.connection import micros
from tests.store.world import ANA, BEN, CARL, ME, ME_TOO, NOW, World, context, message, named, someone, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data", two=True) as made:
        yield made


def test_a_page_and_its_cursor_are_one_transaction(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here.page(message(1, ANA, mentions=named(ME)), cursor="first")

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(accounts, "set_cursor", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        here.page(message(2, ANA, mentions=named(ME)), cursor="second")
    assert here.value("SELECT count(*) FROM message") == 1
    assert accounts.cursor(here.db, here.one, "incoming") == "first"
    here.check_index()


def test_a_page_again_changes_nothing(here: World) -> None:
    root, answer = message(1, ME), message(2, ANA, parent_id="1", mentions=named(ME))
    first = here.page(root, answer, cursor="a")
    before = list(here.store.reader.iterdump())
    again = here.page(answer, root, answer, cursor="a")
    assert (first.new, again.new) == (2, 0)
    assert list(here.store.reader.iterdump()) == before


def test_parents_by_local_id_are_joined_when_they_come(here: World) -> None:
    answer = message(2, ANA, parent_id="1", mentions=named(ME))
    saved = here.page(answer)
    assert saved.unjudged == (answer.ref,)
    assert saved.parents == (Ref("", "1"),)
    assert here.state(answer) == "history"
    root = message(1, ME)
    here.page(root, kind="own")
    assert here.row(answer, "parent_uri, addressed, orphan, unjudged") == (root.uri, "reply", 0, 0)
    assert here.thread(root) == here.thread(answer)
    assert here.state(answer) == "waiting"
    assert ingest.unjudged(here.db, here.one) == ()


def test_local_ids_of_two_accounts_are_apart(here: World) -> None:
    mine = message(1, ME, local_id="77")
    here.page(mine, kind="own")
    stranger = message(2, ANA, local_id="78", parent_id="77", mentions=named(ME))
    here.page(stranger, account=here.two)
    assert here.thread(mine) != here.thread(stranger)


def test_what_waits_for_a_parent_that_is_gone_is_judged_without_it(here: World) -> None:
    mention = message(2, ANA, parent_uri="https://far.example/1", mentions=named(ME))
    saved = here.page(mention)
    assert saved.parents == (Ref("https://far.example/1", ""),)
    lookup = Lookup(gone=("https://far.example/1",))
    here.store.write_now(ingest.save_lookup, here.one, lookup, context())
    assert here.row(mention, "addressed, unjudged") == ("mention", 0)
    assert here.state(mention) == "waiting"
    assert here.page(mention).unjudged == ()
    assert here.state(mention) == "waiting"


def test_what_waits_for_a_parent_known_by_local_id_only_can_be_given_up(here: World) -> None:
    mention = message(2, ANA, parent_id="1", mentions=named(ME))
    saved = here.page(mention)
    here.store.write_now(ingest.give_up, saved.parents, context())
    assert here.state(mention) == "waiting"


def test_a_carried_mention_does_not_speak_to_the_user(here: World) -> None:
    first = message(1, ANA, mentions=named(ME, BEN, leading=False))
    second = message(2, BEN, parent_id="1", mentions=named(ANA, ME))
    here.page(first, second)
    assert here.row(first, "addressed")[0] == "mention"
    assert here.row(second, "addressed, unjudged") == (None, 0)


def test_an_edit_overwrites_what_was_said_and_nothing_the_user_did(here: World) -> None:
    said = message(1, ANA, "the roof leaks", mentions=named(ME, leading=False))
    here.page(said)
    here.store.write_now(lambda db: db.execute("INSERT INTO done VALUES (?, 1, 1)", (said.uri,)))
    edited = replace(said, text="the roof is fine", edited_at=NOW - timedelta(hours=1))
    here.page(edited, ctx=context(last_good=NOW))
    assert here.row(said, "text, arrival") == ("the roof is fine", 1)
    assert here.value("SELECT count(*) FROM done") == 1
    assert here.state(said) == "done"
    found = here.db.execute("SELECT rowid FROM message_fts WHERE message_fts MATCH 'leaks'").fetchall()
    assert found == []
    here.check_index()


def test_an_older_version_does_not_overwrite_an_edit(here: World) -> None:
    said = message(1, ANA, "old", mentions=named(ME, leading=False))
    here.page(replace(said, text="new", edited_at=NOW - timedelta(hours=1)))
    here.page(said, account=here.two)
    assert here.row(said, "text, account_ids") == ("new", f"{here.one} {here.two}")


def test_an_edit_that_first_names_the_user_arrives_anew(here: World) -> None:
    old = message(1, ANA, hours=24 * 40)
    other = message(2, BEN, mentions=named(ME, leading=False))
    here.page(old, other, kind="slow")
    assert here.row(old, "history") == (1,)
    edited = replace(old, text="@me look", mentions=named(ME), edited_at=NOW - timedelta(hours=2))
    saved = here.page(edited, ctx=context(last_good=NOW - timedelta(days=1)))
    arrival, since, addressed_at = here.row(old, "arrival, since, addressed_at")
    assert arrival == here.value("SELECT last FROM arrival") == 3
    assert saved.arrived == (1,)
    assert addressed_at > since
    assert here.state(old) == "waiting"


def test_a_deleted_message_keeps_place_author_and_time(here: World) -> None:
    root = message(1, ME)
    said = message(
        2, ANA, "secret words", parent_id="1", title="secret", content_warning="secret",
        attachments=(Attachment("picture", "https://far.example/p.jpg", "secret"),), mentions=named(ME),
        quotes=(Quote("https://far.example/q", BEN.uid, "Ben", "secret"),),
    )  # fmt: skip
    here.page(root, said)
    assert here.state(said) == "waiting"
    here.page(gone=(said.uri, "https://far.example/unknown"))
    kept = stored.by_uri(here.db, [said.uri])[said.uri]
    assert kept.deleted
    assert kept.parent_uri == root.uri
    assert kept.author == ANA
    assert kept.message().created_at == said.created_at
    assert "secret" not in str(here.row(said, "*"))
    assert here.db.execute("SELECT * FROM message_fts WHERE message_fts MATCH 'secret'").fetchall() == []
    assert here.state(said) == "answered"
    here.check_index()


def test_a_message_that_says_it_is_deleted_is(here: World) -> None:
    said = message(1, ANA, "secret", mentions=named(ME))
    here.page(said)
    here.page(replace(said, deleted=True))
    assert here.row(said, "text, deleted") == ("", 1)
    here.page(said)
    assert here.row(said, "text, deleted, arrival") == ("secret", 0, 1)
    here.check_index()


def test_the_answer_deleted_anywhere_its_message_waits_again(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    answer = message(2, ME, parent_id="1", hours=4)
    here.page(said)
    here.page(answer, kind="own")
    assert here.state(said) == "answered"
    here.store.write_now(ingest.save_lookup, here.one, Lookup(gone=(answer.uri,)), context())
    assert here.state(said) == "waiting"


def test_messages_never_move_between_authors(here: World) -> None:
    said = message(1, ANA, "words of Ana", mentions=named(ME))
    here.page(said)
    here.page(replace(said, author=BEN, text="words of Ben"), message(2, BEN, mentions=named(ME)))
    assert here.row(said, "text") == ("words of Ana",)
    assert here.value("SELECT count(*) FROM message") == 2


def test_the_first_sync_leaves_what_is_older_in_history(tmp_path: Path) -> None:
    with world(tmp_path / "data", synced=False) as here:
        old = message(1, ANA, hours=24 * 20, mentions=named(ME))
        new = message(2, BEN, hours=24 * 10, mentions=named(ME))
        here.page(old, new)
        assert (here.state(old), here.state(new)) == ("history", "history")
        here.store.write_now(accounts.good_sync, here.one, NOW)
        assert (here.state(old), here.state(new)) == ("history", "waiting")
        assert here.row(new, "since")[0] == here.row(new, "created_at")[0]


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        (timedelta(days=-3), timedelta(0)),
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(days=400), timedelta(days=3)),
    ],
)
def test_since_when_a_message_waits(here: World, stated: timedelta, believed: timedelta) -> None:
    said = replace(message(1, ANA, mentions=named(ME)), created_at=NOW - stated)
    here.page(said, ctx=context(last_good=NOW - timedelta(days=1)))
    assert here.state(said) == "waiting"
    waiting = here.value("SELECT waiting_since FROM thread")
    assert waiting == micros(NOW - believed)


def test_old_words_that_are_only_found_are_history(here: World) -> None:
    old = message(1, ANA, hours=24 * 60, mentions=named(ME))
    here.store.write_now(
        ingest.save_conversation, here.one, Conversation((old,)), context(last_good=NOW - timedelta(days=1))
    )
    assert here.state(old) == "history"


def test_of_a_conversation_only_what_concerns_the_user_is_kept(here: World) -> None:
    root = message(1, ANA)
    above = message(2, BEN, parent_id="1")
    to_me = message(3, CARL, parent_id="2", mentions=named(ME, leading=False))
    answer = message(4, BEN, parent_id="3")
    below = message(5, ANA, parent_id="4")
    elsewhere = message(6, CARL, parent_id="1")
    talk = Conversation((root, above, to_me, answer, below, elsewhere), partial="Older messages are missing.")
    here.store.write_now(ingest.save_conversation, here.one, talk, context())
    kept = {uri for (uri,) in here.db.execute("SELECT uri FROM message").fetchall()}
    assert kept == {one.uri for one in (root, above, to_me, answer)}
    assert here.row(answer, "more_below") == (1,)
    assert here.row(root, "more_below") == (1,)
    assert here.row(above, "more_below") == (0,)
    assert here.value("SELECT partial FROM thread") == "Older messages are missing."


def test_at_most_a_thousand_messages_of_a_conversation_are_kept(here: World) -> None:
    root = message(1, ME)
    answers = [message(n, ANA, parent_id="1", hours=5 - n / 1000) for n in range(2, 1302)]
    here.store.write_now(ingest.save_conversation, here.one, Conversation((root, *answers)), context())
    assert here.value("SELECT count(*) FROM message") == 1000
    assert here.row(root, "more_below") == (1,)
    assert here.row(answers[-1], "id") is not None
    assert "part" in here.value("SELECT partial FROM thread")


def test_whom_the_user_blocked_there_waits_no_more(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    here.page(said)
    here.page(kind="people", hidden=(ANA.uid,))
    assert here.state(said) == "history"
    here.page(kind="people", hidden=(ANA.uid, BEN.uid), account=here.two)
    here.page(kind="people", hidden=())
    assert here.state(said) == "history"
    here.page(kind="people", hidden=(), account=here.two)
    assert here.state(said) == "waiting"
    here.page(kind="people", hidden=(CARL.uid,))
    late = message(2, CARL, mentions=named(ME))
    here.page(late)
    assert here.state(late) == "history"


def link_only(number: int, author: Person = ANA, **how: Any) -> Message:
    return message(number, author, "https://shop.example/now", mentions=named(ME), **how)


def test_a_stranger_s_link_is_quiet_until_the_user_writes_to_them(here: World) -> None:
    spam = link_only(1)
    here.page(spam)
    assert here.state(spam) == "quiet"
    assert here.value("SELECT reason FROM thread").startswith("only-link: ")
    mine = message(2, ME, "@ana hello", mentions=named(ANA))
    here.page(mine, kind="own")
    assert here.state(spam) == "waiting"
    later = link_only(3, hours=1)
    here.page(later)
    assert here.state(later) == "waiting"


def test_the_same_words_with_a_link_to_many_are_quiet_whoever_says_them(here: World) -> None:
    words = "Come and see our wonderful new growth course: https://growth.example"
    told = [
        message(n, someone(f"p{n}"), words + "!" * n, mentions=named(ME, leading=False)) for n in range(4)
    ]
    for one in told[:3]:
        here.page(one)
    assert {here.state(one) for one in told[:3]} == {"waiting"}
    here.page(told[3])
    assert {here.state(one) for one in told} == {"quiet"}
    here.page(message(9, ME, mentions=named(someone("p0"))), kind="own")
    assert {here.state(one) for one in told} == {"waiting"}


def test_people_in_a_private_talk_with_the_user_are_known(here: World) -> None:
    private: dict[str, Any] = {
        "visibility": Visibility.DIRECT,
        "root_uri": "https://far.example/talk",
        "flat": True,
    }
    link = link_only(1, **private)
    here.page(link)
    assert here.state(link) == "quiet"
    here.page(message(2, ME, hours=8, **private), kind="own")
    assert here.state(link) == "waiting"


def test_the_account_an_answer_would_use(here: World) -> None:
    both = message(1, ANA, mentions=(*named(ME_TOO, leading=False), *named(ME, leading=False)))
    here.page(both)
    assert here.value("SELECT account_id FROM thread") == here.one
    here.page(both, account=here.two)
    assert here.row(both, "account_ids") == (f"{here.two} {here.one}",)
    assert here.value("SELECT account_id FROM thread") == here.two


def test_an_account_that_left_the_config_waits_no_more(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    here.page(said)
    here.store.write_now(accounts.set_configured, ["two"], NOW)
    assert here.state(said) == "history"
    here.store.write_now(accounts.set_configured, ["two", "one"], NOW)
    assert here.state(said) == "waiting"


def test_who_waits_waits_again_when_the_right_login_is_back(here: World) -> None:
    """Somebody signed in as another account under the same name, and then as themselves."""
    said = message(1, ANA, mentions=named(ME))
    here.page(said)
    here.store.write_now(accounts.set_configured, ["two"], NOW)
    assert here.state(said) == "history"
    here.store.write_now(accounts.remember, "one", "mastodon", ME, "{}", NOW)
    assert here.state(said) == "waiting"


def test_another_account_of_the_user_is_the_user(tmp_path: Path) -> None:
    with world(tmp_path / "data") as here:
        other = someone("alter")
        said = message(1, other, mentions=named(ME))
        here.page(said)
        assert here.state(said) == "waiting"
        here.store.write_now(
            accounts.remember, "alter", "mastodon", Person("mastodon", other.uid, "a@b"), "{}", NOW
        )
        assert here.state(said) == "history"
        assert here.value("SELECT last_is_me FROM thread") == 1


def test_a_large_page_is_stored_in_parts_and_only_the_last_moves_the_cursor(here: World) -> None:
    many = tuple(message(n, ANA, mentions=named(ME), hours=n / 100) for n in range(1, 701))
    seen: list[tuple[int, str]] = []

    async def run() -> list[ingest.Saved]:
        here.store.on_change = lambda _: seen.append(
            (here.value("SELECT count(*) FROM message"), accounts.cursor(here.db, here.one, "incoming"))
        )
        page = Page(many, cursor="end")
        return await here.store.ingest(ingest.page_parts(here.one, "incoming", "incoming", page, context()))

    saved = asyncio.run(run())
    assert sum(one.new for one in saved) == 700
    assert len(seen) > 2
    assert {cursor for _, cursor in seen[:-1]} == {""}
    assert seen[-1] == (700, "end")
    assert here.value("SELECT uri FROM message ORDER BY id LIMIT 1") == many[-1].uri


def test_own_answers_after_delivery_are_stored_at_once(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    here.page(said)
    answer = message(2, ME, hours=0, parent_id="1", parent_uri=said.uri)
    number = here.store.write_now(ingest.save_own, here.one, answer, context())
    assert here.row(answer, "id") == (number,)
    assert here.state(said) == "answered"
    assert here.page(answer, kind="own").new == 0


def test_references_for_an_account(here: World) -> None:
    said = message(1, ANA, data='{"cid":"x"}', mentions=named(ME))
    here.page(said)
    assert ingest.refs(here.db, here.one, [1]) == (Ref(said.uri, "1", '{"cid":"x"}'),)
    assert ingest.refs(here.db, here.two, [1]) == ()
    back = stored.as_seen_by(here.db, 1, here.one)
    assert back == said
