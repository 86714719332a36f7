"""The cast answers back a few seconds after a reply, once or twice; one clock and one seed rule time and chance."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from convo.adapters.memory import MemoryAdapter, factory
from convo.adapters.played import ACCOUNTS
from convo.config import AccountConfig
from convo.demo.stage import Stage
from convo.model import Message, Visibility

TURNS = 2
"""How often somebody answers back in one conversation."""

_LINES: Mapping[str, tuple[str, ...]] = {
    "Ana Lind": (
        "Then the ladder is yours from Saturday. Does the cellar smell of apples?",
        "Good. Carl says hello.",
    ),
    "Ben Okafor": (
        "Thank you. I will take the sharp sentence out and leave the true one.",
        "Done, it went out.",
    ),
    "Hana Ito": ("The heron, then. I had hoped so.",),
    "Dora Weiss": (
        "So it was the flour! I will try the strong one tomorrow.",
        "It worked. The crumb is open now.",
    ),
    "Chi Nguyen": ("Thanks for looking. I pushed the two changes.",),
    "Ivo Marek": ("With that it starts here, too. Closing this.",),
    "田中 美咲": ("なるほど、とてもよくわかりました。ありがとうございます。",),
    "נועה לוי": ("הבנתי, תודה! אנסה את זה הערב.",),
    "امیر رضایی": ("عالی، فردا شروع می‌کنم.",),
    "Fatou Diop": ("Lovely. I keep a place for you at the front.",),
    "Zoé Petit": ("Parfait. À samedi, alors.",),
    "Gus Park": ("After! That explains a lot.",),
}
_OTHERS = (
    "Thank you, that helps me on.",
    "That is kind of you. I will tell you how it went.",
    "I had not seen it that way. Let me think about it.",
    "Good. And how are you these days?",
)
_VISITORS = (
    ("fosstodon", "@nils@mas.example", "Nils Aho", "Is the reading on Saturday open to children, too?"),
    ("bsky", "@rosa.example", "Rosa Conti", "You said you had a spare loom. Is it still looking for a home?"),
)


class Company:
    """Keeps the conversation going while the inbox is open."""

    def __init__(self, stage: Stage, seed: int = 4) -> None:
        self._stage = stage
        self._chance = random.Random(seed)
        self._turns: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._visited = False
        self.on_said: Callable[[Sequence[str]], None] | None = None
        """Told at which accounts somebody said something: the demo need not ask for it over and over."""
        stage.world.on_answer = self._answered

    def adapters(self) -> Callable[..., MemoryAdapter]:
        """What the engine makes adapters with; the first one made invites the visitors."""
        make = factory(self._stage.world)

        def made(account: AccountConfig, *arguments: object) -> MemoryAdapter:
            if not self._visited:
                self._visited = True
                for number, visitor in enumerate(_VISITORS):
                    self._later(25 + 5 * number, visitor[0], partial(self._visit, *visitor))
            return make(account, *arguments)  # type: ignore[arg-type]

        return made

    def _later(self, seconds: float, account: str, do: Callable[[], None]) -> None:
        async def wait() -> None:
            await self._stage.clock.sleep(seconds)
            do()
            if self.on_said is not None:
                self.on_said([account])

        task = asyncio.get_running_loop().create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _visit(self, account: str, handle: str, name: str, words: str) -> None:
        person = self._stage.person(account, handle, name)
        self._stage.says(account, person, words, self._stage.clock.now(), names=[self._stage.me[account]])

    def _answered(self, message: Message) -> None:
        """The user answered somebody: who wrote the parent may come back to it."""
        parent = self._stage.world.posts.get(message.parent_uri)
        root = message.root_uri or message.uri
        if parent is None or self._turns.get(root, 0) >= self._chance.choice((1, TURNS)):
            return
        turn = self._turns.get(root, 0)
        self._turns[root] = turn + 1
        author = parent.message.author
        if author.bot or author.uid in {person.uid for person in self._stage.me.values()}:
            return
        lines = _LINES.get(author.name, ())
        words = lines[turn] if turn < len(lines) else self._chance.choice(_OTHERS)
        account = next(name for name, (_, server) in ACCOUNTS.items() if server == parent.home.name)
        direct = message.visibility is Visibility.DIRECT
        self._later(
            self._chance.uniform(3, 7),
            account,
            lambda: self._say_back(account, message, words, direct),
        )

    def _say_back(self, account: str, message: Message, words: str, direct: bool) -> None:
        world = self._stage.world
        parent = world.posts[message.parent_uri].message
        self._stage.says(
            account,
            parent.author,
            words,
            self._stage.clock.now(),
            to=message,
            visibility=message.visibility if direct else parent.visibility,
            flat=parent.flat,
            tell=True,
        )
