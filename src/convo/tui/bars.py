"""Top line, status line, key line, title, and what stands where a list is empty, for the present state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.engine import telling, voice, why
from convo.tui import cells, oneatatime, phrases, quieted, render
from convo.tui.commands import BY_NAME, KEY_LINES, shown_key
from convo.tui.keymap import TEXT_PLACES
from convo.tui.lines import EMPTY, Line, Span, emphasised, line
from convo.tui.page import HELP_NAMES
from convo.views import Health, View

if TYPE_CHECKING:
    from textual.widget import Widget

    from convo.tui.screen import InboxScreen

BRAND_FROM = 100


def wrap_all(words: str, size: int) -> list[str]:
    """A sentence as bare lines."""
    return cells.wrap(words, max(size, 1))


def looked_at(screen: InboxScreen, short: bool = False) -> str:
    """The name of what the list shows."""
    look = screen.desk.source.look
    if look.search is not None:
        return "Search" if short else f"Search, {'newest' if look.newest_first else 'oldest'} first"
    people = "Reach out" if look.reach else "People"
    name = people if look.people else look.account or look.view.value.capitalize()
    if look.narrow:
        return f'{name}, with "{look.narrow}"'
    if look.view in (View.DRAFTS, View.OUTBOX) or short:
        return name
    if look.newest_first:
        return f"{name}, newest first"
    return f"{name}, longest first" if look.view is View.WAITING else name


def top(screen: InboxScreen, size: int) -> Line:
    """The top line: what is looked at, and who waits."""
    desk, moment = screen.desk, screen.desk.moment()
    people, since = desk.waiting
    brand = size >= BRAND_FROM
    if screen.page.kind:
        return render.top_line(screen.page.title, "Esc back", size, brand, waits=False)
    if screen.one is not None:
        return render.top_line("One at a time", oneatatime.top_words(screen), size, brand, waits=False)
    long = phrases.who_waits(people, since, moment)
    short = phrases.who_waits(people, since, moment, short=True)
    waits = bool(people)
    if screen.one_pane and (screen.pane == "thread" or screen.replying) and screen.thread.opened is not None:
        title = phrases.title(screen.thread.opened.row)
        if size < 76:
            return render.top_line(title, "" if screen.replying else "Esc back", size, brand, waits=False)
        return render.top_line(title, short, size, brand, waits)
    if screen.searching and screen.one_pane:
        return render.top_line(looked_at(screen), "Esc back", size, brand, waits=False)
    right = _outbox_names(screen) if desk.view is View.OUTBOX else long
    left = looked_at(screen)
    used = 2 + (7 if brand else 0)
    if used + cells.width(left) + 2 + cells.width(right) > size:
        left, right = looked_at(screen, short=True), short if right == long else right
    if desk.view is View.WAITING and not people and not screen.list.items:
        right = ""
    return render.top_line(left, right, size, brand, waits)


def _outbox_names(screen: InboxScreen) -> str:
    names = []
    for row in screen.desk.engine.inbox.outbox():
        name = phrases.first_name(row.to)
        if name not in names:
            names.append(name)
    return phrases.three_names(names)


def _search_words(screen: InboxScreen) -> str:
    """Whether a search has looked at all there is; "" when it has."""
    desk = screen.desk
    if screen.list.more and screen.list.filling:
        return "Older words are still being looked at."
    missing = desk.engine.inbox.not_searchable_before()
    if missing is not None:
        return voice.not_found_yet(missing, desk.clock.now())
    return "More come as you go down." if screen.list.more else ""


def status(screen: InboxScreen, size: int) -> Line:
    """The status line: the newest word, and how the accounts are or what is about to leave."""
    desk = screen.desk
    words, trouble = desk.status_words()
    leaving = desk.leaving_words()
    if words == desk.words:
        words = _in_two(screen, size)[0]
    if screen.searching and not (desk.words or leaving or desk.chord.prefix):
        told = _search_words(screen)
        words, trouble = told or words, trouble and not told
    if leaving and not words.startswith(leaving):
        return render.status_line(words, leaving, size, trouble, good=False)
    if not desk.accounts:
        return render.status_line(words, "", size, trouble)
    troubled = desk.account_words()
    if troubled:
        right = "" if words == troubled else troubled.split(" (")[0].split(". ")[0].rstrip(".")
        return render.status_line(words, right, size, trouble and bool(words), good=False)
    looking = any(one.health is Health.LOOKING for one in desk.accounts)
    resting = [one.name for one in desk.accounts if one.health is Health.RESTING]
    right = (
        "looking"
        if looking
        else f"{phrases.three_names(resting)} resting"
        if resting
        else "all accounts fine"
    )
    return render.status_line(words, right, size, trouble and bool(words), good=not looking and not resting)


def _in_two(screen: InboxScreen, size: int) -> tuple[str, str]:
    """The newest word as the status line takes it, and what goes on in the key line until the next command.

    What is wrong stands first in such a sentence and what to do about it last: cut, it would not help.
    """
    words, room = screen.desk.words, size - 2
    if cells.width(words) <= room or screen.desk.chord.prefix or screen.menu.question is not None:
        return words, ""
    first, *rest = cells.wrap(words, room)
    return first, " ".join(rest)


def _key_line_name(screen: InboxScreen) -> str:
    place = screen.place
    if place == "reply" and screen.reply is not None and (screen.reply.pasting or screen.reply.edits):
        return "paste"
    if place == "thread" and screen.one is not None:
        return "one"
    if place != "list":
        return place
    if screen.list.marked:
        return "marked"
    if screen.searching:
        return "results"
    if not screen.list.items:
        return "empty"
    view = "persons" if screen.desk.source.look.people else screen.desk.view.value
    if view in KEY_LINES:
        return view
    return "list, one pane" if screen.one_pane else "list"


def keys(screen: InboxScreen, size: int) -> Line:
    """The key line: what matters here, made from the table of commands."""
    question = screen.menu.question
    if question is not None:
        return _menu_keys(screen, size)
    if rest := _in_two(screen, size)[1]:
        return render.status_line(rest, "", size, screen.desk.trouble)
    keymap = screen.desk.keymap
    name = _key_line_name(screen)
    shown = []
    for command in KEY_LINES[name]:
        if command == "go":
            shown.append(("g", "go to", ""))
            continue
        if not keymap.keys(command) or (name == "help" and command == "page_down" and not screen.page.below):
            continue
        label = _label_here(screen, command)
        if label not in [known for _, known, _ in shown]:  # two keys for one thing: the first one is enough
            shown.append((_key_here(screen, command), label, command))
    return render.key_line(shown, size)


_QUIET_LABELS = {"quiet": "not quiet", "mute_person": "end it (mute, note why)"}
_PLACE_LABELS: dict[str, dict[str, str]] = {
    "help": {"search": "find a key", "page_down": "more"},
    "people": {"to_people": "to the words"},
    "found": {"open": "this person", "to_found": "on, to the results"},
}
_ONE_LABELS = {"done": "let go", "next_waiting": "leave for now", "back": "list"}


def _account_label(screen: InboxScreen, command: str) -> str:
    """What a command does to the account under the cursor."""
    accounts, index = screen.desk.accounts, screen.page.index
    labels = {"snooze": "rest", "browser": "open its site"}
    if index >= len(accounts):
        labels["open"] = "add it"
    elif accounts[index].health is Health.SIGN_IN:
        labels["open"] = "sign in again"
    elif accounts[index].health is not Health.OFF:
        labels["open"] = "look now"
    return labels.get(command) or BY_NAME[command].label


def _label_here(screen: InboxScreen, command: str) -> str:
    """What a command is called where the focus is."""
    box = screen.reply
    if command == "send" and box is not None:
        if box.pasting:
            return "copy and open the page"
        if box.edits:
            return "change it there"
        if box.leaves_at_once:
            return "send now"
    if screen.page.kind == "accounts":
        return _account_label(screen, command)
    if screen.place == "help" and command == "forward":
        return f"help for {HELP_NAMES[screen.page.next_topic]}"
    if screen.place in _PLACE_LABELS and command in _PLACE_LABELS[screen.place]:
        return _PLACE_LABELS[screen.place][command]
    if screen.desk.view is View.QUIET and screen.place == "list" and command in _QUIET_LABELS:
        return _QUIET_LABELS[command]
    if screen.one is not None and screen.place == "thread" and command in _ONE_LABELS:
        return _ONE_LABELS[command]
    return BY_NAME[command].label


def _key_here(screen: InboxScreen, command: str) -> str:
    """The first key of a command that is no text where the focus is."""
    keys = screen.desk.keymap.keys(command)
    if screen.place in TEXT_PLACES:
        keys = tuple(key for key in keys if len(key) > 1) or keys
    return shown_key(keys[0])


def _menu_keys(screen: InboxScreen, size: int) -> Line:
    question = screen.menu.question
    assert question is not None
    letters = " ".join(choice.key for choice in question.choices if len(choice.key) == 1)
    shown = [(letters, "choose", "")] if letters else []
    if not letters and screen.menu.choices:
        shown = [("↑ ↓", "choose", "")]
    first = question.choices[0] if question.choices else None
    enter = question.enter or (first.label.partition(",")[0] if first else "")
    if enter:
        shown.append(("Enter", enter, ""))
    shown.append(("Esc", question.leave, ""))
    return render.key_line(shown, size)


def title(screen: InboxScreen, size: int) -> list[Line]:
    """Above the conversation: its title, unless the top line has it, and why it is here."""
    opened = screen.thread.opened
    if opened is None or size < 8:
        return []
    moment = screen.desk.moment()
    if screen.one is not None:
        return oneatatime.title_lines(opened, moment, size, screen.app.size.height >= 22)
    rows: list[Line] = []
    if not screen.one_pane:
        text = cells.field(phrases.title(opened.row), size - 2)
        rows.append(line(" ", Span(text, bold=True)))
    compact = screen.app.size.height < 30
    if screen.replying and screen.app.size.height < 22:
        return rows
    who = opened.row.who
    handle = (
        phrases.at_handle(who) if who is not None and who.name and not (screen.one_pane and size < 76) else ""
    )
    reason = why.why_here(opened.row, moment.here, handle)
    where = phrases.place(opened.row.platform, opened.row.account, moment)
    rows += [line(" ", Span(part, "muted")) for part in cells.wrap(f"{where}. {reason}".rstrip(), size - 2)]
    return rows if compact else [*rows, EMPTY]


def fill_about(screen: InboxScreen, size: int) -> None:
    """Below the conversation: who this person is to the user, one at a time; in Quiet why it is there."""
    about, detail = screen.parts["about"], screen.parts["detail"]
    row = quieted.chosen(screen) if screen.desk.view is View.QUIET else None
    was = about.is_attached and about.display
    wanted = (screen.one is not None or (row is not None and not screen.one_pane)) and not screen.replying
    _place(about, wanted, screen.right, after=screen.thread)
    _place(detail, row is not None and screen.one_pane, screen.middle, after=screen.list)
    if row is not None and screen.one_pane:
        detail.show(quieted.detail_lines(screen, row, size))
    if not wanted:
        if was and not screen.replying:
            screen.thread.styles.height = "1fr"
        return
    about.show(quieted.detail_lines(screen, row, size) if row else oneatatime.about_lines(screen, size))
    room = screen.app.size.height - 3 - len(screen.parts["title"].lines) - len(about.lines)
    screen.thread.styles.height = max(min(len(screen.thread.thread.lines), room), 1)


def _place(part: Widget, wanted: bool, pane: Widget, **where: Widget) -> None:
    """Show a part that few views need, mounted when first shown: the first frame pays for what it shows.

    A screen that is going away, as after the last key, takes nothing more.
    """
    if wanted and not part.is_attached and pane.is_attached:
        pane.mount(part, **where)
    part.display = wanted


QUIET_WORDS = (
    "These wait here, with the reason. Nothing is deleted. "
    "! brings a person out for good; answering does, too."
)


def fill_middle(screen: InboxScreen, size: int) -> None:
    """The words above a list, and those in the place of an empty one."""
    look, empty = screen.desk.source.look, not screen.list.items
    notice = screen.parts["notice"]
    quiet = look.view is View.QUIET and look.search is None and not empty
    screen.list.display = not empty
    if not empty and screen.focused is None and screen.place == "list":  # an empty one had lost it
        screen.set_focus(screen.list)
    _place(notice, quiet or empty, screen.middle, before=screen.list)
    notice.styles.height = "1fr" if empty else "auto"
    if empty:
        notice.show(_empty_lines(screen, size))
    elif quiet:
        notice.show([*(line(" ", Span(part, "muted")) for part in cells.wrap(QUIET_WORDS, size - 2)), EMPTY])


def _empty_lines(screen: InboxScreen, size: int) -> list[Line]:
    desk, look = screen.desk, screen.desk.source.look
    indent = " " * min(9, max((size - 44) // 2, 1))
    if look.search is not None and screen.list.filling:
        return [line(" ", part) for part in cells.wrap("Nothing found yet.", size - 2)]
    if look.search is not None:
        words = f'Nothing found for "{look.search.strip()}". Esc clears it.' if look.search.strip() else ""
        return [line(" ", part) for part in cells.wrap(words, size - 2)]
    if look.narrow:
        return [
            line(" ", part)
            for part in cells.wrap(f'Nothing here with "{look.narrow}". Esc clears it.', size - 2)
        ]
    if look.people:
        rows = [telling.NOBODY_TO_REACH if look.reach else "Here will be the people you talk with."]
    elif look.account:
        rows = [f"Nothing has come through {look.account} yet."]
    elif look.view is View.WAITING:
        return [EMPTY] * 4 + [
            Line((Span(indent), *one.spans)) for one in resting_lines(screen, size - 2 * len(indent))
        ]
    else:
        rows = [voice.EMPTY[look.view]]
    lines = [part for text in rows for part in cells.wrap(text, max(size - 2 * len(indent), 10))]
    return [EMPTY] * (4 if desk.screen.app.size.height > 16 else 1) + [line(indent, part) for part in lines]


def resting_lines(screen: InboxScreen, size: int) -> list[Line]:
    """Nobody waits: who has the user's answer, who comes back, and three ways on."""
    if any(one.health is Health.LOOKING and one.looked_at is None for one in screen.desk.accounts):
        return [line(Span("Looking for who waits for you …", bold=True))]
    inbox, moment = screen.desk.engine.inbox, screen.desk.moment()
    rows = [line(Span("Nobody waits for you.", bold=True)), EMPTY]
    answered = [phrases.first_name(row.who) for row in inbox.rows(View.ANSWERED, limit=4).rows if row.who]
    if answered:
        verb = "has" if len(answered) == 1 else "have"
        text = f"{phrases.three_names(list(dict.fromkeys(answered)))} {verb} your answer."
        rows += [line(part) for part in cells.wrap(text, size)]
    coming = [row for row in inbox.rows(View.SNOOZED, limit=20).rows if row.snoozed_until and row.who]
    if coming:
        first = min(coming, key=lambda row: row.snoozed_until or row.last_message_at)
        assert first.who is not None
        assert first.snoozed_until is not None
        text = f"{phrases.first_name(first.who)} comes back {voice.on(first.snoozed_until, moment.here)}."
        rows += [line(part) for part in cells.wrap(text, size)]
    quiet = [phrases.first_name(row.who) for row in inbox.rows(View.QUIET, limit=4).rows if row.who]
    rows.append(EMPTY)
    ways = [("view_people", "people you talk with"), ("view_snoozed", "snoozed")]
    if quiet:
        ways.append(
            ("view_quiet", f"quiet: {', '.join(quiet[:3])}" + (" and others" if len(quiet) > 3 else ""))
        )
    for command, words in ways:
        key = screen.desk.keymap.shown(command)
        rows.append(emphasised(cells.cut(f"{key}  {words}", size), (key,)) if key else line(words))
    return rows
