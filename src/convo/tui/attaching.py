"""Pictures with an answer: the file and its description, asked for one after the other."""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convo.tui import triaging
from convo.tui.menus import Choice, Question
from convo.tui.replybox import box_of

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

MOST = 4
"""Attachments of one answer that are offered; what a platform takes, its adapter says before sending."""


def file_of(text: str) -> Path:
    """The path that was typed, pasted or dropped into the terminal: quotes, a file address and ~ are understood."""
    word = text.strip()
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        word = word[1:-1]
    word = word.removeprefix("file://").replace("\\ ", " ")
    try:
        return Path(word).expanduser()
    except RuntimeError:
        return Path(word)


def fault_of(path: Path) -> str:
    """Why a file cannot be attached, "" when it can."""
    try:
        if not path.is_file():
            return f"There is no file {path}."
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}."
    kind = mimetypes.guess_type(path.name)[0] or ""
    return "" if kind.startswith("image/") else f"{path.name} is no picture; only pictures can be attached."


async def attach(screen: InboxScreen) -> None:
    """Attach a picture; where some are attached, one can be dropped."""
    box = box_of(screen)
    terms, draft = box.terms, box.take()
    if terms is None or draft is None:
        return
    if draft.edits or not triaging.able(terms.can, "attach"):
        said = triaging.why_not(terms.can, "attach")
        screen.desk.say(said or f"On {box.platform} nothing can be attached from here.")
        return
    if not draft.attachments:
        _ask_file(screen)
        return
    more = [Choice("a", "attach one more")] if len(draft.attachments) < MOST else []
    drops = [
        Choice(str(place), f"drop {Path(path).name}") for place, (path, _) in enumerate(draft.attachments, 1)
    ]

    async def chosen(key: str) -> None:
        if key == "a":
            _ask_file(screen)
            return
        now = box_of(screen).take()
        if now is not None:
            kept = tuple(pair for place, pair in enumerate(now.attachments, 1) if place != int(key))
            box_of(screen).change(replace(now, attachments=kept))

    screen.ask(Question("Pictures", (*more, *drops), chosen))


def _ask_file(screen: InboxScreen) -> None:
    def typed(text: str) -> str:
        if not text.strip():
            return ""
        return "" if not fault_of(file_of(text)) else "not found so far"

    async def chosen(text: str) -> None:
        if not text.strip():
            return
        path = file_of(text)
        fault = fault_of(path)
        if fault:
            screen.desk.say(fault, trouble=True)
        else:
            _ask_description(screen, path)

    screen.ask(
        Question("Attach a picture", (), chosen, field="file: ", enter="go on", typed=typed, wide=True)
    )


def _ask_description(screen: InboxScreen, path: Path) -> None:
    async def chosen(text: str) -> None:
        draft = box_of(screen).take()
        if draft is None:
            return
        box_of(screen).change(
            replace(draft, attachments=(*draft.attachments, (str(path.absolute()), text.strip())))
        )
        if not text.strip():
            screen.desk.say("Attached without a description: who cannot see it will not know what it shows.")

    note = "For people who cannot see it. What does it show?"
    screen.ask(
        Question(
            f"Describe {path.name}", (), chosen, field="it shows: ", enter="attach", note=note, wide=True
        )
    )
