"""`convo --plain`: the inbox line by line, for screen readers and braille. A letter or a word and Enter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from convo.cli import plain_acts, plain_looks, plain_outbox
from convo.cli import plain_words as words
from convo.cli.plain_news import News
from convo.cli.plain_reading import Reader, Reading, outline
from convo.cli.plain_table import Command, main_table, reply_table
from convo.cli.plain_talk import Talk
from convo.cli.plain_walk import Item, Walk
from convo.engine import Engine, voice
from convo.views import Entry, Failure, Opened, OutboxRow, OutboxState, Seen, Someone, State, View

Deed = Callable[["Plain", str], Awaitable[None]]
Keys = Callable[[str], Sequence[str]]

TAKING = frozenset(
    {"search", "narrow", "snooze", "note", "person", "view_people", "join", "help", "commands"}
)
"""Commands that take the rest of the line: "/ ladder", "snooze fri 9:00"."""


class Plain:
    """What was read last and what can be done with it."""

    NOBODY = "Nobody is read yet; Enter reads the first."

    def __init__(
        self, engine: Engine, talk: Talk, commands: Sequence[Command], keys: Keys, deeds: Mapping[str, Deed],
        *, zone: tzinfo | None = None, offline: bool = False,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.talk = talk
        self.offline = offline
        self._zone = zone
        self._deeds = deeds
        self.table = main_table(commands, keys, deeds)
        self.replies = reply_table(commands)
        self.walk = Walk(engine.inbox, engine.config.inbox.order == "newest")
        self.item: Item | None = None
        self.opened: Opened | None = None
        self.reading: Reading | None = None
        self.seen: Seen | None = None
        self.target: Entry | None = None
        """The message that a draft or answer that was read belongs to."""
        self.uncovered: set[int] = set()
        self.unfolded = 0
        self.listed_to = 0
        self.last_verb: plain_acts.Verbal | None = None
        self.left = False
        self.shown_to = engine.inbox.highest_arrival()
        """The arrival number up to which `,` has nothing to show."""
        self._news = News(engine, lambda: self.now)
        self._answered: list[Someone] = []
        talk.news = self._news.take

    @property
    def now(self) -> datetime:
        """The present in the user's zone."""
        return self.engine.clock.now().astimezone(self._zone)

    async def run(self) -> None:
        """From the greeting to the end."""
        self.engine.on_words = self._news.words.append
        self._greet()
        if self.walk.step(1) is not None:
            self.go(self.walk.current)
        while not self.left:
            line = await self.talk.ask(self._prompt())
            if line is None:
                await plain_outbox.leave(self)
                return
            await self.obey(line)

    async def obey(self, line: str) -> None:
        """Do what one line says; what cannot be done is said in one sentence."""
        try:
            await self._looked()
            if not line.strip():
                await self._deeds["next"](self, "")
            elif line.strip().isdigit() and len(line.strip()) < 7:
                self._number(int(line))
            else:
                name, rest = self.table.read(line, TAKING)
                if name:
                    await self._deeds[name](self, rest)
                else:
                    await self._unknown(line)
        except Failure as error:
            self.talk.say(error.words)

    def _greet(self) -> None:
        people, since = self.engine.inbox.who_waits()
        self.walk.look(View.WAITING)
        self.talk.say(f"convo. {words.spelled(voice.who_waits(people, since, self.now))}.")
        for line in words.accounts(self.engine.inbox.accounts(), self.now):
            self.talk.say(line)
        for row in self.engine.inbox.asked_about():
            to = voice.name_of(row.to)
            self.talk.say(
                f"An answer to {to} from {voice.ago(row.created_at, self.now)} has not left. g o shows it."
            )

    def _prompt(self) -> str:
        """The letters that matter here."""
        names: tuple[str, ...]
        if self.item is None:
            names = (
                ("help",) if self.walk.index < len(self.walk.items) and self.walk.items else ("leave", "help")
            )
            first = (
                "Enter reads the next, a number that one" if self.walk.items else "Enter next, g go to a list"
            )
        elif self.item.outbox is not None:
            names, first = ("undo", "answer", "help"), "Enter next"
        elif self.item.draft is not None:
            names, first = ("answer", "discard", "help"), "Enter next"
        elif self.opened is not None and self.opened.row.state is State.QUIET:
            names, first = ("quiet", "mute_person", "answer", "help"), "Enter next"
        else:
            names, first = ("answer", "done", "snooze", "help"), "Enter next"
        words_of = {name: self.table.word(name) for name in names}
        if self.opened is not None and self.opened.row.state is State.QUIET:
            words_of["quiet"] = "out of Quiet"
        said = [f"{self.table.letter(name)} {word}".strip() for name, word in words_of.items()]
        return ", ".join([*said[:-1], first, said[-1]])

    def _number(self, number: int) -> None:
        item = self.walk.to(number - 1)
        if item is None:
            self.talk.say(f"There is no {number} in this list.")
        else:
            self.go(item)

    async def _unknown(self, line: str) -> None:
        """A first letter asks for its second; anything else is named with the nearest."""
        chords = self.table.chords(line.strip())
        if not chords:
            self.talk.say(self.table.unknown(line))
            return
        second = await self.talk.ask(", ".join(f"{letter} {word}" for letter, word in chords))
        if second is not None and second.strip():
            await self.obey(f"{line.strip()} {second.strip()}")

    # what is read

    def go(self, item: Item | None) -> None:
        """Read an item, or say that the list has ended."""
        if item is None:
            self._end()
        else:
            self.read(item)

    def read(self, item: Item) -> None:
        """Read a conversation, a draft or an answer on its way."""
        self.close()
        self.item = item
        opened = self.engine.inbox.open(item.thread_id) if item.thread_id else None
        if opened is not None:
            self.opened, self.reading = opened, outline(opened)
            self.seen = Seen(opened.row.thread_id, opened.row.arrival)
        uri = item.draft.uri if item.draft else item.outbox.message_uri if item.outbox else ""
        self.target = self.message(uri) if uri else None
        if uri or opened is None or self.reading is None:
            self.talk.show(words.filled(plain_looks.line_of(self, item)))
            if self.target is not None and opened is not None:
                self.talk.say(*Reader(opened, self.now).message(self.target))
            if item.outbox is not None:
                plain_outbox.explain(self, item.outbox)
            return
        row = opened.row
        note = self.engine.inbox.note(row.who.person_id) if row.who else ""
        leaving = [one for one in self.engine.inbox.outbox() if one.thread_id == row.thread_id]
        lines = Reader(opened, self.now).conversation(
            self.reading, note, self._draft(opened), leaving, self.offline
        )
        self.talk.show(lines)

    def _draft(self, opened: Opened) -> tuple[str, str] | None:
        """Whom a draft in this conversation is to, and its words."""
        if not opened.row.has_draft:
            return None
        entries = {entry.uri: entry for entry in opened.entries}
        for draft in self.engine.inbox.drafts():
            if draft.uri in entries:
                return voice.name_of(entries[draft.uri].author), draft.text
        return None

    def close(self) -> None:
        """Nothing is read any more that a letter could mean."""
        self.item = self.opened = self.reading = self.seen = self.target = None
        self.uncovered, self.unfolded = set(), 0

    def refresh(self) -> None:
        """The conversation that was read, as it stands now; what it was when it was read stays in `seen`."""
        if self.opened is not None:
            self.opened = self.engine.inbox.open(self.opened.row.thread_id) or self.opened
            self.reading = outline(self.opened)

    def waiting(self) -> list[Entry]:
        """What waits in the conversation that was read, the first in front."""
        return [entry for entry in self.opened.entries if entry.waiting] if self.opened else []

    def message(self, uri: str) -> Entry | None:
        """A message by its address, None when it is not in the store."""
        try:
            found = self.engine.inbox.resolve(uri)
        except Failure:
            return None
        return self.engine.inbox.entry(found.message_id) if found.message_id is not None else None

    async def _looked(self) -> None:
        if self.seen is not None and self.opened is not None and self.opened.row.state is not State.QUIET:
            await self.engine.acts.looked(self.seen)

    def _end(self) -> None:
        """The end of a list: who still waits, or who has an answer."""
        self.close()
        if not self.walk.home:
            back = self.table.letter("back") or "back"
            self.talk.say(
                "" if self.walk.items else voice.EMPTY[self.walk.view],
                f"The list ends here; {back} goes back.",
            )
            return
        people, since = self.engine.inbox.who_waits()
        self.walk.load()
        if people:
            self.talk.say(f"That was everyone. {words.spelled(voice.who_waits(people, since, self.now))}.")
            return
        answered = list({who.person_id: who for who in self._answered}.values())
        verb = "has" if len(answered) == 1 else "have"
        thanks = f" {voice.names(answered)} {verb} your answer." if answered else ""
        self.talk.say(f"{voice.EMPTY[View.WAITING]}{thanks}")

    # what leaves

    async def has_sent(self, row: OutboxRow) -> None:
        """An answer is in the outbox: say when it leaves, and go on to the next who waits."""
        self._news.sent[row.outbox_id] = row.state
        self._answered.append(row.to)
        self.talk.say(words.leaving(row, self.now, self.offline))
        if self.walk.home and self.item is not None:
            self.go(self.walk.step(1))
        else:
            self.refresh()

    async def settled(self, row: OutboxRow) -> None:
        """The user said whether an answer arrived; what becomes of it is told."""
        self._news.sent[row.outbox_id] = OutboxState.UNSURE

    async def deliver(self, row: OutboxRow) -> None:
        """Send a held answer now; what becomes of it is told."""
        self._news.sent[row.outbox_id] = row.state
        await self.engine.delivery.now(row.outbox_id)

    def farewell(self) -> None:
        """The last words: what became of the answers, and who still waits."""
        people, _ = self.engine.inbox.who_waits()
        still = (
            f"{voice.names(people)} still {'waits' if len(people) == 1 else 'wait'}."
            if people
            else "Nobody waits."
        )
        news = [one for one in self._news.take() if ", shows" not in one]
        self.talk.say(" ".join([*news, still]))
        self.left = True
