"""convo against a real Bluesky network: PLC, PDS and AppView on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.convo import Convo
from tests.live.people import Network, Said, Someone

pytestmark = pytest.mark.live


def uris(convo: Convo) -> list[str]:
    """The URIs of what waits, each as often as it is shown."""
    return sorted(message["uri"] for waiting in convo.waiting().values() for message in waiting)


def same_words(convo: Convo, post: Said) -> dict[str, Any]:
    found: dict[str, Any] = next(m for m in convo.shown(post.uri) if m["uri"] == post.uri)
    return found


def test_whoever_spoke_to_me_waits_once(convo: Convo, ana: Someone, ben: Someone, carl: Someone) -> None:
    post = ana.say("Moss on the north side: which one is it? 🌱")
    reply = ben.say("The green one is Hylocomium.", to=post)
    mention = ben.say(f"čau @{ana.handle}, could you look at the draft?", names=(ana,))
    quote = carl.say("Ana asks a good question", quote=post)
    mine = ana.say("Are you sure?", to=reply)
    place = carl.say("I am not", to=mine)
    for level in range(5):
        place = ben.say(f"between ben and carl, {level}", to=place)
    mine_below = ana.say("Still here", to=place)
    deep = carl.say("Deep below, to you", to=mine_below)
    told = convo.sync()
    assert told["error"] in ("", None)
    assert told["fetched"] > 0
    carls = next(m for m in convo.shown(post.uri) if m["text"] == "I am not")
    assert carls["addressed"]
    assert uris(convo) == sorted([mention.uri, quote.uri, deep.uri])
    assert same_words(convo, mention)["addressed"] == "mention"
    assert same_words(convo, quote)["addressed"] == "quote"
    assert same_words(convo, deep)["addressed"] == "reply"
    assert same_words(convo, reply)["waiting"] is False
    between = [m for m in convo.shown(post.uri) if m["text"].startswith("between")]
    assert not [m for m in between if m["waiting"] or m["addressed"]]


def test_a_reply_waits_until_it_is_answered_elsewhere(convo: Convo, ana: Someone, ben: Someone) -> None:
    post = ana.say("Who knows this moss?")
    reply = ben.say("I do.", to=post)
    convo.sync()
    assert uris(convo) == [reply.uri]
    ana.say("Tell me.", to=reply)
    convo.sync()
    assert uris(convo) == []
    assert convo.state(reply.uri) == "answered"


def test_two_syncs_fetch_nothing_twice(convo: Convo, ana: Someone, ben: Someone) -> None:
    post = ana.say("Hello")
    ben.say("Hello Ana", to=post)
    ben.say(f"@{ana.handle} a word", names=(ana,))
    first, before = convo.sync(), uris(convo)
    second = convo.sync()
    assert first["fetched"] > 0
    assert second["fetched"] == 0
    assert uris(convo) == before
    assert second["requests"] < first["requests"]


def test_an_answer_lands_with_its_parent_and_root(
    convo: Convo, network: Network, ana: Someone, ben: Someone
) -> None:
    post = ana.say("Who knows this moss?")
    reply = ben.say("I do 🌱", to=post)
    convo.sync()
    sent = convo.ask("reply", reply.uri, "-m", f"Ďakujem 🌱 @{ben.handle}, see https://example.org/moss?x=1")
    assert sent["state"] == "sent"
    held = ana.record(sent["uri"])
    assert held["text"] == f"Ďakujem 🌱 @{ben.handle}, see https://example.org/moss?x=1"
    assert held["reply"]["parent"] == {"uri": reply.uri, "cid": reply.cid}
    assert held["reply"]["root"] == {"uri": post.uri, "cid": post.cid}
    data = held["text"].encode()
    marked = {
        data[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(): f["features"][0]
        for f in held["facets"]
    }
    assert marked[f"@{ben.handle}"]["did"] == ben.did
    assert marked["https://example.org/moss?x=1"]["uri"] == "https://example.org/moss?x=1"
    network.settle()
    told = network.call("app.bsky.notification.listNotifications", None, ben.token)
    assert sent["uri"] in [item["uri"] for item in told["notifications"]]
    assert convo.state(reply.uri) == "answered"
    assert uris(convo) == []
    convo.sync()
    assert [one["uri"] for one in ana.posts()].count(sent["uri"]) == 1
    assert convo.state(reply.uri) == "answered"


def test_a_deleted_message_waits_no_more(convo: Convo, ana: Someone, ben: Someone) -> None:
    post = ana.say("Hello")
    reply = ben.say("Never mind what I say", to=post)
    convo.sync()
    assert uris(convo) == [reply.uri]
    ben.delete(reply.uri)
    convo.sync()
    assert uris(convo) == []
    shown = same_words(convo, reply)
    assert (shown["deleted"], shown["text"]) == (True, "")


def test_when_my_answer_is_deleted_it_waits_again(
    convo: Convo, ana: Someone, ben: Someone, carl: Someone
) -> None:
    reply = ben.say(f"@{ana.handle} a question", names=(ana,))
    answer = ana.say("An answer", to=reply)
    # Somebody has to wait: else own messages are read once a day only.
    other = carl.say(f"@{ana.handle} another question", names=(ana,))
    convo.sync()
    assert uris(convo) == [other.uri]
    ana.delete(answer.uri)
    convo.sync()
    assert uris(convo) == sorted([reply.uri, other.uri])


def test_where_nobody_may_answer_it_is_said_before(convo: Convo, ana: Someone, ben: Someone) -> None:
    closed = ben.say(f"@{ana.handle} no answers here", names=(ana,))
    ben.gate(closed)
    convo.sync()
    refused = convo.run("reply", closed.uri, "-m", "hello")
    assert refused.returncode != 0
    assert "does not let you answer" in refused.stdout + refused.stderr
    assert ana.posts() == []


def test_a_wrong_password_says_what_to_do(network: Network, ana: Someone, tmp_path: Path) -> None:
    convo = Convo(tmp_path)
    convo.account("ana", url=network.pds, user=ana.handle, secret="aaaa-bbbb-cccc-dddd")
    told = convo.sync(status=1)
    assert "app-passwords" in told["error"]
    assert "convo login ana" in told["error"]


def test_a_revoked_password_says_what_to_do_once_its_session_is_over(
    convo: Convo, network: Network, ana: Someone, ben: Someone
) -> None:
    ben.say(f"@{ana.handle} hello", names=(ana,))
    convo.sync()
    ana.revoke()
    [path] = [
        one for one in convo.data.rglob("*") if one.is_file() and b'"refresh"' in one.read_bytes()[:4000]
    ]
    session = json.loads(path.read_text(encoding="utf-8"))
    session["access"] = network.expired(session["access"])
    path.write_text(json.dumps(session), encoding="utf-8")
    told = convo.sync(status=1)
    assert "revoked" in told["error"]
    assert "convo login ana" in told["error"]
    assert len(uris(convo)) == 1


def test_an_expired_session_is_refreshed_by_itself(
    convo: Convo, network: Network, ana: Someone, ben: Someone
) -> None:
    convo.sync()
    [path] = [
        one for one in convo.data.rglob("*") if one.is_file() and b'"refresh"' in one.read_bytes()[:4000]
    ]
    session = json.loads(path.read_text(encoding="utf-8"))
    session["access"] = network.expired(session["access"])
    path.write_text(json.dumps(session), encoding="utf-8")
    said = ben.say(f"@{ana.handle} hello", names=(ana,))
    convo.sync()
    assert uris(convo) == [said.uri]
    assert json.loads(path.read_text(encoding="utf-8"))["refresh"] != session["refresh"]
