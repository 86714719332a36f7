"""Bluesky's facets, lengths and record keys."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec import Raw

from convo.adapters import _bluesky_text as rich
from convo.adapters.wire import mend
from convo.model import Link, Mention

LINK = "app.bsky.richtext.facet#link"
MENTION = "app.bsky.richtext.facet#mention"


def facet(text: str, part: str, **feature: str) -> Raw:
    start = len(text[: text.index(part)].encode())
    return raw(start, start + len(part.encode()), **feature)


def raw(start: int, end: int, **feature: str) -> Raw:
    kind = feature.pop("kind", LINK)
    index = {"byteStart": start, "byteEnd": end}
    return Raw(json.dumps({"index": index, "features": [{"$type": kind, **feature}]}).encode())


def test_bytes_are_not_characters() -> None:
    text = "é 👩‍👩‍👧 see example.org/menu… now"
    shown = rich.read(text, [facet(text, "example.org/menu…", uri="https://example.org/menu?x=1")])
    assert shown.text == "é 👩‍👩‍👧 see https://example.org/menu?x=1 now"
    assert shown.links == (Link("https://example.org/menu?x=1", "example.org/menu…"),)


def test_words_over_a_link_stay_and_the_link_is_listed() -> None:
    text = "read bank.example today"
    shown = rich.read(text, [facet(text, "bank.example", uri="https://evil.example/a")])
    assert (shown.text, shown.links) == (text, (Link("https://evil.example/a", "bank.example"),))


@pytest.mark.parametrize(
    "bad",
    [
        raw(0, 999, uri="https://a.example"),
        raw(1, 2, uri="https://a.example"),
        raw(3, 3, uri="https://a.example"),
        raw(-1, 2, uri="https://a.example"),
        raw(0, 2, uri="javascript:alert(1)"),
        raw(0, 2, kind="app.bsky.richtext.facet#sparkle", uri="https://a.example"),
        Raw(b'{"index":{"byteStart":"x"}}'),
        Raw(b'"nonsense"'),
    ],
)
def test_broken_facets_leave_the_text_unharmed(bad: Raw) -> None:
    text = "é plain https://b.example/x"
    good = facet(text, "https://b.example/x", uri="https://b.example/x")
    shown = rich.read(text, [bad, good])
    assert shown.text == text
    assert [link.url for link in shown.links] == ["https://b.example/x"]


def test_overlapping_facets_the_first_wins() -> None:
    text = "one two three"
    shown = rich.read(text, [raw(4, 13, uri="https://b.example"), raw(0, 7, uri="https://a.example")])
    assert (shown.text, [link.url for link in shown.links]) == (text, ["https://a.example"])


def test_leading_names_and_later_ones() -> None:
    text = "@ana.test, @ben.test hello @ana.test and @cy.test"
    names = [("@ana.test", "did:plc:a"), ("@ben.test", "did:plc:b"), ("@cy.test", "did:plc:c")]
    facets = [facet(text, name, kind=MENTION, did=did) for name, did in names]
    again = len(text[: text.rindex("@ana.test")].encode())
    facets.append(raw(again, again + 9, kind=MENTION, did="did:plc:a"))
    assert rich.read(text, facets).mentions == (
        Mention("did:plc:a", "ana.test", False),
        Mention("did:plc:b", "ben.test", True),
        Mention("did:plc:c", "cy.test", False),
    )


def made(text: str, dids: dict[str, str]) -> list[tuple[str, Any]]:
    data = text.encode()
    found = []
    for one in rich.facets(text, rich.spans(text), dids):
        words = data[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode()
        feature = {key: value for key, value in one["features"][0].items() if key != "$type"}
        found.append((words, feature))
    return found


def test_facets_are_written_in_bytes() -> None:
    text = "čau 🦋 @ana.test (@ben.test) see https://example.org/(a)/é, #moss and www.example.org."
    assert made(text, {"ana.test": "did:plc:a"}) == [
        ("@ana.test", {"did": "did:plc:a"}),
        ("https://example.org/(a)/é", {"uri": "https://example.org/(a)/é"}),
        ("#moss", {"tag": "moss"}),
        ("www.example.org", {"uri": "https://www.example.org"}),
    ]


@pytest.mark.parametrize("text", ["me@example.org", "@ana", "#1", "nothing", "http:/x", "a#b"])
def test_what_is_no_facet(text: str) -> None:
    assert made(text, {"example.org": "did:plc:x", "ana": "did:plc:a"}) == []


def test_a_read_text_gives_back_what_was_written() -> None:
    text = "é @ana.test https://example.org/a"
    facets = [
        Raw(json.dumps(f).encode()) for f in rich.facets(text, rich.spans(text), {"ana.test": "did:plc:a"})
    ]
    shown = rich.read(text, facets)
    assert (shown.text, shown.mentions) == (text, (Mention("did:plc:a", "ana.test"),))


def test_length_in_graphemes_and_in_bytes() -> None:
    family = "👩‍👩‍👧‍👦"
    assert rich.measure(family).used == 1
    assert rich.measure("a" * 301).room == -1
    many = rich.measure(family * 200)
    assert (many.used, many.limit) == (len((family * 200).encode()), 3000)
    assert rich.measure("é" * 300).room == 0
    assert rich.measure("a" * 1000, chat=True).room == 0


def test_record_keys_carry_their_time_and_sort_by_it() -> None:
    early = datetime(2026, 11, 20, 8, 14, 3, 512_000, tzinfo=timezone.utc)
    late = datetime(2026, 11, 20, 8, 14, 3, 512_001, tzinfo=timezone.utc)
    assert rich.tid_time(rich.tid(early, "k")) == early
    assert rich.tid(early, "k") < rich.tid(late, "k")
    assert rich.tid(early, "k") == rich.tid(early, "k") != rich.tid(early, "l")
    assert rich.tid_time("self") is None
    assert len(rich.tid(early, "k")) == 13


def test_lone_surrogates_are_mended() -> None:
    assert json.loads(mend(rb'{"a":"x\ud83d\ude00 \ud83d \\ud83d \udc00"}')) == {"a": "x😀 � \\ud83d �"}
