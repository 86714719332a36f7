"""Lemmy's Markdown to plain text, by way of the HTML that Lemmy makes of it: HTML in it is text, and fences cover."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from convo.htmltext import Rendered, html_to_text
from convo.text import one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

INPUT_CAP = 64 * 1024
"""Characters that are read of one message; the rest becomes "…"."""
_COVER = re.compile(r"^[ \t]*:::[ \t]*spoiler[ \t]*(.*)$", re.MULTILINE | re.IGNORECASE)
_END = re.compile(r"^[ \t]*:::[ \t]*$", re.MULTILINE)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough and bare addresses; HTML in it stays text, as platforms show it."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("gfm-like", {"html": False})
    if made.linkify is not None:
        made.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return made


def markdown_to_text(
    text: str, names: Callable[[str, str], str] | None = None, *, base: str = ""
) -> Rendered:
    """Plain text of Markdown, with its links and pictures; `names` and `base` are those of `html_to_text`."""
    cut = "…" if len(text) > INPUT_CAP else ""
    html = _parser().render(text[:INPUT_CAP] + cut)
    return html_to_text(html, names, base=base)


def uncovered(text: str) -> tuple[str, str]:
    """Markdown without the fences of `::: spoiler TITLE` blocks, and the titles: what the message should be covered by.

    The second is "" where nothing is covered.
    """
    titles = [one_line(found[1]) or "spoiler" for found in _COVER.finditer(text)]
    if not titles:
        return text, ""
    return _END.sub("", _COVER.sub(r"\n\1\n", text)), ", ".join(dict.fromkeys(titles))
