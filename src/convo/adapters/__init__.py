"""The registry: which platforms there are, and the one adapter class that an account needs.

Nothing but what a config names is imported. Third parties register theirs as an entry point of the
group `convo.adapters`, name = platform; their class may have `options`, the config keys of its own,
`keyless = True` where nothing is kept secret, and `user_signs_in = True` where the platform takes the config's `user`
together with the secret, in forms that need not be the handle (an address, say).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from convo.config import AccountConfig, PlatformKeys
from convo.text import shorten
from convo.values import frozen

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from convo.adapters.contract import Adapter, Ask, Credential, LoginField, LoginResult
    from convo.adapters.http import Http

GROUP = "convo.adapters"
_log = logging.getLogger(__name__)


@frozen
class Known:
    """A platform that comes with convo: where its adapter is, its name on the screen, its own config keys."""

    place: str
    label: str
    options: tuple[str, ...] = ()
    about: str = ""
    """What to know before one signs in, in a few words."""


BUILT_IN: Mapping[str, Known] = {
    "mastodon": Known(
        "convo.adapters.mastodon:Mastodon", "Mastodon", about="and GoToSocial, Akkoma, Pixelfed, Friendica"
    ),
    "bluesky": Known(
        "convo.adapters.bluesky:Bluesky", "Bluesky", ("chat_service", "plc"), "with an app password"
    ),
    "github": Known(
        "convo.adapters.github:GitHub",
        "GitHub",
        ("client_id", "opened"),
        "issues, reviews, discussions",
    ),
    "gitlab": Known("convo.adapters.gitlab:GitLab", "GitLab", about="issues, merge requests, to-dos"),
    "wordpress": Known(
        "convo.adapters.wordpress:WordPress",
        "WordPress",
        ("client_id", "client_secret", "redirect", "scope", "api"),
        "comments on your blog",
    ),
    "discourse": Known(
        "convo.adapters.discourse:Discourse", "Discourse", ("key",), "with a key that the site makes for you"
    ),
    "hackernews": Known(
        "convo.adapters.hackernews:HackerNews",
        "Hacker News",
        ("search",),
        "read here, answered on its page",
    ),
    "lemmy": Known("convo.adapters.lemmy:Lemmy", "Lemmy", about="with your password, which is not kept"),
    "blogger": Known(
        "convo.adapters.blogger:Blogger",
        "Blogger",
        ("client_id", "client_secret", "oauth"),
        "with a Google client of your own",
    ),
    "disqus": Known(
        "convo.adapters.disqus:Disqus",
        "Disqus",
        ("api_key", "forums"),
        "with an application of your own",
    ),
    "facebook": Known(
        "convo.adapters.facebook:Facebook",
        "Facebook",
        about="comments on a Page of yours, with an app of your own",
    ),
    "x": Known(
        "convo.adapters.x:X",
        "X",
        ("monthly_budget", "client_id", "client_secret", "redirect", "links", "own_app"),
        "charges for every call; needs a budget",
    ),
    "reddit": Known(
        "convo.adapters.reddit:Reddit",
        "Reddit",
        ("client_id", "client_secret", "redirect", "www"),
        "with an app of your own that Reddit approved",
    ),
}
"""In the order in which the first start offers them: the most common first."""
RETIRED: Mapping[str, str] = {
    "googleplus": "Google+ was Google's social network and closed in April 2019; "
    "convo import --from google-takeout FILE reads what you saved from it",
    "klout": "Klout scored people by their reach and closed in May 2018; "
    "it held no conversations, so there is nothing to bring over",
    "empireavenue": "Empire Avenue was a stock market of people, later named Empire.Kred, and is gone; "
    "no export of it is known, so there is nothing to bring over",
}
"""Places of the past, with what they were."""
ARCHIVES: Mapping[str, str] = {"google-takeout": "convo.adapters.google_takeout"}
"""What `convo import --from` takes, and the module that reads it with its `open_archive`."""


class AdapterClass(Protocol):
    """What the engine and `convo login` ask of an adapter's class."""

    @property
    def platform(self) -> str:
        """The platform's name in the config."""
        ...

    @property
    def login_fields(self) -> tuple[LoginField, ...]:
        """What `convo login` must ask for."""
        ...

    def __call__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> Adapter:
        """An adapter for one account, with the facts of its last `identify`."""
        ...

    def base_url(self, account: AccountConfig) -> str:
        """The address all requests go to, "" when it must be found first."""
        ...

    async def login(self, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in, asking what the platform needs. Raises AdapterError."""
        ...


class PlatformError(Exception):
    """An adapter could not be had; `words` say which, why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Platforms(Mapping[str, PlatformKeys]):
    """Every known platform with the config keys of its own; looks for other people's only when it must."""

    def __getitem__(self, name: str) -> PlatformKeys:
        if name in BUILT_IN:
            return PlatformKeys(BUILT_IN[name].options)
        if name not in _entry_points():
            raise KeyError(name)
        try:
            options = getattr(load(name), "options", ())
        except PlatformError:  # said when the account is opened
            options = ()
        return PlatformKeys(tuple(str(option) for option in options))

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in _entry_points()

    def __iter__(self) -> Iterator[str]:
        return iter(offered())

    def __len__(self) -> int:
        return len(offered())


def known_platforms() -> Mapping[str, PlatformKeys]:
    """Every platform a config may name, with the config keys of its own."""
    return Platforms()


def login_example(name: str) -> str:
    """How one signs in to an account of this name, for a sentence: the most common platform stands for all."""
    return f"convo login {name} --platform {offered()[0]} --url https://…"


def about(platform: str) -> str:
    """What to know about a platform in a few words, "" where there is nothing to say."""
    return BUILT_IN[platform].about if platform in BUILT_IN else ""


def offered() -> tuple[str, ...]:
    """Every platform that can be signed in to: convo's own, the most common first, then other people's."""
    return (*BUILT_IN, *sorted(_entry_points()))


_SPELLINGS = {"github": "GitHub", "gitlab": "GitLab", "googleplus": "Google+", "wordpress": "WordPress"}
"""Names that a capital letter alone does not make right: the demo and the store may speak of these places."""


def label(platform: str) -> str:
    """The platform's name as the screen writes it."""
    if platform in BUILT_IN:
        return BUILT_IN[platform].label
    return _SPELLINGS.get(platform) or shorten(platform, 30).title()


def load(platform: str) -> AdapterClass:
    """The adapter class of a platform, imported now. Raises PlatformError."""
    try:
        if platform in BUILT_IN:
            module, _, name = BUILT_IN[platform].place.partition(":")
            return cast(AdapterClass, getattr(import_module(module), name))
        if platform in _entry_points():
            return cast(AdapterClass, _entry_points()[platform].load())
    except Exception as error:  # an adapter may be anybody's code; whatever it raises becomes a sentence
        _log.exception("The adapter for %s could not be loaded", shorten(platform, 40))
        said = shorten(str(error) or type(error).__name__, 200)
        raise PlatformError(f"The adapter for {label(platform)} could not be loaded: {said}") from error
    near = get_close_matches(platform, list(known_platforms()), 1, 0.5)
    hint = f'Did you mean "{near[0]}"?' if near else "Known: " + ", ".join(known_platforms()) + "."
    raise PlatformError(f'The platform "{shorten(platform, 40)}" is not known. {hint}')


@lru_cache(maxsize=1)
def _entry_points() -> Mapping[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}
