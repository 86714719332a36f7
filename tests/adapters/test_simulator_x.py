"""The simulated X answers as its fact sheet says: prices, refusals, windows, two spellings, tokens used once."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from convo.clock import HandClock
from tests.simulators._x_quirks import Quirks
from tests.simulators._x_state import EPOCH, Post
from tests.simulators._x_text import weight
from tests.simulators.messages import Answer, Request
from tests.simulators.x import X
from tests.simulators.x_schema import complaints

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
HOST = "http://127.0.0.1:1"
FIELDS = "author_id,conversation_id,created_at,referenced_tweets,entities,reply_settings,public_metrics"
WHOLE = {
    "tweet.fields": FIELDS,
    "expansions": "author_id,referenced_tweets.id",
    "user.fields": "protected,public_metrics",
}


class Client:
    """Calls the simulator as me; ana is another."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = HandClock(NOW)
        self.server = X(self.clock, Quirks(**quirks))
        self.network = self.server.network
        self.me, self.ana = self.network.user("me"), self.network.user("ana")
        self.server.sign_in(self.me, "t", "tweet.read tweet.write users.read mute.write tweet.moderate.write")
        self.server.sign_in(self.ana, "a")

    def call(self, method: str, path: str, body: Any = None, *, token: str = "t") -> Answer:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, headers, content, HOST)
        answer = self.server.answer(request)
        if answer.status in (200, 201) and self.server.quirks.spelling == "tweet":
            assert complaints([request]) == []
        return answer

    def get(self, path: str, **params: str) -> Any:
        return self.call("GET", f"{path}?{urlencode(params)}").json()

    def mentions(self, **params: str) -> Any:
        return self.get(f"/2/users/{self.me.id}/mentions", **params)

    def say(self, text: str, to: Post | None = None, **how: Any) -> Post:
        self.clock.step(60)
        return self.network.write(self.ana, text, to=to, **how)

    def answer(self, text: str, to: Post, **more: Any) -> Answer:
        reply = {"in_reply_to_tweet_id": to.id, **more}
        return self.call("POST", "/2/tweets", {"text": text, "reply": reply})

    def form(self, **fields: str) -> Any:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.server.answer(
            Request("POST", "/2/oauth2/token", kind, urlencode(fields).encode(), HOST)
        ).json()


def test_mentions_have_what_they_lead_to() -> None:
    client = Client()
    mine = client.network.write(client.me, "convo 2.0 is out")
    asked = client.say("does it thread Disqus & mail? https://example.org/spec", mine)
    found = client.mentions(**WHOLE)
    [post] = found["data"]
    assert post["id"] == asked.id
    assert post["text"].startswith("@me does it thread Disqus &amp; mail? https://t.co/")
    assert post["referenced_tweets"] == [{"type": "replied_to", "id": mine.id}]
    assert post["conversation_id"] == mine.id
    [link] = post["entities"]["urls"]
    assert post["text"][link["start"] : link["end"]] == link["url"]
    assert link["expanded_url"] == "https://example.org/spec"
    assert {user["username"] for user in found["includes"]["users"]} == {"ana"}
    assert found["includes"]["tweets"][0]["text"] == "convo 2.0 is out"
    assert found["meta"] == {"result_count": 1, "newest_id": asked.id, "oldest_id": asked.id}
    assert (int(asked.id) >> 22) + EPOCH == int(asked.at.timestamp() * 1000)
    whole = json.dumps(found)
    assert all(count in whole for count in ("7777", "8888", "9999", "12345", "54321"))
    bare = client.mentions()["data"][0]
    assert set(bare) == {"id", "text", "edit_history_tweet_ids"}


def test_an_empty_list_has_no_data() -> None:
    assert Client().mentions() == {"meta": {"result_count": 0}}


def test_what_cannot_be_had_is_told_beside() -> None:
    client = Client()
    mine = client.network.write(client.me, "to be deleted")
    client.say("answer", mine)
    hidden = client.say("from behind a wall")
    mine.deleted = True
    found = client.mentions(**WHOLE)
    assert found["errors"][0]["type"].endswith("resource-not-found")
    client.ana.protected = True
    client.network.write(client.network.user("ben"), "@me look", quoting=hidden)
    errors = client.mentions(**WHOLE)["errors"]
    assert [one["type"].rpartition("/")[2] for one in errors] == ["not-authorized-for-resource"]
    looked = client.get("/2/tweets", ids=f"{hidden.id},{mine.id},5")
    assert "data" not in looked
    assert [one["resource_id"] for one in looked["errors"]] == [hidden.id, mine.id, "5"]


def test_pages_and_bounds() -> None:
    client = Client(reach=20)
    posts = [client.say(f"@me {number}") for number in range(25)]
    first = client.mentions(max_results="10")
    second = client.mentions(max_results="10", pagination_token=first["meta"]["next_token"])
    assert [one["id"] for one in [*first["data"], *second["data"]]] == [post.id for post in posts[:4:-1]]
    assert "next_token" not in second["meta"], "older ones are out of reach"
    newer = client.mentions(since_id=posts[-3].id)
    assert [one["id"] for one in newer["data"]] == [posts[-1].id, posts[-2].id]
    assert client.call("GET", f"/2/users/{client.me.id}/mentions?max_results=101").status == 400
    wrong = client.call(
        "GET", f"/2/users/{client.me.id}/mentions?since_id={posts[1].id}&until_id={posts[0].id}"
    )
    assert wrong.json()["errors"][0]["parameters"] == {"since_id": [posts[1].id]}
    assert client.call("GET", f"/2/users/{client.me.id}/mentions?since=1").status == 400
    assert client.call("GET", f"/2/users/{client.me.id}/mentions?pagination_token=x").status == 400


def test_both_spellings() -> None:
    client = Client(spelling="post")
    mine = client.network.write(client.me, "mine")
    client.say("hello", mine)
    at = f"/2/users/{client.me.id}/mentions"
    old = client.call("GET", f"{at}?tweet.fields=created_at")
    assert (old.status, old.json()["title"]) == (400, "Invalid Request")
    params = {"post.fields": "created_at,referenced_posts", "expansions": "author_id,referenced_posts"}
    found = client.get(at, **params)
    assert found["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": mine.id}]
    assert "edit_history_post_ids" in found["data"][0]
    assert "tweet" not in json.dumps({**found, "errors": None})
    assert Client().call("GET", f"{at}?post.fields=created_at").status == 400


def test_late_mentions_come_under_older_ids() -> None:
    client = Client(late=600)
    first = client.say("@me first")
    client.clock.step(590)
    client.server.quirks.late = 0
    second = client.say("@me second")
    assert [one["id"] for one in client.mentions(since_id="1")["data"]] == [second.id, first.id]
    slow = Client(late=600)
    slow.say("@me first")
    assert slow.mentions()["meta"]["result_count"] == 0


def test_only_the_summoned_may_answer() -> None:
    client = Client()
    post = client.say("to nobody")
    refused = client.answer("but", post)
    assert refused.status == 403
    assert "have not been mentioned" in refused.json()["detail"]
    mention = client.say("@me what do you think?")
    made = client.answer("A lot.", mention)
    assert made.status == 201
    assert made.json()["data"]["text"] == "@ana A lot."
    quoted = client.say("look at this", quoting=client.network.posts[made.json()["data"]["id"]])
    assert client.answer("Seen.", quoted).status == 201
    free = Client(summoned_only=False)
    assert free.answer("but", free.say("to nobody")).status == 201


def test_the_same_words_again_are_refused_without_an_id() -> None:
    client = Client()
    mention = client.say("@me hello")
    assert client.answer("Hi.", mention).status == 201
    again = client.answer("Hi.", mention)
    assert (again.status, again.json()["detail"]) == (
        403,
        "You are not allowed to create a Tweet with duplicate content.",
    )
    other = client.say("@me hello you")
    assert client.answer("Hi.", other).status == 201
    assert (
        client.call(
            "DELETE", f"/2/tweets/{client.get(f'/2/users/{client.me.id}/tweets')['data'][0]['id']}"
        ).status
        == 200
    )
    assert client.answer("Hi.", other).status == 201


def test_names_are_carried_along_or_left_out() -> None:
    client = Client()
    ben = client.network.user("ben")
    mention = client.say("@me and @ben, hello")
    whole = client.answer("Hello.", mention).json()["data"]["text"]
    less = client.answer("Hello again.", mention, exclude_reply_user_ids=[ben.id]).json()["data"]["text"]
    assert (whole, less) == ("@ana @ben Hello.", "@ana Hello again.")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hello, world! 👋", 16), ("https://example.org/a/rather/long/path", 23), ("see example.com now", 31),
        ("file.py is here", 31), ("foo.co", 23), ("a@b.com", 7), ("👨‍👩‍👧‍👦", 2), ("日本語", 6), ("cafe\u0301", 4),
        ("…", 2), ("“ ” – —", 7), ("€", 2), ("→", 2), ("\u200b", 1),
    ],
)  # fmt: skip
def test_weights(text: str, length: int) -> None:
    assert weight(text) == length


def test_what_is_too_long_deleted_or_closed_is_refused() -> None:
    client = Client()
    mention = client.say("@me hello")
    assert client.answer("x" * 281, mention).status == 403
    assert client.answer("x" * 280, mention).status == 201
    mention.reply_settings = "following"
    assert client.answer("still named", mention).status == 201
    client.ana.blocked.add(client.me.id)
    assert client.answer("not any more", mention).status == 403
    mention.deleted = True
    assert client.answer("gone", mention).status == 403
    assert client.call("POST", "/2/tweets", {"text": "x", "quote_tweet_id": mention.id}).status == 403
    assert client.call("POST", "/2/tweets", {"text": "x", "nonsense": 1}).status == 400
    assert client.call("POST", "/2/tweets", {"text": ""}).status == 400


def test_conversations_reach_back_seven_days() -> None:
    client = Client()
    root = client.say("the root")
    reply = client.say("a reply", root)
    query = {"query": f"conversation_id:{root.id}", "max_results": "100"}
    assert [one["id"] for one in client.get("/2/tweets/search/recent", **query)["data"]] == [reply.id]
    client.clock.step(8 * 86_400)
    assert client.get("/2/tweets/search/recent", **query)["meta"]["result_count"] == 0
    assert client.get(f"/2/tweets/{reply.id}")["data"]["id"] == reply.id
    assert client.call("GET", "/2/tweets/search/recent").status == 400


def test_an_edit_has_an_id_of_its_own() -> None:
    client = Client()
    post = client.say("@me frist")
    edited = client.network.edit(post, "@me first")
    [found] = client.mentions()["data"]
    assert (found["id"], found["edit_history_tweet_ids"]) == (edited.id, [post.id, edited.id])
    assert client.get(f"/2/tweets/{post.id}")["data"]["id"] == edited.id


def test_reposts_and_own_posts_are_in_the_list_and_quotes() -> None:
    client = Client()
    mine = client.network.write(client.me, "mine")
    client.network.repost(client.ana, mine)
    [found] = client.mentions(**{"tweet.fields": "referenced_tweets"})["data"]
    assert found["text"].startswith("RT @me: ")
    assert found["referenced_tweets"][0]["type"] == "retweeted"
    quote = client.say("look", quoting=mine)
    assert [one["id"] for one in client.get(f"/2/tweets/{mine.id}/quote_tweets")["data"]] == [quote.id]
    own = client.get(f"/2/users/{client.me.id}/tweets", exclude="retweets")
    assert [one["id"] for one in own["data"]] == [mine.id]


def test_limits_credits_and_caps() -> None:
    client = Client(mentions_a_quarter=1)
    client.mentions()
    over = client.call("GET", f"/2/users/{client.me.id}/mentions")
    assert (over.status, over.headers["x-rate-limit-remaining"]) == (429, "0")
    assert int(over.headers["x-rate-limit-reset"]) == int((NOW + timedelta(minutes=15)).timestamp())
    client.server.quirks.old_errors = True
    assert client.call("GET", f"/2/users/{client.me.id}/mentions").json()["errors"][0]["code"] == 88
    client.clock.step(901)
    assert client.call("GET", f"/2/users/{client.me.id}/mentions").status == 200
    poor = Client(credits=0.0015)
    for number in range(2):
        poor.say(f"@me {number}")
    assert poor.mentions()["meta"]["result_count"] == 2
    broke = poor.call("GET", f"/2/users/{poor.me.id}/mentions")
    assert (broke.status, broke.json()["title"]) == (402, "CreditsDepleted")
    capped = Client(usage_capped=True).call("GET", "/2/users/me")
    assert (capped.status, capped.json()["type"].rpartition("/")[2]) == (429, "usage-capped")


def test_prices() -> None:
    client = Client()
    mention = client.say("@me hello")
    client.mentions()
    assert client.server.posts.spent == pytest.approx(0.001)
    client.answer("plain", mention)
    client.answer("see https://example.org", mention)
    assert client.server.posts.spent == pytest.approx(0.001 + 0.01 + 0.2)


def test_muting_hiding_and_scopes() -> None:
    client = Client()
    mine = client.network.write(client.me, "mine")
    reply = client.say("a reply", mine)
    assert client.call("PUT", f"/2/tweets/{reply.id}/hidden", {"hidden": True}).json() == {
        "data": {"hidden": True}
    }
    at = f"/2/users/{client.me.id}/muting"
    assert client.call("POST", at, {"target_user_id": client.ana.id}).json() == {"data": {"muting": True}}
    assert [one["username"] for one in client.get(at)["data"]] == ["ana"]
    assert client.call("DELETE", f"{at}/{client.ana.id}").json() == {"data": {"muting": False}}
    assert client.call("DELETE", f"/2/tweets/{mine.id}", token="a").status == 403
    client.server.sign_in(client.me, "reads", "tweet.read users.read")
    assert client.call("POST", "/2/tweets", {"text": "x"}, token="reads").status == 403
    assert client.call("GET", "/2/users/me", token="wrong").status == 401
    client.server.sign_in(None, "app")
    assert client.call("GET", "/2/users/me", token="app").status == 403
    assert client.call("GET", "/2/nowhere").status == 404


def test_tokens_are_used_once() -> None:
    client = Client()
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    redirect = "http://127.0.0.1:8765/callback"
    query = {"redirect_uri": redirect, "code_challenge": challenge, "code_challenge_method": "S256"}
    query["scope"] = "tweet.read users.read offline.access"
    base = {"client_id": "convo-client", "grant_type": "authorization_code"}

    def traded(wait: float = 0, **change: str) -> Any:
        code = client.server.oauth.authorize(query, client.me)
        client.clock.step(wait)
        return client.form(
            **{**base, "code": code, "redirect_uri": redirect, "code_verifier": verifier, **change}
        )

    assert traded(30)["error"] == "invalid_request"
    assert traded(code_verifier="x")["error"] == "invalid_request"
    with pytest.raises(ValueError, match="access"):
        client.server.oauth.authorize({**query, "redirect_uri": "http://localhost:8765/callback"}, client.me)
    tokens = traded()
    assert client.call("GET", "/2/users/me", token=tokens["access_token"]).status == 200
    client.clock.step(7200)
    assert client.call("GET", "/2/users/me", token=tokens["access_token"]).status == 401
    renew = {
        "client_id": "convo-client",
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
    }
    fresh = client.form(**renew)
    assert client.call("GET", "/2/users/me", token=fresh["access_token"]).status == 200
    assert client.form(**renew)["error"] == "invalid_request"
    assert client.call("GET", "/2/users/me", token=fresh["access_token"]).status == 401


def test_wrong_requests_are_noticed() -> None:
    def asked(method: str, target: str, body: Any = None) -> list[str]:
        content = b"" if body is None else json.dumps(body).encode()
        return complaints([Request(method, target, {}, content, HOST)])

    assert asked("GET", "/2/users/1/mentions?max_results=100&tweet.fields=created_at") == []
    assert (
        asked("GET", "/2/users/1/mentions?post.fields=referenced_posts&expansions=referenced_posts.id") == []
    )
    assert asked("GET", "/2/users/1/mentions?count=5")
    assert asked("GET", "/2/users/1/mentions?tweet.fields=nonsense")
    assert asked("GET", "/2/nowhere")
    assert asked("POST", "/2/tweets", {"text": "x", "reply": {}}) == []
    assert asked("POST", "/2/tweets", {"status": "x"})
