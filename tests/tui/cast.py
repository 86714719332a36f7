"""The people of the drawings as hand-made rows and messages; it is Friday, 20 November, 10:30."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from convo.model import Attachment, Link, Mention, Quote, Reason, Visibility
from convo.views import AccountStatus, Entry, Health, Opened, Row, Someone, State

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
PLATFORMS = {
    "mastodon": "Mastodon", "bluesky": "Bluesky", "github": "GitHub", "wordpress": "WordPress",
    "hackernews": "Hacker News",
}  # fmt: skip
ACCOUNTS = {
    "fosstodon": "mastodon", "bsky": "bluesky", "work": "github", "bread": "wordpress", "hn": "hackernews",
}  # fmt: skip


def at(day: int, hour: int = 9, minute: int = 14, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=timezone.utc)


TUE, WED, THU, MON = at(17), at(18), at(19), at(16, 18, 2)

_numbers: dict[str, int] = {}


def someone(name: str, handle: str, circle: bool = False, is_me: bool = False) -> Someone:
    number = _numbers.setdefault(handle, len(_numbers) + 1)
    return Someone(number, f"uid:{handle}", handle, name, f"https://example/{handle}", is_me, circle)


ANA = someone("Ana Lind", "ana@fosstodon.org", circle=True)
BEN = someone("Ben Okafor", "ben.example", circle=True)
HANA = someone("Hana Ito", "hana@fosstodon.org", circle=True)
DORA = someone("Dora Weiss", "dora")
CHI = someone("Chi Nguyen", "chi-n")
MISAKI = someone("田中 美咲", "misaki@fosstodon.org")
NOA = someone("נועה לוי", "noa@fosstodon.org")
IVO = someone("Ivo Marek", "ivo")
FATOU = someone("Fatou Diop", "fatou.example")
JO = someone("Jo Rivers", "jo@fosstodon.org")
EMIL = someone("Emil Sand", "emilsand")
GUS = someone("Gus Park", "gus@fosstodon.org")
MIA = someone("Mia Berg", "mia@fosstodon.org")
CARL = someone("Carl Berg", "carl@mas.example")
ME = someone("", "me@fosstodon.org", is_me=True)


def row(number: int, who: Someone, account: str, since: datetime, words: str, **more: object) -> Row:
    plain = Row(
        thread_id=number,
        account=account,
        accounts=(account,),
        platform=ACCOUNTS[account],
        title="",
        url=f"https://example.org/{number}",
        state=State.WAITING,
        reason=Reason.REPLY.value,
        who=who,
        waiting_for=(who,),
        waiting_since=since,
        last_message_at=since,
        last_is_me=False,
        snoozed_until=None,
        state_since=None,
        words=words,
        covered="",
        visibility=Visibility.PUBLIC,
        finished=False,
        reminder=False,
        reopened=False,
        unread=False,
        first_time=False,
        held=False,
        has_draft=False,
        outbox=None,
        arrival=number,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


ROWS = (
    row(1, ANA, "fosstodon", TUE,
        "Did you get the second house? We walked past it on Sunday and thought of you.",
        title="The second house in Umeå", waiting_for=(ANA,), arrival=30),
    row(2, BEN, "bsky", WED,
        "Could you look at the draft before Friday? Page two is the one I am unsure of: is it too sharp?"),
    row(3, HANA, "fosstodon", NOW - timedelta(hours=3, minutes=5),
        "Which of the two covers would you pick up in a shop?", has_draft=True),
    row(4, DORA, "bread", at(12), "My dough stays wet even after the second rest. What flour do you use?",
        reason=Reason.COMMENT.value),
    row(5, CHI, "work", TUE, "Read the feed in one pass", title="Read the feed in one pass",
        reason=Reason.REVIEW.value),
    row(6, MISAKI, "fosstodon", WED, "はじめまして。翻訳のことで一つ質問してもいいですか。", unread=True),
    row(7, NOA, "fosstodon", WED, "תודה על ההסבר, אבל מה קורה כשאין רשת?"),
    row(8, IVO, "work", THU, "It still fails here with Python 3.10, see the log below", reopened=True),
    row(9, FATOU, "bsky", THU, "are you coming to the meeting in Lyon?", visibility=Visibility.DIRECT,
        reason=Reason.DIRECT.value),
    row(10, JO, "fosstodon", THU, "You asked me to remind you about the seeds", reminder=True),
    row(11, EMIL, "hn", NOW - timedelta(hours=2, minutes=18), "Why a tree and not a flat log here?", unread=True),
    row(12, GUS, "fosstodon", NOW - timedelta(minutes=40), "What did you eat?", covered="food", unread=True),
)  # fmt: skip


def entry(number: int, author: Someone, when: datetime, text: str, parent: int = 0, **more: object) -> Entry:
    plain = Entry(
        message_id=number,
        uri=f"uri:{number}",
        parent_uri=f"uri:{parent}" if parent else "",
        author=author,
        created_at=when,
        edited_at=None,
        text=text,
        content_warning="",
        visibility=Visibility.PUBLIC,
        language="en",
        url=f"https://example.org/m{number}",
        attachments=(),
        links=(),
        quotes=(),
        mentions=(),
        addressed=None,
        waiting=False,
        waiting_since=None,
        done=False,
        quiet="",
        held=False,
        deleted=False,
        more_below=False,
        new=False,
        arrival=number,
        accounts=("fosstodon",),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


HOUSE = (
    entry(101, MIA, at(16, 16, 0), "Who of you has lived in Umeå?"),
    entry(102, CARL, at(16, 17, 0), "Two winters.", 101),
    entry(103, ME, MON, "We are looking at two houses near the river. Both need a roof."),
    entry(104, CARL, at(16, 19, 0), "The river side floods.", 103),
    entry(105, MIA, at(16, 20, 0), "It did not, the last two years.", 104),
    entry(106, ANA, at(17, 9, 14),
          "Did you get the second house? We walked past it on Sunday and thought of you. "
          "The garden is bigger than it looks from the road.",
          103, addressed=Reason.REPLY, waiting=True, waiting_since=at(17, 9, 14), visibility=Visibility.FOLLOWERS,
          attachments=(Attachment("picture", "https://huset.example/1.jpg",
                                  "A red wooden house behind birches, first snow on the roof"),),
          links=(Link("https://huset.example/till-salu"),),
          mentions=(Mention(ME.uid, ME.handle), Mention(CARL.uid, CARL.handle), Mention(MIA.uid, MIA.handle))),
    entry(107, ANA, at(18, 20, 40), "Carl says he can lend you the long ladder.", 103, addressed=Reason.REPLY,
          waiting=True, new=True, waiting_since=at(18, 20, 40),
          quotes=(Quote("uri:103", ME.uid, "", "Both need a roof."),)),
    entry(108, MIA, at(18, 21, 3), "And the tall one, too.", 107, new=True),
)  # fmt: skip


def conversation(found: Row) -> Opened:
    """The whole house for Ana, for the others the one message of their row."""
    if found.thread_id == 1:
        return Opened(found, HOUSE)
    assert found.who is not None
    reason = next((one for one in Reason if one.value == found.reason), None)
    one = entry(
        200 + found.thread_id, found.who, found.waiting_since or NOW, found.words, addressed=reason,
        waiting=found.state is State.WAITING, waiting_since=found.waiting_since, visibility=found.visibility,
        content_warning=found.covered, new=found.unread, arrival=found.arrival, accounts=found.accounts,
    )  # fmt: skip
    return Opened(found, (one,))


STATUSES = tuple(
    AccountStatus(name, platform, f"me@{name}", Health.FINE, "", "", at(20, 10, 28), None)
    for name, platform in ACCOUNTS.items()
)
