"""Automatic greetings ("Thanks for following, grab my free guide"): their words in each language.

Phrases are in small letters with "'" as apostrophe, parted by " | ". They stand as whole words; one that ends
with "-" is the beginning of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from convo.wordlists import find

GREETINGS = {
    "en": (
        "thanks for following | thanks for following me | thanks for following us | thanks for following back | "
        "thanks for the follow | thanks for your follow | thanks for the follow back | thanks for connecting | "
        "thanks for connecting with me | thanks for the connection | thanks for adding me | "
        "thanks for joining my network | thanks for accepting my request | appreciate the follow | "
        "thanks for accepting my invitation | great to connect | great to be connected | good to connect | "
        "nice to connect | nice to be connected | happy to connect | glad to connect"
    ),
    "de": (
        "danke fürs folgen | danke für das folgen | danke für's folgen | danke für deinen follow | "
        "danke für den follow | danke fürs vernetzen | danke für die vernetzung | "
        "danke für die kontaktanfrage | danke, dass du mir folgst | danke dass du mir folgst | "
        "danke fürs verbinden | danke für die verbindung | schön, dass wir vernetzt sind"
    ),
    "fr": (
        "merci de me suivre | merci de nous suivre | merci de votre abonnement | merci pour votre abonnement | "
        "merci pour ton abonnement | merci pour le follow | merci pour l'ajout | "
        "merci d'avoir accepté mon invitation | merci pour la connexion | merci pour la mise en relation"
    ),
    "es": (
        "gracias por seguirme | gracias por seguirnos | gracias por el follow | gracias por conectar | "
        "gracias por conectar conmigo | gracias por tu follow | gracias por aceptar mi solicitud | "
        "gracias por agregarme"
    ),
    "pt": (
        "obrigado por seguir | obrigada por seguir | obrigado por me seguir | obrigada por me seguir | "
        "obrigado por nos seguir | obrigado pelo follow | obrigada pelo follow | obrigado por conectar | "
        "obrigada por conectar | obrigado por se conectar | obrigada por se conectar | obrigado pela conexão | "
        "obrigada pela conexão"
    ),
    "it": (
        "grazie per avermi seguito | grazie per avermi aggiunto | grazie per il follow | "
        "grazie per averci seguito | grazie per il collegamento | grazie di seguirmi | grazie per seguirmi | "
        "grazie della connessione"
    ),
    "nl": (
        "bedankt voor het volgen | dank voor het volgen | dank je voor het volgen | bedankt voor de follow | "
        "bedankt voor het connecten | bedankt voor de connectie"
    ),
    "sv": (
        "tack för att du följer mig | tack för att du följer oss | tack för följningen | tack för kontakten | "
        "tack för att du vill connecta"
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
        "フォローしてくれてありがとう | つながり申請ありがとうございます | つながり申請をありがとうございます | "
        "承認いただきありがとうございます | 承認ありがとうございます | つながっていただきありがとうございます"
    ),
    "zh": "感谢关注 | 谢谢关注 | 感谢您的关注 | 谢谢你的关注 | 感謝追蹤 | 謝謝追蹤",
    "ko": "팔로우 감사합니다 | 팔로우해 주셔서 감사합니다 | 팔로우해주셔서 감사합니다 | 팔로우 고마워요",
}
"""What automatic greetings open with, by language."""

OFFERS = {
    "en": (
        "my free | our free | free guide | free copy | free trial | free e-book | free ebook | free course | "
        "free call | free audit | check out my | check out our | check my profile | grab my | grab your | "
        "grab our | grab a | download my | download our | download your free | subscribe to my | "
        "subscribe to our | sign up for my | sign up for our | sign up now | visit my | visit our | "
        "like my page | like our page | join my | join our | follow me on | find me on | follow us on | "
        "find us on | i'm also on | i follow back | followback | more followers | grow your business | "
        "grow your brand | boost your | discount code | % off | link in bio | special offer | promo code | "
        "biggest challenge | let's connect on | let's connect there | reply 1"
    ),
    "de": (
        "hol dir | lade dir | sichere dir | abonniere meinen | abonniere unseren | besuche meine | "
        "besuch meine | besuche unsere | besuch unsere | schau dir mein | schau dir meine | schau dir unsere | "
        "schaut euch mein | schaut euch unsere | zum newsletter | kostenlosen newsletter | kostenloses e-book | "
        "mein kostenlos- | unser kostenlos- | rabattcode | mehr follower"
    ),
    "fr": (
        "découvrez | découvre | téléchargez | télécharge | inscrivez-vous | inscris-toi | abonnez-vous | "
        "abonne-toi | visitez mon | visitez notre | retrouvez tous | retrouvez toutes"
    ),
    "es": (
        "descarga | visita mi | visita nuestra | visita nuestro | suscríbete | echa un vistazo a mi | "
        "échale un vistazo | descubre mi | descubre nuestr-"
    ),
    "pt": (
        "baixe | visite meu | visite minha | visite nosso | visite nossa | inscreva-se | confira | "
        "conheça meu | conheça minha | conheça nosso | conheça nossos | conheça nossa | conheça nossas"
    ),
    "it": (
        "scarica | visita il mio | visita il nostro | iscriviti | dai un'occhiata al mio | "
        "dai un'occhiata alla mia | scopri il mio | scopri la mia | scopri i nostri | scopri le nostre"
    ),
    "nl": (
        "download mijn | download onze | download gratis | bezoek mijn | bezoek onze | bekijk mijn | "
        "bekijk onze | schrijf je in | neem een kijkje"
    ),
    "sv": "ladda ner | besök min | besök vår | kolla in min | kolla in mitt | kolla in vår",
    "da": "besøg min | besøg vores | tjek min | tjek vores | hent min",
    "no": "last ned | besøk min | besøk vår | sjekk ut min | sjekk ut vår",
    "fi": "lataa | tutustu | käy sivuillani",
    "pl": (
        "pobierz | odwiedź moją | odwiedź mój | odwiedź naszą | odwiedź nasz | zapisz się | sprawdź moją | "
        "sprawdź nasz-"
    ),
    "cs": "stáhněte | stáhni | navštivte | navštiv",
    "ru": "скачай | скачайте | заходи на | заходите на | подпишись | подпишитесь | подписывайтесь",
    "uk": "завантаж | завантажте | заходь на | підпишись | підписуйтесь",
    "tr": "indirin | göz atın | göz at | ziyaret edin",
    "ja": (
        "無料 | ダウンロード | プレゼント | 登録 | こちらから | こちらへ | はこちら | こちらです | チェック | "
        "プロフ"
    ),
    "zh": "免费 | 免費 | 下载 | 下載 | 优惠 | 優惠 | 点击 | 點擊",
    "ko": "무료 | 다운로드 | 할인 | 방문해 | 구독해 | 클릭",
}
"""What automatic greetings call for, by language."""

WARES = (
    "my website | my site | our website | our site | our solutions | our services | my services | "
    "our products | my products | my shop | our shop | my store | my course | our course | my book | "
    "my new book | my latest book | my ebook | my e-book | my newsletter | our newsletter | my channel | "
    "my youtube | my instagram | my music | my calendar | our latest | webinar | promo | newsletter | "
    "kostenlos- | gratis | rabatt | angebot | meine webseite | meine website | unsere website | mein buch | "
    "mein kurs | mein shop | unser shop | gratuit- | mon site | notre site | mon livre | ma formation | "
    "nos actus | offre- | gratuito | gratuita | mi página | mi web | mi libro | mi curso | mi canal | "
    "descuento | oferta | meu site | meu livro | meu curso | nossas soluções | nossos serviços | desconto | "
    "il mio sito | il mio libro | il mio corso | sconto | offerta | mijn website | onze website | "
    "onze webshop | mijn boek | mijn cursus | korting | aanbieding | nieuwsbrief | min hemsida | min bok | "
    "min kurs | erbjudande | min hjemmeside | min nettside | alennus | tarjous | moja strona | mój sklep | "
    "darmow- | rabat | můj web | zdarma | slev- | мой сайт | мой канал | наш канал | наш сайт | курс- | "
    "скидк- | мій сайт | мій канал | знижк- | ücretsiz | indirim | 弊社 | サービス | 课程 | 課程 | 강의"
)
"""What they have to offer, where a link comes with it."""

PLEASANTRIES = (
    "i look forward | look forward to | looking forward to | let's stay in touch | let's keep in touch | "
    "have a great | have a nice | have a good | have an awesome | have a wonderful | have a lovely | "
    "ich freue mich auf | freue mich auf | au plaisir | un saludo | saludos | um abraço | un saluto | "
    "よろしくお願い"
)
"""What automatic greetings end with when they offer nothing."""

QUESTIONS = (
    "? | ？ | ؟ | question- | frage- | pregunta- | pergunta- | domanda- | vraag- | fråga- | spørgsmål- | "
    "spørsmål- | pytanie- | kysymys- | otázk- | вопрос- | питання- | soru- | 質問- | 问题- | 問題- | "
    "질문- | wonder-"
)
"""Who asks the user something means the user."""

PERSONAL = (
    "saw your | seen your | read your | reading your | heard your | listened to your | liked your | "
    "enjoyed your | loved your | tried your | made your | baked your | used your | use your | using your | "
    "you wrote | you said | you mentioned | you asked | you told | you spoke | we met | met you | "
    "we spoke | we talked | as promised | i promised | remember me | i owe you | deinen text | dein text | "
    "deinen beitrag | dein beitrag | deinen artikel | dein artikel | deinen vortrag | dein vortrag | "
    "dein rezept | deine frage | du geschrieben | du gesagt | du gefragt | wir uns gesehen | "
    "wir uns getroffen | wir uns kennen | wie versprochen | ton article | votre article | ton texte | "
    "votre texte | ta recette | votre recette | tu as écrit | vous avez écrit | on s'est vus | "
    "on s'est rencontrés | comme promis | tu artículo | su artículo | tu texto | tu receta | tu charla | "
    "escribiste | nos conocimos | nos vimos | como prometí | seu artigo | seu texto | sua receita | "
    "você escreveu | nos conhecemos | como prometi | il tuo articolo | il tuo testo | la tua ricetta | "
    "hai scritto | ci siamo visti | ci siamo conosciuti | come promesso | je artikel | je stuk | "
    "je recept | je schreef | elkaar gezien | elkaar ontmoet | zoals beloofd | din text | ditt recept | "
    "som utlovat | jak obiecał- | твою статью | вашу статью | как обещал- | 読みました | 読ませて | 拝見 | "
    "拝読 | 先日 | 您的文章 | 你的文章 | 上次"
)
"""Who speaks of what the user said, or of having met, means the user."""

GOES_ON = (
    "and | i | i'm | i'd | we | we're | here | here's | hope | please | have | check | grab | und | ich | "
    "wir | hier | schau | et | je | nous | voici | y | aquí | te | e | eu | aqui | ecco | en | ik | och | "
    "jag | här | og | jeg | her | ja | tässä | tu | a | zde | и | я | мы | вот | і | ось | ve | today | "
    "so | if | let"
)
"""Words that may follow a greeting; any other ("thanks for following my work") makes it somebody's own sentence."""

_OPENING = 90
_MOST_WORDS = 12
"""An automatic greeting stands within so many characters and words ("Hi there, thanks for connecting with me")."""

_SHORT = 6
_SHORT_LETTERS = 10
"""Words, or letters in scripts without spaces, that greetings with a link or a pleasantry alone have at most."""

_LINK = re.compile(r"https?://|\bwww\.|(?<!\S)(?:[\w-]+\.)+[a-z]{2,}/", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)\S+", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\w)[@#][\w.@-]+")
_WORD = re.compile(r"[^\W_]+")
_NEXT_WORD = re.compile(r" ([\w']+)")


def sounds_automatic(text: str, linked: bool, answer: bool = False) -> bool:
    """Whether a text opens like a greeting and goes on with an offer, or asks nothing and says nothing of its own.

    That is a link (`linked` when one comes with it) to what is offered, a link or a pleasantry and few words, or no
    word more. Whoever speaks of what the user said, or of having met, means the user. An `answer` to the user's own
    words is automatic only with both, an offer and a link.
    """
    small = _small(text)
    end = find(_ALL_GREETINGS, small[:_OPENING])
    if end < 0 or _opens_otherwise(small, end) or find(PERSONAL, small) >= 0:
        return False
    rest = small[end:]
    offers, linked = find(_ALL_OFFERS, rest) >= 0, linked or bool(_LINK.search(rest))
    if answer:
        return offers and linked
    if offers:
        return True
    if find(QUESTIONS, small) >= 0:
        return False
    if linked and find(WARES, rest) >= 0:
        return True
    words = _WORD.findall(_NAMED.sub(" ", _ADDRESS.sub(" ", rest)))
    return not words or (_is_short(words) and (linked or find(PLEASANTRIES, rest) >= 0))


def _is_short(words: Sequence[str]) -> bool:
    """Whether so little is said that nothing of somebody's own can be in it."""
    letters = sum(letter >= "\u2e80" for word in words for letter in word)
    return len(words) <= _SHORT and letters <= _SHORT_LETTERS


def _opens_otherwise(small: str, end: int) -> bool:
    """Whether the greeting stands inside somebody's own sentence: much before it, or a word of its own behind it."""
    if len(_WORD.findall(_NAMED.sub(" ", small[:end]))) > _MOST_WORDS:
        return True
    following = _NEXT_WORD.match(small[end:])
    return following is not None and find(GOES_ON, following[1]) != len(following[1])


def _small(text: str) -> str:
    """Small letters on one line, the many ways to thank made one."""
    small = " ".join(text.replace("’", "'").casefold().split())
    small = _FOR.sub("for", _THANKS.sub("thanks", small))
    for longer, short in _SHORTER:
        small = small.replace(longer, short)
    return small


_THANKS = re.compile(r"\b(?:thank (?:you|u)|thanks|thx|thnx|tnx|tysm|ty)(?: (?:so|very) much| a lot)?\b")
_FOR = re.compile(r"\b4\b")
_SHORTER = (
    ("vielen dank", "danke"),
    ("merci beaucoup", "merci"),
    ("muchas gracias", "gracias"),
    ("muito obrigad", "obrigad"),
    ("grazie mille", "grazie"),
)


_ALL_GREETINGS = " | ".join(GREETINGS.values())
_ALL_OFFERS = " | ".join(OFFERS.values())
