"""The words of an answer in the line mode, line by line, and what becomes of them. Every line is kept as it comes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convo.adapters.contract import Verb
from convo.cli.input import edited
from convo.cli.run import UsageError
from convo.engine import voice
from convo.model import Mention, Visibility
from convo.text import one_line
from convo.views import Caution, Draft, Failure

if TYPE_CHECKING:
    from convo.cli.plain import Plain
    from convo.engine.answers import Terms

    Options = Mapping[str, Callable[["Reply"], Awaitable[None]]]

WRITE = "a line with only a dot ends."
CHOICES = "y send, c change, t people, Enter keep as draft"


class Reply:
    """The words to one message, from the first line until they leave or rest."""

    def __init__(self, plain: Plain, terms: Terms, draft: Draft, options: Options) -> None:
        self.plain = plain
        self._options = options
        self.talk = plain.talk
        self._answers = plain.engine.answers
        self.terms = terms
        self.draft = draft
        self._heeded: set[str] = set()
        self._open = True

    @property
    def _author(self) -> str:
        return voice.name_of(self.terms.message.author)

    def names(self) -> list[str]:
        """Whom the answer addresses, the author first."""
        author = self.terms.message.author.uid
        kept = [one for one in self.terms.audience if one.uid == author or one.uid not in self.draft.dropped]
        return [self.name(one) for one in kept] or [self._author]

    def name(self, mention: Mention) -> str:
        """What a person it addresses is called."""
        entries = self.plain.opened.entries if self.plain.opened else ()
        people = [*(entry.author for entry in entries), self.terms.message.author]
        known = {who.uid: who for who in people}
        if mention.uid in known:
            return voice.name_of(known[mention.uid], people)
        found = [who for who in self.plain.engine.inbox.find_people(mention.handle) if who.uid == mention.uid]
        return voice.name_of(found[0], [*people, *found]) if found else mention.handle

    @property
    def visibility(self) -> Visibility:
        """Who may read it, as it stands."""
        return self.draft.visibility or self.terms.visibility

    @property
    def warning(self) -> str:
        """The cover over it, "" for none."""
        own = self.draft.content_warning
        return self.terms.content_warning if own is None else own

    def _head(self) -> str:
        """To whom, from whom, who may read it, and under what cover."""
        to, me = self.names(), self.terms.me.handle or self.terms.account
        names = " and ".join(filter(None, [", ".join(to[:-1]), to[-1]]))
        readers = voice.readers(self.visibility, (self._author,))
        cover = f" Covered: {one_line(self.warning)}." if self.warning else ""
        return f"To {names}, from {me}, {readers}.{cover}"

    async def keep(self, text: str) -> None:
        """Put the words into the store."""
        self.draft = replace(
            self.draft, text=text, cursor=len(text), touched_at=self.plain.engine.clock.now()
        )
        await self._answers.save_draft(self.draft)

    async def change_terms(self, **changes: object) -> None:
        """Other readers, people, cover or language, kept with the words."""
        self.draft = replace(self.draft, touched_at=self.plain.engine.clock.now(), **changes)  # type: ignore[arg-type]
        await self._answers.save_draft(self.draft)

    async def write(self, before: str = "") -> None:
        """Read lines into the draft, then ask what becomes of it."""
        begun = self.draft.text.strip() and not before
        if begun:
            self.talk.say(f'{self._head()} Your draft: "{self.draft.text.strip()}" Write on; {WRITE}')
        else:
            self.talk.say(f"{self._head()} {before} Write; {WRITE}".replace("  ", " "))
        await self.add()
        await self.decide()

    async def add(self) -> None:
        """Lines behind the words there are."""
        start = self.draft.text.rstrip("\n")

        async def kept(lines: Sequence[str]) -> None:
            await self.keep("\n".join([start, *lines] if start else lines))

        await self.talk.written(kept)

    async def anew(self) -> None:
        """All words anew; the old ones stay behind them until the last line is there."""
        old, new = self.draft.text, ""

        async def kept(lines: Sequence[str]) -> None:
            nonlocal new
            new = "\n".join(lines)
            await self.keep(f"{new}\n\n{old}")

        self.talk.say(f"Write; {WRITE}")
        await self.talk.written(kept)
        if new.strip() and not self.talk.ended:
            await self.keep(new)

    async def decide(self) -> None:
        """Ask until the words leave, rest as a draft, or are thrown away."""
        while self._open:
            if not self.draft.text.strip() and not self.draft.attachments:
                self.talk.say("There are no words; nothing is sent.")
                return
            line = await self.talk.ask(CHOICES, self._summary())
            name = "keep" if line is None or not line.strip() else self.plain.replies.find(line)
            if name in self._options:
                try:
                    await self._options[name](self)
                except Failure as error:
                    self.talk.say(error.words)
            elif name == "help":
                self.talk.show(self.plain.replies.lines())
            else:
                self.talk.say(self.plain.replies.unknown(line or ""))

    def _summary(self) -> str:
        room = self._answers.measure(self.draft).room
        known = "" if room is None else f" Room for {room}." if room >= 0 else f" Too long by {-room}."
        return f'To {voice.listed(self.names())}: "{self.draft.text.strip()}"{known}'

    async def from_account(self, name: str) -> None:
        """Answer from another account; each account has a draft of its own, the words go along."""
        text = self.draft.text
        await self._answers.save_draft(self.draft)
        fresh = self._answers.terms(self.terms.message.message_id, name)
        moved = fresh.draft or replace(
            self.draft, account=name, visibility=None, content_warning=None, dropped=()
        )
        self.terms, self.draft = fresh, moved
        if not fresh.draft:
            await self.keep(text)
        self.talk.say(self._head())

    async def editor(self) -> None:
        """Write on in the user's editor, where there is a terminal for it."""
        if not self.talk.terminal:
            self.talk.say("An editor needs a terminal; write here.")
            return
        look, directory = self.plain.engine.config.look, Path(tempfile.gettempdir())
        try:
            text = await asyncio.to_thread(edited, self.draft.text, look.editor, directory)
        except UsageError as error:
            self.talk.say(error.words)
            return
        await self.keep(text)

    async def rest(self) -> None:
        """Leave the words as a draft."""
        await self._answers.save_draft(self.draft)
        self.talk.say(voice.draft_kept(self.terms.message.author))
        self._open = False

    async def discard(self) -> None:
        """Throw the words away; undo brings them back."""
        await self._answers.save_draft(self.draft)
        act = await self._answers.discard_draft(self.draft.account, self.draft.uri)
        self.talk.say(act.words)
        self._open = False

    async def send(self) -> None:
        """Say what should be said before; then into the outbox, and on to the next conversation."""
        cautions = self._answers.cautions(self.draft)
        blocking = [one for one in cautions if one.blocks]
        telling = [
            one for one in cautions if not one.blocks and not one.needs_yes and one.words not in self._heeded
        ]
        if blocking or telling:
            self.talk.say(*(_told(one) for one in blocking or telling))
            self._heeded.update(one.words for one in telling)
            if not blocking:
                self.talk.say("y sends it as it is.")
            return
        wider = next((one for one in cautions if one.needs_yes), None)
        if wider is not None and not await self._wider(wider):
            return
        row = await self._answers.send(self.draft, yes=wider is not None)
        self._open = False
        await self.plain.has_sent(row)

    async def _wider(self, caution: Caution) -> bool:
        """Whether it goes to more people; by Enter it goes to those who read the message, by anything else nowhere."""
        keeps = voice.readers(self.terms.visibility, (self._author,))
        line = await self.talk.ask(f"w send it so, Enter keep it to {keeps}, q not yet", caution.plain)
        if line is None or line.strip().casefold() not in ("w", ""):
            return False
        if not line.strip():
            await self.change_terms(visibility=None)
            await self.send()
            return False
        return True


def _told(caution: Caution) -> str:
    return f'{caution.plain} "{caution.taste}"' if caution.taste else caution.plain


def able(terms: Terms, verb: Verb) -> bool:
    """Whether the account can do something."""
    return verb in terms.can.verbs
