"""The simulated Bluesky answers as the real servers did: the same keys, types, statuses and error names."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from convo.clock import HandClock
from tests.simulators._atproto import TID, stamp
from tests.simulators.bluesky import Bluesky
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import differences, real

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
POST = "app.bsky.feed.post"


class Client:
    """Calls the simulator without a network."""

    def __init__(self) -> None:
        self.clock = HandClock(NOW)
        self.server = Bluesky(self.clock)
        self.net = self.server.network
        for name in ("ana", "ben", "cy"):
            self.net.actor(name).app_passwords["pass"] = False
        self.pairs = {name: self.login(name) for name in ("ana", "ben", "cy")}

    def login(self, name: str) -> dict[str, Any]:
        body = {"identifier": f"{name}.test", "password": "pass"}
        found: dict[str, Any] = self.post("com.atproto.server.createSession", "", **body).json()
        return found

    def call(self, method: str, verb: str, token: str, target: str = "", body: bytes = b"") -> Answer:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = (
                f"Bearer {self.pairs[token]['accessJwt'] if token in self.pairs else token}"
            )
        return self.server.answer(Request(verb, f"/xrpc/{method}{target}", headers, body))

    def get(self, method: str, token: str = "ana", **params: Any) -> Answer:
        return self.call(method, "GET", token, "?" + urlencode(params, doseq=True))

    def post(self, method: str, token: str = "ana", **body: Any) -> Answer:
        return self.call(method, "POST", token, body=json.dumps(body).encode())

    def write(self, name: str, text: str, *, to: Any = None, root: Any = None, **more: Any) -> Any:
        self.clock.step(1)
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": stamp(self.clock.now()), **more}
        if to is not None:

            def link(uri: str) -> dict[str, str]:
                return {"uri": uri, "cid": self.net.records[uri].cid}

            record["reply"] = {"root": link((root or to)["uri"]), "parent": link(to["uri"])}
        did = self.net.actor(name).did
        answer = self.post("com.atproto.repo.createRecord", name, repo=did, collection=POST, record=record)
        assert answer.status == 200, answer.body
        return answer.json()


@pytest.fixture
def client() -> Client:
    return Client()


def mention(client: Client, name: str, text: str) -> list[dict[str, Any]]:
    start = len(text.partition("@")[0].encode())
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": client.net.actor(name).did}
    return [{"index": {"byteStart": start, "byteEnd": start + len(name) + 6}, "features": [feature]}]


def test_notifications_and_threads_have_the_real_shape(client: Client) -> None:
    root = client.write("ana", "hello", langs=["en"])
    reply = client.write("ben", "yes, I am", to=root)
    text = "čau @ana.test"
    client.write("cy", text, facets=mention(client, "ana", text))
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": root["uri"], "cid": root["cid"]}}
    client.write("cy", "quoting ana", embed=embed)
    client.write("ana", "good", to=reply, root=root)
    did = client.net.actor("ben").did
    client.net.put(
        did, "app.bsky.graph.follow", client.net.next_rkey(), {"subject": client.net.actor("ana").did}
    )
    # Only follow, like and repost records bear these; an inbox does not read them.
    other = (
        "record.subject",
        "subject.cid",
        "subject.uri",
        "author.description",
        "author.indexedAt",
        "followedBy",
        "author.displayName",
    )
    listed = client.get("app.bsky.notification.listNotifications", priority="false").json()
    assert [item["reason"] for item in listed["notifications"]] == ["quote", "mention", "reply"]
    wrong = differences(
        listed, real("bluesky/listNotifications")["body"], optional=(*other, "record.langs[]")
    )
    assert not wrong
    thread = client.get("app.bsky.feed.getPostThread", uri=reply["uri"]).json()
    assert not differences(thread, real("bluesky/getPostThread-after-replies")["body"], optional=other)
    posts = client.get("app.bsky.feed.getPosts", uris=[root["uri"], reply["uri"]]).json()
    assert not differences(posts, real("bluesky/getPosts")["body"], optional=other)


def test_gates_blocks_and_holes_have_the_real_shape(client: Client) -> None:
    root = client.write("ben", "no replies please")
    did, rkey = client.net.actor("ben").did, root["uri"].rsplit("/", 1)[-1]
    gate = {"$type": "app.bsky.feed.threadgate", "post": root["uri"], "allow": [], "createdAt": stamp(NOW)}
    client.net.put(did, "app.bsky.feed.threadgate", rkey, gate)
    thread = client.get("app.bsky.feed.getPostThread", uri=root["uri"]).json()
    name = ("author.displayName",)
    assert not differences(thread, real("bluesky/getPostThread-threadgate-nobody")["body"], optional=name)
    assert client.write("ana", "yet I do", to=root)
    assert client.get("app.bsky.feed.getPostThread", uri=root["uri"]).json()["thread"]["replies"] == []
    assert client.get("app.bsky.notification.listNotifications", "ben").json()["notifications"] == []

    other = client.write("cy", "what will go")
    below = client.write("ben", "answer to what will go", to=other)
    client.net.drop(other["uri"])
    thread = client.get("app.bsky.feed.getPostThread", uri=below["uri"]).json()
    assert not differences(thread, real("bluesky/getPostThread-parent-deleted")["body"], optional=name)
    mine = client.net.actor("ana").did
    client.net.put(mine, "app.bsky.graph.block", client.net.next_rkey(), {"subject": did})
    thread = client.get("app.bsky.feed.getPostThread", uri=root["uri"]).json()
    assert not differences(thread["thread"], real("bluesky/getPostThread-blocked-author")["body"]["thread"])


def same(answer: Answer, name: str, *, words: bool = True) -> None:
    recorded = real(f"bluesky/{name}")
    assert answer.status == recorded["status"]
    if words and "message" in recorded["body"]:
        assert answer.json() == recorded["body"]
    else:
        assert not differences(answer.json(), recorded["body"])
        assert answer.json().get("error") == recorded["body"].get("error")


def test_sessions(client: Client) -> None:
    same(
        client.post("com.atproto.server.createSession", "", identifier="ana.test", password="pass"),
        "createSession-app-password",
    )
    wrong = client.post("com.atproto.server.createSession", "", identifier="ana.test", password="no")
    same(wrong, "error-createSession-wrong-password")
    same(client.get("com.atproto.server.getSession"), "getSession")
    same(client.get("com.atproto.server.getSession", "nonsense"), "error-token-invalid-pds")
    same(client.get("app.bsky.notification.listNotifications", ""), "error-token-missing-proxied")
    refresh = client.pairs["ana"]["refreshJwt"]
    pair = client.post("com.atproto.server.refreshSession", refresh)
    same(pair, "refreshSession")
    assert client.post("com.atproto.server.refreshSession", refresh).status == 200
    client.clock.step(7201)
    same(client.post("com.atproto.server.refreshSession", refresh), "error-refreshSession-revoked")
    same(client.get("app.bsky.notification.listNotifications"), "error-token-expired-proxied")
    again = client.post("com.atproto.server.refreshSession", pair.json()["refreshJwt"])
    assert client.get("com.atproto.server.getSession", again.json()["accessJwt"]).status == 200
    client.server.sessions.revoke(client.net.actor("ana").did)
    assert client.get("com.atproto.server.getSession", again.json()["accessJwt"]).status == 200
    same(
        client.post("com.atproto.server.refreshSession", again.json()["refreshJwt"]),
        "error-refreshSession-revoked",
    )
    client.net.actor("ben").active = False
    same(
        client.post("com.atproto.server.createSession", "", identifier="ben.test", password="pass"),
        "createSession-deactivated",
    )
    client.net.actor("cy").taken_down = True
    same(
        client.post("com.atproto.server.createSession", "", identifier="cy.test", password="pass"),
        "error-takendown-createSession",
    )


def test_the_thirty_first_login_is_too_many(client: Client) -> None:
    answers = [
        client.post("com.atproto.server.createSession", "", identifier="x", password="y") for _ in range(28)
    ]
    assert answers[-1].status == 429
    assert answers[-1].headers["retry-after"] == "290"


def test_records(client: Client) -> None:
    root = client.write("ana", "root")
    rkey, did = client.net.next_rkey(), client.net.actor("ana").did
    assert TID.match(rkey)
    record = {"$type": POST, "text": "one", "createdAt": stamp(NOW)}
    put: dict[str, Any] = {"repo": did, "collection": POST, "rkey": rkey, "record": record}
    same(client.post("com.atproto.repo.putRecord", **put), "putRecord-first")
    same(client.post("com.atproto.repo.putRecord", **put), "putRecord-second-identical")
    same(client.post("com.atproto.repo.createRecord", **put), "error-createRecord-client-rkey-second")
    swap = {**put, "record": {**record, "text": "two"}, "swapRecord": None}
    same(client.post("com.atproto.repo.putRecord", **swap), "error-putRecord-InvalidSwap", words=False)
    assert client.post("com.atproto.repo.putRecord", **{**swap, "record": record}).status == 200
    reply = {"root": {k: root[k] for k in ("cid", "uri")}, "parent": {k: root[k] for k in ("cid", "uri")}}
    client.post("com.atproto.repo.putRecord", **{**put, "record": {**record, "reply": reply}})
    same(client.get("com.atproto.repo.getRecord", "", repo=did, collection=POST, rkey=rkey), "getRecord")
    same(client.post("com.atproto.repo.deleteRecord", repo=did, collection=POST, rkey=rkey), "deleteRecord")
    gone = client.get("com.atproto.repo.getRecord", "", repo=did, collection=POST, rkey=rkey)
    assert (gone.status, gone.json()["error"]) == (400, "RecordNotFound")
    long = {**put, "record": {**record, "text": "x" * 301}}
    same(client.post("com.atproto.repo.putRecord", **long), "error-createRecord-301-graphemes")
    bytes_too_many = {**put, "record": {**record, "text": "x" * 3001}}
    same(client.post("com.atproto.repo.createRecord", **bytes_too_many), "error-createRecord-too-long")
    uri = f"at://{did}/{POST}/{rkey}"
    same(client.get("app.bsky.feed.getPostThread", uri=uri), "error-getPostThread-deleted", words=False)
    same(client.get("app.bsky.no.suchMethod"), "error-unknown-method")
    same(
        client.get("app.bsky.notification.listNotifications", limit=1000), "error-listNotifications-bad-limit"
    )
    same(client.get("chat.bsky.convo.listConvos"), "error-chat-app-password-not-privileged")
    client.net.actor("ana").active = False
    same(client.post("com.atproto.repo.createRecord", **put), "error-deactivated-createRecord")


def test_pages_go_back_in_time_and_backdated_posts_lie_deep(client: Client) -> None:
    root = client.write("ana", "root")
    for number in range(5):
        client.write("ben", f"{number}", to=root)
    old = stamp(NOW - timedelta(hours=30))
    did = client.net.actor("ben").did
    link = {"uri": root["uri"], "cid": root["cid"]}
    record = {"$type": POST, "text": "backdated", "createdAt": old, "reply": {"root": link, "parent": link}}
    client.net.put(did, POST, client.net.next_rkey(), record)
    texts, cursor = [], ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = client.get("app.bsky.notification.listNotifications", priority="false", limit=2, **more).json()
        texts += [item["record"]["text"] for item in page["notifications"]]
        cursor = page.get("cursor", "")
        if not cursor:
            break
    assert texts == ["4", "3", "2", "1", "0", "backdated"]
    assert client.get("app.bsky.notification.listNotifications").json()["notifications"] == []


def test_replies_notify_four_levels_up_and_the_depth_is_capped(client: Client) -> None:
    last = root = client.write("ana", "root")
    for number in range(14):
        last = client.write("ben" if number % 2 else "cy", f"{number}", to=last, root=root)
    listed = client.get("app.bsky.notification.listNotifications", priority="false").json()["notifications"]
    assert sorted(item["record"]["text"] for item in listed) == ["0", "1", "2", "3"]
    view, depth = client.get("app.bsky.feed.getPostThread", uri=root["uri"], depth=1000).json()["thread"], 0
    while view.get("replies"):
        view, depth = view["replies"][0], depth + 1
    assert depth == 10
    assert view["post"]["replyCount"] == 1
    assert "replies" not in view
