"""convo against a real WordPress with a real database, on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.blog import Blog, Writer, program
from tests.live.convo import Convo

pytestmark = pytest.mark.live


@pytest.fixture
def ana(blog: Blog) -> Writer:
    """The user: an author, who may approve what stands below posts of their own."""
    return blog.writer()


@pytest.fixture
def convo(ana: Writer, tmp_path: Path) -> Convo:
    """The program with Ana's account, and a store of its own."""
    return program(tmp_path, ana)


def uris(convo: Convo) -> list[str]:
    """The URIs of what waits, each as often as it is shown."""
    return sorted(message["uri"] for waiting in convo.waiting().values() for message in waiting)


def test_a_visitors_comment_waits_once_below_its_post(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Moss & stone")
    text = 'Which "one" is it? <b>This</b> & https://example.org/a?b=1&c=2'
    blog.visit(post, text)
    told = convo.sync()
    assert told["error"] in ("", None)
    [comment] = blog.below(post)
    assert uris(convo) == [blog.uri(post, comment["id"])]
    [row] = convo.ask("list")
    assert row["title"] == "Moss & stone"
    root, said = convo.shown(row["id"])
    assert (root["uri"], root["author"]["is_me"]) == (blog.uri(post), True)
    assert root["url"].startswith(blog.url)
    assert said["addressed"] == "comment"
    assert said["author"]["name"] == "Vera"
    assert "Which “one” is it? This & https://example.org/a?b=1&c=2" in said["text"]
    assert said["url"] == comment["link"]


def test_two_syncs_fetch_nothing_twice(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Hello")
    for number in range(13):
        blog.guest(post, f"Hello {number}")
    first, before = convo.sync(), uris(convo)
    second = convo.sync()
    assert first["fetched"] == 14
    assert second["fetched"] == 0
    assert uris(convo) == before
    assert len(before) == 13
    assert second["requests"] < first["requests"]
    blog.guest(post, "One more", name="Willi")
    assert convo.sync()["fetched"] == 1


def test_a_reply_lands_once_with_its_parent(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Who knows this moss?")
    question = blog.guest(post, "I do.")
    other = blog.guest(post, "I do not.", name="Willi")
    convo.sync()
    text = 'Děkuji 🌱 & "ano" <b>not bold</b> back\\slash -- see https://example.org/?x=1&y=2\n\nAnna'
    sent = convo.ask("reply", blog.uri(post, question), "-m", text)
    assert sent["state"] == "sent"
    answers = [one for one in blog.below(post) if one["author"] == ana.id]
    [answer] = answers
    assert (answer["parent"], answer["post"], answer["status"]) == (question, post, "approved")
    assert sent["uri"] == blog.uri(post, answer["id"])
    assert answer["content"]["raw"] == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert "<b>" not in answer["content"]["rendered"]
    assert uris(convo) == [blog.uri(post, other)]
    convo.sync()
    assert uris(convo) == [blog.uri(post, other)]
    assert len([one for one in blog.below(post) if one["author"] == ana.id]) == 1


def test_an_answer_given_in_wp_admin_counts(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Who knows this moss?")
    question = blog.guest(post, "I do.")
    convo.sync()
    assert uris(convo) == [blog.uri(post, question)]
    ana.answer_in_admin(post, question, "Tell me, please.")
    convo.sync()
    assert uris(convo) == []
    assert convo.ask("show", blog.uri(post, question))["state"] == "answered"


def test_a_held_comment_waits_and_is_approved(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Who knows this moss?")
    held = blog.guest(post, "Let me in", status="hold")
    convo.sync()
    assert uris(convo) == [blog.uri(post, held)]
    early = convo.run("reply", blog.uri(post, held), "-m", "Welcome")
    assert (early.returncode, len(blog.below(post))) == (2, 1)
    assert "not approved yet" in early.stderr
    convo.ask("moderate", "approve", blog.uri(post, held))
    assert blog.comment(held)["status"] == "approved"
    assert uris(convo) == [blog.uri(post, held)], "it is public now, and nobody answered it"
    convo.ask("undo")
    convo.sync()
    assert blog.comment(held)["status"] == "hold"
    assert uris(convo) == [blog.uri(post, held)]


@pytest.mark.parametrize("decision", ["spam", "trash"])
def test_what_is_thrown_away_waits_no_more_and_comes_back(
    convo: Convo, blog: Blog, ana: Writer, decision: str
) -> None:
    post = ana.post("Who knows this moss?")
    comment = blog.guest(post, "Buy this")
    convo.sync()
    convo.ask("moderate", decision, blog.uri(post, comment))
    assert blog.comment(comment)["status"] == decision
    assert uris(convo) == []
    convo.ask("undo")
    convo.sync()
    assert blog.comment(comment)["status"] == "approved"
    assert uris(convo) == [blog.uri(post, comment)]


def test_an_editor_decides_about_comments_on_posts_of_others(blog: Blog, ana: Writer, tmp_path: Path) -> None:
    editor = program(tmp_path, blog.writer("editor"))
    post = ana.post("Who knows this moss?")
    blog.guest(post, "Between others")
    held = blog.guest(post, "Let me in", status="hold")
    editor.sync()
    assert [uri for uri in uris(editor) if uri.startswith(f"{blog.uri(post)}#")] == [blog.uri(post, held)]
    editor.ask("moderate", "approve", blog.uri(post, held))
    assert blog.comment(held)["status"] == "approved"
    assert blog.uri(post, held) not in uris(editor), "it is public, and was said to somebody else"


def test_what_is_trashed_elsewhere_stops_waiting(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Hello")
    comment = blog.guest(post, "Never mind what I say")
    convo.sync()
    assert uris(convo) == [blog.uri(post, comment)]
    blog.moderate(comment, "trash")
    convo.sync()
    assert uris(convo) == []


def test_a_reply_to_my_comment_on_anothers_post_waits(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = blog.writer().post("By somebody else")
    mine = int(blog.call("POST", "/comments", {"post": post, "content": "Nice"}, auth=ana.auth)["id"])
    blog.guest(post, "Said to nobody")
    reply = blog.guest(post, "Is it?", parent=mine)
    convo.sync()
    assert uris(convo) == [blog.uri(post, reply)]


def test_closed_comments_are_said_before_anything_is_sent(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Hello")
    comment = blog.guest(post, "A question")
    convo.sync()
    blog.close_comments(post)
    refused = convo.run("reply", blog.uri(post, comment), "-m", "hello")
    assert refused.returncode == 1
    assert "closed" in refused.stdout + refused.stderr
    assert [one["id"] for one in blog.below(post)] == [comment]


def test_the_same_words_twice_are_refused_by_the_site_and_said(blog: Blog, tmp_path: Path) -> None:
    editor = blog.writer("editor")  # who may moderate may write again at once
    convo = program(tmp_path, editor)
    post = editor.post("Hello")
    comment = blog.guest(post, "A question")
    convo.sync()
    assert convo.ask("reply", blog.uri(post, comment), "-m", "Yes.")["state"] == "sent"
    again = convo.ask("reply", blog.uri(post, comment), "-m", "Yes.", "--yes", status=1)
    assert again["state"] == "failed"
    assert "only once" in again["error"]
    assert len(blog.below(post)) == 2


def test_an_own_answer_is_changed_and_deleted(convo: Convo, blog: Blog, ana: Writer) -> None:
    post = ana.post("Hello")
    comment = blog.guest(post, "A question")
    convo.sync()
    sent = convo.ask("reply", blog.uri(post, comment), "-m", "Yes.")
    convo.ask("edit", sent["uri"], "-m", "No & never.")
    [answer] = [one for one in blog.below(post) if one["author"] == ana.id]
    assert answer["content"]["raw"] == "No &amp; never."
    convo.ask("delete", sent["uri"], "--yes")
    assert blog.comment(answer["id"])["status"] == "trash"
    assert uris(convo) == [blog.uri(post, comment)]


def test_a_wrong_password_says_what_to_do(ana: Writer, tmp_path: Path) -> None:
    convo = program(tmp_path, ana, password="aaaa bbbb cccc dddd eeee ffff")
    told = convo.sync(status=1)
    assert "/wp-admin/profile.php" in told["error"]
    assert "convo login ana" in told["error"]


def test_doctor_finds_everything_fine(convo: Convo) -> None:
    found = convo.ask("doctor")
    assert found["fine"], found
    said = {one["what"]: one["words"] for one in found["findings"]["ana"]}
    assert "on posts of its own" in said["role"]
    assert "/wp-json" in said["reach"]


def test_signing_in_asks_for_user_and_application_password(ana: Writer, tmp_path: Path) -> None:
    convo = Convo(tmp_path)
    url = ana.blog.url
    typed = f"{ana.login}\n{ana.app_password}\n"
    done = convo.run(
        "login",
        "ana",
        "--platform",
        "wordpress",
        "--url",
        url,
        "--no-browser",
        "--keep-in",
        "file",
        typed=typed,
    )
    assert done.returncode == 0, done.stderr
    assert "authorize-application.php" in done.stderr + done.stdout
    assert ana.app_password not in done.stderr + done.stdout + convo.config.read_text()
    assert convo.sync()["error"] in ("", None)


def test_a_reader_of_the_site_is_answered_too(blog: Blog, ana: Writer, tmp_path: Path) -> None:
    reader = blog.writer("subscriber")
    convo = program(tmp_path, reader)
    post = ana.post("By somebody else")
    mine = int(blog.call("POST", "/comments", {"post": post, "content": "Nice"}, auth=reader.auth)["id"])
    blog.guest(post, "Said to nobody")
    reply = blog.guest(post, "Is it?", parent=mine)
    convo.sync()
    assert uris(convo) == [blog.uri(post, reply)]
    assert convo.run("moderate", "spam", blog.uri(post, reply)).returncode == 1
    program(tmp_path, reader, password="aaaa bbbb cccc dddd eeee ffff")
    assert "profile.php" in convo.sync(status=1)["error"]
