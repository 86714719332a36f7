"""What Firebase and Algolia send of Hacker News, as far as convo reads it: what has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field


class User(Struct):
    """A user; `submitted` are the ids of everything they wrote, newest first."""

    id: str
    submitted: list[int] = []


class Item(Struct):
    """A story, comment or poll. Whoever deletes one leaves id, parent and time; `kids` stand in ranked order."""

    id: int
    type: str = ""
    by: str = ""
    time: int = 0
    text: str = ""
    title: str = ""
    url: str | None = None
    parent: int | None = None
    kids: list[int] = []
    deleted: bool = False
    dead: bool = False

    @property
    def gone(self) -> bool:
        """Taken back by its author, or killed."""
        return self.deleted or self.dead or not self.by


class Hit(Struct):
    """A comment or story that the search found; dead and deleted ones it never gives."""

    id: int = field(name="objectID")
    author: str
    created: int = field(name="created_at_i")
    comment_text: str | None = None
    parent_id: int | None = None
    story_id: int | None = None
    story_title: str | None = None

    @property
    def story(self) -> int:
        """The story it stands under, or that it is."""
        return self.story_id or self.id


class Hits(Struct):
    """A page of what the search found, newest first."""

    hits: list[Raw]
