"""Words that would fit any link ("hello dear", "look here", "great post"), by language.

Phrases are in small letters with "'" as apostrophe, parted by " | ". A text has nothing but courtesies when it can be
parted into them, all of one language.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from unicodedata import category

from convo.thanks import NO_SPACES, THANKS, asks, without_smileys
from convo.wordlists import entries, find, made_of

CALLS = {
    "en": (
        "hi | hello | hey | hiya | there | dear | my dear | friend | my friend | sir | madam | good morning | "
        "good evening | good day | please | pls | kindly | look | look here | look at this | take a look | "
        "have a look | check | check it | check it out | check this | check this out | check out | see | "
        "see here | see this | see more | read | read here | read this | read more | more | here | this | "
        "watch | watch here | watch this | visit | visit here | visit us | click | click here | open | link"
    ),
    "de": (
        "hi | hallo | hey | moin | servus | guten tag | guten morgen | guten abend | liebe | lieber | "
        "liebe freunde | bitte | schau | schaut | schau mal | schaut mal | schau hier | anschauen | ansehen | "
        "bitte ansehen | guck | guck mal | guckt mal | sieh | sieh mal | hier | lesen | mehr | mehr lesen | "
        "mehr hier | klick | klick hier | hier klicken | besuchen | link"
    ),
    "fr": (
        "salut | bonjour | bonsoir | coucou | cher | chère | cher ami | chers amis | s'il te plaît | "
        "s'il vous plaît | svp | stp | voir | à voir | voir ici | ici | regarde | regarde ça | regardez | "
        "regardez ici | lis | lisez | à lire | lire | la suite | plus | en savoir plus | clique | cliquez | "
        "cliquez ici | visitez | lien"
    ),
    "es": (
        "hola | buenas | buenos días | buenas tardes | buenas noches | querido | querida | amigo | amiga | "
        "por favor | mira | mira esto | mire | miren | míralo | echa un vistazo | ver | ver aquí | ver más | "
        "aquí | lee | lee esto | leer | leer más | más | más aquí | haz clic | clic aquí | visita | entra | "
        "entra aquí | enlace"
    ),
    "pt": (
        "oi | olá | bom dia | boa tarde | boa noite | querido | querida | amigo | amiga | por favor | olha | "
        "olha isso | olha só | olhe | veja | veja aqui | veja isso | vejam | confira | aqui | leia | "
        "leia mais | mais | mais aqui | clique | clique aqui | visite | acesse | link"
    ),
    "it": (
        "ciao | salve | buongiorno | buonasera | caro | cara | bella | bello | amico | amica | per favore | "
        "guarda | guarda qui | guarda questo | guardate | vedi | vedi qui | ecco | qui | leggi | leggi qui | "
        "leggete | di più | clicca | clicca qui | visita | visitate | link"
    ),
    "nl": (
        "hoi | hallo | hey | dag | goedemorgen | goedemiddag | goedenavond | beste | lieve | alsjeblieft | "
        "alstublieft | aub | kijk | kijk hier | kijk eens | kijk even | kijk dit | bekijk | bekijk dit | hier | "
        "lees | lees hier | lees meer | meer | klik | klik hier | bezoek | link"
    ),
    "sv": (
        "hej | hejsan | god morgon | kära | snälla | kolla | kolla in | kolla här | titta | titta här | se | "
        "se här | här | läs | läs mer | mer | klicka | klicka här | besök | länk"
    ),
    "da": (
        "hej | godmorgen | kære | venligst | kig | kig her | se | se her | tjek | tjek ud | her | læs | "
        "læs mere | mere | klik | klik her | besøg | link"
    ),
    "no": (
        "hei | god morgen | kjære | vennligst | se | se her | sjekk | sjekk ut | titt | her | les | les mer | "
        "mer | klikk | klikk her | besøk | lenke"
    ),
    "fi": (
        "hei | moi | terve | huomenta | hyvä | katso | katso tämä | katso tästä | tästä | tässä | lue | "
        "lue lisää | lisää | klikkaa | klikkaa tästä | linkki"
    ),
    "pl": (
        "cześć | hej | witam | witaj | dzień dobry | dobry wieczór | kochana | kochany | proszę | zobacz | "
        "zobacz tutaj | sprawdź | sprawdź to | patrz | tutaj | tu | czytaj | czytaj więcej | więcej | kliknij | "
        "kliknij tutaj | zapraszam | zapraszam na | link"
    ),
    "cs": (
        "ahoj | čau | dobrý den | dobrý večer | milý | milá | prosím | podívej | podívej se | podívejte se | "
        "koukni | mrkni | tady | zde | čti | čtěte | více | více zde | klikni | klikni zde | navštivte | odkaz"
    ),
    "hu": (
        "szia | sziasztok | helló | jó napot | kedves | kérlek | nézd | nézd meg | nézze meg | itt | olvasd | "
        "tovább | kattints | kattints ide | link"
    ),
    "ro": (
        "salut | bună | bună ziua | dragă | te rog | uite | uitați | vezi | vezi aici | aici | citește | "
        "mai mult | click aici | link"
    ),
    "ru": (
        "привет | здравствуйте | добрый день | добрый вечер | доброе утро | дорогой | дорогая | друг | друзья | "
        "пожалуйста | смотри | смотрите | смотреть | посмотри | посмотрите | гляди | тут | здесь | вот | сюда | "
        "читай | читать | подробнее | подробнее тут | подробнее здесь | жми | жми сюда | заходи | заходите | "
        "ссылка"
    ),
    "uk": (
        "привіт | вітаю | добрий день | добрий вечір | друже | друзі | будь ласка | дивись | дивіться | "
        "подивись | глянь | тут | ось | сюди | читай | читати | детальніше | детальніше тут | тисни | заходь | "
        "посилання"
    ),
    "el": (
        "γεια | γεια σου | γεια σας | καλημέρα | καλησπέρα | παρακαλώ | δες | δείτε | δες εδώ | εδώ | διάβασε | "
        "περισσότερα"
    ),
    "tr": (
        "merhaba | selam | günaydın | iyi günler | iyi akşamlar | canım | sevgili | lütfen | bak | bakın | "
        "şuna bak | buraya bak | buna bak | burada | buradan | burası | oku | okuyun | devamı | tıkla | "
        "tıklayın | göz at | ziyaret et | bağlantı"
    ),
    "ar": (
        "مرحبا | مرحباً | أهلا | السلام عليكم | صباح الخير | مساء الخير | من فضلك | لو سمحت | انظر | شاهد | "
        "شاهد هنا | هنا | اقرأ | المزيد | اضغط | اضغط هنا"
    ),
    "fa": "سلام | درود | لطفا | لطفاً | ببین | ببینید | اینجا | بخوانید | بیشتر | کلیک کنید",
    "he": (
        "שלום | היי | הי | בוקר טוב | ערב טוב | בבקשה | תראה | תראי | תראו | ראו | כאן | פה | קרא | קראו | "
        "עוד | לחצו | לחצו כאן"
    ),
    "hi": "नमस्ते | नमस्कार | हैलो | कृपया | देखो | देखिए | देखें | यहाँ | यहां | यह देखें | यह देखो | पढ़ें | और",
    "id": (
        "hai | halo | selamat pagi | selamat siang | selamat malam | kak | gan | tolong | lihat | lihat ini | "
        "lihat di sini | cek | cek ini | di sini | baca | selengkapnya | klik | klik di sini | kunjungi"
    ),
    "vi": (
        "chào | chào bạn | xin chào | vui lòng | xem | xem này | xem đây | xem ở đây | tại đây | ở đây | đọc | "
        "đọc thêm | nhấn vào đây"
    ),
    "ko": (
        "안녕 | 안녕하세요 | 제발 | 보세요 | 봐주세요 | 이것 | 이거 | 이거 보세요 | 여기 | 여기 보세요 | "
        "여기요 | 클릭 | 더 보기 | 확인하세요 | 링크"
    ),
    "ja": (
        "こんにちは | こんばんは | おはよう | おはようございます | はじめまして | どうぞ | お願いします | "
        "よろしく | よろしくお願いします | 見て | 見てね | 見てください | 見て下さい | ご覧ください | これ | "
        "これ見て | こちら | こちらから | こちらへ | ここ | 読んで | 読んでください | 続きは | 詳しくは | "
        "クリック | チェック | を | も | ね"
    ),
    "zh": (
        "你好 | 您好 | 大家好 | 早上好 | 晚上好 | 亲爱的 | 朋友 | 请 | 請 | 看 | 看看 | 快看 | 看这里 | "
        "看這裡 | 请看 | 請看 | 点击 | 點擊 | 这里 | 這裡 | 这个 | 這個 | 更多 | 阅读 | 欢迎 | 歡迎 | 链接 | "
        "連結"
    ),
    "th": "สวัสดี | สวัสดีครับ | สวัสดีค่ะ | ดู | ดูนี่ | ดูที่นี่ | ที่นี่ | อ่าน | อ่านต่อ | คลิก | คลิกที่นี่ | ครับ | ค่ะ",
}
"""Greeting and pointing: what stands beside a link whoever it is sent to."""

PRAISE = {
    "en": (
        "great | good | nice | cool | awesome | amazing | lovely | wonderful | beautiful | excellent | "
        "fantastic | super | perfect | interesting | helpful | informative | useful | wow | love it | "
        "love this | post | article | blog | site | website | page | video | content | work | job | read | "
        "info | information | sharing | for sharing | for the | for this | very | so | really | a | and | "
        "keep it up | well done | congrats"
    ),
    "de": (
        "toll | toller | tolle | tolles | super | schön | schöner | schöne | schönes | gut | guter | gute | "
        "gutes | klasse | prima | spitze | interessant | interessanter | hilfreich | wow | beitrag | artikel | "
        "text | blog | seite | video | sehr | für den | für diesen | weiter so"
    ),
    "fr": (
        "bravo | super | génial | bel | beau | bon | très | très bon | très bel | excellent | magnifique | "
        "intéressant | utile | article | billet | blog | site | page | vidéo | merci pour | pour l' | "
        "pour cet | pour le partage | le partage | j'adore"
    ),
    "es": (
        "genial | gran | gran artículo | buen | bueno | buena | excelente | interesante | útil | bonito | "
        "me encanta | muy | felicidades | artículo | entrada | blog | sitio | página | vídeo | video | "
        "por compartir | qué bueno"
    ),
    "pt": (
        "parabéns | ótimo | ótima | excelente | bom | boa | belo | muito | muito bom | adorei | gostei | "
        "legal | interessante | útil | artigo | texto | post | blog | site | página | vídeo | pelo | "
        "por compartilhar"
    ),
    "it": (
        "bello | bella | bellissimo | bel | ottimo | buono | molto | complimenti | interessante | utile | "
        "bravo | brava | articolo | post | blog | sito | pagina | video | per la condivisione | per l'articolo"
    ),
    "nl": (
        "leuk | leuke | mooi | mooie | goed | goede | top | super | prachtig | interessant | handig | nuttig | "
        "heel | erg | artikel | stuk | blog | site | website | pagina | video | voor het delen"
    ),
    "sv": (
        "bra | fint | fin | toppen | härligt | intressant | mycket | jättebra | inlägg | artikel | blogg | "
        "sida | för att du delar"
    ),
    "da": "godt | fint | fedt | super | flot | interessant | meget | indlæg | artikel | blog | side",
    "no": "bra | fint | flott | kult | super | interessant | veldig | innlegg | artikkel | blogg | side",
    "fi": (
        "hyvä | hieno | hienoa | upea | loistava | mielenkiintoinen | artikkeli | kirjoitus | blogi | sivu"
    ),
    "pl": (
        "super | świetny | świetne | świetnie | fajny | fajne | ciekawy | ciekawe | dobry | bardzo | artykuł | "
        "wpis | blog | strona"
    ),
    "cs": (
        "super | skvělé | skvělý | hezké | pěkné | pěkný | zajímavé | zajímavý | moc | článek | blog | stránka"
    ),
    "hu": "szuper | nagyszerű | jó | remek | érdekes | nagyon | cikk | blog | oldal",
    "ro": "super | frumos | bun | foarte | interesant | articol | blog | felicitări",
    "ru": (
        "супер | отлично | отличная | отличный | классно | класс | круто | хорошо | хорошая | интересно | "
        "интересная | полезно | очень | статья | пост | блог | сайт | видео"
    ),
    "uk": (
        "супер | чудово | чудова | гарно | гарна | круто | цікаво | цікава | дуже | стаття | допис | блог | сайт"
    ),
    "el": "ωραίο | τέλειο | μπράβο | πολύ | άρθρο",
    "tr": (
        "harika | güzel | süper | mükemmel | çok | çok güzel | bir | yazı | makale | blog | site | paylaşım | "
        "paylaşım için | elinize sağlık"
    ),
    "ar": "رائع | جميل | ممتاز | مقال | مقال رائع | موقع | جدا",
    "fa": "عالی | خوب | زیبا | مقاله | بسیار | خیلی",
    "he": "מעולה | יפה | נהדר | כתבה | מאמר | מאוד",
    "hi": "बहुत | अच्छा | बढ़िया | शानदार | लेख",
    "id": "bagus | keren | mantap | artikel | blog | sangat | informasinya | atas",
    "vi": "hay | tuyệt | tuyệt vời | bài viết | rất | hay quá",
    "ko": (
        "좋은 | 좋네요 | 좋아요 | 멋져요 | 멋지네요 | 최고 | 글 | 글이네요 | 정보 | 블로그 | 잘 | 잘 봤습니다 | "
        "보고 갑니다"
    ),
    "ja": (
        "素敵 | 素敵です | 素晴らしい | すごい | いい | いいですね | 面白い | 記事 | 記事です | 記事ですね | "
        "ブログ | 動画 | です | ですね | とても"
    ),
    "zh": "好文 | 好 | 很好 | 不错 | 不錯 | 真棒 | 太棒了 | 精彩 | 赞 | 讚 | 文章 | 博客 | 支持",
    "th": "ดี | ดีมาก | เยี่ยม | บทความ | มาก",
}
"""Praise for whatever page it stands on; only beneath the user's own page it fits any link."""

CONGRATULATIONS = (
    "congrat- | happy birthday | happy new year | merry christmas | happy anniversary | anniversary | "
    "all the best | glückwunsch- | geburtstag | frohe weihnachten | gutes neues | félicitation- | "
    "joyeux anniversaire | bonne année | joyeux noël | felicidades | feliz cumpleaños | feliz año | "
    "feliz navidad | feliz aniversário | parabéns | feliz ano | feliz natal | auguri | buon compleanno | "
    "buon anno | complimenti | gefeliciteerd | gelukkig nieuwjaar | grattis | tillykke | gratulerer | "
    "onnea | wszystkiego najlepszego | gratulacje | gratuluję | všechno nejlepší | gratuluji | поздравля- | "
    "с днём рождения | с днем рождения | с новым годом | вітаю з | з днем народження | tebrik- | "
    "kutlu olsun | doğum günün | おめでとう | 生日快乐 | 生日快樂 | 恭喜 | 新年快乐 | 新年快樂 | 축하 | "
    "새해 복 | مبروك | عيد ميلاد | मुबारक | जन्मदिन | selamat ulang tahun | chúc mừng"
)
"""What many people say in the same words, each of them meaning it."""

_MOST_WORDS = 6
_MOST_LETTERS = 16
"""In scripts without spaces."""


def fits_any_link(words: str, names: Collection[str] = (), *, praise: bool = False) -> bool:
    """Whether the words beside a link would fit any link: none at all, or a few courtesies that ask nothing.

    `words` come without addresses, handles and hashtags; `names` are the user's own. `praise`: it stands beneath the
    user's own page, where praise and thanks are as cheap.
    """
    if asks(words):
        return False
    said = _words(without_smileys(words).replace("’", "'").casefold())
    if not said:
        return True
    own = {name.casefold() for name in names}
    letters = "".join(said)
    return (
        len(said) <= _MOST_WORDS and any(made_of(said, _courtesies(one, praise), own, " ") for one in CALLS)
    ) or (
        len(letters) <= _MOST_LETTERS
        and any(made_of(letters, _courtesies(one, praise), (), "") for one in NO_SPACES)
    )


def congratulates(text: str) -> bool:
    """Whether somebody wishes the user well, as many do in the same words."""
    return find(CONGRATULATIONS, " ".join(text.casefold().split())) >= 0


def _words(text: str) -> list[str]:
    """The words of a text, without signs and emoji."""
    kept = (one if one.isalnum() or one == "'" or category(one)[0] == "M" else " " for one in text)
    return [word for word in "".join(kept).split() if any(one.isalnum() for one in word)]


def _courtesies(language: str, praise: bool) -> AbstractSet[str]:
    calls = entries(CALLS[language])
    return calls | entries(PRAISE.get(language, "")) | entries(THANKS[language]) if praise else calls
