"""Half an emoji in JSON costs one sign, not the message."""

from __future__ import annotations

import json

import msgspec
import pytest

from convo.adapters._surrogates import mended


def test_bytes_that_are_no_utf_8() -> None:
    assert msgspec.json.decode(mended(b'"caf\xe9 \xed\xa0\x80"')).startswith("caf\ufffd ")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r'"cut \ud83d"', "cut \ufffd"),
        (r'"\udc00 alone"', "\ufffd alone"),
        (r'"\uD83D\uDE00"', "😀"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"a backslash: \\ud83d"', r"a backslash: \ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
        (r'"\u00e9 \n \" \u2028"', 'é \n " \u2028'),
        ('"plain é"', "plain é"),
    ],
)
def test_mended(sent: str, read: str) -> None:
    body = mended(sent.encode())
    assert msgspec.json.decode(body) == read
    assert json.loads(body) == read
