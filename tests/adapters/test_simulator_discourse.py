"""The simulated Discourse answers as the fact sheet says: shapes, order, posts that are made, changed and go."""

from __future__ import annotations

from tests.adapters.discourse_forum import Forum
from tests.simulators._discourse_cook import Cook
from tests.simulators.shapes import lacking

NOTE = {
    "id": 90412,
    "user_id": 17,
    "notification_type": 2,
    "read": False,
    "high_priority": False,
    "created_at": "2026-11-20T08:13:20.120Z",
    "post_number": 8,
    "topic_id": 640,
    "slug": "show-convo",
    "fancy_title": "Show: convo",
    "data": {
        "topic_title": "Show: convo",
        "original_post_id": 5512,
        "original_post_type": 1,
        "original_username": "zoe",
        "display_username": "zoe",
    },
}
POST = {
    "id": 5512,
    "name": "Zoé",
    "username": "zoe",
    "user_id": 31,
    "avatar_template": "/user_avatar/f.example/zoe/{size}/9_2.png",
    "created_at": "2026-11-20T08:13:19.900Z",
    "updated_at": "2026-11-20T08:13:19.900Z",
    "cooked": "<p>words</p>",
    "post_number": 8,
    "post_type": 1,
    "reply_to_post_number": 3,
    "yours": False,
    "topic_id": 640,
    "topic_slug": "show-convo",
    "version": 1,
    "can_edit": False,
    "can_delete": False,
    "hidden": False,
    "deleted_at": None,
    "user_deleted": False,
    "edit_reason": None,
    "wiki": False,
}
TOPIC = {
    "id": 640,
    "title": "Show: convo",
    "slug": "show-convo",
    "archetype": "regular",
    "closed": False,
    "archived": False,
    "visible": True,
    "slow_mode_seconds": 0,
    "highest_post_number": 8,
    "chunk_size": 20,
    "post_stream": {"posts": [], "stream": [5401]},
    "details": {"can_create_post": True, "notification_level": 2},
}


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    forum = Forum()
    forum.write(forum.zoe, "@me does it work offline? :smile:", to=1)
    [note] = forum.notes()
    assert lacking(note, NOTE) == []
    topic = forum.ask("GET", "/t/640.json").json()
    assert lacking(topic, TOPIC) == []
    shown = forum.ask("GET", "/t/640/posts.json?post_ids[]=5402").json()["post_stream"]["posts"]
    assert [one["reply_to_post_number"] for one in shown] == [1]
    assert lacking(shown[0], POST) == []
    assert 'title=":smile:"' in shown[0]["cooked"]
    assert "raw" not in shown[0]
    assert forum.ask("GET", "/posts/5402.json").json()["raw"].startswith("@me")
    assert {"reads", "score", "reply_count", "readers_count", "trust_level"} <= set(shown[0])


def test_whom_a_post_concerns_is_told_once_of_the_strongest_kind() -> None:
    forum = Forum()
    forum.write(forum.zoe, '[quote="me, post:1, topic:640"]\nI made this\n[/quote]\n\n@me look', to=1)
    assert [one["notification_type"] for one in forum.notes()] == [1]
    other = forum.state.add_topic(forum.zoe, "Elsewhere")
    quoting = forum.state.add_post(forum.zoe, other, '[quote="me, post:1, topic:640"]\nI made this\n[/quote]')
    forum.alerts.posted(quoting)
    assert [one["notification_type"] for one in forum.notes()] == [3, 1]
    assert forum.state.cook(quoting.raw).startswith('<aside class="quote no-group" data-username="me"')


def test_answers_in_one_topic_are_one_row_that_points_to_the_first_unread() -> None:
    forum = Forum()
    first = forum.write(forum.zoe, "one")
    before = forum.notes()[0]["id"]
    second = forum.write(forum.ida, "two", to=1)
    [note] = forum.notes()
    assert note["id"] > before
    assert (note["post_number"], note["data"]["original_post_id"]) == (first.number, second.id)
    assert note["data"]["display_username"] == "2 replies"
    forum.answer("I answer both")
    forum.write(forum.zoe, "three")
    assert [one["data"]["display_username"] for one in forum.notes()] == ["zoe"]
    apart = Forum(collapse=False)
    for words in ("one", "two"):
        apart.write(apart.zoe, words)
    assert [one["post_number"] for one in apart.notes()] == [3, 2]


def test_pages_are_cut_before_what_may_not_be_seen_is_left_out() -> None:
    forum = Forum()
    for number in range(70):
        topic = forum.state.add_topic(forum.zoe, f"Topic {number}")
        forum.alerts.posted(forum.state.add_post(forum.zoe, topic, "@me"))
        topic.deleted = number > 64
        forum.clock.step(1)
    page = forum.ask("GET", "/notifications.json?limit=200").json()
    assert len(page["notifications"]) == 55
    assert page["total_rows_notifications"] == 70
    assert page["load_more_notifications"] == "/notifications?limit=60&offset=60&username=me"
    rest = forum.ask("GET", page["load_more_notifications"]).json()["notifications"]
    assert len(rest) == 10
    ids = [one["id"] for one in page["notifications"] + rest]
    assert ids == sorted(ids, reverse=True)


def test_the_bell_menu_moves_the_mark_unless_it_is_silent() -> None:
    forum = Forum()
    forum.write(forum.zoe, "@me")
    forum.notes()
    assert forum.me.seen == 0
    forum.ask("GET", "/notifications.json?recent=true&silent=true")
    assert forum.me.seen == 0
    forum.ask("GET", "/notifications.json?recent=true")
    assert forum.me.seen == forum.notes()[0]["id"]


def test_mark_read_without_an_id_marks_everything() -> None:
    forum = Forum(collapse=False)
    posts = [forum.write(forum.zoe, words) for words in ("one", "two", "three")]
    [newest, *_] = forum.notes()
    forum.ask("PUT", "/notifications/mark-read.json", {"id": newest["id"]})
    assert [one["read"] for one in forum.notes()] == [True, False, False]
    oldest = str(forum.notes()[-1]["id"])
    forum.ask("GET", "/session/current.json", discourse_clear_notifications=oldest)
    assert [one["read"] for one in forum.notes()] == [True, False, True]
    forum.ask("PUT", "/notifications/mark-read.json", {})
    assert all(one["read"] for one in forum.notes())
    assert len(posts) == 3


def test_likes_and_badges_are_rows_too() -> None:
    forum = Forum()
    forum.server.reads.like(forum.first, forum.zoe)
    forum.alerts.add(forum.me, 12, data={"badge_id": 5, "badge_name": "Welcome", "username": "me"})
    assert [(one["notification_type"], one["topic_id"]) for one in forum.notes()] == [(12, None), (5, 640)]


def test_an_answer_is_made_held_or_refused() -> None:
    forum = Forum(min_length=5, max_length=50)
    made = forum.answer("Yes, fully offline.", reply_to_post_number=1).json()
    assert (made["action"], made["post"]["post_number"], made["post"]["raw"]) == (
        "create_post",
        2,
        "Yes, fully offline.",
    )
    assert made["post"]["post_url"] == "/t/show-convo/640/2"
    assert forum.answer("flat answer", nested_post=False).json()["post_number"] == 3
    similar = forum.answer("Yes, fully  offline.")
    assert (similar.status, similar.json()["action"]) == (422, "create_post")
    assert "similar" in similar.json()["errors"][0]
    assert "error_type" not in similar.json()
    forum.clock.step(301)
    assert forum.answer("Yes, fully offline.").status == 200
    assert "short" in forum.answer("yes").json()["errors"][0]
    assert "50" in forum.answer("x" * 51).json()["errors"][0]
    forum.topic.closed = True
    closed = forum.ask("GET", "/t/640.json").json()
    assert closed["closed"]
    assert "can_create_post" not in closed["details"]
    assert forum.answer("too late now").status == 422
    assert forum.ask("POST", "/posts.json", {"raw": "words", "topic_id": 99}).status == 422
    held = Forum(approve=True)
    answer = held.answer("wait for it").json()
    assert (answer["action"], "post" in answer) == ("enqueued", False)
    assert len(held.ask("GET", "/posts/me/pending.json").json()["pending_posts"]) == 1
    assert [one.raw for one in held.state.posts.values()] == ["I made this"]


def test_an_answer_to_what_is_gone_is_taken() -> None:
    forum = Forum()
    gone = forum.write(forum.zoe, "for a moment")
    forum.state.delete_by_staff(gone)
    assert forum.answer("an orphan", reply_to_post_number=gone.number).status == 200


def test_what_an_author_deletes_leaves_a_placeholder_for_a_day() -> None:
    forum = Forum()
    mine = forum.answer("my words").json()["post"]
    assert forum.ask("DELETE", f"/posts/{mine['id']}.json").status == 200
    shown = forum.ask("GET", f"/posts/{mine['id']}.json").json()
    assert (shown["user_deleted"], shown["cooked"]) == (True, "<p>(post deleted by author)</p>")
    assert forum.ask("DELETE", f"/posts/{mine['id']}.json").status == 403
    forum.clock.step(25 * 3600)
    assert forum.ask("GET", f"/posts/{mine['id']}.json").status == 404
    assert mine["id"] not in forum.ask("GET", "/t/640.json").json()["post_stream"]["stream"]
    theirs = forum.write(forum.zoe, "not yours")
    assert forum.ask("DELETE", f"/posts/{theirs.id}.json").status == 403
    assert forum.ask("PUT", f"/posts/{theirs.id}.json", {"post": {"raw": "x"}}).status == 403


def test_an_edit_within_the_grace_period_raises_no_version() -> None:
    forum = Forum()
    mine = forum.answer("first words").json()["post"]
    way = f"/posts/{mine['id']}.json"
    edited = forum.ask("PUT", way, {"post": {"raw": "second words"}}).json()["post"]
    assert (edited["version"], edited["raw"]) == (1, "second words")
    forum.clock.step(600)
    assert forum.ask("PUT", way, {"post": {"raw": "third words"}}).json()["post"]["version"] == 2
    forum.clock.step(2 * 86_400)
    assert forum.ask("PUT", way, {"post": {"raw": "too late"}}).status == 422


def test_long_topics_are_read_in_chunks() -> None:
    forum = Forum()
    for number in range(49):
        forum.write(forum.zoe, f"number {number}")
    topic = forum.ask("GET", "/t/640.json").json()["post_stream"]
    assert (len(topic["posts"]), len(topic["stream"])) == (20, 50)
    near = forum.ask("GET", "/t/show-convo/640/30.json").json()["post_stream"]["posts"]
    assert (near[0]["post_number"], near[-1]["post_number"]) == (25, 44)
    end = forum.ask("GET", "/t/640/50.json").json()["post_stream"]["posts"]
    assert (len(end), end[-1]["post_number"]) == (20, 50)
    ids = "&".join(f"post_ids[]={one}" for one in topic["stream"][20:45])
    assert len(forum.ask("GET", f"/t/640/posts.json?{ids}").json()["post_stream"]["posts"]) == 20


def test_what_one_did_is_listed_with_messages_apart() -> None:
    forum = Forum(actions_page=2)
    forum.write(forum.zoe, "@me a question", to=1)
    forum.answer("an answer", reply_to_post_number=2)
    message = forum.state.add_topic(forum.zoe, "Message", allowed={forum.me.id, forum.zoe.id})
    forum.state.add_post(forum.zoe, message, "only for you")
    forum.state.add_post(forum.me, message, "and for you")

    def kinds_of(wanted: str, offset: int = 0, key: str = "key-of-me") -> list[tuple[int, int]]:
        path = f"/user_actions.json?username=me&filter={wanted}&offset={offset}"
        rows = forum.ask("GET", path, key=key).json()["user_actions"]
        return [(one["action_type"], one["post_id"]) for one in rows]

    assert kinds_of("4,5,12") == [(12, 5405), (5, 5403)]
    assert kinds_of("4,5,12", 2) == [(4, 5401)]
    assert kinds_of("6,7,9,13") == [(13, 5404), (6, 5402)]
    assert kinds_of("12", key="") == []
    assert [one["high_priority"] for one in forum.notes()] == [False]
    forum.alerts.posted(forum.state.posts[5404])
    newest, *_ = forum.notes()
    assert (newest["notification_type"], newest["high_priority"]) == (6, True)


def test_people_and_topics_are_muted() -> None:
    forum = Forum()
    assert forum.ask("PUT", "/u/zoe/notification_level.json", {"notification_level": "mute"}).status == 200
    forum.write(forum.zoe, "@me")
    assert forum.notes() == []
    assert forum.ask("GET", "/u/me.json").json()["user"]["muted_usernames"] == ["zoe"]
    forum.ask("PUT", "/u/zoe/notification_level.json", {"notification_level": "normal"})
    forum.ask("POST", "/t/640/notifications.json", {"notification_level": 0})
    forum.write(forum.zoe, "@me again")
    assert forum.notes() == []
    assert forum.ask("GET", "/t/640.json").json()["details"]["notification_level"] == 0


def test_words_are_cooked() -> None:
    cook = Cook("", {"zoe"}.__contains__, {"staff"}.__contains__)
    assert cook("@zoe @staff @nobody `@zoe`") == (
        '<p><a class="mention" href="/u/zoe">@zoe</a> <a class="mention-group" href="/groups/staff">@staff</a>'
        ' <span class="mention">@nobody</span> <code>@zoe</code></p>'
    )
    assert cook("a < b & c\nand *so* on") == "<p>a &lt; b &amp; c<br>\nand <em>so</em> on</p>"
    assert '<span class="spoiler">it ends</span>' in cook("so: [spoiler]it ends[/spoiler]")
    assert "<summary>\nmore</summary>" in cook('[details="more"]\nhidden\n[/details]')
    assert 'data-onebox-src="https://example.org/a"' in cook("https://example.org/a")
    assert '<a href="https://example.org/a">' in cook("see https://example.org/a for it")
