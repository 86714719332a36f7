"""Phrases in a text: what is looked up by the beginnings of words finds what looking for each phrase finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from convo.courtesies import CONGRATULATIONS
from convo.greetings import GREETINGS, OFFERS, PERSONAL, QUESTIONS
from convo.wordlists import find

LISTS = (CONGRATULATIONS, " | ".join(GREETINGS.values()), " | ".join(OFFERS.values()), PERSONAL, QUESTIONS)
SHORT = "so- | a- | ok | to be | #tag | 課程 | é- | i'm | né"
GLUE = st.sampled_from(["", " ", "-", "'", "_", "é", "x", "課", ". ", "\u0301", " @"])


def looked_for(listed: str, text: str) -> int:
    """Each phrase after the other, the longest first."""
    phrases = sorted({one.strip() for one in listed.split("|")}, key=lambda one: (-len(one), one))
    for phrase in phrases:
        stem = phrase.removesuffix("-")
        whole = stem[0].isalpha() and stem < "\u0e00"
        for start in range(len(text)):
            end = start + len(stem)
            before, after = text[start - 1 : start] if start else "", text[end : end + 1]
            inside = is_letter(before) or (is_letter(after) and stem == phrase)
            if text.startswith(stem, start) and not (whole and inside):
                return end
    return -1


def is_letter(one: str) -> bool:
    return one.isalnum() or one == "_"


@given(data=st.data(), listed=st.sampled_from((*LISTS, SHORT)))
def test_the_longest_phrase_is_found_where_it_stands(data: st.DataObject, listed: str) -> None:
    phrases = sorted({one.strip() for one in listed.split("|")})
    piece = st.one_of(
        st.sampled_from(phrases).map(lambda one: one.removesuffix("-")),
        st.sampled_from(["thanks", "for", "some words", "ab", "i", "né", "schön", "課"]),
    )
    parts = data.draw(st.lists(st.tuples(piece, GLUE), max_size=4))
    text = "".join(word + glue for word, glue in parts).casefold()
    assert find(listed, text) == looked_for(listed, text)


def test_a_short_beginning_is_found_in_any_longer_word() -> None:
    assert find(SHORT, "it was sooner") == 9
    assert find(SHORT, "it was also") == len("it was a")
    assert find(SHORT, "booking") == -1
