"""The keys of a simulated Discourse: how they are made, what they may, how often they may ask."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest

from tests.adapters.discourse_forum import Forum
from tests.simulators._discourse_calls import SiteError
from tests.simulators._discourse_keys import encrypted


@pytest.mark.parametrize(
    ("scopes", "allowed", "refused"),
    [
        ("notifications", ("GET", "/notifications.json"), ("GET", "/t/640.json")),
        ("notifications", ("PUT", "/notifications/mark-read.json"), ("POST", "/posts.json")),
        ("session_info", ("GET", "/session/current.json"), ("GET", "/notifications.json")),
        ("read", ("GET", "/t/640.json"), ("POST", "/posts.json")),
    ],
)
def test_a_key_may_what_its_scopes_say(
    scopes: str, allowed: tuple[str, str], refused: tuple[str, str]
) -> None:
    forum = Forum()
    forum.server.keys.add(forum.me, "narrow", *scopes.split(","))
    assert forum.ask(*allowed, {"id": 1} if allowed[0] == "PUT" else None, key="narrow").status == 200
    answer = forum.ask(*refused, key="narrow")
    assert (answer.status, answer.json()["error_type"]) == (403, "invalid_access")


def test_dead_keys_and_foreign_topics_are_refused_alike_and_nobody_differently() -> None:
    forum = Forum()
    private = forum.state.add_topic(forum.zoe, "Private", allowed={forum.zoe.id, forum.ida.id})
    forum.state.add_post(forum.zoe, private, "between us")
    foreign = forum.ask("GET", f"/t/{private.id}.json")
    dead = forum.ask("GET", "/notifications.json", key="nonsense")
    assert (foreign.status, foreign.json()) == (dead.status, dead.json())
    assert forum.ask("GET", "/session/current.json").json()["current_user"]["username"] == "me"
    assert forum.ask("GET", "/session/current.json", key="nonsense").status == 403
    assert forum.ask("GET", "/notifications.json", key="").json()["error_type"] == "not_logged_in"
    page = forum.ask("GET", "/t/99999", accept="text/html")
    assert (page.status, page.headers["content-type"][:9]) == (404, "text/html")
    forum.ask("POST", "/user-api-key/revoke")
    assert forum.ask("GET", "/session/current.json").status == 403


def test_the_budget_of_a_key_and_of_an_address() -> None:
    forum = Forum(limits=True)
    for _ in range(20):
        assert forum.ask("GET", "/session/current.json").status == 200
    over = forum.ask("GET", "/session/current.json")
    assert (over.status, over.json()["error_type"]) == (429, "rate_limit")
    assert over.headers["discourse-rate-limit-error-code"] == "user_api_key_limiter_60_secs"
    assert int(over.headers["retry-after"]) == over.json()["extras"]["wait_seconds"] == 60
    assert forum.ask("GET", "/session/current.json", key="nonsense").status == 403
    forum.clock.step(60)
    assert forum.ask("GET", "/session/current.json").status == 200
    for _ in range(2880 - 21):
        forum.clock.step(3)
        forum.ask("GET", "/session/current.json")
    day = forum.ask("GET", "/session/current.json")
    assert day.headers["discourse-rate-limit-error-code"] == "user_api_key_limiter_1_day"
    outside = Forum(ip_limit=True).ask("GET", "/session/current.json")
    assert (outside.status, outside.headers["content-type"]) == (429, "text/plain")


def test_sites_that_want_a_login_or_take_nothing() -> None:
    closed = Forum(login_required=True)
    assert closed.ask("GET", "/t/640.json", key="").status == 403
    assert closed.ask("GET", "/t/640.json").status == 200
    still = Forum(read_only=True).answer("not now")
    assert (still.status, still.json()["error_type"]) == (503, "read_only")
    folder = Forum(folder="/forum")
    assert folder.ask("GET", "/t/640.json").status == 404
    more = folder.ask("GET", "/forum/notifications.json").json()["load_more_notifications"]
    assert more.startswith("/forum/notifications?")


PEM = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC/A5CigGw3hsMtubAtkxJkQ1d3
2zOOKhqPfzigUGjq+XEh7lAxopkn7egwcdmSRwaL6Z9nYNliI9+vilGw/8n3bAJl
Y79hiE8f7mvMlAHopBt0dSf7njdsnm+Sf6T2svtLd6rpmEb9dvfiUMPgeH6Y+HuZ
pQgz0TyZnxxyI3zdewIDAQAB
-----END PUBLIC KEY-----"""
_MODULUS = int(
    "bf0390a2806c3786c32db9b02d931264435777db338e2a1a8f7f38a05068eaf9"
    "7121ee5031a29927ede83071d99247068be99f6760d96223dfaf8a51b0ffc9f7"
    "6c026563bf61884f1fee6bcc9401e8a41b747527fb9e376c9e6f927fa4f6b2fb"
    "4b77aae99846fd76f7e250c3e0787e98f87b99a50833d13c999f1c72237cdd7b",
    16,
)
_EXPONENT = int(
    "6e64ad0e7d920d75411008251df1c5cb547014c106c6bee6a2d02ff5d7030bea"
    "25cc2a63068ca65f414bd3d3b89ea595cefeb23598ef899c9a0665b658c93bfb"
    "5732fa4db6d1a77b8794c9b53fa9ebe8f00e9e22c593dd9a30ac34540b11b521"
    "d927c469ad66cd6647e7ec96e342e301a13a3512ad74b7eae19cac8279a88141",
    16,
)


def test_a_key_is_made_for_one_installation() -> None:
    forum = Forum()
    assert forum.ask("HEAD", "/user-api-key/new", key="").headers["auth-api-version"] == "4"
    given = {
        "application_name": "convo",
        "client_id": "one",
        "scopes": "read,write",
        "public_key": PEM,
        "nonce": "n-1",
    }
    assert forum.ask("POST", "/user-api-key.json", given, key="").status == 403
    forum.server.browser = forum.me
    assert forum.ask("POST", "/user-api-key.json", {**given, "scopes": "everything"}, key="").status == 403
    elsewhere = {**given, "auth_redirect": "http://127.0.0.1:9/"}
    assert forum.ask("POST", "/user-api-key.json", elsewhere, key="").status == 403
    made = [forum.ask("POST", "/user-api-key.json", given, key="").json()["payload"] for _ in range(2)]
    opened = [json.loads(_opened(base64.b64decode(one)).split(b"\0", 2)[2]) for one in made]
    assert [(one["nonce"], one["api"]) for one in opened] == [("n-1", 4), ("n-1", 4)]
    assert [forum.ask("GET", "/t/640.json", key=one["key"]).status for one in opened] == [403, 200]
    copied = forum.server.agree("/user-api-key/new?" + urlencode({**given, "client_id": "two"}))
    assert "\n" in copied
    assert len({one.client for one in forum.server.keys.all.values()}) == 3


def test_what_is_encrypted_can_be_opened_in_both_ways() -> None:
    assert _opened(encrypted(PEM, b"short")).endswith(b"\0short")
    block = _opened(encrypted(PEM, b"short", oaep=True))
    assert len(block) == 128
    assert b"short" not in block
    assert encrypted(PEM, b"short") != encrypted(PEM, b"short")
    with pytest.raises(SiteError):
        encrypted("no key", b"short")


def _opened(sealed: bytes) -> bytes:
    return pow(int.from_bytes(sealed, "big"), _EXPONENT, _MODULUS).to_bytes(128, "big")
