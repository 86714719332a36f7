"""Decoding what platforms send: a malformed part costs nothing but itself."""

from __future__ import annotations

import pytest
from msgspec import Raw, Struct

from convo.adapters.contract import RetryAt
from convo.adapters.http import Response
from convo.adapters.wire import decode, each, loads, part, text_id, web


class Said(Struct):
    id: int
    text: str = ""


def response(body: bytes, kind: str = "application/json") -> Response:
    return Response(200, {"content-type": kind}, body, "https://here.example/x")


def test_an_item_with_half_a_surrogate_is_kept() -> None:
    items = decode(
        response(rb'[{"id": 1, "text": "a\ud83d b"}, {"id": 2, "text": "\ud83d\ude00"}]'), list[Raw]
    )
    good, skipped = each(items, Said, "Message")
    assert [one.text for one in good] == ["a� b", "😀"]
    assert skipped == []


def test_a_malformed_item_is_named_and_costs_only_itself() -> None:
    items = [
        Raw(b'{"id": 1}'),
        Raw(b'{"id": 7, "text": {}}'),
        Raw(b'{"uri": "at://x", "text": 1}'),
        Raw(b"3"),
    ]
    good, skipped = each(items, Said, "Message")
    assert [one.id for one in good] == [1]
    assert [words.partition(" could not")[0] for words in skipped] == [
        "Message 7",
        "Message at://x",
        "Message without an id",
    ]


def test_numbers_may_come_as_strings_unless_strict() -> None:
    assert loads(b'{"id": "7"}', Said).id == 7
    with pytest.raises(ValueError, match="int"):
        loads(b'{"id": "7"}', Said, strict=True)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'{"id": {}}', b"[" * 20_000])
def test_a_part_of_another_shape_is_nothing(raw: bytes) -> None:
    assert part(raw, Said) is None


def test_a_page_instead_of_data_says_who_sent_it() -> None:
    with pytest.raises(RetryAt, match=r"here\.example should have answered with data and sent a web page"):
        decode(response(b"<html>", "text/html; charset=utf-8"), Said)
    with pytest.raises(RetryAt, match="something else"):
        decode(response(b"[" * 20_000), list[Raw])


def test_ids_and_addresses_are_clean() -> None:
    assert text_id("a\x1b[2J\nb") == "a[2J b"
    assert text_id(7) == "7"
    assert text_id(None) == ""
    assert web("javascript:alert(1)") == ""
    assert web("https://x.example/\x07a") == "https://x.example/a"
