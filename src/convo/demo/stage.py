"""The stage of the demo: five servers in memory, the user's logins, and a short way to write the cast's lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from convo.adapters.memory import Server, World
from convo.adapters.played import ACCOUNTS, played_traits
from convo.clock import Clock
from convo.config import AccountConfig, Config, InboxConfig
from convo.model import Attachment, Link, Message, Person, ProfileLink, Reason, Visibility


def config() -> Config:
    """The config of the demo: five accounts, read back for years."""
    accounts = {
        name: AccountConfig(name, platform, url=f"https://{server}", secret=f"demo-{name}")
        for name, (platform, server) in ACCOUNTS.items()
    }
    return Config(inbox=InboxConfig(history_days=3650), accounts=accounts)


class Stage:
    """Where the cast plays: `now` is the evening's first moment, all times are told back from it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.now = clock.now()
        self.world = World(clock)
        self.servers: dict[str, Server] = {}
        self.me: dict[str, Person] = {}
        traits = played_traits()
        for name, (platform, server) in ACCOUNTS.items():
            self.servers[name] = self.world.server(server, platform, traits=traits[name])
            handle = {"fosstodon": "@me@fosstodon.org", "bsky": "@me.bsky.example"}.get(name, "me")
            self.me[name] = self.person(name, handle, "Me")
            self.world.sign_in(self.servers[name], self.me[name], f"demo-{name}")

    def person(
        self, account: str, handle: str, name: str, *, bot: bool = False, links: Sequence[str] = ()
    ) -> Person:
        """A person of the cast, on the server of one of the user's accounts; `links` are verified there."""
        platform, server = ACCOUNTS[account]
        uid = f"https://{server}/people/{handle.strip('@').replace('@', '-')}"
        proven = tuple(ProfileLink(link, True) for link in links)
        user, _, home = handle.strip("@").partition("@")
        page = f"https://{home}/@{user}" if home else f"https://{server}/{user}"
        person = Person(platform, uid, handle, name, page, bot, links=proven)
        self.world.people[uid] = person
        return person

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """A time before the first moment."""
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def says(
        self,
        account: str,
        author: Person | None,
        text: str,
        at: datetime,
        *,
        to: Message | None = None,
        names: Sequence[Person] = (),
        quote: Message | None = None,
        title: str = "",
        visibility: Visibility = Visibility.PUBLIC,
        cover: str = "",
        picture: str | None = None,
        link: str = "",
        claim: Reason | None = None,
        flat: bool = False,
        held: bool = False,
        filtered: str = "",
        tell: bool = False,
    ) -> Message:
        """One line of the cast; `author` None is the user. `tell` puts it before the user without naming them."""
        me = self.me[account]
        visible = visibility is Visibility.DIRECT
        return self.world.write(
            self.servers[account],
            author or me,
            text,
            to=to or "",
            names=[*names, *([me] if visible and author else [])],
            quote=quote,
            visibility=visibility,
            at=at,
            title=title,
            content_warning=cover,
            attachments=[Attachment("picture", "https://pictures.example/1.jpg", picture)]
            if picture is not None
            else [],
            links=[Link(link)] if link else [],
            claim=claim,
            notify=[me] if tell or claim or held else [],
            flat=flat,
            held=held,
            filtered=filtered,
        )
