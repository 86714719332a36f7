"""What waits in Quiet and why: a few local rules over one message of somebody the user does not know.

A reason is one string, the name of the rule, a colon and what it saw:
`only-link: only a link, and you never spoke: growth-lab.example`. `parts` takes it apart again.
"""

from __future__ import annotations

import re

from convo.greetings import sounds_automatic
from convo.model import Message, Reason
from convo.values import frozen
from convo.waiting import Parent

_MANY = 5
"""A stranger who names more people than this is quiet."""

_TASTE = 36
"""Characters of a message shown in a reason."""

_COPIED = 8
"""Fewer words are said by many without being copied ("Happy birthday, have a great day"); half of it with a link."""

_COPIED_LETTERS = 20
"""The same in scripts without spaces."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)(?:[\w-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\w)[@#][\w.@-]+")
_WORD = re.compile(r"[^\W_]+")


@frozen
class Stranger:
    """A message that may be noise, and what the store knows around it."""

    message: Message
    reason: Reason | None
    """Why it speaks to the user; None when it does not."""
    known: bool
    """The user wrote to its author first or answered them, on any account."""
    parent: Parent | None = None
    """What it answers, None when that is nothing or not known."""
    wrote_here: bool = False
    """The user wrote in its conversation before."""
    same_text: bool = False
    """The same `fingerprint` came from another stranger, or in another conversation."""


def why_quiet(stranger: Stranger) -> str:
    """Why a message waits in Quiet: rule and what it saw, "" when it does not.

    Only what speaks to the user can be quiet, never what is held for approval, and of people whom the user
    knows only bots.
    """
    if stranger.reason is None or stranger.message.held:
        return ""
    for name, rule in _RULES:
        if stranger.known and name not in FOR_KNOWN:
            continue
        words = rule(stranger)
        if words:
            return f"{name}: {words}"
    return ""


def parts(reason: str) -> tuple[str, str]:
    """The name of the rule, and what it saw."""
    rule, _, words = reason.partition(": ")
    return rule, words


def fingerprint(text: str) -> str:
    """What is compared to find the same text sent to many: its words alone; "" for texts too short to tell."""
    words = _WORD.findall(_bare(text).casefold())
    enough = _COPIED // 2 if _ADDRESS.search(text) else _COPIED
    if len(words) < enough and all(len(word) < _COPIED_LETTERS for word in words):
        return ""
    return " ".join(words)


def bot(stranger: Stranger) -> str:
    """An account that the platform marks as a bot."""
    return "marked as a bot" if stranger.message.author.bot else ""


def only_link(stranger: Stranger) -> str:
    """Only a link, in a direct message, a blog comment or a mention out of nowhere."""
    message = stranger.message
    if not _out_of_nowhere(stranger) or message.attachments or message.quotes:
        return ""
    if not message.links and "/" not in message.text and "www." not in message.text:
        return ""
    found = _ADDRESS.search(message.text)
    url = message.links[0].url if message.links else found[0] if found else ""
    text = message.text
    for link in message.links:
        text = text.replace(link.url, " ")
        if " " not in link.text and "." in link.text:
            text = text.replace(link.text, " ")
    if not url or _WORD.search(_bare(text)):
        return ""
    return f"only a link, and you never spoke: {_host(url)}"


def same_words(stranger: Stranger) -> str:
    """The same text to many."""
    if not stranger.same_text or not fingerprint(stranger.message.text):
        return ""
    return f'the same words to many: "{_taste(stranger.message.text)}"'


def automatic_greeting(stranger: Stranger) -> str:
    """An automatic "thanks for following" with an offer, a link or nothing behind it."""
    text = stranger.message.text
    if not _out_of_nowhere(stranger) or not sounds_automatic(text, bool(stranger.message.links)):
        return ""
    return f'automatic greeting: "{_taste(text)}"'


def many_named(stranger: Stranger) -> str:
    """More than five people named, those left aside whom an answer only carries along."""
    carried = stranger.parent.named if stranger.parent is not None else ()
    named = {
        mention.uid or mention.handle: mention.handle
        for mention in stranger.message.mentions
        if mention.uid != stranger.message.author.uid and not (mention.leading and mention.uid in carried)
    }
    if len(named) <= _MANY:
        return ""
    return f"names many people, and you never spoke: {', '.join(list(named.values())[:3])} and others"


def platform_filter(stranger: Stranger) -> str:
    """What the platform's own filter or request tray holds."""
    return f"kept back there: {stranger.message.filtered}" if stranger.message.filtered else ""


_RULES = (
    ("bot", bot),
    ("only-link", only_link),
    ("same-words", same_words),
    ("automatic-greeting", automatic_greeting),
    ("many-named", many_named),
    ("platform-filter", platform_filter),
)

FOR_KNOWN = frozenset({"bot"})
"""The rules that hold for people the user knows, too."""


def _out_of_nowhere(stranger: Stranger) -> bool:
    """A direct message, a comment or a mention, and no answer to the user's own words.

    A flat public place (an issue, a pull request) is a place of work: links are welcome there.
    """
    message = stranger.message
    if stranger.parent is not None and stranger.parent.author_is_me and stranger.reason is not Reason.COMMENT:
        return False
    if stranger.reason is Reason.MENTION:
        return not message.flat and not stranger.wrote_here
    return stranger.reason in (Reason.DIRECT, Reason.COMMENT)


def _bare(text: str) -> str:
    """The text without addresses, names and hashtags."""
    return _NAMED.sub(" ", _ADDRESS.sub(" ", text))


def _host(url: str) -> str:
    """Where a link really leads."""
    from urllib.parse import urlsplit

    try:
        return urlsplit(url if "://" in url else f"https://{url}").hostname or url
    except ValueError:
        return url


def _taste(text: str) -> str:
    """The first words of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= _TASTE:
        return line
    cut = line[: _TASTE + 1].rpartition(" ")[0]
    return cut or line[:_TASTE]
