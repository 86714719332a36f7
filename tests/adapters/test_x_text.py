"""X's posts as they are read, how X counts a text, and the two spellings of its API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from convo.adapters import _x_api, _x_wire
from convo.adapters._x_length import has_address, length
from convo.adapters._x_messages import audience, message_of, time_of
from convo.adapters.http import Response
from convo.model import Message
from tests.adapters.x_world import STATUS

EXAMPLE: dict[str, Any] = {
    "data": [
        {
            "id": "1843000000000000002",
            "text": "@convo_dev does it thread Disqus &amp; mail? https://t.co/AbCdEf1234",
            "author_id": "1111",
            "conversation_id": "1842999999999999001",
            "created_at": "2026-11-20T09:15:02.000Z",
            "in_reply_to_user_id": "2244994945",
            "reply_settings": "everyone",
            "referenced_tweets": [{"type": "replied_to", "id": "1842999999999999001"}],
            "entities": {
                "mentions": [{"start": 0, "end": 10, "username": "convo_dev", "id": "2244994945"}],
                "urls": [
                    {
                        "start": 45,
                        "end": 68,
                        "url": "https://t.co/AbCdEf1234",
                        "expanded_url": "https://example.org/spec",
                        "display_url": "example.org/spec",
                    }
                ],
            },
            "edit_history_tweet_ids": ["1843000000000000002"],
        }
    ],
    "includes": {
        "users": [
            {"id": "1111", "username": "ana", "name": "Ana", "protected": False},
            {"id": "2244994945", "username": "convo_dev", "name": "convo"},
        ],
        "tweets": [
            {
                "id": "1842999999999999001",
                "text": "convo 2.0 is out",
                "edit_history_tweet_ids": ["1842999999999999001"],
            }
        ],
    },
    "errors": [
        {
            "resource_type": "tweet",
            "resource_id": "1842000000000000111",
            "parameter": "referenced_tweets.id",
            "value": "1842000000000000111",
            "title": "Not Found Error",
            "detail": "Could not find tweet with referenced_tweets.id: [1842000000000000111].",
            "type": "https://api.x.com/2/problems/resource-not-found",
        }
    ],
    "meta": {
        "result_count": 1,
        "newest_id": "1843000000000000002",
        "oldest_id": "1843000000000000002",
        "next_token": "7140dibdnow9c7btw4b0",
    },
}
FACTS = _x_api.Facts("2244994945", "convo_dev", "convo")


def parsed(body: Any, facts: _x_api.Facts = FACTS) -> Message:
    response = Response(200, {}, json.dumps(body).encode(), "https://api.x.com/2/x")
    posts = _x_api._decoded(response, 100)
    return message_of(posts.items[0], posts, facts)


def changed(**fields: Any) -> Any:
    return {**EXAMPLE, "data": [{**EXAMPLE["data"][0], **fields}]}


def test_the_documented_example() -> None:
    message = parsed(EXAMPLE)
    assert message.uri == f"{STATUS}1843000000000000002"
    assert message.url == "https://x.com/ana/status/1843000000000000002"
    assert message.text == "@convo_dev does it thread Disqus & mail? https://example.org/spec"
    assert (message.author.uid, message.author.handle, message.author.name) == ("1111", "ana", "Ana")
    assert message.parent_uri == message.root_uri == f"{STATUS}1842999999999999001"
    [mention] = message.mentions
    assert (mention.uid, mention.handle, mention.leading) == ("2244994945", "convo_dev", True)
    assert message.refusals == {}
    assert [link.url for link in message.links] == ["https://example.org/spec"]


def test_the_newer_spelling_reads_the_same() -> None:
    text = json.dumps(EXAMPLE)
    for old, new in (
        ("referenced_tweets", "referenced_posts"),
        ("edit_history_tweet_ids", "edit_history_post_ids"),
        ('"tweets"', '"posts"'),
    ):
        text = text.replace(old, new)
    assert parsed(json.loads(text)) == parsed(EXAMPLE)


@pytest.mark.parametrize("name", ["note_tweet", "note_post"])
def test_a_long_post_is_whole(name: str) -> None:
    words = "long " * 100 + "&lt;end&gt;"
    assert parsed(changed(**{name: {"text": words}})).text == "long " * 100 + "<end>"


def test_escaped_signs_are_unescaped_once() -> None:
    assert parsed(changed(text="&amp;lt; &lt;b&gt;")).text == "&lt; <b>"


def test_own_pictures_are_beside_the_words() -> None:
    url = {
        "url": "https://t.co/abc",
        "expanded_url": "https://x.com/ana/status/1843000000000000002/photo/1",
        "media_key": "3_1",
    }
    body = changed(
        text="@convo_dev look https://t.co/abc", entities={"urls": [url]}, attachments={"media_keys": ["3_1"]}
    )
    body["includes"] = {
        **body["includes"],
        "media": [
            {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg", "alt_text": "a cat"}
        ],
    }
    message = parsed(body)
    assert message.text == "@convo_dev look"
    [picture] = message.attachments
    assert (picture.kind, picture.url, picture.alt) == ("picture", "https://pbs.example/1.jpg", "a cat")


def test_what_is_withheld_has_no_words() -> None:
    message = parsed(changed(text="secret", withheld={"copyright": True, "country_codes": ["XX"]}))
    assert "secret" not in message.text


def test_an_id_tells_its_time() -> None:
    assert time_of("1843000000000000002").year == 2024


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hello, world! 👋", 16),
        ("https://example.org/whatever?is=it", 23),
        ("see example.com now", 31),
        ("file.py is here", 31),
        ("foo.co", 23),
        ("a@b.com", 7),
        ("👨‍👩‍👧‍👦", 2),
        ("日本語", 6),
        ("cafe\u0301", 4),
        ("…", 2),
        ("“”–—", 4),
        ("€→", 4),
        ("\u200b", 1),
    ],
)
def test_weights_as_x_counts_them(text: str, weight: int) -> None:
    assert length(text) == weight


def test_addresses_are_seen_as_x_sees_them() -> None:
    assert [
        has_address(text) for text in ("see example.com", "me@example.com", "@a.com", "no.thing1", "a.b")
    ] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_the_author_comes_first_whoever_is_named_before() -> None:
    named = [
        {"username": name, "id": number}
        for name, number in (("ben", "3"), ("ana", "1111"), ("convo_dev", FACTS.id))
    ]
    message = parsed(changed(entities={"mentions": named}))
    assert [one.uid for one in audience(message, FACTS)] == ["1111", "3"]


def test_words_of_x_are_found_in_every_shape() -> None:
    for body, words in (
        (b'{"title":"Forbidden","detail":"No.","type":"about:blank"}', "No."),
        (b'{"errors":[{"code":88,"message":"Rate limit exceeded"}]}', "Rate limit exceeded"),
        (
            b'{"errors":[{"message":"size must be between 1 and 100"}],"title":"Invalid Request",'
            b'"detail":"One or more parameters to your request was invalid."}',
            "size must be between 1 and 100",
        ),
    ):
        assert _x_api.said(body) == words


def test_the_newer_names_of_what_is_asked_for() -> None:
    spelled = dict(_x_wire.spelled(_x_wire.asking(_x_wire.WITH_PEOPLE), _x_wire.POST))
    assert "tweet" not in " ".join([*spelled, *spelled.values()])
    assert not {"author_id", "in_reply_to_user_id", "referenced_posts"} & set(
        spelled["post.fields"].split(",")
    )
    assert {"author_id", "in_reply_to_user_id", "referenced_posts"} <= set(spelled["expansions"].split(","))
