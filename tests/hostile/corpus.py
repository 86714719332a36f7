"""What strangers write to drive a terminal, a screen or a person: pieces, and mixtures of them by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

ESC, CSI8, OSC8, DCS8, ST8 = "\x1b", "\x9b", "\x9d", "\x90", "\x9c"

TERMINAL = (
    f"{ESC}[31mred{ESC}[0m",
    f"{ESC}[2J{ESC}[H",
    f"{ESC}[?1049l",
    f"{ESC}[?1000h{ESC}[?1003h",
    f"{ESC}]0;title\x07",
    f"{ESC}]2;title{ESC}\\",
    f"{ESC}]52;c;ZXZpbA==\x07",
    f"{ESC}]8;;https://evil.example{ESC}\\bank{ESC}]8;;{ESC}\\",
    f"{ESC}]8;;file:///etc/passwd\x07here{ESC}]8;;\x07",
    f"{ESC}]1337;File=inline=1:AAAA\x07",
    f"{ESC}]777;notify;a;b{ESC}\\",
    f"{ESC}]10;?\x07",
    f'{ESC}P$q"p{ESC}\\',
    f"{ESC}P+q544e{ESC}\\",
    f"{ESC}Pq#0;2;0;0;0#0~~@@vv{ESC}\\",
    f"{ESC}_Gf=100;AAAA{ESC}\\",
    f"{ESC}^private{ESC}\\",
    f"{ESC}X string{ESC}\\",
    f"{ESC}c",
    f"{ESC}[6n{ESC}[c{ESC}[>c",
    f"{ESC}[21t",
    f"{ESC}#8",
    f"{ESC}(0lqqk{ESC}(B",
    f"{ESC}[1;1R",
    f"{ESC}{ESC}{ESC}[A",
    f"{CSI8}2J",
    f"{CSI8}31m",
    f"{OSC8}0;title{ST8}",
    f"{OSC8}52;c;ZXZpbA=={ST8}",
    f"{DCS8}q{ST8}",
    "\x85\x8d\x8e\x8f\x96\x97\x98\x9a\x9e\x9f",
    "\x00nul\x00",
    "a\x08\x08\x08b",
    "bell\x07\x07",
    "\x0e\x0fshift",
    "over\rwritten",
    "up\x0bdown\x0c",
    "\x7fdel",
    "\x1a\x1c\x1d\x1e\x1f",
    "tab\t\t\tstop",
)
BIDI = (
    "user\u202etxt.exe",
    "\u202a\u202b\u202d\u202c",
    "\u2066left\u2067right\u2068first\u2069",
    "\u200e\u200f\u061c",
    "שלום \u202e עולם",
    "مرحبا \u2067 abc",
)
UNSEEN = (
    "zero\u200bwidth\u200bspace",
    "join\u200d\u200c\u2060er",
    "\ufeffbom\ufeff",
    "soft\u00adhyphen",
    "\u3164\u115f\u1160\uffa0",
    "\U000e0061\U000e0062\U000e007f",
    "\U0001d173\U0001d17a",
    "\ufff9a\ufffab\ufffb",
    "\u2028line\u2029paragraph",
    "\u180e\u17b4\u17b5",
    "\ue000\U000f0000\U0010fffd",
    "\ufdd0\ufffe\uffff\U0001fffe",
)
MARKS = (
    "z" + "\u0335\u0321\u0489" * 30 + "algo",
    "e" + "\u0301" * 400,
    "\u0301" * 50,
    "👨‍👩‍👧‍👦" * 20,
    "👩🏽‍🚀🏳️‍🌈🇸🇰🇸🇰🇸",
    "ก" + "็" * 60,
    "\u20dd\u20e3\ufe0f" * 8,
    "﷽" * 10,
)
MARKUP = (
    "[bold red]loud[/bold red]",
    "[@click=app.quit]quit[/]",
    "[@click='app.bell']press[/@click]",
    "[link=https://evil.example]bank[/link]",
    "[link='file:///etc/passwd']x[/link]",
    "[on red]  [/on red]",
    "[/]",
    "[/bold",
    "[[]]",
    "\\[bold]",
    "[@click=screen.dismiss(True)]",
    "[$accent]$primary[/]",
    "[auto 50%]x",
    ":smile: :warning:",
    "{value} %s %(name)s {0.__class__}",
    "${HOME} `id` $(id)",
    "; rm -rf ~ #",
    "--yes -m x",
)
LINKS = (
    "<a href='javascript:alert(1)'>press</a>",
    "<a href='file:///etc/passwd'>read</a>",
    "<a href='mailto:a@b.example?body=x'>write</a>",
    "<a href='data:text/html,x'>see</a>",
    "<a href='https://xn--pple-43d.com'>https://apple.com</a>",
    "<a href='https://аpple.com/'>apple.com</a>",
    "<a href='https://bank.example@evil.example/'>bank.example</a>",
    "<a href='https://evil.example/\u202egnp.exe'>picture</a>",
    "<a href='https://evil.example/\x1b]8;;x\x07'>x</a>",
    "<script>alert(1)</script><style>*{}</style>",
    "<img src=x onerror=alert(1)>",
    "&#27;[31m &#x9b;2J &#0; &#xd800; &zwnj;&rlm;",
    "<b><i><p>" * 40,
    "<!-- " * 10,
)
HUGE = ("x" * 20_000, "word " * 4_000, "\n" * 3_000, "長" * 8_000, "a\n" * 2_000, "> " * 500)
LONE = ("\ud800", "\udfff\ud800", "half \ud83d of an emoji", "\udc9b2J")
PIECES = (*TERMINAL, *BIDI, *UNSEEN, *MARKS, *MARKUP, *LINKS, *LONE)
"""All but the huge ones."""

_RANGES = ((0, 0x1F), (0x7F, 0x9F), (0x20, 0x7E), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0xD800, 0xDFFF),
           (0xE000, 0xE0FF), (0xFE00, 0xFEFF), (0xFFF0, 0xFFFF), (0x1F300, 0x1F6FF), (0xE0000, 0xE01FF))  # fmt: skip


def _any(random: Random) -> str:
    """Some characters of the ranges where trouble lives."""
    ranges = [random.choice(_RANGES) for _ in range(random.randint(1, 12))]
    return "".join(chr(random.randint(low, high)) for low, high in ranges)


def hostile(count: int, seed: int = 1) -> Iterator[str]:
    """So many hostile texts: each piece alone first, then mixtures; about one in 200 is huge."""
    random = Random(seed)
    yield from PIECES[:count]
    for _ in range(count - len(PIECES)):
        if random.random() < 0.005:
            yield random.choice(HUGE)
            continue
        parts = (random.choice(PIECES) if random.random() < 0.6 else _any(random) for _ in range(3))
        yield random.choice(("", " ", "\n", "hello ")).join(parts)
