"""A simulated platform as a process on loopback, to play with by hand.

    python -m tests.adapters.play github DIRECTORY

writes DIRECTORY/config.toml for it and goes on until its input ends. Each line typed is said to the user: `ana: hello`;
`me: hello` is the user's own answer to the last of them, given on the platform's page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

from convo.clock import HandClock
from convo.testing import Said
from tests.adapters.http_world import HttpWorld

WORLDS = {
    "blogger": "blogger_world:BloggerWorld",
    "bluesky": "bluesky_world:BlueskyWorld",
    "discourse": "discourse_world:DiscourseWorld",
    "disqus": "disqus_world:DisqusWorld",
    "facebook": "facebook_world:FacebookWorld",
    "github": "github_world:EnterpriseWorld",
    "hackernews": "hackernews_world:HackerNewsWorld",
    "lemmy": "lemmy_world:LemmyWorld",
    "gitlab": "gitlab_world:GitLabWorld",
    "mastodon": "mastodon_world:MastodonWorld",
    "reddit": "reddit_world:RedditWorld",
    "wordpress": "wordpress_world:WordPressWorld",
    "x": "x_world:XWorld",
}
PEOPLE = ("ana", "ben", "cleo")


class MachineClock(HandClock):
    """The machine's clock."""

    def __init__(self) -> None:
        super().__init__(datetime.now(timezone.utc))

    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def step(self, seconds: float) -> None:
        """Time passes by itself."""


def made(platform: str) -> HttpWorld:
    """The world of a platform, on the machine's clock."""
    module, _, name = WORLDS[platform].partition(":")
    world = getattr(import_module(f"tests.adapters.{module}"), name)
    factory: Callable[[], HttpWorld] = type("Played", (world,), {"present": staticmethod(MachineClock)})
    return factory()


def configured(world: HttpWorld) -> str:
    """The config that leads to it."""
    account = world.account
    given = {
        "platform": account.platform,
        "url": account.url or world.site.home.url,
        "user": account.user,
        "secret": world.secrets[0] if world.secrets else "",
        **account.options,
    }
    lines = [f'{name} = "{value}"\n' for name, value in given.items() if value]
    return "".join([f"[accounts.{account.name}]\n", *lines])


def populated(world: Any) -> None:
    """A few people have written lately."""
    for number, by in enumerate(PEOPLE):
        at = world.now() - timedelta(days=number, hours=3)
        world.someone_mentions_me(f"Have you seen number {number}?", by=by, at=at)


def said(world: Any, last: Said | None, line: str) -> Said | None:
    """Let somebody say a line; gives what the user can answer."""
    by, _, text = line.rstrip("\n").rpartition(": ")
    if by == "me" and last is not None:
        world.i_answer_elsewhere(last, text)
        return last
    found: Said = world.someone_mentions_me(text, by=by or PEOPLE[0])
    return found


def main(platform: str, directory: Path) -> None:
    """Serve until the input ends."""
    world = made(platform)
    populated(world)
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "config.toml"
    config.touch(0o600)
    config.write_text(configured(world))
    print(f"{world.site.home.url}\nconvo --config {config} --data-dir {directory / 'data'}", flush=True)
    last: Said | None = None
    for line in sys.stdin:
        last = said(world, last, line)
    world.stop()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
