"""Whether a message is only a few thanking words or emoji ("sounds finished"), by a list of words per language.

Words are in small letters with "'" as apostrophe, parted by " | ". A message sounds finished when nothing stands in
it but words of one language, at least one of THANKS among them, or nothing but emoji of EMOJI.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from convo.wordlists import entries, made_of

THANKS = {
    "en": (
        "thanks | thank you | thank u | thx | thanx | tnx | ty | tysm | tyvm | cheers | much appreciated | "
        "appreciated | i appreciate it | appreciate it | much obliged | ta"
    ),
    "de": (
        "danke | danke dir | danke euch | danke ihnen | dankeschön | danke schön | vielen dank | besten dank | "
        "lieben dank | herzlichen dank | tausend dank | merci | dank dir | ich danke dir | ich danke ihnen | "
        "vergelt's gott"
    ),
    "fr": (
        "merci | mercii | merci beaucoup | merci bien | mille mercis | un grand merci | grand merci | "
        "je te remercie | je vous remercie"
    ),
    "es": (
        "gracias | muchas gracias | mil gracias | muchísimas gracias | te lo agradezco | se agradece | "
        "te agradezco"
    ),
    "pt": (
        "obrigado | obrigada | muito obrigado | muito obrigada | brigado | brigada | obg | valeu | agradeço | "
        "agradecido | agradecida"
    ),
    "it": (
        "grazie | grazie mille | mille grazie | tante grazie | grazie tante | ti ringrazio | la ringrazio | "
        "vi ringrazio"
    ),
    "nl": (
        "bedankt | dank je | dank je wel | dankjewel | dank u | dank u wel | dankuwel | hartelijk dank | "
        "hartelijk bedankt | dankje | veel dank | merci"
    ),
    "sv": "tack | tackar | tack så mycket | tusen tack | stort tack | tack så jättemycket | tack snälla",
    "da": "tak | mange tak | tusind tak | tak skal du have | tak for det | jeg takker",
    "no": "takk | tusen takk | mange takk | takk skal du ha | takk for det | takker",
    "fi": "kiitos | kiitti | kiitoksia | kiitos paljon | paljon kiitoksia | suuri kiitos | kiitän | kiits",
    "is": "takk | takk fyrir | þakka þér | þakka þér fyrir | kærar þakkir",
    "pl": (
        "dzięki | dziękuję | dziekuje | dziękuje | dzięks | wielkie dzięki | stokrotne dzięki | "
        "dziękuję bardzo | bardzo dziękuję"
    ),
    "cs": "díky | děkuji | děkuju | dík | moc děkuji | děkuji moc | mockrát děkuji",
    "sk": "vďaka | ďakujem | ďakujem pekne",
    "hu": "köszönöm | köszi | kösz | köszönöm szépen | nagyon köszönöm",
    "ro": "mulțumesc | mulţumesc | multumesc | mersi | mulțumesc frumos",
    "ca": "gràcies | moltes gràcies | merci",
    "hr": "hvala | hvala lijepa | hvala lepo | hvala puno",
    "ru": "спасибо | спасибочки | спс | благодарю | большое спасибо | огромное спасибо | спасибо большое",
    "uk": "дякую | дяки | щиро дякую | дуже дякую | красно дякую",
    "bg": "благодаря | мерси",
    "el": "ευχαριστώ | σ' ευχαριστώ | ευχαριστώ πολύ | σας ευχαριστώ",
    "tr": (
        "teşekkürler | teşekkür ederim | çok teşekkürler | sağ ol | sağol | sağ olun | eyvallah | tesekkurler"
    ),
    "ar": "شكرا | شكراً | شكرًا | شكرا لك | شكرا جزيلا | شكراً جزيلاً | جزاك الله خيرا | مشكور",
    "fa": "ممنون | مرسی | متشکرم | سپاس | خیلی ممنون",
    "he": "תודה | תודה רבה | המון תודה | תודה לך",
    "hi": "धन्यवाद | शुक्रिया | बहुत धन्यवाद | बहुत बहुत धन्यवाद | dhanyavaad | shukriya",
    "id": "terima kasih | terimakasih | makasih | makasi | trims | tengkyu",
    "vi": "cảm ơn | cám ơn | cảm ơn bạn | cảm ơn nhiều",
    "tl": "salamat | maraming salamat",
    "sw": "asante | asante sana",
    "eo": "dankon | multan dankon | koran dankon",
    "eu": "eskerrik asko | mila esker",
    "cy": "diolch | diolch yn fawr",
    "ga": "go raibh maith agat | go raibh míle maith agat",
    "ko": "감사합니다 | 감사해요 | 고마워요 | 고마워 | 고맙습니다 | 감사",
    "ja": (
        "ありがとうございます | ありがとうございました | ありがとう | ありがと | 有難うございます | 有難う | "
        "どうも | サンキュー | 感謝です | 感謝します | 感謝 | あざす | あざっす"
    ),
    "zh": (
        "谢谢 | 谢谢你 | 谢谢您 | 多谢 | 感谢 | 非常感谢 | 謝謝 | 謝謝你 | 謝謝您 | 多謝 | 感謝 | 非常感謝 | "
        "谢了"
    ),
    "th": "ขอบคุณ | ขอบคุณครับ | ขอบคุณค่ะ | ขอบคุณมาก | ขอบใจ",
}
"""What says thank you, by language."""

ALONGSIDE = {
    "en": (
        "so | very | much | a lot | a bunch | a ton | a million | again | many | you too | all | everyone | "
        "both | for | the | your | this | that | it | help | your help | reply | answer | quick | fast | kind | "
        "explanation | info | tip | tips | feedback | link | words | time | sharing | explaining | answering | "
        "helping | clarifying | oh | ah | aha | ok | okay | got it | great | perfect | awesome | nice | cool | "
        "lovely | wonderful | brilliant | excellent | super | wow | yes | yay | that helps | that helped | "
        "this helps | this helped | very helpful | that's great | that's perfect | and | kindly | really | "
        "friend | mate | folks | dear | have a nice day | have a great day | will do | makes sense | "
        "good to know | that did it | that worked | it works | it works now | works now | that solved it | "
        "that fixed it | solved it | fixed it"
    ),
    "de": (
        "dir | euch | ihnen | sehr | nochmal | nochmals | auch | für | die | den | das | deine | ihre | hilfe | "
        "antwort | info | schnelle | rückmeldung | tipp | erklärung | super | toll | prima | perfekt | klasse | "
        "gut | ok | okay | ah | oh | ja | alles klar | so | ganz | herzlich | lieb | von dir | liebe | grüße | "
        "schönen tag | mega | und"
    ),
    "fr": (
        "beaucoup | bien | à toi | à vous | encore | infiniment | pour | la | le | ta | votre | réponse | "
        "aide | l'aide | l'info | cette | ces | précisions | super | parfait | génial | top | ok | oui | ah | "
        "oh | et | bonne journée | d'accord | c'est parfait"
    ),
    "es": (
        "muchas | a ti | a usted | por | la | el | tu | su | ayuda | respuesta | todo | información | "
        "de nuevo | otra vez | genial | perfecto | vale | ok | sí | ah | oh | muy amable | y | estupendo | "
        "de verdad"
    ),
    "pt": (
        "muito | por | pela | pelo | a | tua | sua | ajuda | resposta | tudo | dica | mesmo | de novo | "
        "perfeito | ótimo | legal | ok | sim | ah | oh | e | demais"
    ),
    "it": (
        "a te | a lei | per | la | il | tua | l'aiuto | risposta | tutto | davvero | ancora | perfetto | "
        "ottimo | ok | sì | ah | oh | e | gentilissimo | gentilissima"
    ),
    "nl": (
        "je | wel | heel | erg | veel | voor | de | het | hulp | antwoord | reactie | tip | uitleg | nogmaals | "
        "top | super | perfect | fijn | mooi | ok | oké | ja | ah | oh | en | hoor"
    ),
    "sv": (
        "så | mycket | jätte | jättemycket | för | hjälpen | svaret | det | tipset | igen | dig | själv | "
        "super | perfekt | toppen | bra | ok | okej | ja | ah | åh | och"
    ),
    "da": (
        "for | hjælpen | svaret | det | igen | dig | selv | super | perfekt | fedt | ok | okay | ja | ah | åh | "
        "og"
    ),
    "no": (
        "for | hjelpen | svaret | det | igjen | deg | selv | super | perfekt | flott | bra | ok | ja | ah | "
        "åh | og | så | mye"
    ),
    "fi": (
        "paljon | avusta | vastauksesta | tästä | sinulle | vielä | hienoa | loistavaa | hyvä | ok | joo | ja | "
        "oi | ihan"
    ),
    "is": "fyrir | kærlega | mjög",
    "pl": (
        "bardzo | za | pomoc | odpowiedź | jeszcze raz | super | świetnie | ok | tak | o | i | wielkie | ci"
    ),
    "cs": (
        "moc | za | pomoc | odpověď | ještě jednou | super | skvělé | skvěle | ok | jo | ano | a | ti | vám"
    ),
    "sk": "veľmi | pekne | za | pomoc | odpoveď | super | ok | áno | a",
    "hu": "szépen | nagyon | a | segítséget | választ | szuper | ok | oké | igen | és",
    "ro": "mult | frumos | pentru | ajutor | răspuns | super | perfect | ok | da | și",
    "ca": "moltes | per | la | resposta | ajuda | l'ajuda | perfecte | genial | ok | sí | i",
    "hr": "puno | lijepa | lijepo | na | pomoći | odgovoru | super | odlično | ok | da | i | vam | ti",
    "ru": (
        "большое | огромное | вам | тебе | за | помощь | ответ | очень | ещё раз | еще раз | супер | отлично | "
        "класс | ок | да | понял | поняла | и"
    ),
    "uk": "дуже | щиро | вам | тобі | за | допомогу | відповідь | ще раз | супер | чудово | ок | так | і",
    "bg": "много | ви | ти | за | помощта | отговора | супер | ок | да | и",
    "el": "πολύ | για | τη | την | βοήθεια | απάντηση | τέλεια | οκ | ναι | και",
    "tr": (
        "çok | için | yardımın | yardımınız | cevap | cevabın | tekrar | süper | harika | tamam | evet | ve"
    ),
    "ar": "لك | لكم | جزيلا | جزيلاً | كثيرا | على | المساعدة | الرد | تمام | نعم",
    "fa": "خیلی | از | شما | کمک | پاسخ | عالی | بله",
    "he": "רבה | לך | לכם | על | העזרה | התשובה | מעולה | אוקיי | כן",
    "hi": "बहुत | आपका | आपको | जी | भाई | हाँ",
    "id": "banyak | ya | kak | atas | bantuannya | jawabannya | oke | ok | siap",
    "vi": "bạn | nhiều | rất | nhé | ạ | ok | vâng",
    "tl": "po | sa | tulong | sagot | ok",
    "sw": "sana | kwa | msaada | ndugu",
    "eo": "multan | pro | via | helpo | la | respondo | bone",
    "eu": "asko | oso | ongi",
    "cy": "yn | fawr | iawn",
    "ga": "go | mór",
    "ko": "정말 | 너무 | 진짜 | 답변 | 도움 | 네 | 넵 | 오",
    "ja": (
        "本当に | ほんとうに | ご丁寧に | わざわざ | 返信 | お返事 | 回答 | いえいえ | なるほど | はい | おお | "
        "助かりました | 助かります | です | よ | ね | ー | っ | m(_ _)m"
    ),
    "zh": "你 | 您 | 啦 | 啊 | 哦 | 好的 | 好 | 明白了 | 非常 | 的 | 回复 | 回覆 | 帮助 | 幫助 | 大家",
    "th": "ครับ | ค่ะ | นะ | มาก | มากๆ | จ้า",
}
"""What may stand beside it without asking or telling anything, by language."""

CONSENT = (
    "yes | yay | ok | okay | oké | oke | okej | ок | οκ | ja | jo | joo | oui | d'accord | vale | sí | "
    "sim | sì | da | да | так | tak | ano | áno | igen | ναι | evet | tamam | نعم | تمام | بله | כן | "
    "אוקיי | हाँ | जी | siap | vâng | 네 | 넵 | はい | 好的 | 好 | will do | alles klar | great | perfect | "
    "super | gut | bra | top"
)
"""What stands beside thanks as well, but is the answer where the user has asked."""

AGREED = "ok | okay | oké | oke | okej | ок | οκ"
"""What says nothing more than an emoji of EMOJI beside it."""

EMOJI = (
    "🙏 ❤ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💖 💗 💓 💕 💞 💝 ♥ 👍 👌 👏 🙌 🤗 🤝 🙂 😊 ☺ 😀 😃 😄 😁 😍 🥰 😘 "
    "😌 😇 🤩 🥳 🎉 🎊 ✨ 🌟 ⭐ 💐 🌹 🌷 🌻 🌸 🌼 🙇 🫶 💯 🔥 👊 ✌ 🤟 🤘 🍻 ✅ ☀ 🌞 🥹 😅"
)
"""What says it without words. No face that asks, doubts or is sad."""

NO_SPACES = ("ja", "zh", "th")
"""Languages written without spaces: their lists are matched letter by letter."""

SHORTCODES = (
    "heart | love | thank | pray | thumb | clap | hug | smile | happy | cheer | party | yes | sparkle | blush"
)
"""What the name of a custom emoji (":blobcat_heart:") says it without words with."""

_MOST_WORDS = 7
_MOST_LETTERS = 30
"""In scripts without spaces."""
_MOST_CHARACTERS = 120

_QUESTION = re.compile(r"[?¿？؟;；՞⁇⁈⁉❓❔]")
"""A Greek question mark is a semicolon."""
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_ADDS = re.compile(r"[.!…]\s*(?:and|und|et|y|e|en|och|og|i|a|и|і)\b", re.IGNORECASE)
"""A sentence that begins so ("Thanks! And the link") wants something more."""
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_NAME = re.compile(r"(?<!\w)@[\w.-]+(?:@[\w.-]+)?")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
"""A letter drawn out: "thaaanks"."""
_SMILEY = re.compile(r"(?<!\w)(?:[:;=]-?[)D*]|<3|\^_?\^)(?!\w)")
_SHORTCODE = re.compile(r":([a-z0-9_]+):")
_MARKS = re.compile(r"[\s!¡.,~…\-–—:()\"“”„«»*_、。！，～〜・\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff♀♂]+")


def sounds_finished(text: str, names: Collection[str] = (), asked: bool = False) -> bool:
    """Whether a message is a few thanking words or emoji and nothing else: nothing asked, no link, nothing told.

    `names` are the user's own, a word each: "Thanks, Ana!" is thanks, too. Quoted lines do not count. Where the user
    has `asked` something, a thumb or "yes, thanks" is the answer, and the user's turn.
    """
    if ">" in text:
        text = _QUOTED.sub("", text)
    if len(text) > _MOST_CHARACTERS or _ADDS.search(text) or _ADDRESS.search(text) or asks(text):
        return False
    small = _STRETCHED.sub(r"\1", _NAME.sub(" ", text).replace("’", "'").casefold())
    small, said = _without_emoji(small)
    words = _MARKS.sub(" ", small).split()
    if said and not asked and entries(AGREED).issuperset(words):
        return True
    return len(words) <= _MOST_WORDS and _only_thanks(words, {name.casefold() for name in names}, asked)


def asks(text: str) -> bool:
    """Whether a text asks something: a question mark of any script, addresses and smileys aside."""
    if text.isascii() and "?" not in text and ";" not in text:
        return False
    return bool(_QUESTION.search(_ADDRESS.sub(" ", without_smileys(text))))


def without_smileys(text: str) -> str:
    """A text without the smileys made of signs (":)", "<3")."""
    return _SMILEY.sub(" ", text)


def _without_emoji(small: str) -> tuple[str, bool]:
    """A text without the emoji and smileys that thank, and whether one stood there."""
    said = bool(_SMILEY.search(small))
    small = without_smileys(small)
    for name in _SHORTCODE.findall(small):
        said = said or any(word in name for word in entries(SHORTCODES))
    small = _SHORTCODE.sub(" ", small)
    if small.isascii():
        return small, said
    emoji = entries(EMOJI.replace(" ", "|"))
    rest = "".join([" " if letter in emoji else letter for letter in small])
    return rest, said or rest != small


def _only_thanks(words: Sequence[str], names: AbstractSet[str], asked: bool) -> bool:
    """Whether the words are those of one language, thanks among them."""
    first_words, first_letters = _beginnings()
    for language in {language for word in words for language in first_words.get(word, ())}:
        if made_of(words, entries(THANKS[language]), _alongside(language, asked) | names, " "):
            return True
    letters = "".join(words)
    if letters.isascii() or len(letters) > _MOST_LETTERS or first_letters.isdisjoint(letters):
        return False
    return any(
        made_of(letters, entries(THANKS[language]), _alongside(language, asked), "") for language in NO_SPACES
    )


def _alongside(language: str, asked: bool) -> AbstractSet[str]:
    beside = entries(ALONGSIDE[language])
    return beside - entries(CONSENT) if asked else beside


@cache
def _beginnings() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The languages by the first word of their thanks, and the first letters of thanks in scripts without spaces."""
    words: dict[str, tuple[str, ...]] = {}
    letters = set()
    for language, listed in THANKS.items():
        for entry in entries(listed):
            if language in NO_SPACES:
                letters.add(entry[0])
            else:
                first = entry.split()[0]
                words[first] = (*words.get(first, ()), language)
    return words, frozenset(letters)
