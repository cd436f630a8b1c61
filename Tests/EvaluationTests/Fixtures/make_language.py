"""Writes what nltk and langdetect say of texts: sentences, words, and languages with seed 0.

    python3 make_language.py                       # the fixtures beside this file
    python3 make_language.py REFERENCE TEXTS...    # REFERENCE (JSON lines) for LanguageAgreementTests

Needs langdetect 1.0.9, nltk 3.9.1 or 3.10.4 and, in a folder that NLTK_DATA names, tokenizers/punkt_tab/english. The
fixtures are of the release of nltk, those of langdetect come with 3.9; run it once with each. TEXTS are JSON or JSON-lines
files, of which every string of more than 20 code points counts, as it is and with random changes.

The toys have data of their own, to be tested without nltk's and langdetect's: Punkt's parameters made up below, profiles
counted in the sentences below, and the few messages that they need.

All texts of the fixtures are written for this purpose or drawn from the pieces below.
"""

import json
import os
import pathlib
import platform
import random
import struct
import sys
import unicodedata

# Profiles in the order of their names, on every file system.
listdir = os.listdir
os.listdir = lambda path=".": sorted(listdir(path))

import langdetect
import nltk
from langdetect import detector_factory
from langdetect.utils import messages, ngram
from langdetect.utils.lang_profile import LangProfile
from nltk.tokenize import PunktTokenizer, word_tokenize
from nltk.tokenize.punkt import PunktLanguageVars, PunktParameters, PunktSentenceTokenizer

SEED = 20261124
FOLDER = pathlib.Path(__file__).resolve().parent / "Language"
RELEASE = ".".join(nltk.__version__.split(".")[:2])

ENGLISH = [
    "", " ", "\n\n", ".", "...", "?!", "Hello", "Hello.", "Hello. ", "Hello world. How are you? Fine!",
    "Dr. Smith met Mr. J. B. Brown at 5 p.m. on Jan. 3rd. They talked.", "I live in the U.S. It is large.",
    "I live in the U.S. and like it.", "He left at 5 p.m. The train had gone.", "See Fig. 3. It shows this.",
    "It weighs 3.5 kg. 2.5 kg is the box.", "It costs $3.88. No. 5 is cheaper.", "J. S. Bach wrote it.",
    "A. The first. B. The second.", "1. One thing.\n2. Another thing.\n3. A third.", "Wait... what? Wait... What?",
    "Wait. . . what? Wait . . . What is it? . . . . So.", "(This is one.) (This is two.) And three.",
    "\"Stop!\" he said. \"Why?\" she asked. 'No.' 'Yes.'", "He said \"stop.\" Then he left.",
    "He said \u201cstop.\u201d Then he left. \u2018Oh?\u2019 \u00abNon.\u00bb Bien.", "End.)] \"Next one.\" -- Then this.",
    "Done.\" -- So it was.", "Done.\"-- So it was.", "Really?! Yes!!! No...", "* one.\n* two.\n* three", "- a. - b. - c.",
    "No space.After the period.", "www.example.org is a site. So is example.org.", "e.g. this, i.e. that, etc. Then more.",
    "The company Inc. sold shares. Co. B did not.", "Ph.D. students work. M.Sc. students, too.", "Version 2.0.1. is out.",
    "It was 10:30 a.m. on Mon. Nobody came.", "What is 2+2? 4. What is 3+3? 6.", "**Bold.** *Italic.* Plain.",
    "P.S. I love it. P.P.S. More.", "x.y.z. a.b.c.", "The end\r\n. The start.\r\nAnother. One", "Tab.\tTab. \tTab.",
    "No-break.\u00a0Here. \u2003There.\u3000Where.", "Caf\u00e9. \u00c9t\u00e9. \u00dcber. \u00df. z. \u01c5. \u00aa. \u2160.",
    "\u0391\u03a3. \u03a3. \u0391. And so on.", "\u0663.\u0665. \u0967. One.", "a.\x1cb. \x85c.\x1d D.", ". . . . . . .", "a" * 50 + ".",
    "can't won't don't I'm we'll they've he'd it's its' dogs'", "CAN'T WON'T DON'T I'M WE'LL THEY'VE HE'D IT'S",
    "cannot CANNOT Cannot gonna gotta gimme lemme wanna more'n d'ye 'tis 'twas 'Tis 'TWAS", "I cannot.", "wanna",
    "G\u0130MME g\u0131mme mu\u017ft 'T\u0131s 't\u0130s 'twa\u017f '\u017f", "'a 'b 's 't 'x' 'hello' 're 'll' 'm' 'n' rock 'n' roll",
    "a 'b c' d 'e' f", "\"quoted\" and ''quoted'' and ``quoted'' and `quoted'", "(\"a\") [\"b\"] {\"c\"} <\"d\"> \"\"", "' ' ' '' ''' ''''",
    "a,b c, d ,e 1,000 1, 000 ,", "a:b c: d 10:30 10: 30 :", "a;b @user #tag $5 50% A&B C*D", "-- --- ---- a--b a - b",
    "\u2012 \u2013 \u2014 \u2015 A\u2013B C\u2014D", "\u00ab a \u00bb \u201c b \u201d \u2018 c \u2019 \u201e d \u201c it\u2019s", "Ends with colon:", "Ends with comma,\n",
    "U.S. USA U.S.A. NATO's A'S N'T 20TH I A HELLO Hello h\u00c9LLO \u00c9T\u00c9 \u01c5 \u00aa\u00ba \u2167", "THE END. ALL CAPS! YES?",
    "foo.bar@example.com http://example.com/a?b=c&d=e#f", "{\"json\": [1, 2.5, \"x\"], \"b\": null}", "<<Title>>\n\nText. More.",
    "Final period.)\"' ", "Final period.\u201d\u2019 ", "Final period . ", "Two periods.. ", "Final.]}>'\u00bb  \n", "e\u0301a. \u0301'x \u0301gonna",
    "\U0001f600. \U0001f469\u200d\U0001f469\u200d\U0001f467! OK.", "\ufeffStart. \u200bZero. \x00Null.",
]
LANGUAGES = {
    "af": "Die kinders speel in die tuin en hulle ma maak kos vir die aand.",
    "ar": "يلعب الأطفال في الحديقة وتطبخ أمهم العشاء لهم كل مساء.",
    "bg": "Децата играят в градината, а майка им приготвя вечеря за всички.",
    "bn": "শিশুরা বাগানে খেলছে এবং তাদের মা রাতের খাবার রান্না করছেন।",
    "ca": "Els nens juguen al jardí i la seva mare prepara el sopar per a tots.",
    "cs": "Děti si hrají na zahradě a jejich matka připravuje večeři pro všechny.",
    "cy": "Mae'r plant yn chwarae yn yr ardd ac mae eu mam yn coginio swper.",
    "da": "Børnene leger i haven, og deres mor laver aftensmad til dem alle.",
    "de": "Die Kinder spielen im Garten, und ihre Mutter kocht das Abendessen für alle.",
    "el": "Τα παιδιά παίζουν στον κήπο και η μητέρα τους μαγειρεύει το βραδινό.",
    "en": "The children play in the garden, and their mother cooks dinner for everybody.",
    "es": "Los niños juegan en el jardín y su madre prepara la cena para todos.",
    "et": "Lapsed mängivad aias ja nende ema teeb kõigile õhtusööki.",
    "fa": "بچه‌ها در باغ بازی می‌کنند و مادرشان برای همه شام می‌پزد.",
    "fi": "Lapset leikkivät puutarhassa, ja heidän äitinsä laittaa kaikille päivällistä.",
    "fr": "Les enfants jouent dans le jardin et leur mère prépare le dîner pour tous.",
    "gu": "બાળકો બગીચામાં રમે છે અને તેમની માતા રાતનું ભોજન બનાવે છે.",
    "he": "הילדים משחקים בגינה ואמא שלהם מבשלת ארוחת ערב לכולם.",
    "hi": "बच्चे बगीचे में खेल रहे हैं और उनकी माँ सबके लिए रात का खाना बना रही है।",
    "hr": "Djeca se igraju u vrtu, a njihova majka sprema večeru za sve.",
    "hu": "A gyerekek a kertben játszanak, és az anyjuk vacsorát főz mindenkinek.",
    "id": "Anak-anak bermain di kebun dan ibu mereka memasak makan malam untuk semua.",
    "it": "I bambini giocano in giardino e la loro madre prepara la cena per tutti.",
    "ja": "子どもたちは庭で遊んでいて、お母さんはみんなの夕食を作っています。",
    "kn": "ಮಕ್ಕಳು ತೋಟದಲ್ಲಿ ಆಡುತ್ತಿದ್ದಾರೆ ಮತ್ತು ಅವರ ತಾಯಿ ಊಟ ಮಾಡುತ್ತಿದ್ದಾರೆ.",
    "ko": "아이들은 정원에서 놀고 어머니는 모두를 위해 저녁을 짓습니다.",
    "lt": "Vaikai žaidžia sode, o jų mama visiems gamina vakarienę.",
    "lv": "Bērni spēlējas dārzā, un viņu māte visiem gatavo vakariņas.",
    "mk": "Децата играат во градината, а нивната мајка готви вечера за сите.",
    "ml": "കുട്ടികൾ തോട്ടത്തിൽ കളിക്കുന്നു, അവരുടെ അമ്മ അത്താഴം ഉണ്ടാക്കുന്നു.",
    "mr": "मुले बागेत खेळत आहेत आणि त्यांची आई सर्वांसाठी जेवण बनवत आहे.",
    "ne": "केटाकेटीहरू बगैंचामा खेलिरहेका छन् र तिनीहरूकी आमा खाना पकाउँदै हुनुहुन्छ।",
    "nl": "De kinderen spelen in de tuin en hun moeder kookt het avondeten voor iedereen.",
    "no": "Barna leker i hagen, og moren deres lager middag til alle sammen.",
    "pa": "ਬੱਚੇ ਬਾਗ ਵਿੱਚ ਖੇਡ ਰਹੇ ਹਨ ਅਤੇ ਉਨ੍ਹਾਂ ਦੀ ਮਾਂ ਖਾਣਾ ਬਣਾ ਰਹੀ ਹੈ।",
    "pl": "Dzieci bawią się w ogrodzie, a ich matka gotuje kolację dla wszystkich.",
    "pt": "As crianças brincam no jardim e a mãe delas prepara o jantar para todos.",
    "ro": "Copiii se joacă în grădină, iar mama lor gătește cina pentru toți.",
    "ru": "Дети играют в саду, а их мать готовит ужин для всех.",
    "sk": "Deti sa hrajú v záhrade a ich matka pripravuje večeru pre všetkých.",
    "sl": "Otroci se igrajo na vrtu, njihova mama pa kuha večerjo za vse.",
    "so": "Carruurtu waxay ku ciyaarayaan beerta, hooyadoodna waxay karinaysaa casho.",
    "sq": "Fëmijët luajnë në kopsht dhe nëna e tyre gatuan darkën për të gjithë.",
    "sv": "Barnen leker i trädgården och deras mamma lagar middag till alla.",
    "sw": "Watoto wanacheza bustanini na mama yao anapika chakula cha jioni kwa wote.",
    "ta": "குழந்தைகள் தோட்டத்தில் விளையாடுகிறார்கள், அவர்களின் தாய் இரவு உணவு சமைக்கிறார்.",
    "te": "పిల్లలు తోటలో ఆడుకుంటున్నారు, వారి అమ్మ రాత్రి భోజనం వండుతోంది.",
    "th": "เด็ก ๆ เล่นอยู่ในสวน และแม่ของพวกเขากำลังทำอาหารเย็นให้ทุกคน",
    "tl": "Naglalaro ang mga bata sa hardin at nagluluto ng hapunan ang kanilang ina.",
    "tr": "Çocuklar bahçede oynuyor ve anneleri herkes için akşam yemeği pişiriyor.",
    "uk": "Діти граються в саду, а їхня мати готує вечерю для всіх.",
    "ur": "بچے باغ میں کھیل رہے ہیں اور ان کی ماں سب کے لیے کھانا پکا رہی ہے۔",
    "vi": "Trẻ em chơi trong vườn và mẹ của chúng nấu bữa tối cho mọi người.",
    "zh-cn": "孩子们在花园里玩，他们的妈妈为大家做晚饭。",
    "zh-tw": "孩子們在花園裡玩，他們的媽媽為大家做晚飯。",
}
ODD = [
    "", " ", "12345 !!!", "a", "hello", "OK", "I", "yes no", "https://example.com", "http://", "see https://example.com/a?b=c now",
    "mail me.you@some-host.example.org today", "x@y", "x@y.", "x@yz", "@", "a" * 70 + "@" + "b" * 300 + ".c" * 200 + " d", "THE END OF ALL THINGS",
    "The End Of All Things", "McDonald and iPhone and eBay", "VIE^T Nam", "Tie\u0302\u0301ng Vie\u0323\u0302t A\u0300 o\u0309 y\u0303 \u01a1\u0301 \u01b0\u0323",
    "Ti\u1ebfng Vi\u1ec7t c\u00f3 d\u1ea5u", "\u0219i \u021bar\u0103", "\u06cc\u064a", "\u00a0\u00ab\u00b0\u00bb", "\u3042\u30a2\u3105\u31a0\u4e00\uac00", "日本 nihon 日本",
    "中文 English 中文 English words here", "русский text по-русски and more", "a中", "\u4e9c\u4eee\u5263", "\u1e00\u1ea0\u1eff", "\u2014\u2026\u201c",
    "e\u0301te\u0301", "word " * 2100 + "слово " * 50, "  many    spaces   here  ", "\U0001f600 \U0001f600", "\u0660\u0661\u0662", "ſtraße", "ǅ",
]
PIECES = (
    [". ", ".", "..", "...", ". . .", "? ", "!", "?!", "\"", "\" ", "'", "' ", "''", "``", "`", ")", ") ", "(", "[", "]", "{", "}", "<", ">",
     "-", "--", "\u2014", "\u2013", "\u2012", ",", ", ", ":", ": ", ";", "*", "**", "@", "#", "$", "%", "&", "_", "/", " ", "  ", "\n", "\n\n", "\t",
     "\r\n", "\u00a0", "\u2003", "\x1c", "\x85", "\u3000", "\u200b", "\u201c", "\u201d", "\u2018", "\u2019", "\u00ab", "\u00bb", "\u201e", "\u2026", "\u3002"]
    + ["Dr. ", "Mr. ", "U.S. ", "e.g. ", "i.e.", "etc. ", "p.m. ", "a.m.", "Inc. ", "Jan. ", "No. ", "J. ", "A.", "I", "x", "z. ", "Ph.D.", "1", "12",
       "3.5", "-7", "1,000. ", "2. ", ".5", "42.", "99% ", "10:30 ", "\u0663", "\u0661\u0662. ", "\u00b2", "\u00bd ", "\u2167.", "\u00c9a. ", "\u0391\u03a3.", "\u01c5. ", "\u00aa. "]
    + ["The ", "the ", "He ", "In ", "However ", "and ", "But ", "Hello", "WORLD", "cannot", "CANNOT ", "can't ", "N'T ", "I'm ", "we'll ", "they'VE ",
       "gonna ", "GOTTA", "gimme", "g\u0130mme ", "lemme", "more'n ", "wanna ", "wanna", "d'ye ", "'tis ", "'T\u0131s", " 'twas ", "'twa\u017f", "'s ", "'S",
       "'m", "'d ", "'ll ", "'re ", "'\u017f ", "'a ", "'x", "'n' ", "http://x.yz/a.b?c=d ", "a@b.co.uk", "\u0301", "नमस्ते", "ไทย", "中文", "한국어", "\U0001f600", "\x00"])

TOY_ABBREVIATIONS = ["dr", "mr", "u.s", "e.g", "i.e", "etc", "p.m", "inc", "ph.d", "jan", "no", "c"]
TOY_COLLOCATIONS = [("##number##", "men"), ("dr", "smith"), ("j", "b")]
TOY_STARTERS = ["however", "the", "in"]
TOY_CONTEXTS = {"the": 2 + 8 + 32, "he": 2 + 32, "and": 32, "but": 16, "hello": 4 + 32, "world": 4, "smith": 4, "x": 1, "in": 2 + 4 + 64}
TOY_LANGUAGES = ["de", "en", "fr", "hi", "ja", "ko", "ro", "ru", "vi", "zh-cn"]


def soup(rng):
    pieces = PIECES if rng.random() < 0.5 else rng.sample(PIECES, rng.randint(2, 12))
    return "".join(rng.choice(pieces) for _ in range(rng.choice([2, 5, 8, 13, 30])))


def changed(rng, text):
    characters = list(text[:rng.choice([100, 300, 1000])])
    for _ in range(rng.randint(1, 12)):
        index = rng.randint(0, len(characters))
        if rng.random() < 0.6:
            characters.insert(index, rng.choice(PIECES))
        else:
            del characters[index:index + rng.randint(1, 3)]
    text = "".join(characters)
    return rng.choice([str, str, str, str, str.upper, str.lower, str.title])(text)


def mixed(rng):
    sentences = [rng.choice(list(LANGUAGES.values())) for _ in range(rng.randint(1, 3))]
    parts = []
    for sentence in sentences:
        start = rng.randrange(len(sentence))
        parts.append(sentence[start:start + rng.choice([1, 2, 4, 8, 20, 60])])
    return rng.choice([str, str, str.upper, str.title])(" ".join(parts))


def tokenized(text):
    spans = [list(span) for span in tokenizer.span_tokenize(text)]
    return {"text": text, "sentences": spans, "words": word_tokenize(text)}


def detected(text, factory):
    """The language, nothing if there are no features, and the bits of the probabilities of languages in order."""
    detector = factory.create()
    detector.append(text)
    try:
        language = detector.detect()
    except langdetect.LangDetectException:
        return {"text": text}
    bits = [struct.pack(">d", probability).hex() for probability in detector.langprob]
    return {"text": text, "language": language, "bits": bits}


def toy_messages():
    """The messages that toy texts need, composed anew: langdetect's own give the same."""
    letters, marks = messages.get_string("TO_NORMALIZE_VI_CHARS"), messages.get_string("DMARK_CLASS")
    values = {"NGram.LATIN1_EXCLUDE": "\u00a0\u00ab\u00b0\u00bb", "TO_NORMALIZE_VI_CHARS": letters, "DMARK_CLASS": marks}
    for index, mark in enumerate(marks):
        composed = "".join(unicodedata.normalize("NFC", letter + mark) for letter in letters)
        assert composed == ngram.NGram.NORMALIZED_VI_CHARS[index]
        values[f"NORMALIZED_VI_CHARS_{ord(mark):04X}"] = composed
    values["NGram.KANJI_1_0"] = ngram.NGram.CJK_MAP["\u6934"] + "\u6934"
    escaped = {key: "".join(c if c < "\x7f" else f"\\u{ord(c):04X}" for c in value) for key, value in values.items()}
    return "".join(f"{key}={value}\n" for key, value in escaped.items())


def punkt_toy(rng):
    """Parameters of our own, and what Punkt says with them."""
    parameters = PunktParameters()
    parameters.abbrev_types, parameters.collocations = set(TOY_ABBREVIATIONS), set(TOY_COLLOCATIONS)
    parameters.sent_starters = set(TOY_STARTERS)
    parameters.ortho_context.update(TOY_CONTEXTS)
    splitter, variables = PunktSentenceTokenizer(parameters), PunktLanguageVars()
    sentences, tokens = [], []
    for text in ENGLISH + [soup(rng) for _ in range(250)]:
        sentences.append({"text": text, "sentences": [list(span) for span in splitter.span_tokenize(text)]})
        if "\n" not in text:
            tokens.append({"text": text, "tokens": variables.word_tokenize(text)})
    return {
        "abbreviations": "\n".join(TOY_ABBREVIATIONS), "collocations": "\n".join("\t".join(pair) for pair in TOY_COLLOCATIONS),
        "starters": "\n".join(TOY_STARTERS), "contexts": "\n".join(f"{word}\t{bits}" for word, bits in TOY_CONTEXTS.items()),
        "sentences": sentences, "tokens": tokens}


def langdetect_toy(rng):
    """Profiles and messages of our own, and what langdetect says with them."""
    profiles, detector = [], detector_factory.DetectorFactory()
    for name in TOY_LANGUAGES:
        profile = LangProfile(name)
        profile.update(LANGUAGES[name])
        profiles.append({"name": name, "json": json.dumps({"freq": profile.freq, "n_words": profile.n_words, "name": name}, ensure_ascii=False)})
    detector.load_json_profile([profile["json"] for profile in profiles])
    texts = [LANGUAGES[name] for name in TOY_LANGUAGES] + ODD + [mixed(rng) for _ in range(60)]
    kanji = set(ngram.NGram.CJK_MAP) - {"\u4f7c", "\u6934"}
    texts = [text for text in texts if not kanji & set(text)] + ["\u4f7c \u6934"]
    normals = []
    for seed in [0, 1, 1234]:
        generator = random.Random(seed)
        draws = [generator.random(), generator.gauss(0.0, 1.0), generator.gauss(0.0, 1.0), generator.random(), generator.gauss(0.0, 1.0)]
        normals.append({"seed": seed, "bits": [struct.pack(">d", draw).hex() for draw in draws]})
    return {
        "profiles": profiles, "messages": toy_messages(), "cases": [detected(text, detector) for text in texts],
        "random": normals}


def write(name, content):
    FOLDER.mkdir(exist_ok=True)
    head = {"python": platform.python_version(), "nltk": nltk.__version__, "langdetect": "1.0.9", "seed": SEED}
    # One line for each case, for the sake of differences.
    members = [json.dumps(key) + ": " + (json.dumps(value) if not isinstance(value, list) else "[\n" + ",\n".join(map(json.dumps, value)) + "\n]")
               for key, value in {**head, **content}.items()]
    (FOLDER / name).write_text("{" + ",\n".join(members) + "}\n")


def write_fixtures():
    rng = random.Random(SEED)
    texts = ENGLISH + [soup(rng) for _ in range(350)]
    write(f"nltk-{RELEASE}.json", {"cases": [tokenized(text) for text in texts]})
    write(f"punkt-toy-{RELEASE}.json", punkt_toy(rng))
    if RELEASE == "3.9":
        texts = list(LANGUAGES.values()) + ODD + [mixed(rng) for _ in range(300)]
        cases = [detected(text, factory) for text in texts]
        for case in cases:
            # The bits of all 55 would be too many; the greatest one depends on every draw.
            case["bits"] = [max(case["bits"])] if "bits" in case else None
        write("langdetect.json", {"cases": cases})
        write("langdetect-toy.json", langdetect_toy(rng))


def strings(value):
    if isinstance(value, str):
        return [value] if len(value) > 20 else []
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in strings(item)]


def write_reference(output, files):
    rng = random.Random(SEED)
    texts = {}
    for file in files:
        content = pathlib.Path(file).read_text()
        lines = [content] if file.endswith(".json") else content.splitlines()
        texts.update(dict.fromkeys(text for line in lines if line for text in strings(json.loads(line))))
    texts = list(texts)
    texts += [changed(rng, rng.choice(texts)) for _ in texts]
    texts += [soup(rng) for _ in range(4000)] + [mixed(rng) for _ in range(4000)]
    with open(output, "w") as reference:
        for text in texts:
            case = {**tokenized(text), **detected(text, factory), "nltk": RELEASE}
            reference.write(json.dumps(case) + "\n")


langdetect.DetectorFactory.seed = 0
detector_factory.init_factory()
factory = detector_factory._factory
tokenizer = PunktTokenizer("english")
if len(sys.argv) > 2:
    write_reference(sys.argv[1], sys.argv[2:])
else:
    write_fixtures()
