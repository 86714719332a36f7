"""Mutations of how an adapter takes failures, and of what it trusts."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from convo.adapters.contract import AdapterError, Finding, Refused, RetryAt, SignInAgain
from convo.model import Page
from tests.adapters.mutants import Change, Mutation, around
from tests.adapters.mutants.reading import each


def turned(name: str, wrong: type[AdapterError], into: Any) -> Change:
    """A change after which a verb fails in another way, or not at all when `into` gives no error."""

    async def verb(_: Any, real: Any, *args: Any) -> Any:
        try:
            return await real(*args)
        except wrong as error:
            other = into(error)
            if isinstance(other, Exception):
                raise other from error
            return other

    return around(name, verb)


def _revoked_is_refused(adapter: Any) -> None:
    for name in ("fetch", "lookup", "answer", "identify"):
        turned(name, SignInAgain, lambda error: Refused(error.words))(adapter)


async def _own_quietly(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    try:
        page: Page = await real(channel, cursor, since)
    except RetryAt:
        return Page()
    return page


async def _without_a_clock(adapter: Any, real: Any) -> list[Finding]:
    return [one for one in await real() if one.what != "clock"]


async def _check_alone(adapter: Any, real: Any) -> list[Finding]:
    await adapter.identify()
    return [Finding("server", True, "fine")]


async def _always_fine(_: Any, real: Any) -> list[Finding]:
    return [Finding("server", True, "fine")]


async def _gives_up(_: Any, real: Any, request: str) -> Any:
    raise SignInAgain("expired")


async def _no_second_try(_: Any, real: Any, client: Any, request: Any) -> Any:
    import httpx

    try:
        return await real(client, request)
    except (httpx.ReadError, httpx.RemoteProtocolError) as error:
        raise httpx.ReadTimeout("no second try") from error


async def _follows(
    http: Any, real: Any, url: str, *, params: Any = None, headers: Any = None, **_: Any
) -> Any:
    address = url if "://" in url else f"{http.base}/{url.lstrip('/')}"
    while True:
        response = await http._read(address, params, headers or {})
        target = response.headers.get("location", "")
        if response.status not in (301, 302, 303, 307, 308) or not target:
            return response
        address, params = urljoin(address, target), None


async def _sends_on(http: Any, real: Any, method: str, url: str, **how: Any) -> Any:
    response = await real(method, url, **how)
    target = response.headers.get("location", "")
    if not target:
        return response
    return await real(method, target, **{**how, "other_origin": True})


async def _no_session() -> str:
    return ""


async def _not_kept(value: str) -> None:
    return


@asynccontextmanager
async def _nobody_waits() -> Any:
    yield


def _forgets(credential: Any) -> None:
    credential.save_session = _not_kept


def _remembers_nothing(credential: Any) -> None:
    credential.session = _no_session


def _no_guard(credential: Any) -> None:
    credential.refreshing = _nobody_waits
    credential.session = _no_session


def _raw(adapter: Any) -> None:
    adapter._shown = lambda post: post.message
    each(lambda one: replace(one, **_dirty(adapter, one)))(adapter)


def _dirty(adapter: Any, one: Any) -> dict[str, Any]:
    post = adapter.world.posts[one.uri].message
    return {"text": post.text, "author": post.author, "content_warning": post.content_warning}


async def _request_with_token(_: Any, real: Any, reply: Any) -> str:
    return json.dumps({**json.loads(await real(reply)), "authorization": "Bearer token"})


_RETRY = "test_what_passes_is_tried_later"
MUTATIONS = [
    Mutation(
        "test_a_rate_limit_says_when_to_come_back[iso]",
        "mastodon",
        "the time is not said",
        turned("fetch", RetryAt, lambda error: RetryAt(error.words)),
    ),
    Mutation(
        "test_a_rate_limit_without_a_time",
        "memory",
        "a rate limit is final",
        turned("fetch", RetryAt, lambda error: Refused(error.words)),
    ),
    Mutation(
        f"{_RETRY}[503]",
        "memory",
        "503 is final",
        turned("fetch", RetryAt, lambda error: Refused(error.words)),
    ),
    Mutation(
        f"{_RETRY}[a proxy's page of HTML with status 502]",
        "mastodon",
        "an error is an empty page",
        turned("fetch", RetryAt, lambda error: Page()),
    ),
    Mutation(
        "test_what_makes_no_sense_is_an_error_in_words[a page of HTML with status 200]",
        "mastodon",
        "nonsense is an empty page",
        turned("fetch", AdapterError, lambda error: Page()),
    ),
    Mutation(
        "test_a_kept_connection_that_died_is_not_noticed",
        "mastodon",
        "no second try",
        http=around("_exchange", _no_second_try),
    ),
    Mutation(
        "test_a_failed_page_moves_no_cursor",
        "memory",
        "an error is the end of the list",
        turned("fetch", RetryAt, lambda error: Page(cursor="{}")),
    ),
    Mutation(
        "test_an_expired_session_is_refreshed_or_asks_to_sign_in",
        "bluesky",
        "the new session is not kept",
        credential=_forgets,
    ),
    Mutation(
        "test_requests_at_the_same_time_share_one_refresh",
        "bluesky",
        "everybody refreshes, and nobody looks again",
        credential=_no_guard,
    ),
    Mutation(
        "test_a_restart_signs_in_anew_only_when_it_must",
        "bluesky",
        "the session is not read",
        credential=_remembers_nothing,
    ),
    Mutation(
        "test_an_answer_with_an_expired_session_is_sent_once",
        "bluesky",
        "an answer is not refreshed for",
        around("answer", _gives_up),
    ),
    Mutation(
        "test_a_revoked_credential_asks_to_sign_in", "memory", "revoked is refused", _revoked_is_refused
    ),
    Mutation(
        "test_check_reports_and_never_raises[connections are refused]",
        "mastodon",
        "check raises",
        around("check", _check_alone),
    ),
    Mutation(
        "test_check_looks_at_all_that_every_check_does",
        "memory",
        "check leaves out the clock",
        around("check", _without_a_clock),
    ),
    Mutation(
        "test_check_says_when_the_credential_is_gone",
        "memory",
        "all is always fine",
        around("check", _always_fine),
    ),
    Mutation(
        "test_people_and_slow_channels_survive_trouble",
        "memory",
        "trouble in the own list is an empty list",
        around("fetch", _own_quietly),
    ),
    Mutation("test_every_string_is_cleaned", "memory", "text as it came", _raw),
    Mutation(
        "test_hostile_ids_are_cleaned_or_left_out",
        "mastodon",
        "local ids as they came",
        each(lambda one: replace(one, local_id=one.local_id + "\u202e")),
    ),
    Mutation(
        "test_the_words_of_errors_are_cleaned",
        "memory",
        "words as they came",
        turned("fetch", Refused, lambda error: Refused(error.words + "\x1b[31m")),
    ),
    Mutation(
        "test_nothing_is_counted",
        "memory",
        "likes in the adapter's own data",
        each(lambda one: replace(one, data='{"likes": "7777"}')),
    ),
    Mutation(
        "test_no_secret_goes_into_what_is_kept",
        "memory",
        "the token in the request",
        around("prepare", _request_with_token),
    ),
    Mutation(
        "test_no_credential_goes_to_another_host[a redirect to another host]",
        "mastodon",
        "follows with its credential",
        http=around("get", _follows),
    ),
    Mutation(
        "test_a_redirected_answer_is_not_sent_on",
        "mastodon",
        "sends the answer on",
        http=around("send", _sends_on),
    ),
]
