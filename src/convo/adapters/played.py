"""The places that servers in memory play in the demo: which platforms they stand for, and what each of them can do."""

from __future__ import annotations

from convo.adapters.contract import Verb
from convo.adapters.memory import Traits

ACCOUNTS = {
    "fosstodon": ("mastodon", "fosstodon.org"),
    "bsky": ("bluesky", "bsky.example"),
    "work": ("github", "code.example"),
    "bread": ("wordpress", "bread.example"),
    "hn": ("hackernews", "news.example"),
}
"""The user's accounts: name, platform, server."""


def played_traits() -> dict[str, Traits]:
    """What each place can do, much as the real ones can."""
    chat = "This place takes answers only on its own page."
    everything, talk = frozenset(Verb), {Verb.ANSWER, Verb.DELETE, Verb.EDIT}
    unheld = {Verb.MODERATE: "There is nothing to approve here."}
    unedited = "There is no edit there; delete your answer and write it again."
    return {
        "fosstodon": Traits(verbs=everything - {Verb.MODERATE}, refusals=unheld),
        "bsky": Traits(
            limit=300,
            block_is_public=True,
            verbs=everything - {Verb.MODERATE, Verb.EDIT},
            refusals={**unheld, Verb.EDIT: unedited},
        ),
        "work": Traits(
            limit=65536, verbs=frozenset({*talk, Verb.MARK_READ, Verb.MUTE_THREAD}), refusals=unheld
        ),
        "bread": Traits(limit=None, verbs=frozenset({*talk, Verb.MODERATE})),
        "hn": Traits(limit=None, verbs=frozenset(), refusals={Verb.ANSWER: chat, **unheld}),
    }
