"""The simulated fediverse server answers as the real ones did, and has the quirks measured on them."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from convo.clock import HandClock
from tests.simulators._mastodon_quirks import SERVERS, like
from tests.simulators._mastodon_state import Account
from tests.simulators.mastodon import Mastodon
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import differences, real

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


class Client:
    """Calls the simulator without a network, as alice; bob is another on the same server."""

    def __init__(self, kind: str = "mastodon", **changes: Any) -> None:
        self.clock = HandClock(NOW)
        self.server = Mastodon(self.clock, like(kind, **changes))
        self.net = self.server.instance
        self.alice, self.bob = self.net.account("alice"), self.net.account("bob")
        self.server.sign_in(self.alice, "a")
        self.server.sign_in(self.bob, "b")

    def call(self, method: str, path: str, token: str = "a", body: Any = None, **headers: str) -> Answer:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            more["authorization"] = f"Bearer {token}"
        content = b"" if body is None else json.dumps(body).encode()
        more.setdefault("content-type", "application/json")
        return self.server.answer(Request(method, path, more, content, "http://127.0.0.1:1"))

    def get(self, path: str, token: str = "a", **params: Any) -> Answer:
        query = urlencode([(name.replace("__", "[]"), value) for name, value in params.items()], doseq=True)
        return self.call("GET", f"{path}?{query}", token)

    def say(self, by: Account, text: str, **how: Any) -> Any:
        self.clock.step(1)
        return self.net.write(by, text, **how)

    def ids(self, **params: Any) -> list[str]:
        return [item["id"] for item in self.get("/api/v1/notifications", **params).json()]


# Keys that the compatible servers leave out or add; Mastodon's own documentation has them or convo ignores them.
ODD = (
    ".uri", ".discoverable", ".group", ".fields[]", ".emoji_reactions", ".quote_id", ".application", ".filtered",
    ".quotes_count", ".quote", ".group_key", ".moved", ".suspended", ".limited", ".source", ".in_reply_to_account_id",
    ".edited_at", ".text", ".name", ".website", ".note", ".privacy", ".sensitive", ".language", ".fields",
    ".follow_requests_count", ".acct", ".id", ".username", ".url",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "notifications", "context", "verify", "instance"),
    [
        ("takahe", "35-notifications-mention", "49-context-alice-post", "18-verify-alice", "02-instance-v2"),
        ("hollo", "33-notifications-mention", "47-context-alice-post", "16-verify-alice", "02-instance-v2"),
    ],
)
def test_shapes(kind: str, notifications: str, context: str, verify: str, instance: str) -> None:
    client = Client(kind)
    post = client.say(client.alice, "Hello from alice")
    client.say(client.bob, "@alice reply one", to=post)
    client.say(client.bob, "@alice covered", to=post, spoiler="spoilers", visibility="unlisted")
    listed = client.get("/api/v1/notifications", limit=40).json()
    assert not differences(listed, real(f"{kind}/{notifications}")["body"], optional=ODD)
    around = client.get(f"/api/v1/statuses/{post.id}/context").json()
    assert not differences(around, real(f"{kind}/{context}")["body"], optional=ODD)
    me = client.get("/api/v1/accounts/verify_credentials").json()
    assert not differences(me, real(f"{kind}/{verify}")["body"], optional=ODD)
    said = client.get("/api/v2/instance").json()["configuration"]["statuses"]
    recorded = real(f"{kind}/{instance}")["body"]["configuration"]["statuses"]
    assert {**said, "max_media_attachments": recorded["max_media_attachments"]} == recorded


def test_errors_and_small_answers_are_the_real_ones() -> None:
    for kind, name in (("takahe", "22-bad-token-notifications"), ("hollo", "20-bad-token-notifications")):
        recorded = real(f"{kind}/{name}")
        answer = Client(kind).get("/api/v1/notifications", "wrong")
        body = answer.body.decode() if isinstance(recorded["body"], str) else answer.json()
        assert (answer.status, body) == (recorded["status"], recorded["body"])
    takahe, hollo = Client("takahe"), Client("hollo")
    missing = real("takahe/23-no-token-notifications")
    answer = takahe.get("/api/v1/notifications", "")
    assert (answer.status, answer.json()) == (missing["status"], missing["body"])
    long = real("takahe/59-status-too-long")
    answer = takahe.call("POST", "/api/v1/statuses", body={"status": "x" * 501})
    assert (answer.status, answer.json()) == (long["status"], long["body"])
    answer = hollo.get("/api/v1/statuses/999999999")
    assert (answer.status, answer.json()) == (404, real("hollo/58-status-missing")["body"])
    marker = hollo.call("POST", "/api/v1/markers", body={"notifications": {"last_read_id": "7"}})
    assert not differences(marker.json(), real("hollo/72-markers-post-json")["body"])
    own = hollo.say(hollo.alice, "mine")
    source = hollo.get(f"/api/v1/statuses/{own.id}/source").json()
    assert not differences(source, real("hollo/77-status-source")["body"])
    found = hollo.get("/api/v2/search", q="bob").json()
    assert not differences(found, real("hollo/85-search-v2")["body"], optional=ODD)


def test_min_id_gives_the_page_right_above_it() -> None:
    client = Client()
    for number in range(6):
        client.say(client.bob, f"@alice {number}")
    every = client.ids()
    assert client.ids(min_id=every[-1], limit=2) == every[-3:-1]
    assert client.ids(since_id=every[-1], limit=2) == every[:2]
    assert client.ids(max_id=every[1], limit=2) == every[2:4]
    assert client.ids(min_id=every[0]) == []
    link = client.get("/api/v1/notifications", types__="mention", limit=2).headers["link"]
    assert "types%5B%5D=mention" in link
    assert f'max_id={every[1]}>; rel="next"' in link
    assert f'min_id={every[0]}>; rel="prev"' in link


def test_the_paging_of_the_others() -> None:
    def made(kind: str, **changes: Any) -> tuple[Client, list[str]]:
        client = Client(kind, **changes)
        for number in range(5):
            client.say(client.bob, f"@alice {number}")
        return client, client.ids(limit=40)

    snac, every = made("snac")
    assert len(snac.ids()) == 1
    assert snac.ids(limit=2, min_id=every[-1]) == every[:2]
    assert snac.ids(limit=2, since_id=every[1]) == every[:2]
    assert "link" not in snac.get("/api/v1/notifications").headers
    takahe, every = made("takahe")
    link = takahe.get("/api/v1/notifications", types__="mention", limit=2).headers["link"]
    assert "types" not in link
    hollo, every = made("hollo")
    assert hollo.ids(limit=2, min_id=every[-1]) == hollo.ids(limit=2, max_id=every[1]) == every[:2]
    link = hollo.get("/api/v1/notifications", types__="mention", limit=2).headers["link"]
    target = link.split(">")[0].removeprefix("<http://127.0.0.1:1")
    assert [item["id"] for item in hollo.call("GET", target).json()] == every[2:4]
    assert hollo.call("GET", f"/api/v1/notifications/{every[0].replace('/', '%2F')}").status == 200
    pixelfed, every = made("mastodon", min_id="inclusive")
    assert pixelfed.ids(limit=2, min_id=every[2]) == every[1:3]


def test_who_is_notified() -> None:
    for kind in SERVERS:
        client = Client(kind)
        post = client.say(client.alice, "post")
        client.say(client.bob, "naming nobody", to=post)
        assert len(client.ids()) == (0 if kind in ("mastodon", "gotosocial") else 1), kind
    client = Client()
    client.alice.filter_strangers = True
    client.say(client.bob, "@alice hello")
    assert client.ids() == []
    shown = client.get("/api/v1/notifications", include_filtered="true").json()
    assert shown[0]["filtered"] is True
    quoted = Client()
    quoted.say(quoted.bob, "look", quoting=quoted.say(quoted.alice, "post"))
    item = quoted.get("/api/v1/notifications").json()[0]
    assert (item["type"], item["status"]["quote"]["quoted_status"]["account"]["acct"]) == ("quote", "alice")


def test_keys_forms_and_orphans() -> None:
    def twice(kind: str, **changes: Any) -> list[int]:
        client = Client(kind, **changes)
        answers = [
            client.call("POST", "/api/v1/statuses", body={"status": "hi"}, idempotency_key="k")
            for _ in range(2)
        ]
        return [answer.status for answer in answers] + [len(client.net.statuses)]

    assert twice("mastodon") == [200, 200, 1]
    assert twice("mastodon", idempotency="error") == [200, 500, 1]
    assert twice("gotosocial") == [200, 200, 2]
    hollo = Client("hollo")
    form = {"content_type": "application/x-www-form-urlencoded"}
    answer = hollo.server.answer(
        Request("POST", "/api/v1/statuses", {"authorization": "Bearer a", **form}, b"status=hi")
    )
    assert (answer.status, answer.json()["content"]) == (200, "<p></p>")
    takahe = Client("takahe")
    answer = takahe.call(
        "POST", "/api/v1/statuses", body={"status": "to nobody", "in_reply_to_id": "999999999"}
    )
    recorded = real("takahe/57-reply-to-missing")
    assert answer.status == recorded["status"]
    assert answer.json()["in_reply_to_id"] is None is recorded["body"]["in_reply_to_id"]
    assert (
        Client().call("POST", "/api/v1/statuses", body={"status": "x", "in_reply_to_id": "9"}).status == 404
    )


def test_edit_delete_and_who_sees() -> None:
    client = Client()
    secret = client.say(client.bob, "psst @alice", visibility="direct")
    carol = client.net.account("carol")
    client.server.sign_in(carol, "c")
    assert client.get(f"/api/v1/statuses/{secret.id}").status == 200
    assert client.get(f"/api/v1/statuses/{secret.id}", "c").status == 404
    leaky = Client("snac")
    seen = leaky.say(leaky.bob, "psst @alice", visibility="direct")
    leaky.server.sign_in(leaky.net.account("carol"), "c")
    assert leaky.get(f"/api/v1/statuses/{seen.id}", "c").status == 200
    old = secret.id
    client.call("PUT", f"/api/v1/statuses/{old}", "b", {"status": "psst @alice, edited"})
    assert client.get(f"/api/v1/statuses/{old}").json()["edited_at"]
    assert client.call("DELETE", f"/api/v1/statuses/{old}").status == 404
    assert client.call("DELETE", f"/api/v1/statuses/{old}", "b").json()["text"] == "psst @alice, edited"
    assert client.get(f"/api/v1/statuses/{old}").status == 404
    assert client.ids() == []
    snac = Client("snac")
    status = snac.say(snac.alice, "one")
    before = status.id
    snac.call("PUT", f"/api/v1/statuses/{before}", body={"status": "two"})
    assert (status.id != before, snac.net.statuses[status.key].uri) == (True, status.uri)


def test_scopes_length_mentions_and_bulk() -> None:
    client = Client()
    client.server.sign_in(client.alice, "read", "read:notifications")
    assert client.get("/api/v1/notifications", "read").status == 200
    assert client.call("POST", "/api/v1/statuses", "read", {"status": "x"}).status == 403
    zoe = client.net.account("zoe", "other.example")
    url = "https://example.org/" + "x" * 80
    assert client.server.writes.length(f"👩‍👩‍👧 {url} @zoe@other.example", "cw") == 1 + 1 + 23 + 1 + 4 + 2
    body = {"status": "@zoe@other.example hi", "allowed_mentions": [client.bob.id]}
    refused = client.call("POST", "/api/v1/statuses", body=body)
    assert (refused.status, refused.json()["unexpected_accounts"][0]["id"]) == (422, zoe.id)
    ids = [client.say(client.bob, f"{n}").id for n in range(21)]
    assert client.get("/api/v1/statuses", id__=ids).status == 422
    assert len(client.get("/api/v1/statuses", id__=[*ids[:20], ids[0]]).json()) == 20
