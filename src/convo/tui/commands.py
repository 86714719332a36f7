"""The one table of commands: keys, key line, help, palette, row menu and docs are all made from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from convo.values import frozen

Place = Literal[
    "views", "list", "thread", "reply", "people", "names", "search", "found", "accounts", "help", "end", "first",
    "person", "note", "palette"
]  # fmt: skip
"""Where the focus is: a pane of the inbox, a part of the reply box, or a page."""

PANES: tuple[Place, ...] = ("views", "list", "thread")
TALK: tuple[Place, ...] = ("list", "thread")
PAGES: tuple[Place, ...] = ("accounts", "help", "end", "first", "person")
ABOUT: tuple[Place, ...] = (*TALK, "person")
BOX: tuple[Place, ...] = ("reply", "people", "names")
EVERY: tuple[Place, ...] = (*PANES, *PAGES)

SECTIONS = ("Move", "Look", "The conversation", "Undo", "More", "Reply box")


@frozen
class Command:
    """Something a key does. `name` is what `[keys]` in the config calls it; `verb` is the engine's, if any."""

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    section: str
    where: tuple[Place, ...]
    verb: str = ""
    row_menu: bool = False
    """Also in the menu of a row."""
    listed: bool = True
    """In help and palette."""


def _view(letter: str, name: str, *more: str) -> Command:
    return Command(f"view_{name}", (f"g {letter}", *more), name.capitalize(), f"go to {name.capitalize()}",
                   "Look", (*PANES, "end"))  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    Command("next", ("j", "down"), "next", "next", "Move", EVERY),
    Command("previous", ("k", "up"), "previous", "previous", "Move", (*EVERY, "found")),
    Command("top", ("g g", "home"), "top", "to the top", "Move", (*PANES, "help", "person", "accounts")),
    Command("bottom", ("G", "end"), "bottom", "to the bottom", "Move", (*PANES, "help", "person", "accounts")),
    Command("page_down", ("pagedown",), "page on", "a page down", "Move", (*PANES, "help", "person")),
    Command("page_up", ("pageup",), "page back", "a page up", "Move", (*PANES, "help", "person")),
    Command("open", ("enter", "l", "right"), "open", "open, then answer", "Move",
            (*PANES, "accounts", "person", "found"), row_menu=True),
    Command("back", ("escape", "h", "left"), "back", "back, clear a filter", "Move", EVERY),
    Command("leave", ("q",), "leave", "back; leave from the top", "Move", EVERY),
    Command("forward", ("tab",), "next pane", "to the next pane", "Move", (*PANES, "help"), listed=False),
    Command("backward", ("shift+tab",), "pane before", "to the pane before", "Move", PANES, listed=False),
    Command("next_waiting", ("]",), "next", "next who waits, here first", "Move", ABOUT),
    Command("previous_waiting", ("[",), "previous", "who waits before", "Move", ABOUT),
    Command("next_hit", ("n",), "next hit", "next hit, next new message", "Move", TALK),
    Command("previous_hit", ("N",), "hit before", "hit before, new one before", "Move", TALK),
    Command("scroll_down", ("J",), "scroll", "scroll beside the list", "Move", TALK),
    Command("scroll_up", ("K",), "scroll back", "scroll back", "Move", TALK),
    Command("page_on", ("space",), "page on", "page the conversation", "Move", TALK),
    Command("answer", ("r",), "answer", "answer", "The conversation", ABOUT, "answers.terms", True),
    Command("answer_editor", ("R",), "in editor", "answer, in your editor", "The conversation", TALK,
            "answers.terms", True),
    Command("answer_quoting", (">",), "quote", "answer, quoting", "The conversation", TALK,
            "answers.terms", True),
    Command("done", ("e",), "done", "done; opened: this person", "The conversation", TALK,
            "acts.done", True),
    Command("done_all", ("E",), "done, all", "done, with all branches", "The conversation", TALK,
            "acts.done", True),
    Command("snooze", ("s",), "snooze", "snooze, put off", "The conversation", (*TALK, "accounts"),
            "acts.snooze", True),
    Command("mute", ("m",), "mute", "mute the conversation", "The conversation", TALK, "acts.mute", True),
    Command("mute_person", ("M",), "mute person", "mute the person (asks)", "The conversation", ABOUT,
            "acts.mute_person", True),
    Command("quiet", ("!",), "quiet", "quiet, not quiet", "The conversation", ABOUT,
            "acts.quiet", True),
    Command("circle", ("*",), "circle", "into the circle, out of it", "The conversation", ABOUT, "acts.circle", True),
    Command("moderate", ("a",), "decide", "approve, spam, trash", "The conversation", TALK,
            "moderation.decide", True),
    Command("edit_own", ("i",), "change", "change your own message", "The conversation", TALK,
            "answers.edit", True),
    Command("delete_own", ("D",), "delete", "delete your own message (asks)", "The conversation", TALK,
            "answers.delete", True),
    Command("block", ("B",), "block", "block there (asks)", "The conversation", TALK, "acts.block", True),
    Command("report", (), "report", "report (opens its page)", "The conversation", TALK, row_menu=True),
    Command("mark", ("x",), "mark", "mark; then e s m ! * act on all", "The conversation", ("list",),
            row_menu=True),
    Command("mark_all", ("X",), "mark all", "mark all that are shown", "The conversation", ("list",),
            row_menu=True),
    Command("reopen", (), "reopen", "reopen, let it wait again", "The conversation", TALK,
            "acts.reopen", True),
    Command("close_finished", ("C",), "close finished", "close the finished ones", "The conversation", ("list",),
            "acts.close_finished", True),
    Command("again", (".",), "again", "the same again, on this", "The conversation", TALK,
            row_menu=True),
    Command("undo", ("u",), "undo", "take back", "Undo", EVERY, "acts.undo"),
    Command("redo", ("U",), "do again", "do again", "Undo", EVERY, "acts.redo"),
    Command("links", ("f",), "links", "links and attachments", "Look", ABOUT, row_menu=True),
    Command("browser", ("o",), "browser", "open in the browser", "Look", (*TALK, "accounts"), row_menu=True),
    Command("copy", ("y",), "copy", "copy the words", "Look", (*TALK, "accounts"), row_menu=True),
    Command("copy_address", ("Y",), "copy address", "copy the address", "Look", TALK, row_menu=True),
    Command("uncover", ("z",), "show covered", "show what is covered", "Look", TALK, row_menu=True),
    Command("branch", ("v",), "branch", "open, close the branch", "Look", ("thread",)),
    Command("order", ("O",), "order", "longest or newest first", "Look", ("list",)),
    Command("search", ("/",), "search", "search", "Look", (*PANES, "help"), "inbox.search"),
    Command("narrow", ("\\",), "narrow", "narrow this list", "Look", ("list",)),
    Command("show_new", (",",), "look now", "show what came in", "Look", (*PANES, "accounts"), "sync.once"),
    _view("w", "waiting"),
    _view("a", "answered"),
    _view("z", "snoozed"),
    _view("t", "drafts"),
    _view("o", "outbox"),
    _view("q", "quiet", "g s"),
    _view("d", "done"),
    _view("m", "muted"),
    _view("i", "all"),
    _view("p", "people"),
    Command("reach_out", (), "reach out", "whom of your circle to answer again", "Look", (*PANES, "end"),
            "people.reach_out"),
    Command("person", ("p",), "person", "this person's page", "The conversation", TALK, "people.person", True),
    Command("note", ("t",), "note", "note about this person", "The conversation", ABOUT, "acts.note", True),
    Command("join", ("=",), "join", "the same human: join", "The conversation", ABOUT, "acts.join", True),
    Command("separate", ("-",), "separate", "somebody else: separate", "The conversation", ABOUT,
            "acts.separate", True),
    Command("note_done", ("escape", "ctrl+s"), "done", "keep the note", "The conversation", ("note",), listed=False),
    Command("one_at_a_time", ("F",), "one at a time", "one at a time", "More", PANES),
    Command("accounts", ("A",), "accounts", "accounts", "More", (*PANES, "end"), "inbox.accounts"),
    Command("commands", (":", "ctrl+p"), "commands", "all commands", "More", (*EVERY, *BOX, "search"), row_menu=True),
    Command("help", ("?",), "help", "this page", "More", (*PANES, "accounts", "person", "end")),
    Command("no_post", ("c",), "no posting", "convo does not post", "More", PANES, listed=False),
    Command("quit", ("ctrl+q",), "leave convo", "leave convo from anywhere", "More",
            (*EVERY, *BOX, "note", "search", "palette")),
    Command("copy_selection", ("ctrl+c",), "copy selection", "copy what is selected", "More",
            (*EVERY, *BOX, "note", "search", "palette"), listed=False),
    Command("send", ("ctrl+s", "ctrl+enter"), "send", "send the answer", "Reply box", BOX, "answers.send"),
    Command("whole_thread", ("ctrl+g",), "thread", "the whole conversation", "Reply box", BOX),
    Command("people", ("ctrl+t",), "people", "who it goes to", "Reply box", ("reply", "people")),
    Command("to_people", ("tab",), "people", "to the people and back", "Reply box", ("reply", "people"),
            listed=False),
    Command("readers", ("ctrl+l",), "who may read", "who may read it, language", "Reply box", BOX),
    Command("warning", ("ctrl+r",), "warning", "content warning", "Reply box", BOX),
    Command("attach", ("ctrl+f",), "attach", "attach or drop a picture", "Reply box", BOX),
    Command("editor", ("ctrl+o",), "editor", "write on in your editor", "Reply box", BOX),
    Command("from_account", (), "from account", "from another account", "Reply box", BOX),
    Command("keep", ("escape",), "leave", "keep the draft and leave", "Reply box", ("reply", "people")),
    Command("discard", (), "discard this draft", "discard this draft", "Reply box",
            ("reply", "people", "list"), "answers.discard_draft"),
    Command("person_left", ("left",), "before", "the person before", "Reply box", ("people",), listed=False),
    Command("person_right", ("right",), "next", "the next person", "Reply box", ("people",), listed=False),
    Command("drop_person", ("x", "enter"), "drop", "leave a person out", "Reply box",
            ("people",)),
    Command("take_name", ("tab",), "take the name", "take the name", "Reply box", ("names",), listed=False),
    Command("next_name", ("down",), "next name", "next name", "Reply box", ("names",), listed=False),
    Command("previous_name", ("up",), "name before", "name before", "Reply box", ("names",), listed=False),
    Command("close_names", ("escape",), "close", "close the names", "Reply box", ("names",), listed=False),
    Command("to_found", ("down", "tab"), "or Enter to the results", "to the people found, then to the results",
            "Look", ("search", "found"), listed=False),
    Command("to_results", ("enter",), "to the results", "to the results", "Look", ("search",), listed=False),
    Command("leave_search", ("escape",), "back", "clear the search, then leave it", "Look",
            ("search", "found"),
            listed=False),
)  # fmt: skip

BY_NAME = {command.name: command for command in COMMANDS}

KEY_LINES: dict[str, tuple[str, ...]] = {
    "list": (
        "answer",
        "done",
        "snooze",
        "next_waiting",
        "undo",
        "one_at_a_time",
        "search",
        "commands",
        "help",
    ),
    "list, one pane": ("answer", "done", "snooze", "undo", "open", "search", "commands", "help"),
    "views": ("open", "forward", "search", "commands", "leave", "help"),
    "thread": ("answer", "done", "snooze", "next_waiting", "undo", "links", "copy", "commands", "help"),
    "one": ("answer", "done", "next_waiting", "snooze", "mute", "undo", "back", "help"),
    "end": ("view_waiting", "view_answered", "undo", "leave", "help"),
    "marked": ("done", "snooze", "mute", "quiet", "circle", "mark", "back", "help"),
    "quiet": ("quiet", "mute_person", "open", "answer", "undo", "commands", "help"),
    "outbox": ("open", "undo", "answer", "copy", "search", "commands", "help"),
    "drafts": ("answer", "open", "undo", "search", "commands", "help"),
    "empty": ("go", "search", "commands", "help", "leave"),
    "search": ("to_found", "leave_search", "commands"),
    "found": ("open", "to_found", "leave_search"),
    "results": ("open", "answer", "search", "order", "back", "help"),
    "reply": ("send", "whole_thread", "people", "readers", "warning", "attach", "editor", "keep"),
    "paste": ("send", "editor", "keep", "commands"),
    "names": ("take_name", "next_name", "close_names"),
    "people": ("person_right", "drop_person", "to_people", "send", "keep"),
    "accounts": ("open", "show_new", "snooze", "browser", "copy", "back", "help"),
    "help": ("page_down", "search", "forward", "back"),
    "first": ("back", "quit"),
    "persons": ("open", "answer", "circle", "note", "join", "narrow", "back", "help"),
    "person": (
        "open",
        "answer",
        "circle",
        "note",
        "join",
        "separate",
        "mute_person",
        "quiet",
        "links",
        "next_waiting",
        "help",
    ),
    "note": ("note_done",),
}
"""What the key line shows where, most useful first; the last one always stays."""

HELP_ROWS: dict[str, tuple[str, str]] = {
    "next": ("previous", "next, previous"),
    "top": ("bottom", "top, bottom"),
    "page_down": ("page_up", "a page on, back"),
    "back": ("leave", "back; q leaves at the top"),
    "next_waiting": ("previous_waiting", "next, previous waiting"),
    "next_hit": ("previous_hit", "next, previous hit, new"),
    "scroll_down": ("scroll_up", "scroll beside the list"),
    "answer": ("answer_editor", "answer, in your editor"),
    "done": ("done_all", "done, with all branches"),
    "mute": ("mute_person", "mute conversation, person"),
    "quiet": ("circle", "quiet or not; circle"),
    "undo": ("redo", "take back, do again"),
    "links": ("browser", "links, browser"),
    "copy": ("copy_address", "copy words, address"),
    "person": ("note", "this person's page, note"),
    "join": ("separate", "same human; somebody else"),
    "uncover": ("branch", "show covered, open branch"),
    "search": ("narrow", "search, narrow this list"),
    "edit_own": ("delete_own", "change, delete your own"),
    "mark": ("mark_all", "mark several, all shown"),
    "commands": ("help", "all commands, this page"),
}
"""Two commands that share a row of the help page, by the first one, and what the row says."""

_SHOWN = {
    "enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab", "space": "Space", "home": "Home",
    "end": "End", "pagedown": "PgDn", "pageup": "PgUp", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip


def shown_key(key: str) -> str:
    """A key as people read it: Ctrl+S, Esc, g w."""
    if key.startswith("ctrl+"):
        rest = key[5:]
        return f"Ctrl+{_SHOWN.get(rest, rest.upper())}"
    return " ".join(_SHOWN.get(part, part) for part in key.split(" ")) if key != " " else "Space"


def applicable(place: Place, commands: Iterable[Command] = COMMANDS) -> list[Command]:
    """The commands of a place, in the order of the table."""
    return [command for command in commands if place in command.where]
