"""Deeds that change an answer but not its words: people, readers, language, warning, account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convo.model import Visibility
from convo.tui import answering, phrases, triaging
from convo.tui.menus import Choice, Question
from convo.tui.replybox import box_of
from convo.views import Draft

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


async def people(screen: InboxScreen) -> None:
    """To the people it goes to, and back."""
    box = box_of(screen)
    many = len(box.terms.audience) if box.terms else 0
    if box.person is None and many:
        box.person = 1 if many > 1 else 0
    else:
        box.person = None
    screen.draw_reply()
    screen.draw()


async def person_left(screen: InboxScreen) -> None:
    """The person before."""
    _person(screen, -1)


async def person_right(screen: InboxScreen) -> None:
    """The next person."""
    _person(screen, 1)


def _person(screen: InboxScreen, way: int) -> None:
    box = box_of(screen)
    many = len(box.terms.audience) if box.terms else 0
    if box.person is not None:
        box.person = max(0, min(box.person + way, many - 1))
    screen.draw_reply()


async def drop_person(screen: InboxScreen) -> None:
    """Leave a person out, or bring them back."""
    box = box_of(screen)
    if box.person == 0 and box.terms is not None:
        screen.desk.say(f"An answer to {phrases.first_name(box.terms.message.author)} always names them.")
    elif box.person is not None:
        box.drop(box.person)


async def readers(screen: InboxScreen) -> None:
    """Who may read it, and the language."""
    box = box_of(screen)
    terms, draft = box.terms, box.take()
    if terms is None or draft is None:
        return
    choices: list[Choice] = []
    if triaging.able(terms.can, "visibility"):
        letters = {
            Visibility.PUBLIC: "e",
            Visibility.UNLISTED: "n",
            Visibility.FOLLOWERS: "f",
            Visibility.DIRECT: "o",
        }
        for visibility, letter in letters.items():
            here = "now" if visibility is box.visibility else ""
            choices.append(
                Choice(letter, phrases.readers(visibility, terms.message.author), here, visibility.value)
            )
    if triaging.able(terms.can, "language"):
        choices.append(Choice("l", "language", draft.language or "not said", "language"))
    if not choices:
        who = phrases.readers(box.visibility, terms.message.author)
        screen.desk.say(f"On {box.platform} this cannot be changed: {who} may read it.")
        return

    async def chosen(name: str) -> None:
        if name == "language":
            _ask_language(screen, draft)
        else:
            box.change(replace(draft, visibility=Visibility(name)))

    screen.ask(Question("Who may read it", tuple(choices), chosen))


def _ask_language(screen: InboxScreen, draft: Draft) -> None:
    async def chosen(text: str) -> None:
        box_of(screen).change(replace(draft, language=text.strip()[:12]))

    screen.ask(Question("Language", (), chosen, field="such as en or sv: ", enter="take it"))


async def warning(screen: InboxScreen) -> None:
    """A content warning over the answer; an empty one takes it away."""
    box = box_of(screen)
    terms, draft = box.terms, box.take()
    if terms is None or draft is None:
        return
    if not triaging.able(terms.can, "content_warning"):
        screen.desk.say(f"On {box.platform} nothing can be covered.")
        return

    async def chosen(text: str) -> None:
        box.change(replace(draft, content_warning=text.strip()))

    note = f"now: {box.warning}" if box.warning else ""
    screen.ask(Question("Content warning", (), chosen, field="covered: ", enter="take it", note=note))


async def from_account(screen: InboxScreen) -> None:
    """Answer from another of the user's accounts that the message spoke to."""
    box = box_of(screen)
    terms = box.terms
    if terms is None or len(terms.accounts) < 2:
        screen.desk.say("The message spoke to this account only.")
        return
    choices = tuple(Choice(str(place + 1), name) for place, name in enumerate(terms.accounts[:9]))

    async def chosen(digit: str) -> None:
        name = terms.accounts[int(digit) - 1]
        await answering.keep_now(screen)
        fresh = screen.desk.engine.answers.terms(terms.message.message_id, name)
        draft = fresh.draft or replace(
            answering.new_draft(screen, fresh), text=box.words.text, cursor=box.words.cursor_offset
        )
        await answering.open_box(screen, fresh, draft)
        answering.changed(screen)

    screen.ask(Question("Answer from", choices, chosen))
