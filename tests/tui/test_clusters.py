"""The short way to grapheme clusters agrees with the rules of Unicode wherever it is taken."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.tui import cells

CLUSTER = regex.compile(r"\X")
LETTERS = st.sampled_from("aZéöñΩжאשابกน้ำำัี่あが漢한、ﾞ！\u0301\u0308\u064bﷺ\u200d\ufe0f👩🚀🏽🇸🇪⃣1 ")


@settings(max_examples=300)
@given(st.lists(LETTERS, max_size=12).map("".join))
def test_clusters_as_unicode_has_them(text: str) -> None:
    assert cells.clusters(text) == CLUSTER.findall(text)


@settings(max_examples=300)
@given(st.lists(LETTERS, max_size=12).map("".join))
def test_emoji_are_shortened_cluster_by_cluster(text: str) -> None:
    by_cluster = [cells._shorter(one) if len(one) > 1 else one for one in CLUSTER.findall(text)]
    assert cells.plain_emoji(text) == "".join(by_cluster)


def test_every_usual_letter_is_a_cluster_and_takes_its_marks() -> None:
    for code in (*range(0x20, 0xD800), *range(0xE000, 0x11000)):
        letter = chr(code)
        if cells._USUAL.fullmatch(letter):
            for mark in "\u0301\u064e\u0e33\u0e48":
                assert CLUSTER.findall(letter + mark) == [letter + mark], hex(code)
            for other in "aกあ가א":
                assert CLUSTER.findall(letter + other) == [letter, other], hex(code)
                assert CLUSTER.findall(other + letter) == [other, letter], hex(code)
