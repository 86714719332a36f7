"""How a simulated Discourse cooks Markdown: `raw` becomes `cooked`, with mentions, quotes, emoji and spoilers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt

_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])")
_QUOTE = re.compile(r'\[quote="([^"\]]*)"\]\n?(.*?)\n?\[/quote\]', re.S)
_DETAILS = re.compile(r'\[details="([^"\]]*)"\]\n?(.*?)\n?\[/details\]', re.S)
_SPOILER = re.compile(r"\[spoiler\](.*?)\[/spoiler\]", re.S)
_EMOJI = re.compile(r":(smile|wave|heart|convo_logo):")
_TAG = re.compile(r"(<[^>]*>)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
_ONEBOX = re.compile(r'<p><a href="(https?://[^"]*)">\1</a></p>')


@dataclass(frozen=True)
class Quoted:
    """What a `[quote="user, post:N, topic:T"]` names; 0 where it says nothing."""

    username: str
    post: int
    topic: int


def mentions(raw: str) -> list[str]:
    """The names mentioned outside code and quotes, lower case, each once."""
    plain = _QUOTE.sub("", _CODE.sub("", raw))
    return list(dict.fromkeys(found.lower() for found in _MENTION.findall(plain)))


def quotes(raw: str) -> list[Quoted]:
    """What a post quotes."""
    return [_quoted(found) for found, _ in _QUOTE.findall(raw)]


def _quoted(head: str) -> Quoted:
    username, *rest = [part.strip() for part in head.split(",")]
    numbers = dict(part.split(":", 1) for part in rest if ":" in part)
    return Quoted(username, int(numbers.get("post", 0)), int(numbers.get("topic", 0)))


class Cook:
    """Cooks for one site: who has an account is asked, as only such names become links."""

    def __init__(self, folder: str, known: Callable[[str], bool], group: Callable[[str], bool]) -> None:
        self.folder = folder
        self.known = known
        self.group = group
        self._markdown = MarkdownIt("js-default", {"html": False, "breaks": True, "linkify": True})
        self._markdown.enable(["linkify"])
        self._markdown.linkify.set({"fuzzy_email": False})  # type: ignore[union-attr]

    def __call__(self, raw: str) -> str:
        """HTML as it stands in `cooked`."""
        kept: list[str] = []

        def keep(html: str) -> str:
            kept.append(html)
            return f"\n\n@@@{len(kept) - 1}@@@\n\n"

        raw = _QUOTE.sub(lambda found: keep(self._quote(found[1], found[2])), raw)
        raw = _DETAILS.sub(lambda found: keep(self._details(found[1], found[2])), raw)
        html = self._words(self._markdown.render(raw)).strip()
        html = _ONEBOX.sub(lambda found: _onebox(found[1]), html)
        for number, inner in enumerate(kept):
            html = html.replace(f"<p>@@@{number}@@@</p>", inner)
        return html

    def _quote(self, head: str, inner: str) -> str:
        one = _quoted(head)
        data = f' data-username="{escape(one.username)}"'
        data += f' data-post="{one.post}"' if one.post else ""
        data += f' data-topic="{one.topic}"' if one.topic else ""
        face = (
            f'<img alt="" width="24" height="24" src="{self.folder}/user_avatar/x/48/1_2.png" class="avatar">'
        )
        title = (
            f'<div class="title">\n<div class="quote-controls"></div>\n{face} {escape(one.username)}:</div>'
        )
        return f'<aside class="quote no-group"{data}>\n{title}\n<blockquote>\n{self(inner)}\n</blockquote>\n</aside>'

    def _details(self, summary: str, inner: str) -> str:
        return f"<details>\n<summary>\n{escape(summary)}</summary>\n{self(inner)}\n</details>"

    def _words(self, html: str) -> str:
        """Mentions, emoji and spoilers in the text between tags, code and links left out."""
        pieces, inside = [], 0
        for piece in _TAG.split(html):
            if piece.startswith(("<code", "<a ", "<pre")):
                inside += 1
            elif piece.startswith(("</code", "</a", "</pre")):
                inside -= 1
            elif not piece.startswith("<") and not inside:
                piece = _MENTION.sub(self._mention, _EMOJI.sub(self._emoji, piece))
            pieces.append(piece)
        return _SPOILER.sub(r'<span class="spoiler">\1</span>', "".join(pieces))

    def _mention(self, found: re.Match[str]) -> str:
        name = found[1]
        if self.group(name.lower()):
            return f'<a class="mention-group" href="{self.folder}/groups/{name.lower()}">@{name}</a>'
        if self.known(name.lower()):
            return f'<a class="mention" href="{self.folder}/u/{name.lower()}">@{name}</a>'
        return f'<span class="mention">@{name}</span>'

    def _emoji(self, found: re.Match[str]) -> str:
        code, custom = f":{found[1]}:", " emoji-custom" if found[1] == "convo_logo" else ""
        source = f"{self.folder}/images/emoji/twitter/{found[1]}.png?v=12"
        return f'<img src="{source}" title="{code}" class="emoji{custom}" alt="{code}" loading="lazy">'


def _onebox(url: str) -> str:
    """A link that stands alone, as a card."""
    host = url.split("/")[2]
    header = f'<header class="source"><a href="{url}" target="_blank">{host}</a></header>'
    body = f'<article class="onebox-body"><h3><a href="{url}" target="_blank">A page on {host}</a></h3></article>'
    return f'<aside class="onebox allowlistedgeneric" data-onebox-src="{url}">{header}{body}</aside>'
