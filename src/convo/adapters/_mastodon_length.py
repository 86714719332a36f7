"""The words of an answer as they are sent, and their length as Mastodon counts it. Pure.

The count follows Mastodon's `StatusLengthValidator`: extended grapheme clusters of the content warning and the text,
where each http(s) address counts `characters_reserved_per_url` and `@user@domain` counts as `@user`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from convo.adapters._mastodon_api import Api, Facts
from convo.model import Measure, Reply

if TYPE_CHECKING:
    import regex


@lru_cache(maxsize=1)
def _patterns() -> tuple[regex.Pattern[str], regex.Pattern[str], regex.Pattern[str]]:
    """Clusters, mentions (`Account::MENTION_RE`) and addresses as twitter-text finds them in running text."""
    import regex

    label = r"[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?"
    mention = regex.compile(
        r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)(@[\w](?:[\w.-]*[\w])?)?", regex.IGNORECASE
    )
    address = regex.compile(
        rf"(?<![\w@$#/.\-])https?://(?:{label}\.)+\p{{L}}[\p{{L}}\p{{N}}-]*(?::\d+)?"
        r"(?:/(?:\([^\s()<>]*\)|[^\s()<>\"“”«»]*[^\s()<>\"“”«».,:;!?'])*)?"
        r"(?:\?[^\s<>\"“”«»]*[^\s<>\"“”«».,:;!?')])?",
        regex.IGNORECASE,
    )
    return regex.compile(r"\X"), mention, address


def handles_in(text: str) -> list[str]:
    """The handles a text names, without the first "@", lower case, each once."""
    _, mention, address = _patterns()
    bare = address.sub(" ", text)
    return list(dict.fromkeys((found[1] + (found[2] or "")).lower() for found in mention.finditer(bare)))


def written(handle: str, facts: Facts) -> str:
    """A handle as this server writes it: people of its own without the domain, where it writes its own so."""
    name, _, domain = handle.partition("@")
    return name if facts.bare and domain.lower() == facts.domain.lower() else handle


def composed(reply: Reply, facts: Facts) -> str:
    """The text as it is sent: the names it addresses first, those left out that the user wrote anyway."""
    typed = set(handles_in(reply.text))
    names = []
    for mention in reply.mentions:
        name = written(mention.handle, facts)
        if mention.uid != facts.uid and typed.isdisjoint({name.lower(), mention.handle.lower()}):
            names.append(f"@{name}")
    return " ".join([*dict.fromkeys(names), reply.text.strip()])


def length(text: str, per_url: int) -> int:
    """The length of a text as the server counts it."""
    cluster, mention, address = _patterns()
    total, rest, position = 0, [], 0
    for found in address.finditer(text):
        total += per_url
        rest.append(text[position : found.start()])
        position = found.end()
    rest.append(text[position:])
    for piece in rest:
        total += sum(1 for _ in cluster.finditer(mention.sub(r"@\1", piece)))
    return total


def measure(api: Api, reply: Reply) -> Measure:
    """How long an answer is, names and content warning included."""
    facts = api.facts
    cluster, _, _ = _patterns()
    warning = sum(1 for _ in cluster.finditer(reply.content_warning))
    return Measure(warning + length(composed(reply, facts), facts.per_url), facts.limit)
