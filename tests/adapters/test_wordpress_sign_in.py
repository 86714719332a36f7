"""WordPress, signing in: where the API is, the password, the role, and the check."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from convo.adapters.contract import (
    AdapterError,
    Finding,
    LoginResult,
    LoginStep,
    Refused,
    SignInAgain,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.wordpress import WordPress
from convo.config import AccountConfig
from convo.model import Person
from convo.testing.tools import long_ago
from tests.adapters.credential import Kept
from tests.adapters.playing import run
from tests.adapters.wordpress_site import Make, guest, mine, reading, sent, uri
from tests.adapters.wordpress_site import make as make
from tests.adapters.wordpress_world import PASSWORD, WordPressWorld
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pretty": False},
        {"folder": "/blog"},
        {"folder": "/blog", "pretty": False},
        {"prefix": "api"},
        {"prefix": "api", "plain": False},
        {"prefix": "api", "plain": False, "folder": "/blog"},
        {"closed": "anonymous"},
    ],
    ids=str,
)
def test_the_api_is_found_and_all_goes_through_it(make: Make, options: dict[str, Any]) -> None:
    world = make(**options)
    comment = guest(world, mine(world), "a question")
    assert reading(world).uris == {uri(world, comment)}
    written = sent(world, comment)
    assert written.parent_uri == uri(world, comment)
    assert [one.uri for one in world.standing()] == [written.uri]


def test_an_api_on_another_host_is_not_asked(make: Make) -> None:
    world = make(prefix="api", plain=False)
    elsewhere = world.site.elsewhere.url

    def change(answer: Answer) -> Answer:
        return answer.with_headers(link=f'<{elsewhere}/wp-json/>; rel="https://api.w.org/"')

    world.site.home.add(Fault(change=change), times=100)
    with pytest.raises(Refused, match="no WordPress REST API"):
        reading(world)
    assert world.leaks() == []
    assert [one for one in world.site.log if one.origin == elsewhere] == []


def test_a_site_without_api_is_said(make: Make) -> None:
    with pytest.raises(Refused) as caught:
        reading(make(closed="all"))
    assert "no WordPress REST API" in caught.value.words
    assert "plugin" in caught.value.words


def test_a_stored_place_that_moved_is_found_anew(make: Make) -> None:
    world = make()
    facts = asyncio.run(_facts(world))
    world.state.options.pretty = False

    async def work() -> str:
        try:
            adapter = world.adapter(facts)
            with pytest.raises(AdapterError):
                await adapter.fetch("comments", "", long_ago(world))
            identity = await adapter.identify()
            return str(identity.facts)
        finally:
            await world.close()

    assert "rest_route" in json.loads(asyncio.run(work()))["root"]


async def _facts(world: WordPressWorld) -> str:
    try:
        return str((await world.adapter().identify()).facts)
    finally:
        await world.close()


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://blog.example.org", "https://blog.example.org"),
        ("blog.example.org/", "https://blog.example.org"),
        ("https://example.org/blog/wp-admin/", "https://example.org/blog"),
        ("https://example.org/wp-json/", "https://example.org"),
        ("", ""),
    ],
)
def test_the_address_of_the_site(url: str, base: str) -> None:
    assert WordPress.base_url(AccountConfig("blog", "wordpress", url=url)) == base


# Signing in


@pytest.mark.parametrize(
    "options", [{}, {"surfaced": True}, {"header_lost": True}, {"closed": "anonymous"}], ids=str
)
@pytest.mark.parametrize("role", ["editor", "author", "subscriber"])
def test_a_wrong_password_is_no_empty_inbox(make: Make, role: str, options: dict[str, Any]) -> None:
    world = make(role, **{**options, "header_lost": False})
    guest(world, mine(world), "hello")
    facts = asyncio.run(_facts(world))
    world.credential.secret = "aaaa bbbb"
    world.state.options.header_lost = bool(options.get("header_lost"))

    async def work(channel: str) -> None:
        try:
            await world.adapter(facts).fetch(channel, "", long_ago(world))
        finally:
            await world.close()

    for channel in ("comments", "own", "again"):
        with pytest.raises(SignInAgain) as caught:
            asyncio.run(work(channel))
        assert "/wp-admin/profile.php" in caught.value.words
        assert "convo login blog" in caught.value.words
        assert "<" not in caught.value.words


def test_application_passwords_that_are_switched_off_are_said(make: Make) -> None:
    with pytest.raises(SignInAgain, match="switched off"):
        asyncio.run(_facts(make(application_passwords=False)))


def test_without_a_user_name_the_config_is_named(make: Make) -> None:
    world = make()
    world.account = AccountConfig("blog", "wordpress", url=world.home)
    with pytest.raises(SignInAgain, match="user ="):
        asyncio.run(_facts(world))


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD.replace(" ", ""), f" {PASSWORD}\n"])
def test_the_spaces_of_a_password_do_not_matter(make: Make, password: str) -> None:
    world = make()
    world.credential.secret = password
    assert asyncio.run(_facts(world))


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("administrator", {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
        ("author", {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
        ("subscriber", {Verb.ANSWER}),
    ],
)
def test_what_the_role_may_do(make: Make, role: str, verbs: set[Verb]) -> None:
    async def work(adapter: WordPress) -> tuple[set[Verb], Mapping[Verb, str]]:
        return set(adapter.can.verbs), adapter.can.refusals

    can, refusals = run(make(role), work)
    assert can == verbs
    assert all(refusals.values())
    assert can.isdisjoint(refusals)


# Checking and signing in
def _finding(found: list[Finding], what: str) -> Finding:
    return next(one for one in found if one.what == what)


@pytest.mark.parametrize(
    ("role", "words"),
    [("editor", "moderate_comments"), ("author", "posts of its own"), ("subscriber", "only comment")],
)
def test_the_check_names_what_the_role_may_do(make: Make, role: str, words: str) -> None:
    found = list(run(make(role), lambda adapter: adapter.check()))
    assert all(one.fine for one in found)
    assert words in _finding(found, "role").words


def test_the_check_says_that_the_clock_is_wrong_and_the_totals_are_missing(make: Make) -> None:
    world = make(totals=False)
    world.clock.step(600)
    found = list(run(world, lambda adapter: adapter.check()))
    assert not _finding(found, "clock").fine
    assert "X-WP-Total" in _finding(found, "comments").words


def login(
    world: WordPressWorld, account: AccountConfig, *answers: dict[str, str]
) -> tuple[LoginResult, list[LoginStep]]:
    """Sign in with these answers; gives the result and what was asked."""
    asked: list[LoginStep] = []

    async def ask(step: LoginStep) -> dict[str, str]:
        asked.append(step)
        return answers[len(asked) - 1]

    async def work() -> LoginResult:
        return await WordPress.login(account, lambda url: Http(url), ask)

    return asyncio.run(work()), asked


def test_signing_in_asks_for_site_user_and_password(make: Make) -> None:
    world = make()
    typed = {"user": " me ", "password": f" {PASSWORD} "}
    result, asked = login(
        world, AccountConfig("blog", "wordpress"), {"url": f"{world.home}/wp-admin/"}, typed
    )
    assert (result.secret, dict(result.options)) == (PASSWORD, {"url": world.home, "user": "me"})
    assert result.identity.person.uid == world.me
    assert asked[1].open_url.startswith(
        f"{world.home}/wp-admin/authorize-application.php?app_name=convo&app_id="
    )
    assert f"{world.home}/wp-admin/profile.php" in asked[1].words
    assert not asked[1].wait_for_redirect
    assert [(field.name, field.secret) for field in asked[1].fields] == [("user", False), ("password", True)]
    made = WordPress(
        AccountConfig("blog", "wordpress", url=world.home, user="me"), Http(world.home), Kept(PASSWORD), "{}"
    )
    assert asyncio.run(_identified(made)) == result.identity.person


async def _identified(adapter: WordPress) -> Person:
    try:
        return (await adapter.identify()).person
    finally:
        await adapter.close()


def test_what_is_known_is_not_asked_for(make: Make) -> None:
    world = make(pretty=False)
    account = AccountConfig("blog", "wordpress", url=world.home, user="me")
    _, [step] = login(world, account, {"password": PASSWORD})
    assert [field.name for field in step.fields] == ["password"]
    assert "authorize-application.php" in step.open_url


def test_an_api_that_is_closed_to_strangers_lets_one_sign_in(make: Make) -> None:
    world = make(closed="anonymous")
    _, [step] = login(
        world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD}
    )
    assert step.open_url == f"{world.home}/wp-admin/profile.php"


def test_a_page_of_another_site_is_not_offered(make: Make) -> None:
    world = make()

    def change(answer: Answer) -> Answer:
        view = answer.json()
        page = "https://evil.example/authorize-application.php"
        view["authentication"]["application-passwords"]["endpoints"]["authorization"] = page
        return json_answer(view)

    world.site.home.add(Fault(change=change), path="/wp-json/")
    _, [step] = login(
        world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD}
    )
    assert step.open_url == f"{world.home}/wp-admin/profile.php"


@pytest.mark.parametrize("typed", [{"user": "me", "password": ""}, {"user": "", "password": PASSWORD}, {}])
def test_an_empty_answer_signs_nobody_in(make: Make, typed: dict[str, str]) -> None:
    world = make()
    with pytest.raises(SignInAgain):
        login(world, AccountConfig("blog", "wordpress", url=world.home), typed)


def test_a_wrong_password_is_said_while_signing_in(make: Make) -> None:
    world = make(surfaced=True)
    with pytest.raises(SignInAgain, match="invalid application password"):
        login(world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": "nope"})


def test_signing_in_is_not_offered_where_it_cannot_be(make: Make) -> None:
    world = make(application_passwords=False)
    with pytest.raises(Refused, match="switched off"):
        login(world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD})
