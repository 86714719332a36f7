"""WordPress, answering, changing, deleting, deciding."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Missing,
    Refused,
    RetryAt,
    Unknown,
)
from convo.model import Ref, Reply
from convo.testing import Trouble, Where
from tests.adapters.playing import run
from tests.adapters.wordpress_site import Make, guest, message, mine, others, reading, reply, sent, uri
from tests.adapters.wordpress_site import make as make
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer, text_answer


def test_an_answer_is_sent_without_names_or_states(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    sent(world, comment, "fish & chips")
    [(body, _)] = world.writes()
    assert json.loads(body) == {"post": comment.post, "parent": comment.id, "content": "fish &amp; chips"}


@pytest.mark.parametrize("change", ["trash", "spam", "remove", "post trashed", "post gone"])
def test_an_answer_to_what_is_gone_is_not_sent(make: Make, change: str) -> None:
    world = make()
    post = mine(world)
    comment = guest(world, post, "a question")
    answer = reply(world, comment)
    if change in ("trash", "spam"):
        world.state.set_status(comment, change)
    elif change == "remove":
        world.state.remove(comment)
    elif change == "post trashed":
        post.status = "trash"
    else:
        del world.state.posts[post.id]
    with pytest.raises((Missing, Refused)):
        run(world, lambda adapter: adapter.prepare(answer))
    assert world.writes() == []


def test_closed_comments_are_refused_before_sending(make: Make) -> None:
    world = make()
    post = mine(world)
    comment = guest(world, post, "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    post.comment_status = "closed"
    with pytest.raises(Refused, match="closed"):
        run(world, lambda adapter: adapter.prepare(answer))
    with pytest.raises(Refused, match="comments are closed"):
        run(world, lambda adapter: adapter.answer(request))


def test_empty_answers_posts_and_files_are_refused(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    parent = message(world, comment)
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.prepare(Reply("k", parent, " \n")))
    head = run(world, lambda adapter: adapter.lookup([Ref(f"{world.home}/?p={comment.post}")])).messages[0]
    with pytest.raises(Refused, match="answers comments"):
        run(world, lambda adapter: adapter.prepare(Reply("k", head, "hello")))


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 65_525, True), ("x" * 65_526, False), ("&" * 13_106, False)]
)
def test_the_length_is_that_of_what_is_stored(make: Make, text: str, fits: bool) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    if fits:
        assert sent(world, comment, text).text == text
        return
    with pytest.raises(Refused, match="Too long"):
        sent(world, comment, text)
    assert world.writes() == []


def test_a_flood_is_tried_again_in_a_quarter_of_a_minute(make: Make) -> None:
    world = make("author")
    post = mine(world)
    one, two = guest(world, post, "one"), guest(world, post, "two")
    sent(world, one)
    with pytest.raises(RetryAt) as caught:
        sent(world, two)
    assert caught.value.at is not None
    wait = caught.value.at - datetime.now(timezone.utc)
    assert timedelta(seconds=5) < wait <= timedelta(seconds=15)
    world.pass_time(16)
    sent(world, two)


def test_said_already_is_the_answer_when_it_is_a_newer_one(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    first = run(world, lambda adapter: adapter.answer(request))
    second = run(world, lambda adapter: adapter.answer(request))
    assert first.uri == second.uri
    assert len(world.standing()) == 1


def test_said_already_long_ago_is_refused(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    sent(world, comment, "Yes.")
    with pytest.raises(Refused) as caught:
        sent(world, comment, "Yes.")
    assert "already said that" in caught.value.words
    assert "&#8217;" not in caught.value.words
    assert "only once" in caught.value.words


@pytest.mark.parametrize("text", ["back\\slash", "fish & chips", 'she said "yes" -- twice...'])
@pytest.mark.parametrize("role", ["editor", "author"])
def test_what_the_site_does_not_notice_twice_is_found_before_it_is_sent_again(
    make: Make, role: str, text: str
) -> None:
    world = make(role, flood=False)
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment, text)
    request = run(world, lambda adapter: adapter.prepare(answer))
    world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    proof = run(world, lambda adapter: adapter.find(request, ()))
    assert isinstance(proof, Found)
    assert [one.uri for one in world.standing()] == [proof.message.uri]


def test_an_author_cannot_tell_words_that_the_site_made_pretty(make: Make) -> None:
    world = make("author", flood=False)
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment, "one")
    request = run(world, lambda adapter: adapter.prepare(answer))
    world.state.add_comment(comment.post, "another", parent=comment.id, user=world.user_me)
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Unknown)
    editor = make()
    comment = guest(editor, mine(editor), "a question")
    answer = reply(editor, comment, "one")
    request = run(editor, lambda adapter: adapter.prepare(answer))
    editor.state.add_comment(comment.post, "another", parent=comment.id, user=editor.user_me)
    assert isinstance(run(editor, lambda adapter: adapter.find(request, ())), Absent)


def test_a_readers_answer_may_be_held_where_nobody_sees_it(make: Make) -> None:
    world = make("subscriber", moderated=True, flood=False)
    comment = guest(world, others(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    assert not run(world, lambda adapter: adapter.answer(request)).held
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Unknown)
    with pytest.raises(Refused, match="approval"):
        run(world, lambda adapter: adapter.answer(request))
    assert len(world.standing()) == 1


def test_an_answer_that_was_called_spam_has_arrived(make: Make) -> None:
    world = make("author", flood=False)
    comment = guest(world, others(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    written = run(world, lambda adapter: adapter.answer(request))
    world.state.set_status(world.state.comments[int(written.local_id)], "spam")
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_a_page_after_an_answer_is_ambiguous(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    page = text_answer("<br /><b>Warning</b>: in plugin.php on line 3<br />{}", 201)
    world.site.home.add(Fault(answer=page), method="POST")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_an_answer_that_a_plugin_moved_is_taken_back(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))

    def change(found: Answer) -> Answer:
        return json_answer({**found.json(), "parent": 0}, 201)

    world.site.home.add(Fault(change=change), method="POST")
    with pytest.raises(Refused, match="somewhere else"):
        run(world, lambda adapter: adapter.answer(request))
    assert world.standing() == []


@pytest.mark.parametrize("status", [403, 406])
def test_a_firewall_says_so_in_words(make: Make, status: int) -> None:
    world = make()
    page = text_answer("<html><body><h1>Blocked</h1></body></html>", status)
    world.site.home.add(Fault(answer=page), path="/wp/v2/comments", times=9)
    with pytest.raises(Refused) as caught:
        reading(world)
    assert "<" not in caught.value.words
    assert ("firewall" in caught.value.words) is (status == 403)


# Changing, deleting, deciding


def test_an_own_comment_is_changed_and_thrown_away(make: Make) -> None:
    world = make("author")
    comment = guest(world, mine(world), "a question")
    written = sent(world, comment, "first & last")
    edited = run(world, lambda adapter: adapter.edit(written.ref, "other & <words>"))
    assert (edited.uri, edited.text, edited.parent_uri) == (
        written.uri,
        "other & <words>",
        written.parent_uri,
    )
    run(world, lambda adapter: adapter.delete(written.ref))
    assert world.state.comments[int(written.local_id)].status == "trash"


def test_a_site_without_trash_deletes_for_good(make: Make) -> None:
    world = make(trash=False)
    written = sent(world, guest(world, mine(world), "a question"))
    run(world, lambda adapter: adapter.delete(written.ref))
    assert int(written.local_id) not in world.state.comments


def test_an_author_cannot_change_what_stands_on_anothers_post(make: Make) -> None:
    world = make("author")
    own = world.state.add_comment(others(world).id, "mine", user=world.user_me)
    found = message(world, own)
    assert set(found.refusals) == {"edit", "delete"}
    with pytest.raises(Refused, match="not allowed"):
        run(world, lambda adapter: adapter.edit(found.ref, "other"))
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.delete(found.ref))
    assert own.content == "mine"


@pytest.mark.parametrize("role", ["editor", "author"])
@pytest.mark.parametrize(
    ("start", "decision", "end"),
    [
        ("0", "approve", "1"),
        ("1", "approve", "1"),
        ("0", "spam", "spam"),
        ("1", "spam", "spam"),
        ("spam", "spam", "spam"),
        ("0", "trash", "trash"),
        ("trash", "trash", "trash"),
        ("1", "not approve", "0"),
        ("0", "not approve", "0"),
        ("spam", "not spam", "1"),
        ("trash", "not trash", "1"),
    ],
)
def test_decisions(make: Make, role: str, start: str, decision: str, end: str) -> None:
    world = make(role)
    comment = guest(world, mine(world), "let me in", status=start)
    comment.before = "1"
    run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), decision))
    assert comment.status == end


def test_decisions_about_what_is_gone(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "let me in", status="0")
    world.state.remove(comment)
    ref = Ref(uri(world, comment))
    run(world, lambda adapter: adapter.moderate(ref, "trash"))
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.moderate(ref, "approve"))


@pytest.mark.parametrize(("role", "words"), [("subscriber", "Your role"), ("author", "not allowed")])
def test_who_may_not_decide_is_told(make: Make, role: str, words: str) -> None:
    world = make(role)
    comment = guest(world, others(world), "let me in")
    with pytest.raises(Refused, match=words):
        run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), "trash"))
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), "promote"))
    assert comment.status == "1"
