"""Mutations of what an adapter reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from convo.adapters.contract import ChannelKind
from convo.model import Message, Page, Visibility
from tests.adapters.mutants import Change, Mutation, around

_EVER = datetime(1990, 1, 1, tzinfo=timezone.utc)


def fetched(wrong: Callable[[Page, str], Page]) -> Change:
    """Change every page: `wrong(page, cursor it was asked with)`."""

    async def fetch(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
        return wrong(await real(channel, cursor, since), cursor)

    return around("fetch", fetch)


def each(wrong: Callable[[Message], Message]) -> Change:
    """Change every message of every page."""
    return fetched(lambda page, _: replace(page, messages=tuple(wrong(one) for one in page.messages)))


async def _no_window(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    page: Page = await real(channel, cursor, _EVER)
    return page


async def _from_the_start(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    page: Page = await real(channel, "", since)
    return page


async def _twice(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    await real(channel, cursor, since)
    page: Page = await real(channel, cursor, since)
    return page


async def _skips_news(adapter: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    page: Page = await real(channel, cursor, since)
    if channel != "mentions":
        return page
    newest = max((notice.number for notice in adapter.server.incoming[adapter._facts["uid"]]), default=0)
    return replace(page, cursor=json.dumps({**json.loads(page.cursor), "high": newest}))


async def _other_person(_: Any, real: Any) -> Any:
    identity = await real()
    return replace(identity, person=replace(identity.person, uid="https://one.example/users/other"))


def _in_order_of_time(adapter: Any) -> None:
    newest = [_EVER]

    def wrong(page: Page, cursor: str) -> Page:
        kept = [one for one in page.messages if one.created_at > newest[0] - timedelta(hours=1) or not cursor]
        newest.extend(one.created_at for one in kept)
        newest[0] = max(newest)
        return replace(page, messages=tuple(kept))

    fetched(wrong)(adapter)


async def none_gone(_: Any, real: Any, refs: Any) -> Any:
    return replace(await real(refs), gone=())


def _shown(wrong: Callable[[tuple[Message, ...]], tuple[Message, ...]]) -> Change:
    async def conversation(_: Any, real: Any, ref: Any) -> Any:
        found = await real(ref)
        return replace(found, messages=wrong(found.messages), partial="")

    return around("conversation", conversation)


def _without_slow(adapter: Any) -> None:
    adapter.channels = tuple(one for one in adapter.channels if one.kind is not ChannelKind.SLOW)


def _edited_elsewhere(adapter: Any) -> None:
    def wrong(one: Message) -> Message:
        return replace(one, uri=f"{one.uri}#2") if one.edited_at else one

    each(wrong)(adapter)


def _no_parents(page: Page, cursor: str) -> Page:
    return replace(page, messages=tuple(replace(one, parent_uri="", parent_id="") for one in page.messages))


MUTATIONS = [
    Mutation("test_identify_says_who_it_is", "memory", "another person", around("identify", _other_person)),
    Mutation(
        "test_first_sync_brings_all_within_the_window", "memory", "no window", around("fetch", _no_window)
    ),
    Mutation(
        "test_first_sync_is_newest_first_and_resumable",
        "memory",
        "the cursor is not looked at",
        around("fetch", _from_the_start),
    ),
    Mutation(
        "test_resume_brings_what_is_new_and_nothing_is_lost",
        "memory",
        "a second reading brings nothing",
        fetched(lambda page, cursor: replace(page, messages=()) if cursor else page),
    ),
    Mutation(
        "test_a_backlog_of_many_pages_is_read_without_a_hole",
        "memory",
        "the first page of a backlog and the newest cursor",
        around("fetch", _skips_news),
    ),
    Mutation("test_nothing_new_costs_one_request_a_channel", "memory", "asks twice", around("fetch", _twice)),
    Mutation(
        "test_an_empty_account_ends_at_once",
        "memory",
        "always says there is more",
        fetched(lambda page, _: replace(page, more=True)),
    ),
    Mutation(
        "test_what_arrives_while_pages_are_read_is_not_lost",
        "memory",
        "the cursor jumps over what came meanwhile",
        around("fetch", _skips_news),
    ),
    Mutation(
        "test_what_is_deleted_while_pages_are_read_hides_nothing",
        "memory",
        "pages by offset: what moves up is lost",
        fetched(lambda page, cursor: replace(page, messages=page.messages[1:]) if cursor else page),
    ),
    Mutation("test_backdated_messages_are_found", "memory", "drops what is older", _in_order_of_time),
    Mutation(
        "test_malformed_items_lose_no_neighbour",
        "memory",
        "a page with a bad item is dropped",
        fetched(lambda page, _: replace(page, messages=()) if page.skipped else page),
    ),
    Mutation(
        "test_malformed_items_lose_no_neighbour",
        "mastodon",
        "a bad item goes without a word",
        fetched(lambda page, _: replace(page, skipped=())),
    ),
    Mutation(
        "test_my_own_messages_are_read_with_what_they_answer", "memory", "no parents", fetched(_no_parents)
    ),
    Mutation("test_a_reply_knows_its_parent", "memory", "no parents", fetched(_no_parents)),
    Mutation("test_a_reply_that_names_nobody_is_found", "mastodon", "no slow channel", _without_slow),
    Mutation("test_a_mention_names_me", "memory", "no mentions", each(lambda one: replace(one, mentions=()))),
    Mutation(
        "test_a_quote_names_what_it_quotes", "memory", "no quotes", each(lambda one: replace(one, quotes=()))
    ),
    Mutation(
        "test_direct_messages_are_direct",
        "memory",
        "direct messages look public",
        each(lambda one: replace(one, visibility=Visibility.PUBLIC)),
    ),
    Mutation(
        "test_visibility_and_warning_are_read",
        "memory",
        "no warning",
        each(lambda one: replace(one, content_warning="")),
    ),
    Mutation(
        "test_look_up_tells_edits_and_deletions", "memory", "nothing is gone", around("lookup", none_gone)
    ),
    Mutation(
        "test_a_conversation_has_its_ancestors_and_answers",
        "memory",
        "the root is left out",
        _shown(lambda messages: messages[1:]),
    ),
    Mutation(
        "test_a_long_chain_is_whole_or_said_to_be_partial",
        "bluesky",
        "ten levels and not a word",
        _shown(lambda messages: tuple(replace(one, more_below=False) for one in messages[:10])),
    ),
    Mutation(
        "test_a_deleted_ancestor_breaks_no_conversation",
        "memory",
        "an empty conversation",
        _shown(lambda _: ()),
    ),
    Mutation("test_an_edit_keeps_the_uri", "memory", "an edit is another message", _edited_elsewhere),
]
