"""Deeds that look: search, links, browser, copies, what is covered, what came in, pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convo.tui import finding, moving
from convo.tui.entries import Fold, link_words
from convo.tui.menus import Choice, Question
from convo.views import Entry, Failure, OutboxRow

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

FOLDED = "Several messages are folded here. Enter opens them."

LETTERS = "abcdefghilmnoprstuvwxyz"
"""Letters of links; j, k and q keep their meaning."""


async def order(screen: InboxScreen) -> None:
    """Longest first, newest first."""
    look = screen.desk.source.look
    screen.desk.look_at(replace(look, newest_first=not look.newest_first))


async def search(screen: InboxScreen) -> None:
    """Open the search field; on the help page, narrow it."""
    if screen.page.kind == "help":
        _narrow_help(screen)
        return
    if screen.pane == "thread":
        await finding.ask(screen)
        return
    await screen.convo.open_search(narrow=False)


def _narrow_help(screen: InboxScreen) -> None:
    def typed(text: str) -> str:
        screen.page.filter = text.strip()
        screen.convo.draw_page()
        return ""

    async def chosen(text: str) -> None:
        typed(text)

    screen.ask(Question("Find a key", (), chosen, field="/ ", enter="show", typed=typed))


async def narrow(screen: InboxScreen) -> None:
    """Narrow this list to some words."""
    await screen.convo.open_search(narrow=True)


async def to_results(screen: InboxScreen) -> None:
    """From the search field to what it found."""
    if screen.search is not None:
        screen.search.typing, screen.search.at = False, None
        screen.search.draw(screen.middle.size.width)
    screen.focus_pane("list")
    screen.desk.follow()


async def to_found(screen: InboxScreen) -> None:
    """To the first person found, to the next one; after the last, or where nobody is found, to the results."""
    bar = screen.search
    place = 0 if bar is None or bar.at is None else bar.at + 1
    if bar is None or place >= len(bar.people):
        await to_results(screen)
    else:
        moving.at_found(screen, place)


async def leave_search(screen: InboxScreen) -> None:
    """Clear the field; when it is empty, leave the search."""
    bar = screen.search
    if bar is None:
        return
    if bar.at is not None:
        moving.at_found(screen, None)
    elif bar.field.value:
        bar.field.value = ""
    else:
        screen.convo.close_search()


async def show_new(screen: InboxScreen) -> None:
    """Show what came in, and look now for more."""
    desk = screen.desk
    came = desk.pending
    if screen.page.kind != "accounts":
        desk.words = ""
        desk.merge()
    if not came and not screen.convo.offline:
        desk.engine.look_now()
        desk.say("Looking at all accounts now.")
    screen.draw()


def selected(screen: InboxScreen) -> Entry | None:
    """The message under the cursor of the conversation. Raises Failure on a line of folded ones: who cannot see a
    message has not chosen it."""
    item = screen.thread.thread.current
    if isinstance(item, Fold):
        raise Failure(FOLDED)
    return item


def entry_of(screen: InboxScreen) -> Entry | None:
    """The message a key means: the selected one, from the list the one that waits longest. Raises Failure."""
    if screen.pane == "thread":
        return selected(screen)
    row = screen.desk.row()
    opened = screen.thread.opened
    if row is not None and (opened is None or opened.row.thread_id != row.thread_id):
        screen.thread.show(screen.desk.engine.inbox.open(row.thread_id))
    return screen.thread.thread.lead() if row is not None else None


async def links(screen: InboxScreen) -> None:
    """Links and attachments of the selected message; a letter opens one."""
    entry = entry_of(screen)
    found = [(link_words(link).removeprefix("link: "), link.url) for link in entry.links] if entry else []
    found += (
        [(f"[{one.kind}] {one.alt or 'no description'}", one.url) for one in entry.attachments]
        if entry
        else []
    )
    found = [(words, url) for words, url in found if url][: len(LETTERS)]
    if not found:
        screen.desk.say("There is no link in this message.")
        return
    by_letter = {letter: url for letter, (_, url) in zip(LETTERS, found, strict=False)}

    async def chosen(letter: str) -> None:
        screen.convo.open_address(by_letter[letter])

    choices = tuple(Choice(letter, words) for letter, (words, _) in zip(LETTERS, found, strict=False))
    screen.ask(Question("Links", choices, chosen, enter="open"))


async def browser(screen: InboxScreen) -> None:
    """Open the message or conversation on its platform's own page."""
    if screen.page.kind == "accounts":
        account = screen.desk.config.accounts.get(_account_name(screen))
        screen.convo.open_address(account.url if account else "")
        return
    screen.convo.open_address(address(screen))


def _account_name(screen: InboxScreen) -> str:
    accounts = screen.desk.accounts
    return accounts[screen.page.index].name if screen.page.index < len(accounts) else ""


def address(screen: InboxScreen) -> str:
    """The web address of what the cursor is on."""
    entry = entry_of(screen)
    row = screen.desk.row()
    if screen.pane == "thread" and entry is not None and entry.url:
        return entry.url
    return (row.url if row else "") or (entry.url if entry else "")


async def copy(screen: InboxScreen) -> None:
    """Copy the selection, else the words of the message."""
    selected = screen.get_selected_text()
    item = screen.list.current
    if selected:
        screen.convo.copy_words(selected, "The selection is copied.")
        screen.clear_selection()
        return
    if screen.page.kind == "accounts":
        status = next((one for one in screen.desk.accounts if one.name == _account_name(screen)), None)
        words = f"{status.words}\n{status.advice}".strip() if status else ""
        screen.convo.copy_words(words, "The words are copied.")
        return
    if screen.pane == "list" and item is not None and isinstance(item.subject, OutboxRow):
        screen.convo.copy_words(item.subject.text, "Your words are copied.")
        return
    entry = entry_of(screen)
    screen.convo.copy_words(entry.text if entry else "", "The words are copied.")


async def copy_selection(screen: InboxScreen) -> None:
    """Ctrl+C: the selection, else how to leave."""
    selected = screen.get_selected_text() or screen.convo.field_selection()
    if selected:
        screen.convo.copy_words(selected, "The selection is copied.")
    else:
        screen.desk.say(f"{screen.desk.keymap.shown('quit') or 'q'} leaves.")


async def copy_address(screen: InboxScreen) -> None:
    """Copy the web address."""
    found = address(screen)
    if found:
        screen.convo.copy_words(found, f"Copied: {found}")
    else:
        screen.desk.say("This has no address on the web.")


async def uncover(screen: InboxScreen) -> None:
    """Show what is covered, or cover it again."""
    entry = entry_of(screen)
    if entry is None:
        return
    thread = screen.thread.thread
    covered = [one for one in (thread.opened.entries if thread.opened else ()) if one.content_warning]
    wanted = {entry.message_id} if entry.content_warning else {one.message_id for one in covered}
    if not wanted:
        screen.desk.say("Nothing is covered here.")
        return
    if wanted <= thread.uncovered:
        thread.uncovered -= wanted
    else:
        thread.uncovered |= wanted
        if screen.one_pane and screen.pane == "list":
            moving.open_thread(screen)
    screen.thread.relayout()


async def branch(screen: InboxScreen) -> None:
    """Open or close the branch."""
    screen.thread.toggle_fold()


async def accounts(screen: InboxScreen) -> None:
    """The accounts and how they are."""
    screen.convo.open_page("accounts")


async def help_page(screen: InboxScreen) -> None:
    """The keys of this place."""
    screen.convo.open_page("help")


async def no_post(screen: InboxScreen) -> None:
    """What convo does not do."""
    key = screen.desk.keymap.shown("answer") or "r"
    screen.desk.say(f"convo answers people; it does not post. {key} answers this message.")
