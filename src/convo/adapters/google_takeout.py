"""Google+ in a Google Takeout archive: posts with their comments, as read-only history.

The layout and keys are those of platforms' fact sheet "retired": `Google+ Stream/Posts/*.json`, every key optional,
times as "2018-10-08 12:34:56+0000". Circles, the people a post was limited to, and every count stay unread.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from msgspec import Raw, Struct

from convo.adapters.archives import ArchiveError
from convo.adapters.wire import NOTHING, each, loads, part, web
from convo.htmltext import Rendered, html_to_text
from convo.model import Attachment, Conversation, Link, Mention, Message, Person, Quote, Visibility
from convo.text import clean, one_line, parse_time, shorten

PLATFORM = "googleplus"
HOME = "https://plus.google.com/"
POST_CAP = 16 << 20
"""Bytes of one post with its comments that are read at most."""
_CLOSED = "Google+ closed in April 2019; nothing there can be answered."
_POSTS = "/posts/"
_PROFILE = re.compile(r"^https?://plus\.google\.com/(?:u/0/)?(\d{5,30})/?$")
_KINDS = {"image": "picture", "video": "video", "audio": "sound"}


class Author(Struct, rename="camel"):
    """Who wrote it; `resource_name` is "users/NUMBER"."""

    display_name: str | None = None
    profile_page_url: str | None = None
    resource_name: str | None = None


class LinkCard(Struct):
    """A web page that was shared."""

    title: str | None = None
    url: str | None = None


class Media(Struct, rename="camel"):
    """A picture or a video; the file itself lies elsewhere in the archive."""

    url: str | None = None
    content_type: str | None = None
    description: str | None = None


class Album(Struct):
    """Several of them."""

    media: list[Media] | None = None


class Acl(Struct, rename="camel"):
    """Who may have read it."""

    is_public: bool | None = None


class Written(Struct, rename="camel"):
    """A post or a comment."""

    resource_name: str
    creation_time: str
    author: Author
    url: str | None = None
    post_url: str | None = None
    content: str | None = None
    link: Raw = NOTHING
    media: Raw = NOTHING
    album: Raw = NOTHING
    reshared_post: Raw = NOTHING
    post_acl: Raw = NOTHING
    comments: list[Raw] | None = None


class Shared(Struct, rename="camel"):
    """A post that was shared on."""

    author: Author | None = None
    content: str | None = None
    resource_name: str | None = None
    url: str | None = None


class Takeout:
    """One archive: a folder, a .zip or a .tgz; nothing is unpacked, and no path in it is followed."""

    platform = PLATFORM

    def __init__(self, path: Path) -> None:
        self.skipped: list[str] = []
        self._path = path
        self.length = 0
        self.owner = self._whose()

    def conversations(self) -> Iterator[Conversation]:
        """Each post with its comments, in the order of the archive; one that stands there twice comes once."""
        seen = set()
        for post in self._posts(self.skipped):
            if post.resource_name not in seen:
                seen.add(post.resource_name)
                yield self._conversation(post)

    def _whose(self) -> Person:
        """The author of most posts. Raises ArchiveError where there is none."""
        authors: Counter[str] = Counter()
        people: dict[str, Author] = {}
        for post in self._posts([]):
            uid = _uid(post.author)
            authors[uid] += 1
            self.length += 1
            people[uid] = post.author
        if not authors:
            raise ArchiveError(
                f"{self._path} holds no posts of Google+ as JSON (Google+ Stream/Posts/*.json). "
                "An archive that was made as HTML cannot be read."
            )
        return _person(people[authors.most_common(1)[0][0]])

    def _posts(self, skipped: list[str]) -> Iterator[Written]:
        for name, file in _files(self._path):
            body = file.read(POST_CAP + 1)
            try:
                if len(body) > POST_CAP:
                    raise ValueError("it is larger than any post was")
                post = loads(body, Written)
                if not _uid(post.author) or not one_line(post.resource_name):
                    raise ValueError("it has no author or no name")
                parse_time(post.creation_time)
            except ValueError as error:
                skipped.append(f"{shorten(name, 80)} could not be read: {shorten(str(error), 120)}.")
            else:
                yield post

    def _conversation(self, post: Written) -> Conversation:
        root = self._message(post, post)
        comments, bad = each(post.comments or [], Written, "Comment")
        self.skipped += bad
        messages = [root]
        for comment in comments:
            try:
                messages.append(self._message(comment, post))
            except ValueError as error:
                self.skipped.append(f"A comment was left out: {shorten(str(error), 120)}.")
        return Conversation(tuple(messages))

    def _message(self, said: Written, post: Written) -> Message:
        """A post, or a comment on one. Raises ValueError where the time or the author is missing."""
        if not _uid(said.author):
            raise ValueError("it has no author")
        rendered, mentions = _read(said.content or "")
        acl = part(post.post_acl, Acl)
        return Message(
            uri=_uri(said.resource_name),
            author=_person(said.author),
            created_at=parse_time(said.creation_time),
            text=rendered.text,
            local_id=one_line(said.resource_name),
            parent_uri="" if said is post else _uri(post.resource_name),
            root_uri=_uri(post.resource_name),
            url=web(said.url or said.post_url),
            visibility=Visibility.PUBLIC if acl is not None and acl.is_public else Visibility.FOLLOWERS,
            mentions=mentions,
            quotes=_quotes(said.reshared_post),
            attachments=_attachments(said),
            links=_links(rendered.links, said.link),
            refusals={"answer": _CLOSED},
        )


def open_archive(path: Path) -> Takeout:
    """Look into an archive. Raises ArchiveError."""
    return Takeout(path)


def _files(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every JSON file below a folder "Posts", whatever the folders above are called in the user's language."""
    try:
        with _members(path) as members:
            yield from members
    except FileNotFoundError as error:
        raise ArchiveError(f"{path} is not there.") from error
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ArchiveError(
            f"{path} cannot be read ({shorten(str(error), 120)}); "
            "get the archive again, or unpack it and name the folder."
        ) from error


@contextmanager
def _members(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    if path.is_dir():
        yield _of_folder(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield _of_zip(archive)
    elif path.suffix == ".json" and path.is_file():
        yield iter(_opened([path]))
    else:
        with tarfile.open(path, "r:*") as archive:
            yield _of_tar(archive)


def _of_folder(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    yield from _opened(sorted(one for one in path.rglob("*.json") if _is_post(one.as_posix())))


def _opened(paths: list[Path]) -> Iterator[tuple[str, IO[bytes]]]:
    for path in paths:
        with path.open("rb") as file:
            yield path.name, file


def _of_zip(archive: zipfile.ZipFile) -> Iterator[tuple[str, IO[bytes]]]:
    for name in sorted(archive.namelist()):
        if _is_post(name):
            with archive.open(name) as file:
                yield Path(name).name, file


def _of_tar(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        file = archive.extractfile(member) if member.isfile() and _is_post(member.name) else None
        if file is not None:
            with file:
                yield Path(member.name).name, file


def _is_post(name: str) -> bool:
    return name.endswith(".json") and _POSTS in f"/{name}".lower()


def _uid(author: Author) -> str:
    """ "users/NUMBER", from the resource name or else the profile's address."""
    if author.resource_name:
        return one_line(author.resource_name)
    found = _PROFILE.match(author.profile_page_url or "")
    return f"users/{found[1]}" if found else ""


def _person(author: Author) -> Person:
    uid = _uid(author)
    name = one_line(author.display_name or "")
    return Person(PLATFORM, uid, name or uid.rpartition("/")[2], name, web(author.profile_page_url))


def _uri(resource_name: str) -> str:
    """The canonical URI: Google's own name for it, which no export changes."""
    return f"{HOME}{one_line(resource_name)}"


def _read(content: str) -> tuple[Rendered, tuple[Mention, ...]]:
    """The words, and the profiles they link to."""
    named: dict[str, str] = {}

    def names(target: str, words: str) -> str:
        found = _PROFILE.match(target)
        if not found:
            return ""
        handle = one_line(words).lstrip("+@") or found[1]
        named[handle] = f"users/{found[1]}"
        return handle

    rendered = html_to_text(content, names)
    leading = [Mention(named[handle], handle, leading=True) for handle in rendered.leading if handle in named]
    return rendered, (*leading, *(Mention(named[one], one) for one in rendered.named if one in named))


def _quotes(raw: Raw) -> tuple[Quote, ...]:
    shared = part(raw, Shared)
    if shared is None:
        return ()
    uid = _uid(shared.author) if shared.author else ""
    uri = _uri(shared.resource_name) if shared.resource_name else web(shared.url)
    name = one_line(shared.author.display_name or "") if shared.author else ""
    return (Quote(uri, uid, name, html_to_text(shared.content or "").text),)


def _attachments(said: Written) -> tuple[Attachment, ...]:
    """The pictures and videos by their descriptions; their addresses lead nowhere any more."""
    alone, album = part(said.media, Media), part(said.album, Album)
    found = [alone] if alone else []
    found += (album.media or []) if album else []
    return tuple(
        Attachment(
            _KINDS.get((one.content_type or "").partition("/")[0], "file"), "", clean(one.description or "")
        )
        for one in found
    )


def _links(links: tuple[Link, ...], card: Raw) -> tuple[Link, ...]:
    shared = part(card, LinkCard)
    if shared is None or not web(shared.url) or any(link.url == web(shared.url) for link in links):
        return links
    return (*links, Link(web(shared.url), one_line(shared.title or "")))
