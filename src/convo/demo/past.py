"""The demo's past: what the user and the cast said to each other before this evening. All of it is made up."""

from __future__ import annotations

from datetime import datetime

from convo.demo.stage import Stage
from convo.model import Message, Person, Visibility

DIRECT = Visibility.DIRECT
HOME = "https://lind.example"
"""Ana's own page, which all her profiles link to."""


def play(stage: Stage) -> None:
    """Tell each of these conversations once."""
    for scene in (_ana, _friends, _work, _long_ago):
        scene(stage)


def _exchange(
    stage: Stage, account: str, person: Person, asked: str, answered: str, at: datetime, title: str = "",
    visibility: Visibility = Visibility.PUBLIC,
) -> Message:  # fmt: skip
    """Somebody asks, the user answers, both long before; gives the answer."""
    direct = visibility is DIRECT
    names = () if direct else (stage.me[account],)
    flat = direct or account == "work"
    question = stage.says(
        account, person, asked, at, names=names, title=title, visibility=visibility, flat=flat, tell=True
    )
    return stage.says(
        account, None, answered, at + (stage.now - at) / 50, to=question, visibility=visibility, flat=flat,
        names=[person] if direct else (),
    )  # fmt: skip


def _ana(stage: Stage) -> None:
    """Ana on three platforms: two are joined by the user, the third is only suggested."""
    ana = stage.person("fosstodon", "@ana@fosstodon.org", "Ana Lind", links=[HOME])
    sky = stage.person("bsky", "@ana.lind.example", "Ana Lind", links=[HOME])
    says, ago = stage.says, stage.ago
    helped = _exchange(
        stage,
        "fosstodon",
        ana,
        "May I ask you something about the house in Ludvika, before I sign?",
        "Ask for the year of the roof, and for the well. Then sleep on it once.",
        ago(days=19),
        visibility=DIRECT,
    )
    says(
        "fosstodon",
        ana,
        "Thank you. That helped more than you think.",
        ago(days=17),
        to=helped,
        visibility=DIRECT,
        flat=True,
    )
    moss = says("bsky", None, "Does anybody know this moss?", ago(days=48), title="On moss")
    says(
        "bsky",
        sky,
        "The green one is called Hylocomium. It grows on the north side.",
        ago(days=47),
        to=moss,
    )
    _exchange(
        stage,
        "fosstodon",
        ana,
        "Which bread for a week in the hut, without a bag?",
        "Rye. It is better on the third day.",
        ago(days=105),
        title="Which bread for a week?",
    )
    bridge = says(
        "fosstodon", None, "The bridge was drawn by somebody who walks.", ago(days=760), title="The bridge"
    )
    says("fosstodon", ana, "This, and the part about the bridge.", ago(days=759), quote=bridge)
    _exchange(
        stage,
        "fosstodon",
        ana,
        "Are you the one who wrote about the ferry at Holmön?",
        "I am. Were you on it, too?",
        ago(days=1700),
        title="The ferry",
    )
    hub = stage.person("work", "analind", "", links=[HOME])
    _exchange(
        stage,
        "work",
        hub,
        "The Swedish words for the months are not capitalised.",
        "You are right, and fixed. Thank you.",
        ago(days=33),
        title="Months in Swedish",
    )


def _friends(stage: Stage) -> None:
    """What lies behind those who wait: nobody of them writes for the first time."""
    ago = stage.ago
    ben = stage.person("bsky", "@ben.okafor.example", "Ben Okafor")
    first = _exchange(
        stage,
        "bsky",
        ben,
        "You write that letters should be read aloud. To whom?",
        "To the kettle. It never interrupts.",
        ago(days=1150),
        title="Letters, aloud",
    )
    stage.says("bsky", ben, "I tried the kettle. It hummed.", ago(days=8), to=first)
    hana = stage.person("fosstodon", "@hana@books.example", "Hana Ito")
    _exchange(
        stage,
        "fosstodon",
        hana,
        "Would you read a first chapter that has no people in it?",
        "Gladly, if there is weather.",
        ago(days=61),
        title="A first chapter",
    )
    fatou = stage.person("bsky", "@fatou.example", "Fatou Diop")
    _exchange(
        stage,
        "bsky",
        fatou,
        "Shall I keep the keys of the hall for you?",
        "Please do. I come by on Monday.",
        ago(days=40),
        title="The keys of the hall",
    )
    for handle, name, asked, answered in (
        ("@zoe@colline.example", "Zoé Petit", "Tu lis samedi ?", "Oui, vers sept heures."),
        (
            "@ines@fosstodon.org",
            "Inês Prado",
            "Who translated the tide tables?",
            "I did, badly. You may mend them.",
        ),
        ("@gus@soup.example", "Gus Park", "Which beans for the stew?", "The small white ones."),
    ):
        _exchange(stage, "fosstodon", stage.person("fosstodon", handle, name), asked, answered, ago(days=75))


def _work(stage: Stage) -> None:
    chi = stage.person("work", "chi-nguyen", "Chi Nguyen")
    _exchange(
        stage,
        "work",
        chi,
        "Could the parser keep the comments?",
        "It could. Would you try it?",
        stage.ago(days=52),
        title="Keep comments",
    )


def _long_ago(stage: Stage) -> None:
    """Somebody of the circle had the last word in spring, and was never answered."""
    edda = stage.person("fosstodon", "@edda@pears.example", "Edda Holm")
    letter = _exchange(
        stage,
        "fosstodon",
        edda,
        "Do you still have my grandmother's jam book?",
        "I do, on the shelf with the maps.",
        stage.ago(days=412),
        title="The jam book",
    )
    stage.says(
        "fosstodon",
        edda,
        "Keep it. The pears are ripe, come by when you can.",
        stage.ago(days=211),
        to=letter,
    )
