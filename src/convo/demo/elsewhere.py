"""The demo elsewhere: private messages, code, a blog and a news page. All of them are made up."""

from __future__ import annotations

from convo.demo.stage import Stage
from convo.model import Reason, Visibility

DIRECT = Visibility.DIRECT


def play(stage: Stage) -> None:
    """Tell each of these conversations once."""
    for scene in (_draft, _dough, _work, _direct, _tree, _quote):
        scene(stage)


def _draft(stage: Stage) -> None:
    ben = stage.person("bsky", "@ben.okafor.example", "Ben Okafor")
    hana = stage.person("bsky", "@hana-reads.example", "Hana Ito")
    says, ago = stage.says, stage.ago
    root = says(
        "bsky",
        None,
        "I put the whole text in the usual folder. Take your time.",
        ago(days=1, hours=23, minutes=28),
        title="The draft for Friday",
    )
    waits = says(
        "bsky",
        ben,
        "Could you look at the draft before Friday? Page two is the one I am unsure of: "
        "is it too sharp about the council?",
        ago(days=1, hours=18, minutes=10),
        to=root,
    )
    says("bsky", hana, "I thought it was just right, Ben.", ago(days=1, hours=17), to=waits)
    choir = says(
        "bsky",
        stage.person("bsky", "@ana.lind.example", "Ana Lind", links=["https://lind.example"]),
        "Choir on Thursday: can somebody bring chairs?",
        ago(days=8, hours=3),
        names=[stage.me["bsky"]],
        title="choir on Thursday",
    )
    says("bsky", None, "I bring the scores, and two chairs.", ago(days=8, hours=1), to=choir)


def _dough(stage: Stage) -> None:
    says, ago = stage.says, stage.ago
    dora = stage.person("bread", "dora", "Dora Weiss")
    olu = stage.person("bread", "olu", "Olu Adeyemi")
    post = says(
        "bread",
        None,
        "You need a bowl, your hands, and a spoon that you always use.",
        ago(days=20),
        title="Bread without a scale",
    )
    wet = says(
        "bread",
        dora,
        "My dough stays wet even after the second rest. What flour do you use?",
        ago(days=8, hours=2),
        to=post,
        claim=Reason.COMMENT,
    )
    says(
        "bread",
        olu,
        "I had the same until I weighed the water. My notes: olu-bakes.example/wet-dough",
        ago(days=1, hours=2),
        to=wet,
        held=True,
        link="https://olu-bakes.example/wet-dough",
    )
    emma = stage.person("bread", "emma", "Emma")
    says(
        "bread",
        emma,
        "https://cheap-flour.example/offer",
        ago(days=1, hours=4),
        to=says("bread", None, "What I changed about the oven.", ago(days=15), title="A hotter stone"),
        claim=Reason.COMMENT,
        link="https://cheap-flour.example/offer",
    )


def _work(stage: Stage) -> None:
    says, ago = stage.says, stage.ago
    chi = stage.person("work", "chi-nguyen", "Chi Nguyen")
    ivo = stage.person("work", "ivomarek", "Ivo Marek")
    says(
        "work",
        chi,
        "The feed was read in two passes, which doubled the memory on big ones. This reads it in one.",
        ago(days=3, hours=2),
        title="Read the feed in one pass",
        claim=Reason.REVIEW,
        flat=True,
    )
    issue = says(
        "work",
        ivo,
        "Start fails on a fresh machine.",
        ago(days=5),
        title="Crash at start on 3.10",
        claim=Reason.OPENED,
        flat=True,
    )
    fixed = says("work", None, "Fixed on main, could you try it?", ago(days=4), to=issue, flat=True)
    says(
        "work",
        ivo,
        "It still fails here with Python 3.10, see the log below:\n\n```\nTraceback (most recent call last):\n"
        '  File "feed.py", line 42, in read\n    return parse(source, mode="[bold]fast[/bold]")\n'
        "TypeError: parse() got an unexpected keyword argument 'mode'\n```\n\n- on Debian 12\n- from a wheel",
        ago(days=1, hours=1),
        to=fixed,
        flat=True,
    )
    bot = stage.person("work", "tidy-bot", "tidy[bot]", bot=True)
    says(
        "work",
        bot,
        "This issue has seen no activity for 60 days and will be closed.",
        ago(days=2),
        claim=Reason.OPENED,
        title="Document the cache",
        flat=True,
    )
    priya = stage.person("work", "priya", "Priya Nair")
    says(
        "work",
        priya,
        "Would you take a patch that makes the parser reject lone surrogates? I have one with tests.",
        ago(hours=20),
        title="Lone surrogates pass the parser",
        claim=Reason.OPENED,
        flat=True,
    )


def _direct(stage: Stage) -> None:
    says, ago = stage.says, stage.ago
    fatou = stage.person("bsky", "@fatou.example", "Fatou Diop")
    says(
        "bsky",
        fatou,
        "Are you coming to the meeting in Lyon?",
        ago(days=1, hours=3),
        visibility=DIRECT,
        flat=True,
    )
    jo = stage.person("fosstodon", "@jo@garden.example", "Jo Rivers")
    seeds = says(
        "fosstodon",
        jo,
        "The bean seeds are dry now. Shall I send some?",
        ago(days=7),
        names=[stage.me["fosstodon"]],
        title="Bean seeds",
    )
    says("fosstodon", None, "Yes, gladly, after the frost.", ago(days=6), to=seeds)
    kim = stage.person("bsky", "@kim-deals.example", "Kim Deals")
    says(
        "bsky",
        kim,
        "Thanks for connecting! Grab my free guide to ten times more reach: https://kim-deals.example/guide",
        ago(days=1, hours=6),
        visibility=DIRECT,
        flat=True,
        link="https://kim-deals.example/guide",
    )
    amy = stage.person("bsky", "@your-friend-amy.example", "Your friend Amy")
    says(
        "bsky",
        amy,
        "hello dear friend 👋 look here https://amy-pictures.example/new",
        ago(days=2, hours=2),
        visibility=DIRECT,
        flat=True,
        link="https://amy-pictures.example/new",
    )
    seo = stage.person("bsky", "@growth-lab.example", "SEO Growth Lab")
    says(
        "bsky",
        seo,
        "https://growth-lab.example",
        ago(days=3, hours=4),
        names=[stage.me["bsky"]],
        link="https://growth-lab.example",
    )


def _tree(stage: Stage) -> None:
    says, ago = stage.says, stage.ago
    emil = stage.person("hn", "emilsand", "Emil Sand")
    root = says(
        "hn",
        None,
        "A small store for notes that two programs may open at once.",
        ago(days=1, hours=2),
        title="Show HN: a log that is a tree",
    )
    ours = says(
        "hn",
        None,
        "We keep it as a tree so that two readers never wait for each other.",
        ago(hours=3, minutes=50),
        to=says(
            "hn",
            stage.person("hn", "kestrel", ""),
            "How do readers and writers get along?",
            ago(hours=5),
            to=root,
        ),
    )
    says("hn", emil, "Why a tree and not a flat log here?", ago(hours=2, minutes=18), to=ours)


def _quote(stage: Stage) -> None:
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    lena = stage.person("fosstodon", "@lena@mas.example", "Lena Fuchs")
    ours = says("fosstodon", None, "A letter that waits three days is a better letter.", ago(days=3))
    says(
        "fosstodon",
        lena,
        "This, and the part about the bridge. Where can I read the rest?",
        ago(days=2, hours=5),
        quote=ours,
        names=[me],
    )
    tom = stage.person("bsky", "@tomasz.example", "Tomasz Zając")
    says(
        "bsky",
        tom,
        "🎉👩‍👩‍👧‍👦🇸🇪",
        ago(hours=9),
        to=says("bsky", None, "We signed the lease for the workshop today.", ago(hours=10)),
    )
