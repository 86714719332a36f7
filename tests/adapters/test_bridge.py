"""What is believed of a bridge's copies: only what nobody but the bridge can say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from convo.adapters import _bluesky_read, _mastodon_messages
from convo.adapters import _mastodon_wire as wire
from convo.adapters._bluesky_wire import Post
from convo.adapters._bridge import post_of_status, status_of_record
from convo.adapters._mastodon_api import Facts
from convo.model import Mention, Message

BEN, EVE = "did:plc:fdme4gb7mu7zrie7peay7tst", "did:web:eve.example"
POST = f"at://{BEN}/app.bsky.feed.post/3lhputf77w22j"
COPY = f"https://bsky.brid.gy/convert/ap/{POST}"


@pytest.mark.parametrize(
    ("uri", "actor", "original"),
    [
        (COPY, f"https://bsky.brid.gy/ap/{BEN}", POST),
        (f"https://bsky.brid.gy/convert/ap/at://{EVE}/app.bsky.feed.post/3l", f"https://bsky.brid.gy/ap/{EVE}",
         f"at://{EVE}/app.bsky.feed.post/3l"),
        # by somebody else on the bridge
        (COPY, f"https://bsky.brid.gy/ap/{EVE}", ""),
        # by somebody who is not on the bridge, or only looks so
        (COPY, "https://evil.example/users/eve", ""),
        (COPY, f"https://evil.example/ap/{BEN}", ""),
        (COPY, f"https://bsky.brid.gy.evil.example/ap/{BEN}", ""),
        (COPY, f"http://bsky.brid.gy/ap/{BEN}", ""),
        (COPY, "", ""),
        # from a host that only looks so
        (f"https://evil.example/convert/ap/{POST}", f"https://bsky.brid.gy/ap/{BEN}", ""),
        (f"https://evil.example/?https://bsky.brid.gy/convert/ap/{POST}", f"https://bsky.brid.gy/ap/{BEN}", ""),
        (f"https://bsky.brid.gy@evil.example/convert/ap/{POST}", f"https://bsky.brid.gy/ap/{BEN}", ""),
        # of something that is no post
        (f"https://bsky.brid.gy/convert/ap/at://{BEN}/app.bsky.feed.like/3l", f"https://bsky.brid.gy/ap/{BEN}", ""),
        (f"{COPY}/more", f"https://bsky.brid.gy/ap/{BEN}", ""),
        (f"https://bsky.brid.gy/convert/ap/at://{BEN}", f"https://bsky.brid.gy/ap/{BEN}", ""),
        (f"https://bsky.brid.gy/ap/{BEN}", f"https://bsky.brid.gy/ap/{BEN}", ""),
    ],
)  # fmt: skip
def test_statuses_of_the_bridge(uri: str, actor: str, original: str) -> None:
    assert post_of_status(uri, actor) == original


@pytest.mark.parametrize(
    ("handle", "address", "original", "name"),
    [
        ("ana.lind.example.ap.brid.gy", "https://lind.example/@ana/1143", "https://lind.example/@ana/1143",
         "ana.lind.example"),
        ("Ana.Lind.Example.AP.brid.gy", "https://lind.example/@Ana/1143", "https://lind.example/@Ana/1143",
         "ana.lind.example"),
        # names that are no host's
        ("ana-b.lind.example.ap.brid.gy", "https://lind.example/@ana_b/1", "https://lind.example/@ana_b/1",
         "ana_b.lind.example"),
        ("ana-b.lind.example.ap.brid.gy", "https://lind.example/users/ana_b/statuses/1",
         "https://lind.example/users/ana_b/statuses/1", "ana_b.lind.example"),
        # the handle's domain is not the server's
        ("ana.lind.example.ap.brid.gy", "https://social.lind.example/@ana/1", "https://social.lind.example/@ana/1",
         "ana.lind.example"),
        # addresses without a name
        ("ana.lind.example.ap.brid.gy", "https://lind.example/notes/9x", "https://lind.example/notes/9x",
         "ana.lind.example"),
        # somebody else's server, or a name that is only the end of another's
        ("eve.evil.example.ap.brid.gy", "https://lind.example/@ana/1143", "", "eve.evil.example"),
        ("eve.evil.example.ap.brid.gy", "https://lind.example/@eve/1143", "", "eve.evil.example"),
        ("ana.notlind.example.ap.brid.gy", "https://lind.example/@ana/1", "", "ana.notlind.example"),
        ("ana.lind.example.ap.brid.gy", "https://evil.example/@ana/1", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", "https://evillind.example/@ana/1", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", "https://lind.example@evil.example/@ana/1", "", "ana.lind.example"),
        # no bridge's handle: own domains, handles that nothing confirms, other bridges
        ("ana.lind.example", "https://lind.example/@ana/1", "", ""),
        ("handle.invalid", "https://lind.example/@ana/1", "", ""),
        ("ana.lind.example.ap.brid.gy.evil.example", "https://lind.example/@ana/1", "", ""),
        ("ana.lind.example.apxbrid.gy", "https://lind.example/@ana/1", "", ""),
        ("ap.brid.gy", "https://lind.example/@ana/1", "", ""),
        # no web address
        ("ana.lind.example.ap.brid.gy", "http://lind.example/@ana/1", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", "at://lind.example/@ana/1", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", "https://[lind.example/@ana/1", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", "", "", "ana.lind.example"),
        ("ana.lind.example.ap.brid.gy", f"https://lind.example/@ana/{'1' * 2_000}", "", "ana.lind.example"),
    ],
)  # fmt: skip
def test_posts_of_the_bridge(handle: str, address: str, original: str, name: str) -> None:
    assert status_of_record(handle, address) == (original, name)


def post(handle: str, **record: Any) -> Message:
    view = {
        "uri": POST,
        "cid": "c",
        "author": {"did": BEN, "handle": handle},
        "record": {
            "$type": "app.bsky.feed.post",
            "text": "hi",
            "createdAt": "2026-11-20T12:00:00Z",
            **record,
        },
        "indexedAt": "2026-11-20T12:00:01Z",
    }
    return _bluesky_read.message(msgspec.json.decode(json.dumps(view), type=Post))


def test_a_record_counts_under_a_handle_of_the_bridge_only() -> None:
    told = {"bridgyOriginalUrl": "https://lind.example/@ana/1143", "bridgyOriginalText": "hi"}
    copied = post("ana.lind.example.ap.brid.gy", **told)
    assert (copied.copy_of, copied.author.original) == (told["bridgyOriginalUrl"], "ana.lind.example")
    for handle in ("eve.bsky.example", "ana.lind.example", "handle.invalid", ""):
        forged = post(handle, **told)
        assert (forged.copy_of, forged.author.original) == ("", "")


@pytest.mark.parametrize("told", [None, 7, ["https://lind.example/@ana/1143"], {"url": "x"}, ""])
def test_a_malformed_address_costs_nothing_but_itself(told: object) -> None:
    made = post("ana.lind.example.ap.brid.gy", bridgyOriginalUrl=told)
    assert (made.text, made.copy_of) == ("hi", "")


def status(**how: Any) -> Message:
    account = {"id": "1", "acct": "ben.bsky.social@bsky.brid.gy", "url": "https://bsky.brid.gy/r/x", **how}
    raw = {
        "id": "9",
        "uri": COPY,
        "account": account,
        "created_at": "2026-11-20T12:00:00Z",
        "content": "<p>hi</p>",
    }
    made = _mastodon_messages.message_of(msgspec.json.decode(json.dumps(raw), type=wire.Status), Facts())
    assert made is not None
    return made


def test_a_status_counts_when_its_author_is_the_bridges() -> None:
    copied = status(uri=f"https://bsky.brid.gy/ap/{BEN}")
    assert (copied.uri, copied.copy_of, copied.author.original) == (COPY, POST, BEN)
    assert copied.author.handle == "ben.bsky.social@bsky.brid.gy"
    for actor in (f"https://bsky.brid.gy/ap/{EVE}", "https://evil.example/ap/{BEN}", None):
        assert status(uri=actor).copy_of == ""


def test_nobody_answers_themselves_under_another_address() -> None:
    """Lemmy names the user by the actor, Mastodon by the page."""
    me = Facts(uid="https://one.example/@me", handle="me@one.example")
    message = replace(status(), mentions=(Mention("https://one.example/users/me", "Me@one.example"),))
    assert [one.handle for one in _mastodon_messages.audience(message, me)] == [
        "ben.bsky.social@bsky.brid.gy"
    ]
