"""Both sides of a bridge: whom nobody believes, and what looking for a copy costs."""

from __future__ import annotations

from convo.model import Person
from convo.store import (
    twins,
)
from tests.store.twins_scene import HERE, ME_THERE, POST, POST_COPY, REPLY, THERE, Sides, named, said
from tests.store.twins_scene import sides as sides

MALLORY = Person("bluesky", "did:plc:mallory", "mallory.bsky.example", "Mallory")


def apart(sides: Sides) -> None:
    """The stranger's words stand for themselves, and nothing happened to what they point at."""
    assert sides.db.execute("SELECT count(*) FROM twin").fetchone()[0] == 0
    assert sides.db.execute("SELECT count(*) FROM copy WHERE original_id IS NOT NULL").fetchone()[0] == 0


def test_a_copy_of_somebody_elses_words(sides: Sides) -> None:
    """Whoever the bridge shows is believed about their own words only."""
    sides.come(*HERE, *THERE)
    forged = said(
        "at://did:plc:eve/app.bsky.feed.post/9", Person("bluesky", "did:plc:eve", "eve.evil.example.ap.brid.gy",
        original="eve.evil.example"), "Buy my moss", 10, copy_of=POST.url, mentions=named(ME_THERE),
    )  # fmt: skip
    before = sides.db.execute("SELECT * FROM twin").fetchall()
    sides.come(forged)
    assert sides.db.execute("SELECT * FROM twin").fetchall() == before
    assert {row.words for row in sides.rows()} == {REPLY.text, "Buy my moss"}
    assert sides.db.execute("SELECT is_me FROM person WHERE uid = 'did:plc:eve'").fetchone() == (0,)


def test_a_copy_that_only_says_so(sides: Sides) -> None:
    """Without an identity that a bridge made, no message is a copy."""
    sides.come(*HERE)
    sides.come(said("at://did:plc:mallory/app.bsky.feed.post/9", MALLORY, "Buy", 20, copy_of=POST.url))
    apart(sides)
    sides.come(POST)
    apart(sides)


def test_an_original_by_somebody_else(sides: Sides) -> None:
    """Whoever states another's page as their own is not taken for its author."""
    sides.come(POST_COPY)
    eve = Person("mastodon", "https://evil.example/@eve", "eve@evil.example")
    sides.come(said("https://evil.example/9", eve, "Buy my moss", 30, url=POST.url))
    apart(sides)
    sides.come(POST)
    assert {row.words for row in sides.rows()} == {POST.text, "Buy my moss"}


def test_the_same_name_on_the_same_platform_is_nobody_elsewhere(sides: Sides) -> None:
    """A handle of one's own domain is not the fediverse account that is called like it."""
    lookalike = Person("bluesky", "did:plc:like", "me.one.example")
    sides.come(said("at://did:plc:like/app.bsky.feed.post/1", lookalike, "Not you", 20), POST_COPY)
    apart(sides)
    assert sides.db.execute("SELECT is_me FROM person WHERE uid = 'did:plc:like'").fetchone() == (0,)


def test_no_bridge_costs_one_look(sides: Sides) -> None:
    assert twins.of(sides.db, [1, 2]) == []
