"""Which function does what a command of the table says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from convo.tui import (
    accounting,
    answering,
    asking,
    attaching,
    looking,
    moving,
    naming,
    opening,
    options,
    people,
    sending,
    there,
    triaging,
)
from convo.views import View

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

Deed = Callable[["InboxScreen"], Awaitable[None]]


def _view(view: View) -> Deed:
    async def look(screen: InboxScreen) -> None:
        moving.look_at(screen, view)

    return look


DEEDS: dict[str, Deed] = {
    "next": moving.next_row,
    "previous": moving.previous_row,
    "top": moving.top,
    "bottom": moving.bottom,
    "page_down": moving.page_down,
    "page_up": moving.page_up,
    "open": opening.open_it,
    "back": opening.back,
    "leave": opening.leave,
    "forward": moving.forward,
    "backward": moving.backward,
    "next_waiting": moving.next_waiting,
    "previous_waiting": moving.previous_waiting,
    "next_hit": moving.next_hit,
    "previous_hit": moving.previous_hit,
    "scroll_down": moving.scroll_down,
    "scroll_up": moving.scroll_up,
    "page_on": moving.page_on,
    "answer": answering.answer,
    "answer_editor": answering.answer_editor,
    "answer_quoting": answering.answer_quoting,
    "done": triaging.done,
    "done_all": triaging.done_all,
    "snooze": triaging.snooze,
    "mute": triaging.mute,
    "mute_person": triaging.mute_person,
    "quiet": triaging.quiet,
    "circle": triaging.circle,
    "moderate": there.moderate,
    "edit_own": there.edit_own,
    "delete_own": there.delete_own,
    "block": there.block,
    "report": there.report,
    "mark": triaging.mark,
    "mark_all": triaging.mark_all,
    "reopen": triaging.reopen,
    "close_finished": triaging.close_finished,
    "again": triaging.again,
    "undo": triaging.undo,
    "redo": triaging.redo,
    "links": looking.links,
    "browser": looking.browser,
    "copy": looking.copy,
    "copy_address": looking.copy_address,
    "uncover": looking.uncover,
    "branch": looking.branch,
    "order": looking.order,
    "search": looking.search,
    "narrow": looking.narrow,
    "show_new": looking.show_new,
    "one_at_a_time": opening.one_at_a_time,
    "accounts": looking.accounts,
    "commands": asking.commands,
    "help": looking.help_page,
    "no_post": looking.no_post,
    "quit": asking.leave,
    "copy_selection": looking.copy_selection,
    "send": sending.send,
    "whole_thread": answering.whole_thread,
    "people": options.people,
    "to_people": options.people,
    "readers": options.readers,
    "warning": options.warning,
    "attach": attaching.attach,
    "take_name": naming.take,
    "next_name": naming.next_name,
    "previous_name": naming.previous_name,
    "close_names": naming.close,
    "editor": answering.editor,
    "from_account": options.from_account,
    "keep": answering.keep,
    "discard": answering.discard,
    "person_left": options.person_left,
    "person_right": options.person_right,
    "drop_person": options.drop_person,
    "to_found": looking.to_found,
    "to_results": looking.to_results,
    "leave_search": looking.leave_search,
    "view_people": people.view,
    "reach_out": people.reach_out,
    "person": people.open_person,
    "note": people.note,
    "note_done": people.note_done,
    "join": people.join,
    "separate": people.separate,
    **{f"view_{view.value}": _view(view) for view in View if view is not View.HISTORY},
}
DEEDS.update(people.over(DEEDS))
DEEDS["snooze"] = accounting.over(DEEDS["snooze"])
