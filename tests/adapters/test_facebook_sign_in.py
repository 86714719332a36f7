"""Signing in to Facebook: tokens of people and of Pages, which Page, what is missing; and the check of an account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from convo.adapters import _facebook_limits as limits
from convo.adapters._facebook_errors import PERSON
from convo.adapters.contract import Finding, LoginStep, Refused, RetryAt, SignInAgain
from convo.adapters.facebook import Facebook
from convo.config import AccountConfig
from tests.adapters.facebook_page import fails
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import sign_in
from tests.simulators._facebook_calls import READ
from tests.simulators.faults import Fault
from tests.simulators.messages import json_answer

SHORT = "EAAB-short-token-of-mia-0123456789"


@pytest.fixture
def world() -> Iterator[FacebookWorld]:
    built = FacebookWorld()
    built.server.tokens.give(SHORT, "USER", seconds=5_000)
    yield built
    built.stop()


def given(world: FacebookWorld, **answers: str) -> Any:
    """Sign in with these answers; what came of it and the steps."""
    account = AccountConfig("page", "facebook", url=world.site.home.url, user=answers.pop("user", ""))

    def answer(step: LoginStep) -> Mapping[str, str]:
        return {field.name: answers.get(field.name, "") for field in step.fields}

    return sign_in(Facebook, account, answer)


def app(world: FacebookWorld) -> dict[str, str]:
    """The number and the secret of the user's app."""
    number, secret = world.server.tokens.app
    return {"app_id": number, "app_secret": secret}


def managed(world: FacebookWorld, *pages: dict[str, Any]) -> None:
    """The Pages that the person manages."""
    world.site.home.add(Fault(answer=json_answer({"data": list(pages)})), path="/me/accounts")


PAGES = (
    {"id": "1122334455", "name": "Convo Page", "access_token": "EAAP-first-page-0123456789"},
    {
        "id": "9988776655",
        "name": "Bread",
        "access_token": "EAAP-second-page-012345678",
        "tasks": ["MODERATE"],
    },
)


# --- signing in


def test_the_token_of_a_page_is_taken_as_it_is(world: FacebookWorld) -> None:
    result, steps = given(world, token="EAAP-page-token-of-me-0123456789")
    assert result.secret == "EAAP-page-token-of-me-0123456789"
    assert result.identity.person.name == "Convo Page"
    assert len(steps) == 1
    for permission in (*READ, "pages_manage_engagement"):
        assert permission in steps[0].words


def test_a_persons_token_is_swapped_for_the_pages_and_no_secret_is_in_an_address(
    world: FacebookWorld,
) -> None:
    result, steps = given(world, token=SHORT, **app(world))
    page = world.server.tokens.tokens[result.secret]
    assert (page.kind, page.expires) == ("PAGE", None), "a Page token of a long-lived one has no date"
    assert len(steps) == 2
    secret = app(world)["app_secret"]
    assert secret not in json.dumps([result.options, result.identity.facts])
    for request in world.site.log:
        assert not {SHORT, secret, result.secret} & set(request.target.replace("=", "&").split("&"))


def test_without_the_app_the_token_is_taken_as_it_is(world: FacebookWorld) -> None:
    result, _ = given(world, token=SHORT)
    assert world.server.tokens.tokens[result.secret].expires is not None
    assert world.server.tokens.exchanged == 0


@pytest.mark.parametrize("told", ["2", "Bread", "bread", "9988776655"])
def test_of_several_pages_one_is_asked_for(world: FacebookWorld, told: str) -> None:
    managed(world, *PAGES)
    world.server.tokens.give(str(PAGES[1]["access_token"]))
    result, steps = given(world, token=SHORT, page=told)
    assert result.secret == PAGES[1]["access_token"]
    assert "1  Convo Page\n2  Bread" in steps[-1].words


def test_the_page_of_the_config_is_not_asked_for(world: FacebookWorld) -> None:
    managed(world, *PAGES)
    world.server.tokens.give(str(PAGES[1]["access_token"]))
    result, steps = given(world, token=SHORT, user="Bread")
    assert (result.secret, len(steps)) == (PAGES[1]["access_token"], 2)


@pytest.mark.parametrize("told", ["", "3", "0", "Butter"])
def test_a_page_that_is_none_is_refused(world: FacebookWorld, told: str) -> None:
    managed(world, *PAGES)
    with pytest.raises(Refused, match="None of your Pages"):
        given(world, token=SHORT, page=told)


def test_who_may_not_moderate_is_told(world: FacebookWorld) -> None:
    managed(world, {**PAGES[0], "tasks": ["ANALYZE", "ADVERTISE"]})
    with pytest.raises(Refused, match="may not moderate Convo Page"):
        given(world, token=SHORT)


def test_new_pages_name_their_tasks_otherwise(world: FacebookWorld) -> None:
    managed(world, {**PAGES[0], "tasks": ["PROFILE_PLUS_MODERATE"]})
    world.server.tokens.give(str(PAGES[0]["access_token"]))
    assert given(world, token=SHORT)[0].secret == PAGES[0]["access_token"]


def test_permissions_that_are_missing_are_named(world: FacebookWorld) -> None:
    world.server.tokens.give(SHORT, "USER", scopes=("pages_show_list", "pages_read_engagement"))
    with pytest.raises(SignInAgain, match="lacks pages_read_user_content, pages_manage_engagement"):
        given(world, token=SHORT)


def test_a_person_without_a_page(world: FacebookWorld) -> None:
    world.server.tokens.manages = False
    with pytest.raises(Refused, match="look after no Page"):
        given(world, token=SHORT)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"token": ""}, "A token is needed"),
        ({"token": "EAAB-nobodys-token-0123456789"}, "convo login page"),
        ({"token": SHORT, "app_id": "1234567890"}, "both needed"),
        ({"token": SHORT, "app_id": "x", "app_secret": "y"}, "both needed"),
        (
            {"token": SHORT, "app_id": "1234567890", "app_secret": "not-the-secret-012345"},
            "number and secret",
        ),
        ({"token": SHORT, "app_id": "77", "app_secret": "not-the-secret-012345"}, "number and secret"),
    ],
)
def test_what_is_not_taken_is_said(world: FacebookWorld, answers: dict[str, str], words: str) -> None:
    with pytest.raises(SignInAgain, match=words) as caught:
        given(world, **answers)
    assert answers.get("app_secret", "never") not in caught.value.words


# --- whose token


def test_a_persons_token_is_found_out_and_nothing_is_read_with_it(world: FacebookWorld) -> None:
    """To it Facebook gives empty lists and does not say so."""
    world.credential = type(world.credential)(SHORT)
    for error in ("identify", "fetch"):
        with pytest.raises(SignInAgain, match="token of a person") as caught:
            run_raw(world, error)
        assert PERSON in caught.value.words
    assert not world.site.home.asked("GET", "/published_posts")
    assert [finding.fine for finding in checked(world)] == [False]


def test_a_page_without_a_category_is_none(world: FacebookWorld) -> None:
    world.site.home.add(Fault(answer=json_answer({"id": "7", "name": "Mia"})), path="/me", times=9)
    with pytest.raises(SignInAgain, match="token of a person"):
        run_raw(world, "identify")


def run_raw(world: FacebookWorld, verb: str) -> Any:
    """A verb of an adapter that was not signed in."""
    import asyncio

    async def play() -> Any:
        adapter = world.adapter()
        try:
            if verb == "identify":
                return await adapter.identify()
            if verb == "check":
                return await adapter.check()
            return await adapter.fetch("comments", "", world.now())
        finally:
            await world.close()

    return asyncio.run(play())


def checked(world: FacebookWorld) -> list[Finding]:
    """What the check found."""
    return list(run_raw(world, "check"))


# --- the check


def test_a_check_names_the_page_and_the_permissions(world: FacebookWorld) -> None:
    found = checked(world)
    assert all(finding.fine for finding in found)
    assert {finding.what for finding in found} == {"reach", "sign in", "scopes", "token", "limits", "clock"}
    words = " ".join(finding.words for finding in found)
    for part in ("Convo Page", *READ[1:], "pages_manage_engagement", "90 days"):
        assert part in words


@pytest.mark.parametrize("permission", READ[1:])
def test_a_check_names_what_lapsed(world: FacebookWorld, permission: str) -> None:
    world.lapse(permission)
    wrong = [finding for finding in checked(world) if not finding.fine]
    assert wrong
    assert all(finding.what == "scopes" for finding in wrong)
    assert permission in wrong[-1].words


def test_a_check_says_how_much_is_used(world: FacebookWorld) -> None:
    for header, words in (
        ({"call_count": 80}, "80 % of what Facebook grants"),
        ({"call_count": 100, "estimated_time_to_regain_access": 42}, "in 42 minutes"),
    ):
        told = json.dumps({"1122334455": [{"type": "pages", **header}]})
        world.site.home.add(
            Fault(change=lambda answer, told=told: answer.with_headers(x_business_use_case_usage=told)),  # type: ignore[misc]
            times=3,
        )
        assert words in " ".join(finding.words for finding in checked(world))


def test_a_check_of_a_clock_that_is_wrong(world: FacebookWorld) -> None:
    world.pass_time(600)
    assert [finding.what for finding in checked(world) if not finding.fine] == ["clock"]


def test_a_check_while_facebook_is_gone(world: FacebookWorld) -> None:
    world.site.home.add(fails(2), times=9)
    [finding] = checked(world)
    assert (finding.what, finding.fine) == ("reach", False)


# --- the headers


@pytest.mark.parametrize(
    ("headers", "percent", "minutes"),
    [
        ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":31}'}, 31, 0),
        (
            {
                "x-business-use-case-usage": '{"1122":[{"type":"pages","call_count":12,"total_cputime":5,'
                '"total_time":76,"estimated_time_to_regain_access":0}]}'
            },
            76,
            0,
        ),
        (
            {
                "x-app-usage": '{"call_count":5}',
                "x-business-use-case-usage": '{"1":[{"call_count":1}],"2":[{"estimated_time_to_regain_access":17}]}',
            },
            5,
            17,
        ),
        ({"x-app-usage": '{"call_count":"x","total_time":true,"other":99}'}, 0, 0),
        ({"x-app-usage": "nonsense", "x-business-use-case-usage": '{"1":7,"2":[7],"3":{}}'}, 0, 0),
        ({"x-app-usage": '{"call_count":-5,"total_time":1e9}'}, 0, 0),
        ({"x-app-usage": '{"estimated_time_to_regain_access":99999}'}, 0, 24 * 60),
        ({}, 0, 0),
    ],
)
def test_what_the_headers_say(headers: dict[str, str], percent: int, minutes: int) -> None:
    assert limits.usage(headers) == limits.Usage(percent, minutes)


def test_a_round_is_let_finish_before_convo_slows_down(monkeypatch: pytest.MonkeyPatch) -> None:
    pace, now = limits.Pace(), datetime(2026, 11, 20, tzinfo=timezone.utc)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return now

    monkeypatch.setattr(limits, "datetime", Clock)
    pace.note({"x-app-usage": '{"call_count":80}'})
    pace.demand()
    now += timedelta(seconds=61)
    with pytest.raises(RetryAt) as caught:
        pace.demand()
    assert caught.value.at == now + timedelta(minutes=5) - timedelta(seconds=1)
    now += timedelta(minutes=5)
    pace.demand()
    pace.note({"x-app-usage": '{"call_count":95}'})
    now += timedelta(minutes=15)
    with pytest.raises(RetryAt):
        pace.demand()
    pace.note({"x-app-usage": '{"call_count":20}'})
    pace.demand()


def test_the_account_leads_where_its_config_says() -> None:
    account = AccountConfig("page", "facebook")
    assert Facebook.base_url(account) == "https://graph.facebook.com"
    assert Facebook.base_url(replace(account, url="https://graph.example/")) == "https://graph.example"
