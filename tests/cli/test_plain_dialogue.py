"""The dialogue of the specification, line for line, on a matching cast."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo.stage import Stage
from convo.model import Reason, Visibility
from tests.cli.plain_play import NOW, at, befriended, has_left, later, talked

DIALOGUE = """\
convo. Ana, Ben and others wait; Ana since Tuesday.
All accounts are fine, except bread: sign in again with: convo login bread

Ana Lind, in your circle, waits since Tuesday.
Mastodon, fosstodon. The second house in Umeå. Ana replied to you.
You wrote, Monday 18:02: We are looking at two houses near the river. Both need a roof.
Ana wrote, Tuesday 9:14: Did you get the second house? We walked past it on Sunday and thought of you.
The garden is bigger than it looks from the road.
Picture: A red wooden house behind birches, first snow on the roof. Link: huset.example/till-salu
Carl and Mia also wrote. v reads them.
Your note: her sister lives in Umeå; plain answers.
r answer, e done, s snooze, Enter next, ? help: r
To Ana, from @me@fosstodon.org, followers only. Write; a line with only a dot ends.
> Yes, we signed on Friday.
> .
To Ana: "Yes, we signed on Friday." Room for 475. y send, c change, t people, Enter keep as draft: y
To Ana in 10 seconds. u takes it back.

Ben Okafor, in your circle, waits since Wednesday.
Bluesky, bsky. Ben mentioned you: Could you look at the draft before Friday?
r answer, e done, s snooze, Enter next, ? help: s
1 later today 17:00, 2 tomorrow 9:00, 3 Monday 9:00, 4 in a week, 5 not before Ben writes again, or a time: 3
Ben comes back on Monday at 9:00. u takes it back.
r answer, e done, s snooze, Enter next, ? help: q
To Ana: sent. Chi, Dora and others still wait.
"""


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.utc)


def _cast(clock: HandClock) -> Stage:
    stage = Stage(clock)
    says, me = stage.says, stage.me
    ana = stage.person("fosstodon", "@ana@fosstodon.org", "Ana Lind")
    mia = stage.person("fosstodon", "@mia@fosstodon.org", "Mia Berg")
    carl = stage.person("fosstodon", "@carl@mas.example", "Carl Berg")
    ben = stage.person("bsky", "@ben.okafor.example", "Ben Okafor")
    followers = Visibility.FOLLOWERS
    house = says("fosstodon", None, "We are looking at two houses near the river. Both need a roof.", on(16, 18, 2),
                 title="The second house in Umeå")  # fmt: skip
    flood = says("fosstodon", carl, "The river side floods in April.", on(16, 19), to=house)
    denied = says("fosstodon", mia, "It did not, the last two years.", on(16, 20), to=house)
    for said in (flood, denied):
        says("fosstodon", None, "Thank you.", on(16, 21), to=said)
    says("fosstodon", ana, "Did you get the second house? We walked past it on Sunday and thought of you. "
         "The garden is bigger than it looks from the road.", on(17, 9, 14), to=house,
         names=[me["fosstodon"]], visibility=followers,
         picture="A red wooden house behind birches, first snow on the roof",
         link="https://huset.example/till-salu")  # fmt: skip
    for account, person in (("fosstodon", ana), ("bsky", ben)):
        before = says(account, person, "Shall we meet?", on(2, 9), names=[me[account]])
        says(account, None, "On Monday, gladly.", on(2, 10), to=before)
    says("bsky", ben, "Could you look at the draft before Friday?", on(18, 16, 20), names=[me["bsky"]])
    chi = stage.person("work", "chi-nguyen", "Chi Nguyen")
    says("work", chi, "Read the feed in one pass", on(12, 9), claim=Reason.REVIEW, flat=True)
    dora = stage.person("bread", "dora", "Dora Weiss")
    post = says("bread", None, "You need a bowl and your hands.", on(1, 9), title="Bread without a scale")
    says(
        "bread", dora, "My dough stays wet. What flour do you use?", on(13, 9), to=post, claim=Reason.COMMENT
    )
    ivo = stage.person("work", "ivomarek", "Ivo Marek")
    says("work", ivo, "It still fails here.", on(17, 9), claim=Reason.OPENED, flat=True)
    fatou = stage.person("bsky", "@fatou.example", "Fatou Diop")
    says("bsky", fatou, "Are you coming to Lyon?", on(19, 9), visibility=Visibility.DIRECT, flat=True)
    return stage


def test_the_dialogue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = HandClock(NOW)
    stage = _cast(clock)
    with at(stage, tmp_path / "data", revoked="bread") as engine:
        asyncio.run(befriended(engine, Ana="her sister lives in Umeå; plain answers", Ben=""))
        talked(engine, "r", "Yes, we signed on Friday.", ".", "y", "s", "3", later(clock, 11, has_left), "q")
    assert capsys.readouterr().out == DIALOGUE
    (answer,) = stage.world.by(stage.me["fosstodon"].uid, text="Yes, we signed on Friday.")
    assert answer.visibility is Visibility.FOLLOWERS
