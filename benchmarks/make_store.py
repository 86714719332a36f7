"""Make a store of a given size through the real ingest path: make_store.py --messages N --data-dir DIR [--long N].

The same seed gives the same messages: a handful of accounts on two platforms, a quarter as many conversations as
messages, words in the frequencies of natural language, one text in eight in Japanese, a few in Thai.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

from convo.clock import HandClock
from convo.model import Attachment, Link, Mention, Message, Page, Person, Visibility
from convo.store import Store, accounts, ingest

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
PAGE = 200

_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvz" for vowel in "aeio"]
_KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
_ENDINGS = ("です", "ます", "ました", "でした", "ません", "ですか", "でしょう")
_THAI = ("สวัสดี", "ครับ", "บ้าน", "หลังคา", "ขอบคุณ", "เมื่อวาน", "อาหาร", "เดินทาง")


class Cast:
    """The people and the words of the made-up store."""

    def __init__(self, messages: int, seed: int) -> None:
        self.random = chance = random.Random(seed)
        self.words = [
            "".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(40_000)
        ]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self.kanji = [chr(chance.randrange(0x4E00, 0x5E00)) for _ in range(2_000)]
        self._kanji_weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.kanji))))
        self.me = {
            "fosstodon": Person(
                "mastodon", "https://fosstodon.example/users/me", "me@fosstodon.example", "Me"
            ),
            "bsky": Person("bluesky", "did:plc:me", "me.bsky.example", "Me"),
        }
        count = max(20, messages // 20)
        self.people = {
            "mastodon": [self._person("mastodon", number) for number in range(count)],
            "bluesky": [self._person("bluesky", number) for number in range(count)],
        }
        self._people_weights = list(accumulate(1 / (rank + 10) for rank in range(count)))

    def _person(self, platform: str, number: int) -> Person:
        name = f"{self.random.choice(self.words).title()} {self.random.choice(self.words).title()}"
        if platform == "mastodon":
            host = f"host{number % 300}.example"
            return Person(platform, f"https://{host}/users/p{number}", f"p{number}@{host}", name)
        return Person(platform, f"did:plc:{number:024x}", f"p{number}.bsky.example", name)

    def someone(self, platform: str) -> Person:
        """A person; some write often, most hardly ever."""
        return self.random.choices(self.people[platform], cum_weights=self._people_weights)[0]

    def text(self) -> str:
        """A text of ten to sixty words."""
        kind = self.random.random()
        if kind < 0.12:
            return "".join(self._japanese() for _ in range(self.random.randint(2, 6)))
        if kind < 0.14:
            return "".join(self.random.choices(_THAI, k=self.random.randint(4, 20)))
        length = min(120, int(self.random.lognormvariate(3.1, 0.6)) + 3)
        words = self.random.choices(self.words, cum_weights=self._weights, k=length)
        return " ".join(words).capitalize() + self.random.choice(".?!")

    def _japanese(self) -> str:
        kanji = self.random.choices(self.kanji, cum_weights=self._kanji_weights, k=self.random.randint(3, 8))
        kana = self.random.choices(_KANA, k=self.random.randint(3, 9))
        return "".join((*kanji[:2], *kana, *kanji[2:], self.random.choice(_ENDINGS), "。"))


def conversations(cast: Cast, messages: int) -> Iterator[list[Message]]:
    """Conversations of four messages on average, oldest first, with times over three years up to now."""
    chance = cast.random
    made = 0
    while made < messages:
        size = min(messages - made, max(1, min(200, int(chance.paretovariate(1.4) * 1.25))))
        # From the oldest to the newest conversation, as years of syncs would bring them.
        start = NOW - timedelta(days=1000) * (1 - made / messages) - timedelta(minutes=chance.randrange(600))
        yield conversation(cast, size, start, made)
        made += size


def conversation(cast: Cast, size: int, start: datetime, number: int) -> list[Message]:
    """One conversation in which the user takes part: rooted in their words, or naming them."""
    chance = cast.random
    account = "fosstodon" if chance.random() < 0.6 else "bsky"
    me = cast.me[account]
    partners = [cast.someone(me.platform) for _ in range(chance.choice((1, 1, 2, 3)))]
    visibility = Visibility.DIRECT if chance.random() < 0.05 else Visibility.PUBLIC
    talk: list[Message] = []
    for place in range(size):
        mine = chance.random() < 0.35 if place else chance.random() < 0.5
        author = me if mine else chance.choice(partners)
        parent = chance.choice(talk[-3:]) if talk else None
        talk.append(_message(cast, f"{number}-{place}", author, me, parent, talk, start, visibility))
    return talk


def _message(
    cast: Cast, key: str, author: Person, me: Person, parent: Message | None, talk: Sequence[Message],
    start: datetime, visibility: Visibility,
) -> Message:  # fmt: skip
    chance = cast.random
    mastodon = author.platform == "mastodon"
    host = author.uid.split("/users/")[0]
    uri = f"{author.uid}/statuses/11{key}" if mastodon else f"at://{author.uid}/app.bsky.feed.post/3l{key}"
    to = parent.author if parent is not None else (me if author is not me else None)
    named = (Mention(to.uid, to.handle, True),) if to is not None and to is not author else ()
    text = cast.text()
    extra = chance.random()
    return Message(
        uri=uri,
        author=author,
        created_at=min(NOW, start + timedelta(minutes=7 * len(talk), seconds=chance.randrange(300))),
        text=f"@{to.handle} {text}" if named and mastodon and to is not None else text,
        local_id=f"11{key}" if mastodon else "",
        parent_id=parent.local_id if parent is not None and mastodon else "",
        parent_uri=parent.uri if parent is not None and not mastodon else "",
        root_uri=talk[0].uri if talk and not mastodon else "",
        url=f"{host}/@x/11{key}" if mastodon else f"https://bsky.example/profile/{author.uid}/post/3l{key}",
        visibility=visibility,
        language="ja" if not text.isascii() else "en",
        mentions=named,
        attachments=(Attachment("picture", f"https://media.example/{key}.jpg", text[:40]),)
        if extra < 0.12
        else (),
        links=(Link(f"https://site{key}.example/page", "a page"),) if extra > 0.85 else (),
        data="" if mastodon else f'{{"cid":"bafyrei{key:0>50}"}}',
    )


def long_conversation(cast: Cast, size: int) -> Page:
    """One conversation of that many messages, on top of all others."""
    return Page(tuple(conversation(cast, size, NOW - timedelta(days=6), -1)))


def pages(cast: Cast, messages: int) -> Iterator[tuple[str, list[Message]]]:
    """The messages in pages per account, each conversation in one piece unless a page ends in it."""
    waiting: dict[str, list[Message]] = {name: [] for name in cast.me}
    by_platform = {me.platform: name for name, me in cast.me.items()}
    for talk in conversations(cast, messages):
        name = by_platform[talk[0].author.platform]
        waiting[name] += talk
        while len(waiting[name]) >= PAGE:
            yield name, waiting[name][:PAGE]
            del waiting[name][:PAGE]
    for name, rest in waiting.items():
        if rest:
            yield name, rest


def fill(store: Store, cast: Cast, messages: int) -> tuple[int, float]:
    """Store that many messages as syncs would; gives how many and the CPU seconds that storing them took."""
    numbers = {
        name: store.write_now(accounts.remember, name, me.platform, me, "{}", NOW - timedelta(days=1000))
        for name, me in cast.me.items()
    }
    for number in numbers.values():
        store.write_now(accounts.good_sync, number, NOW - timedelta(days=999))
    count, spent = 0, 0.0
    for name, page in pages(cast, messages):
        seen = max(message.created_at for message in page)
        ctx = ingest.IngestContext(seen, NOW - timedelta(days=1014), seen - timedelta(hours=1))
        began = time.process_time()
        store.write_now(
            ingest.save_page, numbers[name], "mentions", "incoming", Page(tuple(page), str(count)), ctx,
            user=False, durable=False,
        )  # fmt: skip
        spent += time.process_time() - began
        count += len(page)
    return count, spent


def add_long(store: Store, cast: Cast, size: int) -> None:
    """Store one long conversation, as the account it belongs to would bring it."""
    page = long_conversation(cast, size)
    platform = page.messages[0].author.platform
    number = next(one.id for one in accounts.all_accounts(store.reader) if one.platform == platform)
    ctx = ingest.IngestContext(NOW, NOW - timedelta(days=14), NOW - timedelta(hours=1))
    store.write_now(ingest.save_page, number, "mentions", "incoming", page, ctx, user=False, durable=False)


def make(directory: Path, messages: int) -> None:
    """A store with one conversation of a thousand messages on top."""
    store = Store.open(directory, HandClock(NOW))
    cast = Cast(messages, 1)
    fill(store, cast, messages)
    add_long(store, cast, 1_000)
    store.close()


def main() -> None:
    """Make the store the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--long", type=int, default=0, help="add one conversation of so many messages")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cast = Cast(options.messages, options.seed)
    store = Store.open(options.data_dir, HandClock(NOW))
    count, spent = fill(store, cast, options.messages)
    if options.long:
        add_long(store, cast, options.long)
    store.close()
    print(f"{count} messages, {spent / count * 1e6:.0f} µs CPU each, {store.path.stat().st_size >> 20} MB")


if __name__ == "__main__":
    main()
