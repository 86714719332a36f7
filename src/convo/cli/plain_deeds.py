"""Which function does what a command of the table says, in the line mode."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from convo.cli import plain_acts, plain_looks, plain_outbox, plain_people, plain_reply, plain_there
from convo.cli.plain import Deed, Plain
from convo.views import View


async def _next(plain: Plain, rest: str, *, way: int = 1, waiting: bool = False) -> None:
    if way > 0 and plain.walk.index >= len(plain.walk.items):
        plain.walk.load()
    item = plain.walk.step(way, waiting)
    if item is None and way < 0:
        plain.talk.say("This is the first.")
        return
    plain.go(item)


async def _list(plain: Plain, rest: str) -> None:
    plain.walk.load()
    plain_looks.list_from(plain, 0)


async def _one_at_a_time(plain: Plain, rest: str) -> None:
    """From the first who waits; the line mode is one at a time."""
    plain.walk.look(View.WAITING)
    plain.go(plain.walk.step(1))


async def _top(plain: Plain, rest: str) -> None:
    plain.walk.index = -1
    plain.go(plain.walk.step(1))


async def _bottom(plain: Plain, rest: str) -> None:
    plain.walk.to(len(plain.walk.items) - 1)
    plain.go(plain.walk.current)


async def _back(plain: Plain, rest: str) -> None:
    """To Waiting, and what is read there."""
    if plain.walk.home:
        plain.talk.say("This is Waiting, where you began.")
        return
    await plain_looks.view(plain, View.WAITING)


async def _leave(plain: Plain, rest: str) -> None:
    """Back to Waiting; from there, leave."""
    await (plain_outbox.leave(plain) if plain.walk.home else _back(plain, rest))


async def _quit(plain: Plain, rest: str) -> None:
    await plain_outbox.leave(plain)


def _view(name: View) -> Deed:
    async def look(plain: Plain, rest: str) -> None:
        await plain_looks.view(plain, name)

    return look


DEEDS: Mapping[str, Deed] = {
    "next": _next,
    "previous": partial(_next, way=-1),
    "top": _top,
    "bottom": _bottom,
    "page_down": plain_looks.page_down,
    "page_up": plain_looks.page_up,
    "open": plain_outbox.open_it,
    "back": _back,
    "leave": _leave,
    "quit": _quit,
    "next_waiting": partial(_next, waiting=True),
    "previous_waiting": partial(_next, way=-1, waiting=True),
    "next_hit": _next,
    "previous_hit": partial(_next, way=-1),
    "answer": plain_reply.answer,
    "answer_editor": plain_reply.answer_editor,
    "answer_quoting": plain_reply.answer_quoting,
    "done": plain_acts.done,
    "done_all": plain_acts.done_all,
    "snooze": plain_acts.snooze,
    "mute": plain_acts.mute,
    "mute_person": plain_acts.mute_person,
    "quiet": plain_acts.quiet,
    "circle": plain_acts.circle,
    "note": plain_acts.note,
    "reopen": plain_acts.reopen,
    "close_finished": plain_acts.close_finished,
    "again": plain_acts.again,
    "undo": plain_acts.undo,
    "redo": plain_acts.redo,
    "edit_own": plain_there.edit_own,
    "delete_own": plain_there.delete_own,
    "moderate": plain_there.moderate,
    "block": plain_there.block,
    "report": plain_there.report,
    "one_at_a_time": _one_at_a_time,
    "view_people": plain_people.people,
    "reach_out": plain_people.reach_out,
    "join": plain_people.join,
    "separate": plain_people.separate,
    "rest": plain_people.rest_account,
    "person": plain_people.about,
    "list": _list,
    "links": plain_looks.links,
    "browser": plain_looks.browser,
    "copy": plain_looks.copy,
    "copy_address": plain_looks.copy_address,
    "uncover": plain_looks.uncover,
    "branch": plain_looks.branch,
    "order": plain_looks.order,
    "search": plain_looks.search,
    "narrow": plain_looks.narrow,
    "show_new": plain_looks.show_new,
    "accounts": plain_looks.accounts,
    "commands": plain_looks.help_page,
    "help": plain_looks.help_page,
    "no_post": plain_looks.no_post,
    "discard": plain_outbox.discard,
    **{f"view_{view.value}": _view(view) for view in View},
}
"""What a command of the table does here."""
