"""Signing in at the simulated WordPress.com: the older server with a secret, the newer one with PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from convo.clock import HandClock
from tests.simulators.messages import Answer, Request
from tests.simulators.wpcom import CLIENT, WordPressCom

BACK = CLIENT.redirects[0]
FORM = {"content-type": "application/x-www-form-urlencoded"}
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Door:
    """Two blogs of mine, and a browser in which I am signed in."""

    def __init__(self) -> None:
        self.clock = HandClock(datetime(2026, 11, 22, 7, 50, tzinfo=timezone.utc))
        self.server = WordPressCom(self.clock)
        self.first, self.second = (self.server.add_blog(f"{name}.wordpress.com") for name in ("one", "two"))
        for blog in (self.first, self.second):
            self.me = blog.join(self.server.account("me"), "administrator")

    def open(self, server: str = "oauth2", **given: str) -> Answer:
        asked = {"client_id": CLIENT.id, "redirect_uri": BACK, "response_type": "code", "state": "s", **given}
        return self.server.answer(Request("GET", f"/{server}/authorize?{urlencode(asked)}"))

    def agreed(self, server: str = "oauth2", **given: str) -> dict[str, str]:
        """What comes back with the redirect."""
        place = urlsplit(self.open(server, **given).headers["location"])
        return {name: value[0] for name, value in parse_qs(place.query or place.fragment).items()}

    def post(self, path: str, **form: str) -> Answer:
        return self.server.answer(Request("POST", path, FORM, urlencode(form).encode()))

    def token(self, code: str, **changes: str) -> Answer:
        given = {"client_id": CLIENT.id, "client_secret": CLIENT.secret, "redirect_uri": BACK, "code": code}
        return self.post("/oauth2/token", **{**given, "grant_type": "authorization_code", **changes})

    def info(self, token: str, client: str = CLIENT.id) -> Any:
        query = urlencode({"client_id": client, "token": token})
        return self.server.answer(Request("GET", f"/oauth2/token-info?{query}")).json()

    def works(self, token: str, blog: Any = None) -> bool:
        headers = {"authorization": f"Bearer {token}"}
        path = f"/wp/v2/sites/{(blog or self.first).id}/users/me"
        return self.server.answer(Request("GET", path, headers)).status == 200


def test_a_code_becomes_a_token_for_one_blog_that_never_runs_out() -> None:
    door = Door()
    back = door.agreed(blog="https://two.wordpress.com")
    assert back["state"] == "s"
    made = door.token(back["code"]).json()
    assert (made["token_type"], made["blog_id"], made["scope"]) == ("bearer", str(door.second.id), "")
    assert made["blog_url"] == "https://two.wordpress.com"
    assert "expires_in" not in made
    assert door.works(made["access_token"], door.second)
    assert not door.works(made["access_token"], door.first)
    door.clock.step(400 * 24 * 3600)
    assert door.works(made["access_token"], door.second)
    assert door.info(made["access_token"]) == {
        "client_id": CLIENT.id,
        "user_id": str(door.me.id),
        "blog_id": str(door.second.id),
        "scope": "",
    }


def test_a_token_for_all_blogs_names_none() -> None:
    door = Door()
    made = door.token(door.agreed(scope="global")["code"]).json()
    assert (made["blog_id"], made["blog_url"], made["scope"]) == ("0", None, "global")
    assert door.works(made["access_token"], door.first)
    assert door.works(made["access_token"], door.second)
    assert door.info(made["access_token"])["blog_id"] is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_id": "9"}, "invalid_client"),
        ({"redirect_uri": "http://localhost/"}, "invalid_grant"),
        ({"code": "x"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_good_once_and_only_for_its_application(changes: dict[str, str], error: str) -> None:
    door = Door()
    answer = door.token(**{"code": door.agreed()["code"], **changes})
    assert (answer.status, answer.json()["error"]) == (400, error)
    code = door.agreed()["code"]
    assert door.token(code).status == 200
    assert door.token(code).json()["error"] == "invalid_grant"


def test_a_person_may_say_no_and_strange_requests_go_nowhere() -> None:
    door = Door()
    door.server.oauth.denies = True
    assert door.agreed() == {"error": "access_denied", "state": "s"}
    wrong: list[dict[str, str]] = [{"client_id": "9"}, {"redirect_uri": "http://x"}, {"scope": "read:posts"}]
    for given in wrong:
        assert door.open(**given).status == 400
    assert door.info("x") == {
        "error": "invalid_request",
        "error_description": "The specified token is invalid.",
    }
    token = door.server.oauth.give().value
    assert door.info(token, "9")["error"] == "invalid_request"


def test_a_token_in_a_fragment_lives_two_weeks() -> None:
    door = Door()
    back = door.agreed(response_type="token")
    assert (back["token_type"], back["expires_in"], back["site_id"]) == (
        "bearer",
        "1209600",
        str(door.first.id),
    )
    assert door.works(back["access_token"])
    door.clock.step(1_209_600)
    assert not door.works(back["access_token"])


def public(door: Door) -> str:
    """An application that registers itself."""
    body = json.dumps({"client_name": "convo", "redirect_uris": [BACK]}).encode()
    made = door.server.answer(
        Request("POST", "/oauth2-1/register", {"content-type": "application/json"}, body)
    )
    assert (made.status, made.json()["token_endpoint_auth_method"]) == (201, "none")
    assert "client_secret" not in made.json()
    return str(made.json()["client_id"])


def test_the_newer_server_takes_public_clients_with_pkce() -> None:
    door = Door()
    client = public(door)
    given = {"client_id": client, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    assert door.agreed("oauth2-1", client_id=client)["error"] == "invalid_request"
    form = {"grant_type": "authorization_code", "client_id": client, "redirect_uri": BACK}
    code = door.agreed("oauth2-1", **given)["code"]
    assert (
        door.post("/oauth2-1/token", **form, code=code, code_verifier="x").json()["error"] == "invalid_grant"
    )
    code = door.agreed("oauth2-1", **given)["code"]
    made = door.post("/oauth2-1/token", **form, code=code, code_verifier=VERIFIER).json()
    assert (made["token_type"], made["expires_in"]) == ("bearer", 1_209_600)
    assert door.works(made["access_token"])


@pytest.mark.parametrize("rotates", [True, False])
def test_a_token_is_refreshed_and_revoked(rotates: bool) -> None:
    door = Door()
    oauth, client = door.server.oauth, public(door)
    oauth.rotates = rotates
    old = oauth.give(client=client, blog=door.first.id, refresh="refresh")
    oauth.end()
    assert not door.works(old.value)
    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": "refresh"}
    made = door.post("/oauth2-1/token", **form).json()
    assert door.works(made["access_token"])
    assert ("refresh_token" in made) is rotates
    again = door.post("/oauth2-1/token", **form)
    assert (again.status == 400) is rotates
    assert oauth.refreshed == (1 if rotates else 2)
    door.post("/oauth2-1/revoke", token=made["access_token"], client_id=client)
    assert not door.works(made["access_token"])


def test_what_the_newer_server_says_of_itself() -> None:
    answer = Door().server.answer(
        Request("GET", "/.well-known/oauth-authorization-server", origin="https://x")
    )
    found = answer.json()
    assert found["token_endpoint"] == "https://x/oauth2-1/token"
    assert "none" in found["token_endpoint_auth_methods_supported"]
    assert {"comments", "global"} <= set(found["scopes_supported"])
