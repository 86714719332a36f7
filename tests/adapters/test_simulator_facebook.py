"""The simulated Facebook shows posts and comments as the fact sheet says: fields, filters, orders, pages, errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.adapters.facebook_client import PAGE, USER, Scene, code
from tests.simulators.messages import Request
from tests.simulators.shapes import lacking

ALL = (
    "id,message,created_time,from{id,name},parent{id,from{id,name}},permalink_url,is_hidden,is_private,can_comment,"
    "can_remove,can_hide,comment_count,attachment{type,url,media,description,title},message_tags"
)
SHEET: dict[str, Any] = {
    "data": [
        {
            "id": "998877_556",
            "message": "Yes, from 2.1 on.",
            "created_time": "2026-11-20T10:00:00+0000",
            "from": {"id": "1122334455", "name": "Convo Page"},
            "parent": {"id": "998877_555", "from": {"id": "7000000000000001", "name": "Ana Test"}},
            "permalink_url": "https://www.facebook.com/1122334455/posts/998877?comment_id=555&reply_comment_id=556",
            "is_hidden": False,
            "is_private": False,
            "can_comment": True,
            "can_remove": True,
            "can_hide": False,
            "comment_count": 0,
        }
    ],
    "paging": {
        "cursors": {"before": "QVFI1", "after": "QVFI2"},
        "next": "https://graph.facebook.com/v26.0/1_2",
    },
}
POSTS = {
    "data": [
        {
            "id": "1122334455_998877",
            "message": "convo 2.0 is out",
            "created_time": "2026-11-19T08:00:00+0000",
            "updated_time": "2026-11-20T10:00:00+0000",
            "permalink_url": "https://www.facebook.com/1122334455/posts/998877",
        }
    ],
    "paging": {"cursors": {"before": "a", "after": "b"}},
}


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    scene = Scene()
    scene.say(scene.asked, "Yes, from 2.1 on.", scene.page)
    given = {"filter": "stream", "order": "reverse_chronological", "limit": "1", "fields": ALL}
    found = scene.get(f"{scene.post.id}/comments", **given)
    assert lacking(found, SHEET) == []
    assert [one["message"] for one in found["data"]] == ["Yes, from 2.1 on."]
    assert found["data"][0]["created_time"] == "2026-11-20T09:15:04+0000"
    link = urlsplit(found["paging"]["next"])
    assert (link.netloc, link.path) == ("graph.facebook.com", f"/v26.0/{scene.post.id}/comments")
    assert parse_qs(link.query)["access_token"] == [PAGE]
    fields = "id,created_time,updated_time,message,permalink_url"
    posts = scene.get(f"{scene.page.id}/published_posts", fields=fields, limit="25")
    assert lacking(posts, POSTS) == []
    assert "next" not in posts["paging"]


def test_only_what_is_asked_for_is_given_and_the_id_always() -> None:
    scene = Scene()
    assert scene.get(scene.asked.id, fields="message") == {
        "message": "Does it run on Windows?",
        "id": scene.asked.id,
    }
    assert set(scene.get(scene.asked.id)) == {"created_time", "from", "message", "id"}
    assert set(scene.get(scene.post.id)) == {"created_time", "message", "id"}
    assert scene.get("me") == {"name": "Convo Page", "id": scene.page.id}
    assert set(scene.get("me", fields="id,link,fan_count")) == {"id", "link", "fan_count"}
    assert code(scene.get(scene.asked.id, fields="nonsense")) == (100, 0)
    assert code(scene.get(scene.asked.id, fields="from{email}")) == (100, 0)
    assert code(scene.get(scene.asked.id, fields="from{name")) == (2500, 0)
    assert scene.get(scene.asked.id, fields="like_count")["like_count"]


def test_pictures_come_with_the_fields_that_were_asked_for() -> None:
    scene = Scene()
    image = {"image": {"height": 720, "width": 720, "src": "https://scontent.example/1.jpg"}}
    photo = {"type": "photo", "url": "https://www.facebook.com/photo/1", "media": image, "title": "Soup"}
    scene.asked.extra["attachment"] = photo
    scene.post.extra["attachments"] = {"data": [photo]}
    found = scene.get(scene.asked.id, fields="attachment{type,url,description}")["attachment"]
    assert found == {"type": "photo", "url": "https://www.facebook.com/photo/1"}
    assert scene.get(scene.asked.id, fields="attachment")["attachment"] == photo
    assert scene.get(scene.post.id, fields="attachments{title}")["attachments"] == {
        "data": [{"title": "Soup"}]
    }
    assert "attachment" not in scene.get(scene.say(scene.post, "words only").id, fields="attachment")


def test_the_default_filter_hides_replies_and_more() -> None:
    scene = Scene()
    reply = scene.say(scene.asked, "a reply", scene.page)
    scene.say(reply, "below it")
    scene.say(scene.post, "second").filtered = True
    edge = f"{scene.post.id}/comments"
    assert scene.words(edge) == ["Does it run on Windows?"]
    whole = ["Does it run on Windows?", "a reply", "below it", "second"]
    assert scene.words(edge, filter="stream") == whole
    assert scene.words(edge, filter="stream", order="reverse_chronological") == whole[::-1]
    assert scene.words(f"{scene.asked.id}/comments") == ["a reply", "below it"]
    assert scene.words(edge, filter="stream", since="2026-11-20T09:15:05Z") == ["below it", "second"]
    assert code(scene.get(edge, filter="everything")) == (100, 0)
    other = Scene(stream_first=True, since=False)
    other.say(other.post, "second")
    given = {"filter": "stream", "order": "reverse_chronological", "since": "2030-01-01T00:00:00Z"}
    assert other.words(f"{other.post.id}/comments", **given) == ["Does it run on Windows?", "second"]


def test_a_reply_to_a_reply_stands_under_the_comment_above() -> None:
    scene = Scene()
    reply = scene.say(scene.asked, "a reply", scene.page)
    made = scene.write(f"{reply.id}/comments", message="and more")["id"]
    found = scene.get(made, fields="parent{id},permalink_url")
    assert found["parent"] == {"id": scene.asked.id}
    number = made.rpartition("_")[2]
    assert found["permalink_url"].endswith(f"?comment_id={scene.asked.number}&reply_comment_id={number}")


def test_posts_carry_their_comments_when_asked() -> None:
    scene = Scene()
    for number in range(3):
        scene.say(scene.post, f"number {number}")
    quiet = scene.state.add_post(scene.page, "nobody says a word")
    nested = "comments.filter(stream).order(reverse_chronological).limit(2){id,message,from{id}}"
    found = scene.get("me/published_posts", fields=f"id,updated_time,{nested}")["data"]
    assert [one["id"] for one in found] == [quiet.id, scene.post.id]
    assert "comments" not in found[0]
    inner = found[1]["comments"]
    assert [one["message"] for one in inner["data"]] == ["number 2", "number 1"]
    assert inner["data"][0]["from"] == {"id": scene.ana.id}
    assert found[1]["updated_time"] == "2026-11-20T09:15:06+0000"
    link = urlsplit(inner["paging"]["next"])
    rest = scene.server.answer(Request("GET", f"{link.path}?{link.query}")).json()
    assert [one["message"] for one in rest["data"]] == ["number 0", "Does it run on Windows?"]
    assert set(rest["data"][0]) == {"id", "message", "from"}
    assert "next" not in rest["paging"]
    assert code(Scene(heavy=50).get("me/published_posts", fields=nested)) == (1, 0)


def test_pages_go_on_by_cursors_and_have_a_hundred_items_at_most() -> None:
    scene = Scene()
    for number in range(4):
        scene.say(scene.post, f"number {number}")
    edge, given = f"{scene.post.id}/comments", {"limit": "2", "order": "reverse_chronological"}
    first = scene.get(edge, **given)
    scene.state.remove(scene.state.comments[first["data"][1]["id"].rpartition("_")[2]])
    scene.say(scene.post, "meanwhile")
    after = first["paging"]["cursors"]["after"]
    assert scene.words(edge, **given, after=after) == ["number 1", "number 0"]
    back = scene.get(edge, **given, after=after)["paging"]
    assert "previous" in back
    assert scene.words(edge, **given, before=back["cursors"]["before"]) == ["meanwhile", "number 3"]
    assert code(scene.get(edge, limit="101")) == (100, 0)
    assert code(scene.get(edge, after="nonsense")) == (100, 0)
    assert code(scene.get("me/published_posts", fields="comments.limit(101)")) == (100, 0)
    assert scene.get(f"{scene.state.add_post(scene.page, 'empty').id}/comments") == {"data": []}


def test_cursors_may_die_when_items_come_or_go() -> None:
    scene = Scene(fragile=True)
    scene.say(scene.post, "second")
    edge = f"{scene.post.id}/comments"
    after = scene.get(edge, limit="1")["paging"]["cursors"]["after"]
    assert scene.words(edge, after=after) == ["second"]
    scene.say(scene.post, "third")
    assert code(scene.get(edge, after=after)) == (100, 0)


def test_a_summary_says_whether_comments_are_open() -> None:
    scene = Scene()
    nothing = scene.state.add_post(scene.page, "")
    assert "message" not in scene.get(nothing.id, fields="message")
    for post, opened in ((scene.post, True), (nothing, False)):
        post.open = opened
        found = scene.get(post.id, fields="comments.limit(0).summary(true)")["comments"]
        assert found["summary"]["can_comment"] is opened
        assert found["data"] == []


def test_a_page_may_be_empty_and_go_on() -> None:
    scene = Scene()
    scene.asked.withheld = True
    scene.say(scene.post, "second")
    found = scene.get(f"{scene.post.id}/comments", limit="1")
    assert found["data"] == []
    link = urlsplit(found["paging"]["next"])
    rest = scene.server.answer(Request("GET", f"{link.path}?{link.query}")).json()
    assert [one["message"] for one in rest["data"]] == ["second"]


def test_the_token_of_a_person_reads_no_comments_and_no_lists_of_the_page() -> None:
    scene = Scene()
    answer = scene.call("GET", f"{scene.post.id}/comments", token=USER)
    assert (answer.status, answer.json()) == (200, {"data": []})
    assert code(scene.get(f"{scene.page.id}/published_posts", token=USER)) == (210, 0)
    assert code(scene.write(f"{scene.asked.id}/comments", token=USER, message="x")) == (1705, 0)


def test_visitors_posts_and_posts_that_tag_the_page_have_lists_of_their_own() -> None:
    scene = Scene()
    visitor = scene.state.add_post(scene.ana, "hello there", kind="visitor")
    tagged = scene.state.add_post(scene.ana, "look at this Page", kind="tagged")
    fields = "id,from{id,name},message"
    assert [one["id"] for one in scene.get("me/visitor_posts", fields=fields)["data"]] == [visitor.id]
    [found] = scene.get("me/tagged", fields=fields)["data"]
    assert (found["id"], "from" in found) == (tagged.id, False)
    assert tagged.id.startswith(scene.ana.id)
    assert [one["id"] for one in scene.get("me/published_posts")["data"]] == [scene.post.id]
    assert len(scene.get("me/feed")["data"]) == 3
    open_ = Scene(tagged_named=True)
    open_.state.add_post(open_.ana, "look", kind="tagged")
    assert open_.get("me/tagged", fields="from")["data"][0]["from"] == {
        "name": "Ana Test",
        "id": open_.ana.id,
    }


def test_people_may_be_nameless_but_never_the_page() -> None:
    scene = Scene(named=False)
    scene.say(scene.asked, "Yes.", scene.page)
    given = {"filter": "stream", "fields": "from{id,name},parent{id,from{id}}"}
    theirs, mine = scene.get(f"{scene.post.id}/comments", **given)["data"]
    assert "from" not in theirs
    assert mine["from"]["id"] == scene.page.id
    assert mine["parent"] == {"id": scene.asked.id}


@pytest.mark.parametrize("cascading", [True, False])
def test_what_is_gone_cannot_be_read(cascading: bool) -> None:
    scene = Scene(cascading=cascading)
    reply = scene.say(scene.asked, "a reply")
    scene.state.remove(scene.asked)
    answer = scene.call("GET", scene.asked.id)
    assert (answer.status, code(answer)) == (400, (100, 33))
    assert code(scene.get(f"{scene.asked.id}/comments")) == (100, 33)
    below = scene.call("GET", reply.id, fields="parent")
    assert (below.status == 400) is cascading
    assert cascading or "parent" not in below.json()


def test_ids_may_be_short_and_are_taken_in_both_forms() -> None:
    scene = Scene(short_ids=True)
    assert scene.get(scene.asked.id, fields="message")["id"] == scene.asked.number
    assert scene.get(scene.asked.number, fields="message")["message"] == "Does it run on Windows?"
    assert "_" not in scene.write(f"{scene.asked.id}/comments", message="Yes.")["id"]
    both = scene.get("", ids=f"{scene.asked.id},{scene.post.id}", fields="message")
    assert set(both) == {scene.asked.id, scene.post.id}
    assert code(scene.get("", ids=f"{scene.asked.id},999")) == (803, 0)


def test_paths_and_versions_that_are_not_there() -> None:
    scene = Scene()
    headers = {"authorization": f"Bearer {PAGE}"}
    assert code(scene.server.answer(Request("GET", "/v99.0/me", headers))) == (2500, 0)
    assert code(scene.get(f"{scene.asked.id}/nonsense")) == (100, 0)
    assert code(scene.get("999/comments")) == (100, 33)
    assert code(scene.get("me/accounts")) == (100, 0)
    assert scene.server.answer(Request("GET", f"/v26.0/me?access_token={PAGE}")).status == 200
