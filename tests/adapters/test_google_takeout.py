"""Google+ from a Takeout archive: old conversations, to read and to search, never waiting."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.archives import ArchiveError, open_archive
from convo.adapters.contract import Verb
from convo.clock import SystemClock
from convo.config import Config
from convo.engine import Engine, history
from convo.model import Conversation, Visibility
from convo.store import Store
from convo.testing.tools import strings
from convo.text import clean
from convo.views import Failure, State, View

ME, ANA = "users/112233445566778899001", "users/100000000000000000001"
HOSTILE = "\x1b]52;c;x\x07\u202e"


def author(uid: str, name: str) -> dict[str, Any]:
    page = f"https://plus.google.com/{uid.rpartition('/')[2]}"
    return {"displayName": name, "profilePageUrl": page, "avatarImageUrl": "https://x", "resourceName": uid}


def post(number: str = "UgjAAA", **more: Any) -> dict[str, Any]:
    """A post of the shape that 2,145 real ones had, with a comment by Ana, and counts."""
    return {
        "url": "https://plus.google.com/112233445566778899001/posts/AbCdEfGhIjK",
        "creationTime": "2018-10-08 12:34:56+0000",
        "updateTime": "2018-10-08 12:40:00+0000",
        "author": author(ME, "Me"),
        "content": "So G+ is closing.<br>Where to?",
        "link": {"title": "Notice", "url": "https://example.org/notice", "imageUrl": "https://x/i.png"},
        "comments": [
            {
                "creationTime": "2018-10-08 13:00:00+0000",
                "author": author(ANA, "Ana"),
                "content": 'Mastodon, <a class="proflink" href="https://plus.google.com/112233445566778899001">+Me</a>!',
                "postUrl": "https://plus.google.com/112233445566778899001/posts/AbCdEfGhIjK",
                "resourceName": f"{ME}/posts/{number}/comments/{number}.8fa-1",
                "plusOnes": [{"plusOner": author(ANA, "Ana")}] * 3,
            }
        ],
        "plusOnes": [{"plusOner": author(ANA, "Ana")}] * 7777,
        "resourceName": f"{ME}/posts/{number}",
        "postAcl": {
            "isPublic": True,
            "visibleToStandardAcl": {
                "circles": [{"type": "CIRCLE_TYPE_PUBLIC", "displayName": "Secret circle"}]
            },
        },
        **more,
    }


NAME = "Takeout/Google+ Stream/Posts/20181008 - So G+ is closing.json"
Files = dict[str, bytes]


def folder(directory: Path, files: Files) -> Path:
    for name, body in files.items():
        path = directory / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return directory / "out"


def zipped(directory: Path, files: Files) -> Path:
    path = directory / "takeout.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def tarred(directory: Path, files: Files) -> Path:
    path = directory / "takeout-001.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return path


def one_post(**more: Any) -> Files:
    return {NAME: json.dumps(post(**more)).encode()}


def read(path: Path) -> tuple[list[Conversation], list[str]]:
    archive = open_archive("google-takeout", path)
    return list(archive.conversations()), archive.skipped


@pytest.mark.parametrize("made", [folder, zipped, tarred])
def test_a_post_with_its_comments_is_one_conversation(
    tmp_path: Path, made: Callable[[Path, Files], Path]
) -> None:
    files = one_post() | {
        "Takeout/Google+ Stream/Posts/x.html": b"<html>",
        "Takeout/Google+ Circles/a.json": b"{}",
    }
    [conversation], skipped = read(made(tmp_path, files))
    root, comment = conversation.messages
    assert root.text == "So G+ is closing.\nWhere to?"
    assert (root.author.uid, root.author.name) == (ME, "Me")
    assert root.created_at.isoformat() == "2018-10-08T12:34:56+00:00"
    assert [link.url for link in root.links] == ["https://example.org/notice"]
    assert (comment.parent_uri, comment.root_uri) == (root.uri, root.uri)
    assert [mention.uid for mention in comment.mentions] == [ME]
    assert root.visibility is Visibility.PUBLIC
    assert root.refusals[Verb.ANSWER.value].startswith("Google+ closed in April 2019")
    assert skipped == []


def test_a_limited_post_stays_limited_and_its_circles_unread(tmp_path: Path) -> None:
    acl = {"visibleToStandardAcl": {"circles": [{"displayName": "Secret circle"}]}}
    [conversation], _ = read(folder(tmp_path, one_post(postAcl=acl)))
    assert {message.visibility for message in conversation.messages} == {Visibility.FOLLOWERS}
    assert not [text for _, text in strings(conversation) if "Secret" in text or "7777" in text]


def test_shared_posts_and_pictures(tmp_path: Path) -> None:
    shared = {"author": author(ANA, "Ana"), "content": "Moss", "resourceName": f"{ANA}/posts/zz"}
    media = {"url": "https://lh3.example/a.jpg", "contentType": "image/*", "description": "a fern"}
    files = one_post(resharedPost=shared, album={"media": [media]}, media={"contentType": "video/mp4"})
    [conversation], _ = read(folder(tmp_path, files))
    root = conversation.messages[0]
    assert [(quote.uid, quote.name, quote.text) for quote in root.quotes] == [(ANA, "Ana", "Moss")]
    assert [(one.kind, one.alt) for one in root.attachments] == [("video", ""), ("picture", "a fern")]


def test_what_cannot_be_read_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    folder_ = "Takeout/Google+ Stream/Posts"
    files = one_post() | {
        f"{folder_}/a.json": b"{",
        f"{folder_}/b.json": json.dumps(post("b", creationTime="yesterday")).encode(),
        f"{folder_}/c.json": json.dumps(post("c", author={})).encode(),
        f"{folder_}/d.json": json.dumps(post("d", comments=[{"content": "x"}, {"author": 1}])).encode(),
        f"{folder_}/../../../../etc/posts/e.json": json.dumps(post("e")).encode(),
    }
    conversations, skipped = read(zipped(tmp_path, files))
    assert sorted(one.messages[0].local_id for one in conversations) == [
        f"{ME}/posts/{n}" for n in ("UgjAAA", "d", "e")
    ]
    assert len(skipped) == 5
    assert not (tmp_path.parent / "etc").exists()


def test_every_string_is_cleaned(tmp_path: Path) -> None:
    files = one_post(
        content=f"red{HOSTILE}",
        author=author(ME, f"Me{HOSTILE}"),
        resourceName=f"{ME}/posts/x{HOSTILE}",
        url=f"https://plus.google.com/x{HOSTILE}",
        media={"description": HOSTILE + "fern"},
        link={"title": HOSTILE, "url": f"https://e.example/{HOSTILE}"},
    )
    conversations, _ = read(folder(tmp_path, files))
    assert conversations
    assert not [text for one in conversations for _, text in strings(one) if clean(text) != text]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda path: path / "nowhere", "is not there"),
        (lambda path: folder(path, {"Takeout/Google+ Stream/Posts/x.html": b"<html>"}), "as HTML"),
        (lambda path: zipped(path, {"a.txt": b"x"}), "holds no posts"),
        (lambda path: folder(path, {"x.bin": b"no archive"}) / "x.bin", "cannot be read"),
    ],
)
def test_no_archive_is_one_sentence(tmp_path: Path, made: Callable[[Path], Path], words: str) -> None:
    with pytest.raises(ArchiveError, match=words):
        open_archive("google-takeout", made(tmp_path))


async def brought(
    directory: Path, path: Path, times: int = 1
) -> tuple[list[history.Brought], list[tuple[State, str]]]:
    clock = SystemClock()
    store = Store.open(directory / "data", clock)
    try:
        engine = Engine(Config(), store, clock)
        done = [await history.bring_in(store, clock, "google-takeout", path, ()) for _ in range(times)]
        assert engine.inbox.rows(View.WAITING).rows == ()
        rows = engine.inbox.rows(View.ALL).rows
        return done, [(row.state, row.words) for row in rows]
    finally:
        store.close()


def test_it_is_history_and_never_waits_however_often_it_is_brought_in(tmp_path: Path) -> None:
    files = one_post() | {"Posts/again.json": json.dumps(post()).encode()}
    done, rows = asyncio.run(brought(tmp_path, zipped(tmp_path, files), times=2))
    assert [one.changed for one in done] == [True, False]
    assert len(rows) == 1
    assert rows[0][0] in (State.HISTORY, State.ANSWERED)


def test_a_bad_archive_is_a_failure_in_words(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is not there"):
        asyncio.run(brought(tmp_path, tmp_path / "nowhere"))
