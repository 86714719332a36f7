"""WordPress on WordPress.com: the same routes below a site, a token instead of a password, its own refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    Finding,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.wordpress import WordPress
from convo.config import AccountConfig
from convo.model import Message, Reason, Ref, Reply
from convo.testing import Said, Trouble, Where
from tests.adapters.playing import reading, run, sign_in
from tests.adapters.wpcom_world import DOMAIN, TOKEN, WpComWorld
from tests.simulators import faults
from tests.simulators._wordpress_state import Comment
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.server import Server
from tests.simulators.wpcom import CLIENT

HOME = f"https://{DOMAIN}"
ROOT = f"/wp/v2/sites/{DOMAIN}"
REDIRECT = "http://localhost/"
SCOPES = "users posts comments"


@pytest.fixture
def world() -> Iterator[WpComWorld]:
    built = WpComWorld()
    yield built
    built.stop()


@pytest.fixture
def renewable() -> Iterator[WpComWorld]:
    """Somebody whose token of two weeks can be renewed."""
    built = WpComWorld(refreshable=True, scope=SCOPES)
    yield built
    built.stop()


def asked(world: WpComWorld, path: str) -> list[Request]:
    return [one for one in world.site.log if one.path == path]


def ref_of(said: Said) -> Ref:
    return Ref(said.uri, said.uri.rpartition("-")[2], "")


def comment_of(world: WpComWorld, said: Said) -> Comment:
    return world.state.comments[int(said.uri.rpartition("-")[2])]


@pytest.mark.parametrize(
    ("url", "api", "base"),
    [
        ("https://ana.wordpress.com", "", "https://public-api.wordpress.com"),
        ("https://public-api.wordpress.com/wp/v2/sites/ana.example", "", "https://public-api.wordpress.com"),
        ("https://ana.example", "https://public-api.wordpress.com/", "https://public-api.wordpress.com"),
        ("https://ana.example", "", "https://ana.example"),
        ("https://wordpress.com.example", "", "https://wordpress.com.example"),
        ("", "https://public-api.wordpress.com", ""),
    ],
)
def test_which_sites_are_there(url: str, api: str, base: str) -> None:
    account = AccountConfig("blog", "wordpress", url=url, options={"api": api} if api else {})
    assert WordPress.base_url(account) == base


def test_a_comment_is_read_and_answered_below_the_site(world: WpComWorld) -> None:
    said = world.someone_mentions_me("How long?")
    [message] = reading(world, ChannelKind.INCOMING).messages
    assert (message.uri, message.claim) == (said.uri, Reason.COMMENT)

    async def answered(adapter: Any) -> Message:
        found: Message = await adapter.answer(await adapter.prepare(Reply("k", message, "Two hours.")))
        return found

    assert run(world, answered).parent_uri == said.uri
    [posted] = [one for one in world.site.log if one.method == "POST"]
    assert (posted.path, posted.bearer) == (f"{ROOT}/comments", TOKEN)
    assert {one.path.split("/sites/")[0] for one in world.site.log} == {"/wp/v2"}


def test_a_comment_on_a_page_is_found_there(world: WpComWorld) -> None:
    page = world.state.add_post(world.user_me, "About", type="page")
    world.state.add_comment(page.id, "Who are you?", guest=("Ana", "ana@example.net", ""))
    assert [one.title for one in reading(world, ChannelKind.INCOMING).messages] == ["About"]


def test_words_that_were_said_already_are_found_and_not_sent_twice(world: WpComWorld) -> None:
    world.someone_mentions_me("How long?")
    [message] = reading(world, ChannelKind.INCOMING).messages

    async def twice(adapter: Any) -> tuple[Message, Any]:
        request = await adapter.prepare(Reply("k", message, "Two hours."))
        world.trouble(Trouble.CUT_BODY, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.answer(request), await adapter.find(request, ())

    answer, proof = run(world, twice)
    assert proof.message.uri == answer.uri
    assert [one.uri for one in world.standing()] == [answer.uri]


def test_deciding_and_taking_back(world: WpComWorld) -> None:
    said = world.someone_mentions_me("Buy this")
    run(world, lambda adapter: adapter.moderate(ref_of(said), "spam"))
    assert comment_of(world, said).status == "spam"
    run(world, lambda adapter: adapter.moderate(ref_of(said), "not spam"))
    assert comment_of(world, said).status == "1"


@pytest.mark.parametrize("status", [400, 401])
def test_a_token_that_is_not_taken(world: WpComWorld, status: int) -> None:
    world.server.quirks.token_status = status
    world.credential.secret = "another-token"
    with pytest.raises(SignInAgain, match=r'invalid\."\): .*convo login blog'):
        run(world, lambda adapter: adapter.identify())
    assert world.requests() == 1, "there is nothing to renew it with"


def test_a_site_that_is_not_there_makes_nothing_gone(world: WpComWorld) -> None:
    facts = run(world, lambda adapter: adapter.identify()).facts
    said = world.someone_mentions_me("How long?")
    world.blog.domain = "moved.wordpress.com"

    async def work() -> None:
        try:
            await world.adapter(facts).delete(ref_of(said))
        finally:
            await world.close()

    with pytest.raises(Refused, match=rf"knows no site {DOMAIN}") as caught:
        asyncio.run(work())
    assert not isinstance(caught.value, Missing)


def test_a_token_for_another_site_is_refused_in_words(world: WpComWorld) -> None:
    other = world.server.add_blog("other.wordpress.com")
    world.server.oauth.give(TOKEN, blog=other.id)
    with pytest.raises(Refused, match="not the one that this token is for"):
        run(world, lambda adapter: adapter.identify())


@pytest.mark.parametrize("body", [b"<html><body>Not here</body></html>", b"{}", b"[]"])
def test_a_foreign_page_of_not_found_makes_nothing_gone(world: WpComWorld, body: bytes) -> None:
    said = world.i_answer_elsewhere(world.someone_mentions_me("How long?"), "Two hours.")
    world.site.home.add(faults.refuses(404, body), path=f"/comments/{ref_of(said).local_id}")
    with pytest.raises(RetryAt, match="not its own"):
        run(world, lambda adapter: adapter.delete(ref_of(said)))


# Tokens


def test_a_token_that_ended_is_renewed_once_and_kept(renewable: WpComWorld) -> None:
    world = renewable
    given = {"access": TOKEN, "refresh": world.refresh_token, "until": "2020-01-01T00:00:00Z"}
    world.credential.secret = json.dumps(given)

    async def both(adapter: Any) -> None:
        await asyncio.gather(adapter.identify(), adapter.identify())

    run(world, both)
    assert world.server.oauth.refreshed == 1
    kept = json.loads(world.credential.stored)["access"]
    assert kept != TOKEN
    assert world.site.log[-1].bearer == kept
    world.server.oauth.give("a-new-one", blog=world.blog.id)
    world.credential.secret = "a-new-one"  # signed in anew: what was kept belongs to the sign-in before
    run(world, lambda adapter: adapter.identify())
    assert world.site.log[-1].bearer == "a-new-one"


def test_a_token_that_was_taken_back_early_is_renewed_when_it_is_refused(renewable: WpComWorld) -> None:
    world = renewable
    world.expire()
    assert run(world, lambda adapter: adapter.identify()).person.handle == "me"
    assert world.server.oauth.refreshed == 1
    world.revoke()
    with pytest.raises(SignInAgain, match=r"refresh token is invalid.*convo login blog"):
        run(world, lambda adapter: adapter.identify())


@pytest.mark.parametrize("secret", ["two words", "{}", '{"access": 7}', "töken"])
def test_a_secret_that_is_no_token(world: WpComWorld, secret: str) -> None:
    world.credential.secret = secret
    with pytest.raises(SignInAgain, match="There is no token"):
        run(world, lambda adapter: adapter.identify())
    assert world.requests() == 0


# Signing in


def unsigned(world: WpComWorld, **options: str) -> AccountConfig:
    """An account before anything is known of it."""
    given = {"api": world.base(), "redirect": REDIRECT, **options}
    return AccountConfig("blog", "wordpress", url=HOME, options=given)


OWN = {"client_id": CLIENT.id, "client_secret": CLIENT.secret}


def agreeing(
    world: WpComWorld, client: Mapping[str, str], how: str = ""
) -> Callable[[LoginStep], Mapping[str, str]]:
    """Somebody who fills in a client, and agrees in a browser on another device."""

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.open_url:
            return client
        assert not step.wait_for_redirect, "WordPress.com takes one registered address only"
        parts = urlsplit(step.open_url)
        world.server.oauth.denies = how == "denied"
        there = world.server.answer(Request("GET", f"{parts.path}?{parts.query}")).headers["location"]
        return {"code": {"other": f"{there}x", "none": ""}.get(how, there)}

    return answers


def test_signing_in_with_an_app_of_ones_own(world: WpComWorld) -> None:
    result, steps = sign_in(WordPress, unsigned(world), agreeing(world, OWN))
    assert dict(result.options) == {"url": HOME, "user": "me", "api": world.base(), **OWN}
    assert f"redirect URL {REDIRECT} exactly" in steps[0].words
    asked_for = parse_qs(urlsplit(steps[1].open_url).query)
    assert (asked_for["scope"], asked_for["blog"]) == ([SCOPES], [DOMAIN])
    kept = json.loads(result.secret)
    assert world.server.oauth.of(kept["access"]).scope == SCOPES
    world.credential.secret = result.secret
    assert run(world, lambda adapter: adapter.identify()).person.uid == world.me
    hidden = (CLIENT.secret, kept["access"], kept["refresh"])
    assert not any(secret in one.target for one in world.site.log for secret in hidden)
    assert world.leaks() == []


def test_without_an_app_wordpress_com_makes_a_client(world: WpComWorld) -> None:
    result, _ = sign_in(WordPress, unsigned(world, redirect=""), agreeing(world, {}))
    made = world.server.oauth.clients[result.options["client_id"]]
    assert (made.secret, made.redirects) == ("", ("http://localhost:65010/convo",))
    assert "client_secret" not in result.options
    assert json.loads(result.secret)["refresh"]


def test_a_token_that_does_not_end_is_kept_as_it_is(world: WpComWorld) -> None:
    def lasting(answer: Answer) -> Answer:
        return json_answer({"access_token": answer.json()["access_token"], "blog_id": "1"})

    world.site.home.add(faults.Fault(change=lasting), path="/oauth2-1/token")
    result, _ = sign_in(WordPress, unsigned(world), agreeing(world, OWN))
    assert world.server.oauth.of(result.secret)


def test_where_no_client_is_made_it_says_what_to_do(world: WpComWorld) -> None:
    world.site.home.add(faults.refuses(403, b'{"error": "forbidden"}'), path="/oauth2-1/register")
    with pytest.raises(Refused, match=r"Make an app of your own at https://developer\.wordpress\.com/apps/"):
        sign_in(WordPress, unsigned(world), agreeing(world, {}))


def test_a_token_at_hand_is_taken(world: WpComWorld) -> None:
    result, steps = sign_in(WordPress, unsigned(world), agreeing(world, {"token": f" {TOKEN}\n"}))
    assert result.secret == TOKEN
    assert len(steps) == 1
    assert "client_id" not in result.options


@pytest.mark.parametrize(
    ("how", "words"), [("denied", "access_denied"), ("other", "another sign-in"), ("none", "not whole")]
)
def test_a_page_that_did_not_agree(world: WpComWorld, how: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        sign_in(WordPress, unsigned(world), agreeing(world, OWN, how))


def test_a_wrong_client_is_said(world: WpComWorld) -> None:
    with pytest.raises(SignInAgain, match="does not take the client"):
        sign_in(WordPress, unsigned(world), agreeing(world, {**OWN, "client_secret": "wrong"}))


def test_what_the_config_knows_is_not_asked_for(world: WpComWorld) -> None:
    _, steps = sign_in(WordPress, unsigned(world, **OWN), agreeing(world, {}))
    assert [field.name for field in steps[0].fields] == ["token"]


class Page:
    """The home page of a site on WordPress.com that has an address of its own."""

    def __init__(self, api: str) -> None:
        self.api = api

    def answer(self, request: Request) -> Answer:
        link = f'<https://wp.example/a>; rel=shortlink, <{self.api}/wp-json/>; rel="https://api.w.org/"'
        return Answer(200 if request.path == "/" else 404, b"<html></html>", {"link": link})


def test_a_site_with_its_own_address_says_where_its_api_is(
    world: WpComWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = world.base()
    monkeypatch.setattr("convo.adapters._wordpress_com_login.API", api)
    monkeypatch.setattr("convo.adapters._wordpress_login.API", api)
    page = Server(Page(api), world.clock)
    world.blog.domain = "127.0.0.1"
    try:
        account = AccountConfig("blog", "wordpress", url=f"{page.url}/", options={"redirect": REDIRECT})
        result, _ = sign_in(WordPress, account, agreeing(world, OWN))
        assert (result.options["url"], result.options["api"]) == (page.url, api)
        assert not [one for one in page.log if one.headers.get("authorization")]
    finally:
        page.stop()


# What convo doctor says


def findings(world: WpComWorld) -> dict[str, Finding]:
    return {one.what: one for one in run(world, lambda adapter: adapter.check())}


def test_check_says_that_all_is_well(world: WpComWorld) -> None:
    found = findings(world)
    assert list(found) == ["reach", "sign in", "scopes", "role", "comments", "limits", "clock"]
    assert all(one.fine for one in found.values()), found
    assert DOMAIN in found["sign in"].words


@pytest.mark.parametrize(
    ("scope", "fine", "words"),
    [
        ("global", True, "global"),
        ("", True, "everything on this site"),
        ("posts users", False, "lacks comments. Run  convo login blog"),
    ],
)
def test_check_names_the_scopes_that_are_missing(
    world: WpComWorld, scope: str, fine: bool, words: str
) -> None:
    world.server.oauth.give(TOKEN, blog=world.blog.id, scope=scope)
    found = findings(world)["scopes"]
    assert found.fine is fine
    assert words in found.words


def test_check_where_nothing_is_said_of_scopes(world: WpComWorld) -> None:
    world.site.home.add(faults.refuses(403, b'{"error": "unauthorized"}'), path="/rest/v1.1/me")
    found = findings(world)["scopes"]
    assert found.fine
    assert "does not say" in found.words


def test_check_says_that_the_token_is_for_another_site(world: WpComWorld) -> None:
    other = world.server.add_blog("other.wordpress.com")

    async def check(adapter: Any) -> list[Finding]:
        world.server.oauth.give(TOKEN, blog=other.id)
        return list(await adapter.check())

    [found] = run(world, check)
    assert (found.what, found.fine) == ("access", False)
    assert "not the one that this token is for" in found.words
