"""Automatic greetings ("Thanks for following, grab my free guide"): their words in each language.

Phrases are in small letters with "'" as apostrophe, parted by " | ". They stand as whole words; one that ends
with "-" is the beginning of a word.
"""

from __future__ import annotations

import re
from functools import cache

GREETINGS = {
    "en": (
        "thanks for following | thanks for following me | thanks for following us | "
        "thanks for following back | thanks for the follow | thanks for your follow | "
        "thanks for the follow back | thanks for connecting | thanks for connecting with me | "
        "thanks for the connection | thanks for adding me | thanks for joining my network | "
        "thanks for accepting my request | appreciate the follow | thanks 4 the follow"
    ),
    "de": (
        "danke fürs folgen | danke für das folgen | danke für's folgen | danke für deinen follow | "
        "danke für den follow | danke fürs vernetzen | danke für die vernetzung | "
        "danke für die kontaktanfrage | danke, dass du mir folgst | danke dass du mir folgst | "
        "danke fürs verbinden"
    ),
    "fr": (
        "merci de me suivre | merci de nous suivre | merci de votre abonnement | "
        "merci pour votre abonnement | merci pour ton abonnement | merci pour le follow | "
        "merci pour l'ajout | merci d'avoir accepté mon invitation | merci pour la connexion | "
        "merci pour la mise en relation"
    ),
    "es": (
        "gracias por seguirme | gracias por seguirnos | gracias por el follow | gracias por conectar | "
        "gracias por conectar conmigo | gracias por tu follow | gracias por aceptar mi solicitud | "
        "gracias por agregarme"
    ),
    "pt": (
        "obrigado por seguir | obrigada por seguir | obrigado por me seguir | obrigada por me seguir | "
        "obrigado por nos seguir | obrigado pelo follow | obrigada pelo follow | "
        "obrigado por conectar | obrigado pela conexão | obrigada pela conexão"
    ),
    "it": (
        "grazie per avermi seguito | grazie per avermi aggiunto | grazie per il follow | "
        "grazie per averci seguito | grazie per il collegamento | grazie di seguirmi | "
        "grazie per seguirmi | grazie della connessione"
    ),
    "nl": (
        "bedankt voor het volgen | dank voor het volgen | dank je voor het volgen | "
        "bedankt voor de follow | bedankt voor het connecten | bedankt voor de connectie"
    ),
    "sv": (
        "tack för att du följer mig | tack för att du följer oss | tack för följningen | "
        "tack för kontakten | tack för att du vill connecta"
    ),
    "da": "tak fordi du følger mig | tak for at følge mig | tak for følgningen | tak for forbindelsen",
    "no": "takk for at du følger meg | takk for følget | takk for at du følger oss",
    "fi": "kiitos seuraamisesta | kiitos kun seuraat | kiitos verkostoitumisesta",
    "pl": (
        "dzięki za obserwację | dziękuję za obserwację | dziękuję za obserwowanie | dzięki za follow | "
        "dziękuję za dodanie do znajomych | dziękuję za przyjęcie zaproszenia"
    ),
    "cs": "děkuji za sledování | díky za sledování | děkuji za follow | děkuji za propojení",
    "ru": "спасибо за подписку | спасибо, что подписались | спасибо за добавление в друзья",
    "uk": "дякую за підписку | дякуємо за підписку | дякую, що підписалися",
    "tr": "takip ettiğiniz için teşekkürler | takip ettiğin için teşekkürler | takip için teşekkürler",
    "ja": (
        "フォローありがとう | フォローありがとうございます | フォローありがとうございました | "
        "フォローいただきありがとうございます | フォロー頂きありがとうございます | "
        "フォローしてくれてありがとう"
    ),
    "zh": "感谢关注 | 谢谢关注 | 感谢您的关注 | 谢谢你的关注 | 感謝追蹤 | 謝謝追蹤",
    "ko": "팔로우 감사합니다 | 팔로우해 주셔서 감사합니다 | 팔로우해주셔서 감사합니다 | 팔로우 고마워요",
}
"""What automatic greetings open with, by language."""

OFFERS = {
    "en": (
        "my free | our free | here is my | here's my | here is our | a free | for free | free copy | free guide | "
        "free trial | check out | "
        "check my | grab | grab your | download | my course | my new book | my latest book | my ebook | "
        "my e-book | newsletter | sign up | subscribe | visit my | visit our | my website | "
        "our website | my site | discount | % off | book a call | schedule a call | hop on a call | "
        "webinar | grow your | boost your | more followers | link in bio | click | special offer | "
        "like my page | like our page | my youtube | my channel | my instagram | our services | "
        "my services | promo | join my | join our"
    ),
    "de": (
        "kostenlos | gratis | newsletter | rabatt | schau dir | schaut euch | schau gern | schau doch | "
        "besuche meine | besuch meine | meine webseite | meine website | unsere website | mein buch | "
        "mein kurs | abonniere- | hol dir | lade dir | melde dich an | angebot"
    ),
    "fr": (
        "gratuit- | découvrez | découvre | téléchargez | télécharge | inscrivez-vous | inscris-toi | "
        "abonnez-vous | mon site | notre site | visitez | mon livre | ma formation | newsletter | "
        "offre-"
    ),
    "es": (
        "gratis | gratuito | gratuita | descarga | visita mi | visita nuestra | mi página | mi web | "
        "mi libro | mi curso | suscríbete | descuento | echa un vistazo | oferta | newsletter"
    ),
    "pt": (
        "grátis | gratuito | baixe | visite | meu site | meu livro | meu curso | inscreva-se | "
        "desconto | oferta | confira | newsletter"
    ),
    "it": (
        "gratis | gratuito | gratuita | scarica | visita il | il mio sito | il mio libro | "
        "il mio corso | iscriviti | sconto | offerta | dai un'occhiata | newsletter"
    ),
    "nl": (
        "gratis | download | bezoek | mijn website | onze website | mijn boek | mijn cursus | "
        "schrijf je in | korting | neem een kijkje | aanbieding | nieuwsbrief"
    ),
    "sv": ("gratis | ladda ner | besök | min hemsida | min bok | min kurs | rabatt | kolla in | erbjudande"),
    "da": "gratis | download | besøg | min hjemmeside | rabat | tjek",
    "no": "gratis | last ned | besøk | min nettside | rabatt | sjekk ut",
    "fi": "ilmai- | lataa | tutustu | alennus | tarjous",
    "pl": ("darmow- | za darmo | bezpłatn- | pobierz | odwiedź | moja strona | rabat | zapisz się | ofert-"),
    "cs": "zdarma | stáhn- | navštiv- | můj web | slev- | nabídk-",
    "ru": "бесплатн- | скача- | заходи | мой сайт | мой канал | скидк- | подпис- | курс-",
    "uk": "безкоштовн- | завантаж- | мій сайт | мій канал | знижк- | курс-",
    "tr": "ücretsiz | indir- | ziyaret- | indirim | göz at",
    "ja": "無料 | ダウンロード | プレゼント | 登録 | こちら | チェック | プロフ",
    "zh": "免费 | 免費 | 下载 | 下載 | 优惠 | 優惠 | 点击 | 點擊 | 课程 | 課程",
    "ko": "무료 | 다운로드 | 할인 | 방문 | 구독 | 클릭",
}
"""What automatic greetings offer, by language."""

PLEASANTRIES = (
    "i look forward | look forward to | looking forward to | great to connect | good to connect | "
    "nice to connect | happy to connect | glad to connect | let's stay in touch | "
    "let's keep in touch | have a great | ich freue mich auf | freue mich auf | au plaisir | "
    "un saludo | saludos | um abraço | un saluto | よろしくお願い"
)
"""What automatic greetings end with when they offer nothing."""

QUESTIONS = (
    "? | ？ | ؟ | question- | frage- | pregunta- | pergunta- | domanda- | vraag- | fråga- | "
    "spørgsmål- | spørsmål- | pytanie- | kysymys- | otázk- | вопрос- | питання- | soru- | 質問- | "
    "问题- | 問題- | 질문- | wonder-"
)
"""Who asks the user something means the user."""

GOES_ON = (
    "and | i | i'm | i'd | we | we're | here | here's | hope | please | have | check | grab | und | "
    "ich | wir | hier | schau | et | je | nous | voici | y | aquí | te | e | eu | aqui | ecco | "
    "en | ik | och | jag | här | og | jeg | her | ja | tässä | tu | a | zde | и | я | мы | вот | "
    "і | ось | ve | today | so | if | let"
)
"""Words that may follow a greeting; any other ("thanks for following my work") makes it somebody's own sentence."""

_OPENING = 90
"""An automatic greeting stands within so many characters ("Hi there, thanks for connecting")."""

_LINK = re.compile(r"https?://|\bwww\.|(?<!\S)(?:[\w-]+\.)+[a-z]{2,}/", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\w)[@#][\w.@-]+")
_LETTER = re.compile(r"[^\W_]")
_NEXT_WORD = re.compile(r" ([\w']+)")


def sounds_automatic(text: str, linked: bool) -> bool:
    """Whether a text opens like a greeting and goes on with an offer, or asks nothing and says nothing of its own.

    That is a link (`linked` when one comes with it), a pleasantry, or no word more.
    """
    end = _find(_ALL_GREETINGS, _small(text[:_OPENING]))
    if end < 0:
        return False
    small = _small(text)
    rest = small[end:]
    following = _NEXT_WORD.match(rest)
    if following and _find(GOES_ON, following[1]) != len(following[1]):
        return False
    if _find(_ALL_OFFERS, rest) >= 0:
        return True
    if _find(QUESTIONS, small) >= 0:
        return False
    if linked or _LINK.search(rest):
        return True
    return not _LETTER.search(_NAMED.sub(" ", rest)) or _find(PLEASANTRIES, rest) >= 0


def _small(text: str) -> str:
    """Small letters on one line, the many ways to thank made one."""
    small = " ".join(text.replace("’", "'").casefold().split())
    for longer, short in _SHORTER:
        small = small.replace(longer, short)
    return small


_SHORTER = (
    ("thank you", "thanks"),
    ("thanks so much", "thanks"),
    ("thanks very much", "thanks"),
    ("thanks a lot", "thanks"),
    ("vielen dank", "danke"),
    ("merci beaucoup", "merci"),
    ("muchas gracias", "gracias"),
    ("muito obrigad", "obrigad"),
    ("grazie mille", "grazie"),
)


_ALL_GREETINGS = " | ".join(GREETINGS.values())
_ALL_OFFERS = " | ".join(OFFERS.values())


def _find(listed: str, text: str) -> int:
    """Where the longest phrase of a list that stands in a text ends, -1 when none does."""
    for phrase, bounded, open_end in _entries(listed):
        start = text.find(phrase)
        while start >= 0:
            end = start + len(phrase)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not bounded or not (_is_letter(before) or (_is_letter(after) and not open_end)):
                return end
            start = text.find(phrase, end)
    return -1


def _is_letter(one: str) -> bool:
    return one.isalnum() or one == "_"


@cache
def _entries(listed: str) -> tuple[tuple[str, bool, bool], ...]:
    """The phrases of a list, the longest first; whether each stands as whole words, and may be a beginning only.

    Scripts without spaces have no words to be whole.
    """
    entries = []
    for phrase in sorted({phrase.strip() for phrase in listed.split("|")}, key=len, reverse=True):
        stem = phrase.removesuffix("-")
        entries.append((stem, stem[0].isalpha() and stem < "\u0e00", stem != phrase))
    return tuple(entries)
