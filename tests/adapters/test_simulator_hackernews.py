"""The simulated Hacker News answers as the fact sheet says: items, ranked kids, a search with its walls and its lag."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import pytest

from convo.clock import HandClock
from tests.simulators._hackernews_state import Item, Options, formatted
from tests.simulators.hackernews import HackerNews
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import lacking

COMMENT = {
    "by": "zoe",
    "id": 42000010,
    "parent": 42000002,
    "time": 1795162400,
    "type": "comment",
    "text": "Does it work offline?",
}
STORY = {
    "by": "me",
    "id": 42000000,
    "type": "story",
    "title": "Show HN: convo",
    "url": "https://convo.example",
    "time": 1795158000,
    "kids": [42000002],
    "descendants": 3,
    "score": 9,
}
HIT = {
    "objectID": "42000010",
    "author": "zoe",
    "comment_text": "Does it work offline?",
    "story_id": 42000000,
    "story_title": "Show HN: convo",
    "story_url": "https://convo.example",
    "parent_id": 42000002,
    "created_at": "2026-11-20T08:13:20Z",
    "created_at_i": 1795162400,
    "_tags": ["comment", "author_zoe", "story_42000000"],
}
TREE = {
    "id": 42000002,
    "type": "comment",
    "author": "me",
    "text": "I use it daily.",
    "parent_id": 42000000,
    "story_id": 42000000,
    "created_at_i": 1795160000,
    "points": None,
    "children": [{"id": 42000010, "author": "zoe", "text": "Yes?", "parent_id": 42000002, "children": []}],
}


class Front:
    """A story of the user's with a comment by zoe and the user's answer to it."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 8, 13, 20, tzinfo=timezone.utc))
        self.server = HackerNews(self.clock, Options(**options))
        self.place = self.server.place
        self.story = self.write("me", "", title="Show HN: convo", url="https://convo.example")
        self.asked = self.write("zoe", "Does it work *offline*?", parent=self.story)
        self.mine = self.write("me", "I use it daily.", parent=self.asked)

    def write(self, by: str, words: str, **how: Any) -> Item:
        self.clock.step(60)
        return self.place.add(by, words, **how)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.answer(Request(method, path, given, b"", "http://127.0.0.1"))

    def item(self, item: Item) -> Any:
        return self.ask(f"/v0/item/{item.id}.json").json()

    def hits(self, query: str) -> list[str]:
        found = self.ask(f"/api/v1/search_by_date?{query}").json()["hits"]
        return [one["objectID"][-2:] for one in found]


def test_items_and_hits_have_the_shape_of_the_fact_sheet() -> None:
    front = Front()
    assert lacking(front.item(front.asked), COMMENT) == []
    assert lacking(front.item(front.story), STORY) == []
    hits = front.ask("/api/v1/search_by_date?tags=comment").json()["hits"]
    assert lacking(hits[0], HIT) == []
    assert lacking(front.ask(f"/api/v1/items/{front.asked.id}").json(), TREE) == []
    assert front.ask("/v0/user/me.json").json()["submitted"] == [front.mine.id, front.story.id]
    assert front.ask("/v0/maxitem.json").json() == front.mine.id
    assert front.ask("/v0/updates.json").json()["items"][:2] == [front.asked.id, front.mine.id]


@pytest.mark.parametrize("path", ["user/Me", "user/nobody", "item/1", "elsewhere"])
def test_what_is_not_there_is_null(path: str) -> None:
    answer = Front().ask(f"/v0/{path}.json")
    assert (answer.status, answer.json()) == (200, None)


def test_kids_stand_in_ranked_order() -> None:
    front = Front()
    later = front.write("ida", "second", parent=front.story)
    assert front.item(front.story)["kids"] == [later.id, front.asked.id]
    front.place.rank(front.story, [front.asked.id, later.id])
    assert front.item(front.story)["kids"] == [front.asked.id, later.id]


def test_what_is_deleted_or_dead_stays_an_item_and_leaves_the_index() -> None:
    front = Front()
    front.place.delete(front.asked)
    gone = front.item(front.asked)
    assert (gone["deleted"], "by" in gone, "text" in gone, gone["kids"]) == (
        True,
        False,
        False,
        [front.mine.id],
    )
    front.place.kill(front.mine)
    assert (front.item(front.mine)["dead"], front.item(front.mine)["text"]) == (True, "[flagged]")
    assert front.hits("tags=comment") == []
    assert front.ask(f"/api/v1/items/{front.asked.id}").status == 404


def test_an_author_edits_for_two_hours_and_leaves_no_trace() -> None:
    front = Front()
    before = front.item(front.mine)
    front.place.edit(front.mine, "I use it <daily>.")
    assert front.item(front.mine) == {**before, "text": "I use it &lt;daily&gt;."}
    front.clock.step(7201)
    with pytest.raises(ValueError, match="two hours"):
        front.place.edit(front.mine, "too late")


def test_an_item_may_be_unknown_or_busy_for_a_while() -> None:
    front = Front()
    front.place.options.unknown.add(front.asked.id)
    assert front.item(front.asked) is None
    front.place.options.busy.add(front.mine.id)
    assert front.ask(f"/v0/item/{front.mine.id}.json").status == 503
    assert front.item(front.story)["kids"] == [front.asked.id]


def test_nothing_is_written_and_paths_end_in_json() -> None:
    front = Front()
    assert front.ask("/v0/item/1.json", "PUT").status == 401
    assert front.ask("/api/v1/search_by_date", "POST").status == 405
    assert front.ask("/v0/maxitem").status == 301
    assert front.ask("/elsewhere").status == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tags=comment", ["02", "01"]),
        ("tags=comment,author_me", ["02"]),
        ("tags=(comment,story),author_me", ["02", "00"]),
        ("tags=comment,(story_42000000,story_1)", ["02", "01"]),
        ("tags=comment,story_1", []),
        ("tags=comment&numericFilters=parent_id=42000000", ["01"]),
        ("numericFilters=created_at_i>1795162400,created_at_i<=1795162460", ["00"]),
        ("query=OFFLINE", ["01"]),
        ("hitsPerPage=2&page=1", ["00"]),
    ],
)
def test_the_search_is_by_tags_and_numbers(query: str, found: list[str]) -> None:
    front = Front()
    at = int(front.story.time.timestamp())
    moved = re.sub(r"17951624(\d\d)", lambda n: str(at - 60 + int(n[1])), query)
    assert front.hits(moved) == found


def test_a_search_gives_a_thousand_hits_and_no_more() -> None:
    front = Front()
    for number in range(1005):
        front.place.add("zoe", f"number {number}", parent=front.story)
    whole = front.ask("/api/v1/search_by_date?tags=comment&hitsPerPage=5000").json()
    assert (len(whole["hits"]), whole["hitsPerPage"], whole["nbHits"]) == (1000, 1000, 1007)
    assert front.ask("/api/v1/search_by_date?tags=comment&hitsPerPage=500&page=2").json()["hits"] == []
    assert front.ask("/api/v1/search_by_date?hitsPerPage=-1").status == 400
    assert front.ask("/api/v1/search_by_date?numericFilters=karma>1").json()["status"] == 400


def test_the_index_lags_behind() -> None:
    front = Front(lag=300)
    assert front.hits("tags=comment") == []
    assert front.item(front.mine)["by"] == "me"
    front.clock.step(290)
    assert front.hits("tags=comment") == ["01"]


def test_an_etag_is_honoured_where_it_is() -> None:
    front = Front(etags=True)
    way = f"/v0/item/{front.story.id}.json"
    tag = front.ask(way, x_firebase_etag="true").headers["etag"]
    assert front.ask(way, x_firebase_etag="true", if_none_match=tag).status == 304
    front.write("ida", "more", parent=front.story)
    assert front.ask(way, x_firebase_etag="true", if_none_match=tag).status == 200
    assert "etag" not in front.ask(way).headers


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("one\n\ntwo", "one<p>two"),
        ("*so* it's 2*3*4", "<i>so</i> it&#x27;s 2*3*4"),
        ("> quoted", "&gt; quoted"),
        ("code:\n\n  x = 1\n  y < 2", "code:<p><pre><code>  x = 1\n  y &lt; 2\n</code></pre>"),
        (
            "see http://a.example",
            'see <a href="http:&#x2F;&#x2F;a.example" rel="nofollow">http:&#x2F;&#x2F;a.example</a>',
        ),
    ],
)
def test_words_are_formatted_as_the_site_does(words: str, html: str) -> None:
    assert formatted(words) == html


def test_a_long_address_is_shown_cut() -> None:
    html = formatted("https://example.org/" + "x" * 60)
    assert 'href="https:&#x2F;&#x2F;example.org&#x2F;' + "x" * 60 in html
    assert html.endswith("xxx...</a>")
