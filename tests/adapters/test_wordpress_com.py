"""WordPress on WordPress.com: the same routes below a site, a token instead of a password, its own refusals."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    LoginResult,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.http import Http
from convo.adapters.wordpress import WordPress
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Reason, Ref, Reply
from convo.testing.tools import read
from tests.adapters.credential import Kept
from tests.adapters.http_world import HttpWorld
from tests.adapters.playing import sign_in
from tests.simulators import faults
from tests.simulators._wordpress_state import Options
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.server import Server, Site
from tests.simulators.wordpress import WordPress as OwnSite

T = TypeVar("T")
SITE = "bread.example"
HOME = f"https://{SITE}"
ROOT = f"/wp/v2/sites/{SITE}"
PASSWORD = "abcdEFGH1234"
REDIRECT = "http://localhost:65010/convo"


class Dotcom:
    """What WordPress.com answers, as far as these tests ask; what stands below a site is core's, as everywhere."""

    def __init__(self, clock: HandClock) -> None:
        self.site = OwnSite(clock, Options())
        self.me = self.site.state.add_user("me", "Me Myself", "editor", PASSWORD)
        self.tokens = {"a-token": "users posts comments"}
        self.refresh: set[str] = set()
        self.expires: int | None = None
        self.clients = {"4711": "hush"}
        self.challenge = ""
        self.root = ROOT
        self.blogs: list[str] = []

    def answer(self, request: Request) -> Answer:
        if request.path == "/oauth2-1/authorize":
            return self._agree(request)
        if request.path == "/oauth2-1/register":
            assert request.json()["token_endpoint_auth_method"] == "none"
            self.clients["made"] = ""
            return json_answer({"client_id": "made"}, 201)
        if request.path == "/oauth2-1/token":
            return self._token(request.form())
        scope = self.tokens.get(request.bearer)
        if scope is None:
            return json_answer({"error": "invalid_token", "message": "The OAuth2 token is invalid."}, 400)
        if request.path == "/rest/v1.1/me":
            return json_answer({"ID": 5, "token_scope": scope.split(), "token_site_id": 12})
        if not request.path.startswith(f"{self.root}/"):
            return json_answer({"error": "unknown_blog", "message": "Unknown blog"}, 404)
        key = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        target = request.target.replace(self.root, "/wp-json/wp/v2")
        return self.site.answer(
            replace(request, target=target, headers={**request.headers, "authorization": f"Basic {key}"})
        )

    def _agree(self, request: Request) -> Answer:
        assert request.first("redirect_uri") == REDIRECT
        assert request.first("client_id") in self.clients
        self.challenge = request.first("code_challenge")
        self.blogs.append(request.first("blog"))
        there = f"{REDIRECT}?code=a-code&state={request.first('state')}"
        return Answer(302, headers={"location": there})

    def _token(self, form: Mapping[str, Any]) -> Answer:
        if self.clients.get(form["client_id"]) != form.get("client_secret", ""):
            return json_answer({"error": "invalid_client", "error_description": "Unknown client_id."}, 400)
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
            if not fits or form["code"] != "a-code" or form["redirect_uri"] != REDIRECT:
                return json_answer({"error": "invalid_grant", "error_description": "Bad code."}, 400)
        elif form["refresh_token"] not in self.refresh:
            return json_answer({"error": "invalid_grant", "error_description": "Token was revoked."}, 400)
        self.refresh.discard(form.get("refresh_token", ""))
        return self.grant()

    def grant(self) -> Answer:
        """A new token, and where it ends what renews it."""
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = "users posts comments"
        granted: dict[str, Any] = {"access_token": token, "token_type": "bearer", "blog_id": "12"}
        if self.expires is not None:
            self.refresh.add(f"renews-{token}")
            granted |= {"expires_in": self.expires, "refresh_token": f"renews-{token}"}
        return json_answer(granted)


class World:
    """WordPress.com on loopback, with one account."""

    def __init__(self) -> None:
        clock = HttpWorld.present()
        self.server = Dotcom(clock)
        self.site = Site(self.server, clock)
        self.state = self.server.site.state
        self.credential = Kept("a-token")
        self.account = AccountConfig("blog", "wordpress", url=HOME, options={"api": self.site.home.url})

    def run(self, work: Callable[[WordPress], Awaitable[T]], facts: str = "") -> T:
        async def play() -> T:
            http = Http(WordPress.base_url(self.account))
            try:
                return await work(WordPress(self.account, http, self.credential, facts))
            finally:
                await http.close()

        return asyncio.run(play())

    def give(self, **options: str) -> None:
        """Write more keys into the account's section of the config."""
        self.account = replace(self.account, options={**self.account.options, **options})

    def asked(self, path: str) -> list[Request]:
        return [one for one in self.site.log if one.path == path]

    def question(self) -> Any:
        post = self.state.add_post(self.server.me, "Bread")
        return self.state.add_comment(post.id, "How long?", guest=("Ana", "ana@example.net", ""))


@pytest.fixture
def world() -> Iterator[World]:
    built = World()
    yield built
    built.site.stop()


@pytest.mark.parametrize(
    ("url", "api", "base"),
    [
        ("https://ana.wordpress.com", "", "https://public-api.wordpress.com"),
        ("https://public-api.wordpress.com/wp/v2/sites/ana.example", "", "https://public-api.wordpress.com"),
        ("https://ana.example", "https://public-api.wordpress.com/", "https://public-api.wordpress.com"),
        ("https://ana.example", "", "https://ana.example"),
        ("https://wordpress.com.example", "", "https://wordpress.com.example"),
    ],
)
def test_which_sites_are_there(url: str, api: str, base: str) -> None:
    account = AccountConfig("blog", "wordpress", url=url, options={"api": api} if api else {})
    assert WordPress.base_url(account) == base


def test_a_comment_is_read_and_answered_below_the_site(world: World) -> None:
    comment = world.question()

    async def work(adapter: WordPress) -> Any:
        identity = await adapter.identify()
        found = await read(adapter, {}, world.site.home.clock.now().replace(year=2020), ChannelKind.INCOMING)
        [message] = found.messages
        request = await adapter.prepare(Reply("k", message, "Two hours."))
        return identity, message, await adapter.answer(request)

    identity, message, answer = world.run(work)
    assert identity.person.uid == f"{HOME}/?author={world.server.me.id}"
    assert message.uri == f"{HOME}/?p={comment.post}#comment-{comment.id}"
    assert message.claim is Reason.COMMENT
    assert answer.parent_uri == message.uri
    [posted] = [one for one in world.site.log if one.method == "POST"]
    assert (posted.path, posted.bearer) == (f"{ROOT}/comments", "a-token")
    assert {one.path.split("/sites/")[0] for one in world.site.log} == {"/wp/v2"}


def test_a_comment_on_a_page_is_found_there(world: World) -> None:
    page = world.state.add_post(world.server.me, "About", type="page")
    world.state.add_comment(page.id, "Who are you?", guest=("Ana", "ana@example.net", ""))

    def named(answer: Answer) -> Answer:
        text = answer.body.decode().replace("/wp-json/wp/v2/pages", ROOT + "/pages")
        return replace(answer, body=text.encode())

    world.site.home.add(faults.Fault(change=named), method="GET", path="/comments", times=100)
    found = world.run(
        lambda adapter: read(
            adapter, {}, world.site.home.clock.now().replace(year=2020), ChannelKind.INCOMING
        )
    )
    assert [one.title for one in found.messages] == ["About"]


def test_words_that_were_said_already_are_found_and_not_sent_twice(world: World) -> None:
    world.question()

    async def work(adapter: WordPress) -> Any:
        found = await read(adapter, {}, world.site.home.clock.now().replace(year=2020), ChannelKind.INCOMING)
        request = await adapter.prepare(Reply("k", found.messages[0], "Two hours."))
        world.site.home.add(faults.cut(faults.Cut.BODY, done=True), method="POST", path="/comments")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.answer(request), await adapter.find(request, ())

    answer, proof = world.run(work)
    assert proof.message.uri == answer.uri
    assert len([one for one in world.state.comments.values() if one.author == world.server.me.id]) == 1


def test_deciding_and_taking_back(world: World) -> None:
    comment = world.question()
    ref = Ref(f"{HOME}/?p={comment.post}#comment-{comment.id}", str(comment.id), "")
    world.run(lambda adapter: adapter.moderate(ref, "spam"))
    assert comment.status == "spam"
    world.run(lambda adapter: adapter.moderate(ref, "not spam"))
    assert comment.status != "spam"


def test_a_token_that_is_not_taken(world: World) -> None:
    world.credential.secret = "another-token"
    with pytest.raises(SignInAgain, match=r'invalid\."\): .*convo login blog'):
        world.run(lambda adapter: adapter.identify())
    assert len(world.site.log) == 1, "there is nothing to renew it with"


def test_a_site_that_is_not_there_makes_nothing_gone(world: World) -> None:
    ref = Ref(f"{HOME}/?p=1#comment-2", "2", "")
    world.account = replace(world.account, url="https://other.example")
    with pytest.raises(Refused, match=r"knows no site other\.example") as caught:
        world.run(lambda adapter: adapter.delete(ref))
    assert not isinstance(caught.value, Missing)


@pytest.mark.parametrize("body", [b"<html><body>Not here</body></html>", b"{}", b"[]"])
def test_a_foreign_page_of_not_found_makes_nothing_gone(world: World, body: bytes) -> None:
    comment = world.question()
    ref = Ref(f"{HOME}/?p={comment.post}#comment-{comment.id}", str(comment.id), "")
    world.site.home.add(faults.refuses(404, body), path=f"/comments/{comment.id}")
    with pytest.raises(RetryAt, match="not its own"):
        world.run(lambda adapter: adapter.delete(ref))


# Tokens


def stored(**more: str) -> str:
    return json.dumps({"access": "a-token", "refresh": "renews-a-token", **more})


def test_a_token_that_ended_is_renewed_once_and_kept(world: World) -> None:
    world.credential.secret = stored(until="2020-01-01T00:00:00Z")
    world.give(client_id="4711", client_secret="hush")
    world.server.refresh.add("renews-a-token")
    world.server.expires = 1_209_600

    async def twice(adapter: WordPress) -> None:
        await asyncio.gather(adapter.identify(), adapter.identify())

    world.run(twice)
    assert len(world.asked("/oauth2-1/token")) == 1
    kept = json.loads(world.credential.stored)
    assert (kept["access"], kept["refresh"]) == ("token-1", "renews-token-1")
    world.run(lambda adapter: adapter.identify())
    assert len(world.asked("/oauth2-1/token")) == 1
    assert world.site.log[-1].bearer == "token-1"
    world.credential.secret = "a-token"  # signed in anew: what was kept belongs to the sign-in before
    world.run(lambda adapter: adapter.identify())
    assert world.site.log[-1].bearer == "a-token"


def test_a_token_that_was_taken_back_early_is_renewed_when_it_is_refused(world: World) -> None:
    world.credential.secret = stored()
    world.give(client_id="made")
    world.server.clients["made"] = ""
    world.server.refresh.add("renews-a-token")
    del world.server.tokens["a-token"]
    assert world.run(lambda adapter: adapter.identify()).person.handle == "me"
    world.server.tokens.clear()
    with pytest.raises(SignInAgain, match="Token was revoked"):
        world.run(lambda adapter: adapter.identify())


@pytest.mark.parametrize("secret", ["two words", "{}", '{"access": 7}', "töken"])
def test_a_secret_that_is_no_token(world: World, secret: str) -> None:
    world.credential.secret = secret
    with pytest.raises(SignInAgain, match="There is no token"):
        world.run(lambda adapter: adapter.identify())
    assert world.site.log == []


# Signing in


def agreeing(
    world: World, client: Mapping[str, str], how: str = ""
) -> Callable[[LoginStep], Mapping[str, str]]:
    """Somebody who fills in a client, and agrees in a browser on another device."""

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.open_url:
            return client
        parts = urlsplit(step.open_url)
        asked = Request("GET", f"{parts.path}?{parts.query}")
        there = world.server.answer(asked).headers["location"]
        changed = {
            "denied": there.replace("code=", "error=access_denied&x="),
            "other": f"{there}x",
            "none": "",
        }
        return {"code": changed.get(how, there)}

    return answers


def signed_in(world: World, client: Mapping[str, str], how: str = "") -> tuple[LoginResult, list[LoginStep]]:
    return sign_in(WordPress, world.account, agreeing(world, client, how))


def test_signing_in_with_an_app_of_ones_own(world: World) -> None:
    result, steps = signed_in(world, {"client_id": "4711", "client_secret": "hush"})
    assert result.secret == "token-1", "a token that does not end is kept as it is"
    assert dict(result.options) == {
        "url": HOME,
        "user": "me",
        "client_id": "4711",
        "client_secret": "hush",
        "api": world.site.home.url,
    }
    assert world.server.blogs == [SITE]
    assert REDIRECT in steps[0].words
    asked = parse_qs(urlsplit(steps[1].open_url).query)
    assert asked["scope"] == ["users posts comments"]
    assert not any("hush" in one.target or "token-1" in one.target for one in world.site.log)


def test_without_an_app_wordpress_com_makes_a_client(world: World) -> None:
    world.server.expires = 1_209_600
    result, _ = signed_in(world, {})
    assert result.options["client_id"] == "made"
    assert "client_secret" not in result.options
    kept = json.loads(result.secret)
    assert (kept["access"], kept["refresh"]) == ("token-1", "renews-token-1")
    world.credential.secret = result.secret
    assert world.run(lambda adapter: adapter.identify()).person.handle == "me"


def test_where_no_client_is_made_it_says_what_to_do(world: World) -> None:
    world.site.home.add(faults.refuses(403, b'{"error": "forbidden"}'), path="/oauth2-1/register")
    with pytest.raises(Refused, match=r"Make an app of your own at https://developer\.wordpress\.com/apps/"):
        signed_in(world, {})


def test_a_token_at_hand_is_taken(world: World) -> None:
    result, steps = signed_in(world, {"token": " a-token\n"})
    assert result.secret == "a-token"
    assert len(steps) == 1
    assert "client_id" not in result.options


@pytest.mark.parametrize(
    ("how", "words"), [("denied", "access_denied"), ("other", "another sign-in"), ("none", "not whole")]
)
def test_a_page_that_did_not_agree(world: World, how: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        signed_in(world, {"client_id": "4711", "client_secret": "hush"}, how)


def test_a_wrong_client_is_said(world: World) -> None:
    with pytest.raises(SignInAgain, match="does not take the client"):
        signed_in(world, {"client_id": "4711", "client_secret": "wrong"})


def test_what_the_config_knows_is_not_asked_for(world: World) -> None:
    world.give(client_id="4711", client_secret="hush")
    _, steps = signed_in(world, {})
    assert [field.name for field in steps[0].fields] == ["token"]


class Page:
    """The home page of a site on WordPress.com that has an address of its own."""

    def __init__(self, api: str) -> None:
        self.api = api

    def answer(self, request: Request) -> Answer:
        link = f'<https://wp.example/a>; rel=shortlink, <{self.api}/wp-json/>; rel="https://api.w.org/"'
        return Answer(200 if request.path == "/" else 404, b"<html></html>", {"link": link})


def test_a_site_with_its_own_address_says_where_its_api_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = world.site.home.url
    monkeypatch.setattr("convo.adapters._wordpress_com_login.API", api)
    monkeypatch.setattr("convo.adapters._wordpress_login.API", api)
    page = Server(Page(api), world.site.home.clock)
    world.server.root = "/wp/v2/sites/127.0.0.1"
    try:
        world.account = AccountConfig("blog", "wordpress", url=f"{page.url}/")
        result, _ = signed_in(world, {"client_id": "4711", "client_secret": "hush"})
        assert (result.options["url"], result.options["api"]) == (page.url, api)
        assert not [one for one in page.log if one.headers.get("authorization")]
    finally:
        page.stop()


# What convo doctor says


def test_check_says_that_all_is_well(world: World) -> None:
    found = world.run(lambda adapter: adapter.check())
    named = ["reach", "sign in", "scopes", "role", "comments", "limits", "clock"]
    assert [one.what for one in found] == named
    assert all(one.fine for one in found), found
    assert SITE in found[1].words


@pytest.mark.parametrize(
    ("scope", "fine", "words"),
    [
        ("global", True, "global"),
        ("", True, "all on this site"),
        ("posts users", False, "lacks comments. Run  convo login blog"),
    ],
)
def test_check_names_the_scopes_that_are_missing(world: World, scope: str, fine: bool, words: str) -> None:
    world.server.tokens["a-token"] = scope
    [found] = [one for one in world.run(lambda adapter: adapter.check()) if one.what == "scopes"]
    assert found.fine is fine
    assert words in found.words


def test_check_where_nothing_is_said_of_scopes(world: World) -> None:
    world.site.home.add(faults.refuses(403, b'{"error": "unauthorized"}'), path="/rest/v1.1/me")
    [found] = [one for one in world.run(lambda adapter: adapter.check()) if one.what == "scopes"]
    assert found.fine
    assert "does not say" in found.words
