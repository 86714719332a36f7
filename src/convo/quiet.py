"""What waits in Quiet and why: a few local rules over one message of somebody the user does not know.

A reason is one string, the name of the rule, a colon and what it saw:
`only-link: only a link, and you never spoke: growth-lab.example`. `parts` takes it apart again.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from convo.courtesies import congratulates, fits_any_link
from convo.greetings import sounds_automatic
from convo.model import Message, Reason
from convo.values import frozen
from convo.waiting import Parent

_MANY = 5
"""A stranger who names more people than this is quiet."""

_TASTE = 36
"""Characters of a message shown in a reason."""

_COPIED = 5
"""Fewer words are said twice without being copied ("any news on this?")."""

_COPIED_LETTERS = 10
"""The same in scripts without spaces."""

OFTEN = 3
"""The same words so often elsewhere are the same text to many: once or twice, somebody was not heard and asks again."""

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
    by_author: int = 0
    """In how many other conversations its author wrote the same `fingerprint`."""
    by_others: int = 0
    """How many other strangers wrote it."""
    names: Collection[str] = ()
    """The user's own names, a word each."""


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
    if len(words) < _COPIED and all(len(word) < _COPIED_LETTERS or word.isascii() for word in words):
        return ""
    return " ".join(words)


def bot(stranger: Stranger) -> str:
    """An account that the platform marks as a bot."""
    return "marked as a bot" if stranger.message.author.bot else ""


def only_link(stranger: Stranger) -> str:
    """Only a link, in a direct message, a blog comment or a mention out of nowhere.

    A few courtesies that would fit any link ("hello dear", "look here") do not make it more; a question does.
    """
    message = stranger.message
    if not _out_of_nowhere(stranger) or message.attachments or message.quotes:
        return ""
    url, words = _parted(message)
    if not url or not fits_any_link(words, stranger.names, praise=stranger.reason is Reason.COMMENT):
        return ""
    return f"only a link, and you never spoke: {_host(url)}"


def same_words(stranger: Stranger) -> str:
    """The same text to many: the same author wrote it in many places, or many strangers with a link.

    Many people wish somebody well in the same words, and one person does so every year.
    """
    often, spread = stranger.by_author >= OFTEN, stranger.by_others >= OFTEN
    if not (often or spread):
        return ""
    text, linked = stranger.message.text, bool(_parted(stranger.message)[0])
    copied = (often and linked) if congratulates(text) else often or (spread and linked)
    if not copied or not fingerprint(text):
        return ""
    return f'the same words to many: "{_taste(text)}"'


def automatic_greeting(stranger: Stranger) -> str:
    """An automatic "thanks for following" with an offer, a link or nothing behind it."""
    text, linked = stranger.message.text, bool(stranger.message.links)
    if not sounds_automatic(text, linked, answer=not _out_of_nowhere(stranger)):
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


def _parted(message: Message) -> tuple[str, str]:
    """The first link of a message, "" for none, and the words beside its links."""
    text = message.text
    found = _ADDRESS.search(text)
    for link in message.links:
        text = text.replace(link.url, " ")
        if " " not in link.text and "." in link.text:
            text = text.replace(link.text, " ")
    return message.links[0].url if message.links else found[0] if found else "", _bare(text)


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
