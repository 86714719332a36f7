"""Signing in to Discourse: a key pair, the site's page, what is pasted; and what `convo doctor` says of an account."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from convo.adapters import _discourse_keys as keys
from convo.adapters.contract import Finding, LoginStep, Refused, SignInAgain
from convo.adapters.discourse import Discourse
from convo.config import AccountConfig
from tests.adapters.discourse_world import KEY, DiscourseWorld
from tests.adapters.playing import run, sign_in
from tests.simulators._discourse_keys import encrypted
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer

Make = Callable[..., DiscourseWorld]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes worlds; key pairs are short, as long ones take seconds to make."""
    made: list[DiscourseWorld] = []
    monkeypatch.setattr(keys.make, "__defaults__", (1152,))

    def world(**options: Any) -> DiscourseWorld:
        made.append(DiscourseWorld(**options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


def account(world: DiscourseWorld, **more: Any) -> AccountConfig:
    return AccountConfig("forum", "discourse", url=world.home, **more)


def agreeing(world: DiscourseWorld) -> Callable[[LoginStep], Mapping[str, str]]:
    """The user opens the address on any device, says yes, and copies what is shown."""
    world.server.browser = world.user_me
    left: list[str] = []

    def answers(step: LoginStep) -> Mapping[str, str]:
        if step.fields[0].name != "payload":
            return {}
        if step.open_url:
            left.extend(world.server.agree(step.open_url).split("\n"))
        return {"payload": left.pop(0)}

    return answers


def test_the_page_makes_a_key_that_is_pasted(make: Make) -> None:
    world = make(folder="/forum")
    result, [_, step, *rest] = sign_in(Discourse, account(world), agreeing(world))
    assert all((one.words, one.open_url) == ("", "") for one in rest), "a terminal gives line after line"
    assert result.identity.person.uid == world.me
    assert dict(result.options) == {"url": world.home, "user": "me"}
    assert step.open_url.startswith(f"{world.home}/user-api-key/new?")
    assert "auth_redirect" not in step.open_url
    assert not step.wait_for_redirect
    made = world.server.keys.all[result.secret]
    assert made.scopes == {"notifications", "session_info", "read", "write"}
    assert result.secret not in step.open_url + step.words


def test_the_address_is_asked_for_where_the_config_has_none(make: Make) -> None:
    world = make()
    agree = agreeing(world)
    answers = lambda step: {"url": f"{world.home}/"} if step.fields[0].name == "url" else agree(step)  # noqa: E731
    result, steps = sign_in(Discourse, AccountConfig("forum", "discourse"), answers)
    assert [step.fields[0].name for step in steps[:3]] == ["url", "key", "payload"]
    assert result.options["url"] == world.home


@pytest.mark.parametrize("broken", ["part", "other", "nonce", "nothing"])
def test_what_is_no_answer_to_this_sign_in_is_said(make: Make, broken: str) -> None:
    world = make()
    agreeing(world)

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.open_url:
            return {}
        given = world.server.agree(step.open_url)
        if broken == "part":
            return {"payload": given[: len(given) // 2 * 2 - 20]}
        if broken == "other":
            return {"payload": base64.b64encode(b"x" * 144).decode()}
        if broken == "nonce":
            pem = parse_qs(urlsplit(step.open_url).query)["public_key"][0]
            sealed = encrypted(pem, b'{"key":"abc","nonce":"another"}')
            return {"payload": base64.b64encode(sealed).decode()}
        return {"payload": "  "}

    with pytest.raises(SignInAgain):
        sign_in(Discourse, account(world), answers)


def test_a_key_that_is_there_already_is_taken(make: Make) -> None:
    world = make()
    result, _ = sign_in(Discourse, account(world), lambda step: {"key": f" {KEY}\n"})
    assert (result.secret, result.options.get("key")) == (KEY, None)


def test_an_administrators_key_is_asked_whom_it_is_for(make: Make) -> None:
    world = make()
    world.server.keys.admin.add("made-by-an-administrator")

    def answers(step: LoginStep) -> Mapping[str, str]:
        return {"user": "me"} if step.fields[0].name == "user" else {"key": "made-by-an-administrator"}

    result, steps = sign_in(Discourse, account(world), answers)
    assert len(steps) == 2
    assert dict(result.options) == {"url": world.home, "user": "me", "key": "api"}
    world.account = account(world, user="me", options={"key": "api"})
    world.credential.secret = "made-by-an-administrator"
    assert run(world, lambda adapter: adapter.identify()).person.handle == "me"


def test_a_key_that_nobody_made(make: Make) -> None:
    world = make()
    with pytest.raises(SignInAgain):
        sign_in(Discourse, account(world), lambda step: {"key": "0" * 32, "user": ""})


def test_a_site_without_keys_is_said(make: Make) -> None:
    world = make()
    world.site.home.add(Fault(answer=Answer(404, b"")), method="HEAD", path="/user-api-key/new")
    with pytest.raises(Refused, match="makes no keys"):
        sign_in(Discourse, account(world), lambda step: {})


def test_a_pair_decrypts_what_its_public_half_encrypted() -> None:
    pair = keys.make(1024)
    assert pair.modulus.bit_length() == 1024
    sealed = encrypted(pair.public_pem(), b'{"key":"abc"}')
    text = base64.encodebytes(sealed).decode()
    assert pair.decrypt(f"\n {text} ") == b'{"key":"abc"}'
    with pytest.raises(ValueError, match="for this key"):
        keys.make(1024).decrypt(base64.b64encode(b"\x01" * 128).decode())


@pytest.mark.parametrize("number", [5, 7, 65_537, 2**127 - 1])
def test_primes_pass(number: int) -> None:
    assert keys._is_prime(number)


@pytest.mark.parametrize("number", [9, 561, 41_041, 3_215_031_751, (2**61 - 1) * (2**89 - 1)])
def test_what_only_looks_prime_does_not(number: int) -> None:
    assert not keys._is_prime(number)


def checked(world: DiscourseWorld) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in run(world, lambda adapter: adapter.check()):
        found.setdefault(one.what, []).append(one)
    return found


def test_check_says_that_all_is_well(make: Make) -> None:
    found = checked(make())
    assert set(found) == {"reach", "sign in", "scopes", "limits", "clock"}
    assert all(one.fine for ones in found.values() for one in ones)


def test_check_names_the_scope_that_is_missing(make: Make) -> None:
    world = make()
    world.server.keys.all[KEY].scopes = {"read"}
    reads, writes = checked(world)["scopes"]
    assert reads.fine
    assert not writes.fine
    assert "write" in writes.words
    assert world.server.keys.all[KEY].user.username == "me"


def test_check_names_reading_where_only_the_session_may_be_seen(make: Make) -> None:
    world = make()
    world.server.keys.all[KEY].scopes = {"session_info"}
    found = checked(world)["scopes"]
    assert [one.fine for one in found] == [False, False]
    assert "read" in found[0].words


def test_check_changes_nothing(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    checked(world)
    assert "a question" in world._of(said).raw
    assert not any(row.read for row in world.server.alerts.of(world.user_me))


def test_check_says_that_the_clock_is_wrong(make: Make) -> None:
    world = make()
    world.pass_time(3600)
    [clock] = checked(world)["clock"]
    assert not clock.fine
    assert "set it" in clock.words
