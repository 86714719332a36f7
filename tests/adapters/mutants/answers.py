"""Mutations of how an adapter answers, looks for answers, and changes the user's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from convo.adapters.contract import Absent, Ambiguous, Found, Missing, Refused, RetryAt
from convo.model import Message, Page, Reply, Visibility
from tests.adapters.mutants import Change, Mutation, around
from tests.adapters.mutants.weather import turned


def prepared(wrong: Callable[[Any, Reply], Reply]) -> Change:
    """A change after which another reply is prepared than was asked for."""

    async def prepare(adapter: Any, real: Any, reply: Reply) -> Any:
        return await real(wrong(adapter, reply))

    return around("prepare", prepare)


def requested(**wrong: Any) -> Change:
    """A change of keys in the prepared request."""

    async def prepare(_: Any, real: Any, reply: Reply) -> str:
        return json.dumps({**json.loads(await real(reply)), **wrong})

    return around("prepare", prepare)


async def never_found(_: Any, real: Any, request: str, claimed: Any) -> Absent:
    return Absent()


async def _ascii_only(_: Any, real: Any, request: str, claimed: Any) -> Any:
    return await real(request, claimed) if json.loads(request)["text"].isascii() else Absent()


async def claims_nothing(_: Any, real: Any, request: str, claimed: Any) -> Any:
    return await real(request, ())


async def _anywhere(adapter: Any, real: Any, request: str, claimed: Any) -> Any:
    text, uid = json.loads(request)["text"], adapter._facts["uid"]
    found = [one for one in adapter.world.by(uid, text=text) if one.uri not in claimed]
    return Found(found[0]) if found else Absent()


def no_look(adapter: Any) -> None:
    turned("find", RetryAt, lambda error: Absent())(adapter)


def orphans(adapter: Any) -> None:
    """The server takes orphans, and the adapter leaves them standing."""
    adapter.server.traits.orphans = True

    async def answer(_: Any, real: Any, request: str) -> Message:
        asked = json.loads(request)
        post = adapter.world.posts[asked["parent"]]
        if not post.message.deleted:
            message: Message = await real(request)
            return message
        me = adapter.world.people[adapter._facts["uid"]]
        written: Message = adapter.world.write(adapter.server, me, asked["text"])
        return written

    around("answer", answer)(adapter)


async def _prepares_in_public(adapter: Any, real: Any, reply: Reply) -> Any:
    request = await real(reply)
    await adapter.answer(request)
    return request


async def _more_bytes(_: Any, real: Any, method: str, url: str, **how: Any) -> Any:
    if how.get("content") is not None:
        how["content"] += b" " * next(_attempts)
    elif isinstance(how.get("json_body"), dict):
        how["json_body"] = {**how["json_body"], "attempt": next(_attempts)}
    return await real(method, url, **how)


_attempts = count(1)


def _one_connection(http: Any) -> None:
    import httpx

    class Lasting:
        def __init__(self) -> None:
            self.client = httpx.AsyncClient(timeout=5)

        async def __aenter__(self) -> Any:
            return self.client

        async def __aexit__(self, *exc: object) -> None:
            pass

    real, lasting = http._client, Lasting()
    http._client = lambda keep: real(keep) if keep else lasting


async def _unchanged(adapter: Any, real: Any, ref: Any, text: str) -> Any:
    return (await adapter.lookup([ref])).messages[0]


def _deletes_once(adapter: Any) -> None:
    async def delete(_: Any, real: Any, ref: Any) -> None:
        if (await adapter.lookup([ref])).gone:
            raise Missing("It is gone.")
        await real(ref)

    around("delete", delete)(adapter)


def _anybodys(adapter: Any) -> None:
    adapter._mine = lambda uid, ref: adapter._posted(ref)


async def _does_nothing(_: Any, real: Any, *args: Any) -> None:
    return


async def _back_and_forth(adapter: Any, real: Any, ref: Any) -> None:
    adapter.server.read[adapter._facts["uid"]] = ref.uri


async def _hides_nobody(_: Any, real: Any, channel: str, cursor: str, since: Any) -> Page:
    page: Page = await real(channel, cursor, since)
    return replace(page, hidden=()) if page.hidden is not None else page


def _public(adapter: Any, reply: Reply) -> Reply:
    return replace(reply, visibility=Visibility.PUBLIC)


def _everybody(adapter: Any, reply: Reply) -> Reply:
    return replace(reply, mentions=adapter.audience(reply.parent))


def _no_alts(adapter: Any, reply: Reply) -> Reply:
    return replace(reply, attachments=tuple(replace(one, alt="nothing") for one in reply.attachments))


def _one_more(adapter: Any) -> None:
    def measure(_: Any, real: Any, reply: Reply) -> Any:
        found = real(reply)
        return replace(found, used=found.used + 1)

    around("measure", measure)(adapter)


def _with_me(adapter: Any) -> None:
    def audience(_: Any, real: Any, message: Message) -> Any:
        return tuple(reversed(real(message)))

    around("audience", audience)(adapter)


_AMBIGUOUS = "test_after_an_ambiguous_outcome_it_is_found_or_absent"
MUTATIONS = [
    Mutation(
        "test_an_answer_arrives_as_it_was_written",
        "memory",
        "other words",
        prepared(lambda _, reply: replace(reply, text=reply.text.swapcase())),
    ),
    Mutation("test_an_answer_is_no_more_public_than_asked", "memory", "always public", prepared(_public)),
    Mutation("test_a_narrower_answer_stays_narrower", "mastodon", "always public", prepared(_public)),
    Mutation(
        "test_the_warning_is_carried_over",
        "memory",
        "no warning",
        prepared(lambda _, reply: replace(reply, content_warning="")),
    ),
    Mutation(
        "test_the_language_is_carried_over",
        "memory",
        "no language",
        prepared(lambda _, reply: replace(reply, language="")),
    ),
    Mutation(
        "test_the_audience_is_the_author_first_and_never_the_user", "memory", "the author last", _with_me
    ),
    Mutation(
        "test_an_answer_names_its_audience_and_not_who_was_dropped",
        "memory",
        "names whom the user dropped",
        prepared(_everybody),
    ),
    Mutation("test_length_is_counted_as_the_server_counts", "mastodon", "counts one too many", _one_more),
    Mutation(
        "test_what_is_too_long_is_refused_before_it_is_sent",
        "memory",
        "cuts what is too long",
        prepared(lambda _, reply: replace(reply, text=reply.text[:400])),
    ),
    Mutation("test_an_answer_to_what_is_gone_is_refused", "memory", "posts an orphan", orphans),
    Mutation(
        "test_no_answer_is_left_standing_without_its_parent", "memory", "leaves an orphan standing", orphans
    ),
    Mutation(
        "test_a_locked_thread_is_refused",
        "bluesky",
        "locked looks gone",
        turned("prepare", Refused, lambda error: Missing(error.words)),
    ),
    Mutation(
        "test_preparing_makes_nothing_public_and_may_be_repeated",
        "memory",
        "preparing posts",
        around("prepare", _prepares_in_public),
    ),
    Mutation(
        "test_an_attachment_carries_its_description", "mastodon", "another description", prepared(_no_alts)
    ),
    Mutation(
        "test_an_attachment_that_is_not_there_is_refused",
        "mastodon",
        "leaves the file out",
        prepared(lambda _, reply: replace(reply, attachments=())),
    ),
    Mutation("test_a_direct_message_is_answered_directly", "memory", "answers in public", prepared(_public)),
    Mutation(
        f"{_AMBIGUOUS}[the connection ends before the answer-done]",
        "mastodon",
        "never finds it",
        around("find", never_found),
    ),
    Mutation(
        f"{_AMBIGUOUS}[no answer ever-done]",
        "bluesky",
        "no answer is a refusal",
        turned("answer", Ambiguous, lambda error: Refused(error.words)),
    ),
    Mutation("test_at_most_one_reply_ever", "memory", "sends again unseen", around("find", never_found)),
    Mutation(
        "test_a_direct_answer_is_delivered_once[done]",
        "memory",
        "sends again unseen",
        around("find", never_found),
    ),
    Mutation("test_any_text_is_found_again", "memory", "finds ASCII only", around("find", _ascii_only)),
    Mutation(
        "test_an_older_own_message_with_the_same_words_is_no_proof",
        "memory",
        "does not note the newest own message",
        requested(newest_own=0),
    ),
    Mutation(
        "test_an_own_message_of_another_outbox_row_is_no_proof",
        "memory",
        "finds what is claimed",
        around("find", claims_nothing),
    ),
    Mutation(
        "test_the_same_words_to_another_message_are_no_proof",
        "memory",
        "does not look at the parent",
        around("find", _anywhere),
    ),
    Mutation(
        "test_every_attempt_sends_the_same_bytes_on_a_fresh_connection",
        "mastodon",
        "other bytes each time",
        http=around("send", _more_bytes),
    ),
    Mutation(
        "test_every_attempt_sends_the_same_bytes_on_a_fresh_connection",
        "mastodon",
        "writes on a kept connection",
        http=_one_connection,
    ),
    Mutation(
        "test_no_failure_is_taken_for_another",
        "memory",
        "a rate limit is ambiguous",
        turned("answer", RetryAt, lambda error: Ambiguous(error.words)),
    ),
    Mutation(
        "test_a_server_that_is_down_took_nothing_or_is_asked_again",
        "memory",
        "503 is final",
        turned("answer", RetryAt, lambda error: Refused(error.words)),
    ),
    Mutation("test_no_look_means_no_absence", "memory", "who cannot look says absent", no_look),
    Mutation("test_an_own_message_is_edited", "memory", "changes nothing", around("edit", _unchanged)),
    Mutation(
        "test_an_own_message_is_deleted_once_or_twice", "memory", "fails when it is gone", _deletes_once
    ),
    Mutation("test_another_persons_message_is_not_changed", "memory", "changes anybody's", _anybodys),
    Mutation(
        "test_what_it_cannot_do_it_refuses", "bluesky", "pretends to edit", around("edit", _does_nothing)
    ),
    Mutation(
        "test_the_read_mark_never_goes_back", "memory", "moves back", around("mark_read", _back_and_forth)
    ),
    Mutation(
        "test_a_conversation_is_muted_and_unmuted",
        "memory",
        "mutes nothing",
        around("mute_thread", _does_nothing),
    ),
    Mutation(
        "test_whom_the_user_hides_is_listed[mute_person]",
        "memory",
        "lists nobody",
        around("fetch", _hides_nobody),
    ),
]
