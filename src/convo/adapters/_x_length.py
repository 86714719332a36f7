"""The length of a post as X counts it (twitter-text, configuration 3): 280, where wide signs weigh two. Pure.

Signs of U+0000-10FF, 2000-200D, 2010-201F and 2032-2037 weigh one, all others two, an emoji of however many parts two,
and an address 23, also a bare one such as `example.com`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

LONGEST = 280
_ADDRESS = 23
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw "
    "by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi "
    "fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io "
    "iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg "
    "mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk "
    "pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz "
    "tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws ye yt za "
    "zm zw "
)
_OTHERS = (
    "academy aero agency app art arpa asia bank bar beer best bet bike biz blog boutique build business buzz cab "
    "cafe camera camp capital cards care career cat center chat church city cloud club coach codes coffee com "
    "community company computer consulting cool coop country courses cricket dance date deals delivery design dev "
    "diet digital direct directory dog domains download earth edu education email energy engineer engineering "
    "estate events exchange expert express family fan farm fashion finance fish fit flights florist foundation "
    "fun fund fyi gallery game games garden gift gives global gmbh gold golf google gov graphics green group "
    "guide guru health help holiday host house how immo info ink institute int international investments jobs kim "
    "kitchen land lat law legal life limited link live loan london lol love ltd market marketing mba media men "
    "menu mil mobi moda moe money movie museum music name net network news ngo ninja nyc observer one ong onl "
    "online org paris partners party pet photo photography photos pics pictures pink pizza plus post press pro "
    "productions properties pub radio recipes red rent repair report republican rest restaurant review reviews "
    "rip rocks run sale school science services sex shop shopping show site ski social software solar solutions "
    "space store stream studio style support surf systems tax taxi team tech technology tel theater tips tools "
    "top tours town toys trade training travel tube university uno vacations ventures vet video vip vision vote "
    "watch web website wedding wiki win wine work works world wtf xxx xyz yoga zone "
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[regex.Pattern[str], regex.Pattern[str], regex.Pattern[str]]:
    """Clusters, emoji and addresses; the longest ending of a domain wins."""
    import regex

    endings = "|".join(sorted({*_COUNTRIES.split(), *_OTHERS.split()}, key=len, reverse=True))
    label = r"[a-z0-9\u00c0-\u024f](?:[a-z0-9_\u00c0-\u024f-]*[a-z0-9\u00c0-\u024f])?"
    path = r"(?:/(?:[^\s()<>\"“”«»]|\([^\s()<>]*\))*(?<![.,:;!?'])|(?=[^\w/]|$))?"
    query = r"(?:\?[^\s<>\"“”«»]*[\w=/#&-])?"
    address = regex.compile(
        rf"(?<![@\w$#.\u2060/-])(?:https?://)?(?:{label}\.)+(?:{endings})(?![\w@]|-\w|\.\w+@)(?::\d+)?{path}{query}",
        regex.IGNORECASE,
    )
    emoji = regex.compile(
        r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]|[0-9#*]\ufe0f?\u20e3"
    )
    return regex.compile(r"\X"), emoji, address


def _plain(text: str) -> int:
    cluster, emoji, _ = _patterns()
    total = 0
    for found in cluster.finditer(text):
        total += 2 if emoji.search(found[0]) else sum(_weight(ord(sign)) for sign in found[0])
    return total


def _weight(code: int) -> int:
    light = code <= 0x10FF or 0x2000 <= code <= 0x200D or 0x2010 <= code <= 0x201F or 0x2032 <= code <= 0x2037
    return 1 if light else 2


def length(text: str) -> int:
    """The weighted length of a text."""
    whole = unicodedata.normalize("NFC", text)
    total, position = 0, 0
    for found in _patterns()[2].finditer(whole):
        total += _plain(whole[position : found.start()]) + _ADDRESS
        position = found.end()
    return total + _plain(whole[position:])


def has_address(text: str) -> bool:
    """Whether X sees an address in a text, and charges for it."""
    return _patterns()[2].search(unicodedata.normalize("NFC", text)) is not None
