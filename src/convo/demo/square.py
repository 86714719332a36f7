"""The demo on the square: what was said on fosstodon. All of them are made up."""

from __future__ import annotations

from convo.demo.stage import Stage
from convo.model import Message


def play(stage: Stage) -> None:
    """Tell each of these conversations once."""
    for scene in (_house, _covers, _languages, _food, _small):
        scene(stage)


def _house(stage: Stage) -> None:
    ana = stage.person("fosstodon", "@ana@fosstodon.org", "Ana Lind", links=["https://lind.example"])
    mia = stage.person("fosstodon", "@mia@fosstodon.org", "Mia Berg")
    carl = stage.person("fosstodon", "@carl@mas.example", "Carl Berg")
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    root = says(
        "fosstodon",
        mia,
        "Who of you has lived in Umeå? We are thinking about it again.",
        ago(days=4, hours=18),
        title="The second house in Umeå",
        names=[me],
    )
    second = says("fosstodon", carl, "Two winters. Bring a good lamp.", ago(days=4, hours=17), to=root)
    ours = says(
        "fosstodon",
        None,
        "We are looking at two houses near the river. Both need a roof.",
        ago(days=3, hours=16, minutes=28),
        to=root,
    )
    says(
        "fosstodon",
        carl,
        "The river side floods in April, ask for the cellar.",
        ago(days=3, hours=15),
        to=second,
    )
    says("fosstodon", mia, "It did not, the last two years.", ago(days=3, hours=14), to=second)
    asked = says(
        "fosstodon",
        ana,
        "Did you get the second house? We walked past it on Sunday and thought of you. "
        "The garden is bigger than it looks from the road.",
        ago(days=3, hours=1, minutes=16),
        to=ours,
        names=[carl, mia],
        picture="A red wooden house behind birches, first snow on the roof",
        link="https://huset.example/till-salu",
    )
    lent = says(
        "fosstodon",
        ana,
        "Carl says he can lend you the long ladder.",
        ago(days=1, hours=13, minutes=50),
        to=ours,
        quote=ours,
    )
    says("fosstodon", mia, "And the tall one, too.", ago(days=1, hours=13, minutes=27), to=lent)
    says("fosstodon", carl, "The well is on our side, by the way.", ago(days=2, hours=2), to=asked)


def _covers(stage: Stage) -> None:
    hana = stage.person("fosstodon", "@hana@books.example", "Hana Ito")
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    says(
        "fosstodon",
        hana,
        "Which of the two covers would you pick up in a shop?",
        ago(hours=3, minutes=5),
        names=[me],
        picture="Two book covers side by side: a green one with a heron, a white one with one red line",
    )
    noor = stage.person("fosstodon", "@noor@fosstodon.org", "Noor Haddad")
    bread = says(
        "fosstodon", noor, "Which bread keeps for a week without a bag?", ago(days=6, hours=4), names=[me]
    )
    says("fosstodon", None, "Rye. It is better on the third day.", ago(days=6, hours=2), to=bread)
    says(
        "fosstodon",
        noor,
        "Thank you so much! 🙏",
        ago(days=5, hours=23),
        to=says("fosstodon", None, "And keep it in a cloth, not in the box.", ago(days=6, hours=1), to=bread),
    )


def _languages(stage: Stage) -> None:
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    misaki = stage.person("fosstodon", "@misaki@toot.example", "田中 美咲")
    says(
        "fosstodon",
        misaki,
        "はじめまして。翻訳のことで一つ質問してもいいですか。「川」と「河」はどう使い分けていますか。",
        ago(days=1, hours=12),
        names=[me],
    )
    noa = stage.person("fosstodon", "@noa@tooot.example", "נועה לוי")
    offline = says("fosstodon", None, "Everything is kept on your own disk first.", ago(days=2))
    says("fosstodon", noa, "תודה על ההסבר, אבל מה קורה כשאין רשת?", ago(days=1, hours=11), to=offline)
    amir = stage.person("fosstodon", "@amir@mas.example", "امیر رضایی")
    says("fosstodon", amir, "سلام، می‌خواهم همین را به فارسی ترجمه کنم. اجازه هست؟", ago(hours=30), names=[me])
    minji = stage.person("bsky", "@minji.example", "김민지")
    says("bsky", minji, "혹시 다음 주 수요일에도 시간이 되세요? 🙂", ago(hours=26), names=[stage.me["bsky"]])
    zoe = stage.person("fosstodon", "@zoe@colline.example", "Zoé Petit")
    says(
        "fosstodon",
        zoe,
        "Tu viens toujours à la lecture de samedi ? Je garde deux chaises.",
        ago(hours=7),
        names=[me],
    )


def _food(stage: Stage) -> None:
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    gus = stage.person("fosstodon", "@gus@soup.example", "Gus Park")
    says(
        "fosstodon",
        gus,
        "I cooked your bean stew with pork after all. Sorry. It was wonderful; do you salt the beans before or after?",
        ago(minutes=40),
        names=[me],
        cover="food",
    )
    pia = stage.person("fosstodon", "@pia@reach.example", "Marketing Pia")
    for hours in (50, 51, 52, 53):
        says(
            "fosstodon",
            pia,
            "Thanks for following, here is my newsletter on growth: https://reach.example/letter",
            ago(hours=hours),
            names=[me],
            link="https://reach.example/letter",
        )


def _small(stage: Stage) -> None:
    _balcony(stage)
    says, ago, me = stage.says, stage.ago, stage.me["fosstodon"]
    sam = stage.person("fosstodon", "@sam@mas.example", "Sam Wolfe")
    says(
        "fosstodon",
        sam,
        "Are you the one who wrote about the tide tables? My father kept one for forty years. "
        "I would like to send you a picture of it.",
        ago(hours=14),
        names=[me],
    )
    rui = stage.person("bsky", "@rui.example", "Rui Matos")
    walk = says(
        "bsky", rui, "Does the walk still start at the old pier?", ago(days=12), names=[stage.me["bsky"]]
    )
    says("bsky", None, "At nine, by the ticket hut.", ago(days=11, hours=20), to=walk)
    ines = stage.person("fosstodon", "@ines@fosstodon.org", "Inês Prado")
    says(
        "fosstodon",
        ines,
        "Could you say a word about the translation at the evening on the 28th? Ten minutes are plenty.",
        ago(days=2, hours=20),
        names=[me],
    )
    walt = stage.person("fosstodon", "@walt@argue.example", "Walt Graves")
    says("fosstodon", walt, "You never answered the point about margarine.", ago(days=4), names=[me])


def _balcony(stage: Stage) -> None:
    """A long thread with many branches; two people in it ask the user something."""
    says, ago = stage.says, stage.ago
    root = says(
        "fosstodon",
        None,
        "What do you grow on a balcony that never sees the sun?",
        ago(days=2, hours=12),
        title="A balcony without sun",
    )
    neighbours = [
        stage.person("fosstodon", f"@{handle}@garden.example", name)
        for handle, name in (
            ("bo", "Bo Lund"),
            ("cem", "Cem Aydın"),
            ("dag", "Dag Moe"),
            ("eva", "Eva Novák"),
            ("finn", "Finn Roy"),
        )
    ]
    plants = (
        "Ferns",
        "Mint, it grows anywhere",
        "Hostas in a deep pot",
        "Moss between stones",
        "Ivy, but cut it",
        "Parsley did well",
    )
    seasons = ("Water it in the morning", "Mine took two years", "Ours came back after the frost")
    tips: list[Message] = []
    for number in range(60):
        author = neighbours[number % 5]
        parent = root if number % 6 == 0 else tips[number - 1 - number % 3]
        words = f"{plants[number % 6]}. {seasons[number % 3]}."
        tips.append(says("fosstodon", author, words, ago(days=2, hours=11, minutes=-30 * number), to=parent))
    ours = says("fosstodon", None, "Moss it is, then. Thank you all.", ago(days=1, hours=4), to=tips[3])
    says(
        "fosstodon",
        neighbours[3],
        "Which stones did you take? Mine were too smooth for it to hold.",
        ago(hours=22),
        to=ours,
    )
    says(
        "fosstodon",
        neighbours[1],
        "Shall I bring you a cutting of the mint on Sunday?",
        ago(hours=5),
        to=root,
    )
