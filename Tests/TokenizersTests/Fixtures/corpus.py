"""Lines of varied text for comparing tokenizers; the same lines for the same seed."""

import random
import unicodedata

SCRIPTS = [
    (0x20, 0x7E, "ascii"), (0xA0, 0x17F, "latin"), (0x370, 0x3FF, "greek"), (0x400, 0x4FF, "cyrillic"),
    (0x530, 0x58F, "armenian"), (0x590, 0x5FF, "hebrew"), (0x600, 0x6FF, "arabic"), (0x900, 0x97F, "devanagari"),
    (0x980, 0x9FF, "bengali"), (0xB80, 0xBFF, "tamil"), (0xE00, 0xE7F, "thai"), (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "jamo"), (0x1200, 0x137F, "ethiopic"), (0x1780, 0x17FF, "khmer"), (0x3040, 0x30FF, "kana"),
    (0x4E00, 0x9FFF, "han"), (0xAC00, 0xD7A3, "hangul"), (0x1F300, 0x1FAFF, "emoji"), (0x2000, 0x2BFF, "symbols"),
    (0x1D400, 0x1D7FF, "mathematical letters"), (0x20000, 0x2A6DF, "rare han"), (0x12000, 0x123FF, "cuneiform"),
]

WORDS = (
    "the quick brown fox jumps over a lazy dog Natalia sold clips to her friends in April and May how many "
    "altogether x = y + 2 * z; def main(): return None if self.value else {} <html> </td> café naïve Straße "
    "don't I'll we've they're it's he'd I'm DON'T 'tis o'clock 'sword 123 4,567.89 1st ½ ² Ⅷ ٣٤ १२ "
    "Привет мир γειά σου שלום عليكم नमस्ते 你好世界 こんにちは 안녕하세요 สวัสดี 👍🏽 👨‍👩‍👧‍👦 🇩🇪 é é ﬁ ﷺ ​ ﻿ ▁ ▁▁the Ġ Ċ "
    "<bos> <eos> <start_of_turn> <end_of_turn> <|im_start|> <|im_end|> <|endoftext|> <unused7> <0x0A> <0xE2>"
).split(" ")

GAPS = [" ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\t\t", " \n", "\n ", " \t ", "\u00a0", "\u3000", "\u2003", ""]

WRITTEN = [
    "", " ", "  ", "\n", "\n\n\n", "\t", "a", " a", "a ", " a ", "  a", "a  ", "a  b", "a   b", "\n a", "a\n", "a \n b",
    "a\n\n\nb", "a\t\tb", "a\r\nb", "\r", "\x00", "a\x00b", "\x04\x06\x13", "\x7f", "\x1c\x1d\x1e\x1f", "\x85x\x85", "\ufeffx",
    "1", "12", "1234567890", "a1b2c3", "1 2 3", " 1", "  12", "3.14159", "½⅓²³", "٣٤٥", "Ⅷ", "①②", "x²+y²=z²",
    "'s", "''s", "it's", "it'S", "don't", " 're", "'rex", "'l", "'ll", "'v", "'ve'll'd'm", "’s", "a'", "'", "' s",
    "!?", "...", " ...", "a.b", "http://example.org/a?b=c&d=e#f", "snake_case camelCase SCREAMING_CASE", "a_b", "_", " _",
    "def f(x):\n    if x:\n        return x + 1\n\treturn {'a': [1, 2.5e-3]}\n", "#include <stdio.h>\nint main(void) { return 0; }",
    "let x = y ?? z  // comment", "<table><tr><td>1</td></tr></table>", "</h1><code>x</code><b>", "[multimodal]", "<mask>",
    "<start_of_turn>user\nhi<end_of_turn>\n<start_of_turn>model\n", "<|im_start|>user\nhi<|im_end|>\n", "<bos><bos>", "<bos>x<eos>",
    "<start_of_turn", "<<bos>>", "< bos >", "<|im_start|", "<unused0><unused99><unused6241><unused6242>", "▁", "▁▁", "a▁b", " ▁ ",
    "▁▁▁a", "Ġa", "Ċ", "<0x0A>", "<0x41>b", "e\u0301\u0327", "\u1e9b\u0323", "\u0915\u094d\u0937", "👨‍👩‍👧‍👦👍🏽🇩🇪", "\U0001F468\u200d\U0001F680",
    "\U00040000", "\U0008FFFF\U000C0001", "\U0010FFFF", "\uffff\ufffe", "\ue000\uf8ff", "\ufffd", "a\u200bb\u2060c", "\u202eabc\u202c",
    "\u088f \u0c5c \ua7ce", "\U00011DE0\U00011DE1", "\U00016FF4", "ǅ ʰ ª º", "ⅷ", "\u3007", "\u2028\u2029", "\u1680x\u2000y\u205fz\u3000",
    "aaaa" * 40, "ab" * 60, " " * 31, " " * 32, "x" + " " * 45 + "y", "\n" * 31, "\n" * 33, "\t" * 40, "-" * 70, "=" * 33, "0" * 50,
    "The answer is \\boxed{\\frac{1}{2}}.", "$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$", "#### 72", "<<48/2=24>>24",
]


# For patterns that look at letters in either case and at line breaks, and for composition.
FURTHER = [
    "it'S IT'S I'LL i'Ll WE'RE we'Re YOU'VE You'vE I'M D'oh he'D T'T can'T", "a'\u017fb '\u017f x'\ufb05y", "'ll'LL'lL'Ll", "l'homme d'été",
    "1234567890123", "12 345 6789", " 1\n12\n123\n1234", "٣٤٥٦ ½⅓¼ ⅧⅨⅩⅪ", "x1y22z333w4444", "\u00a01234", "!hello ?world (a) [b] \u201cc\u201d",
    "\u00a0nbsp \u3000wide \ttab\tx", "a\n\nb\r\n\r\nc\rd", "a \n \n  b", "  \n", " \n  ", "\n  ", "\t\n\t x", "end.\n\n\nnext", "?!\r\n\r\nx", "...\n ...",
    " ...\n", "{\n  \"a\": 1\n}\n", "a\u0085b\u2028c\u2029", "x  \n\n   y   ", "-\n-", "a.\n.b", "\r\r\n\n", "  a\n  b", "#\n#\n", "a\u00a0\nb", " \u00a0 \u3000",
    "e\u0301 a\u030a\u0301 o\u0323\u0302 u\u0308\u0304", "\u1e9b\u0323 \u0344 \u0340\u0341", "q\u0307\u0323 q\u0323\u0307", "\u212b \u2126 \u212a \uf900\U0002f800",
    "\u1100\u1161\u11a8 \uac00\u11a8 \uac01\u11a8 \u1100\u1161", "\u0915\u093c \u0958 \u09c7\u09be \u0b47\u0b56", "\u3046\u3099 \u30ab\u3099 \u304b\u309a",
    "\u0301a \u0301\u0301", "a\u0301<|im_end|>\u0301b", "cafe\u0301 nai\u0308ve Stra\u00dfe\u0301", "\U00011935\U00011930 \U000105d2\u0307 \U000105c9", "\u05e9\u05c1\u05bc \u05bc\u05c1",
    "it\u0315's 'S\u0301", "<think>\n\n</think>\n\n4", "<think>x</think>", "<|eot_id|>\n<|start_header_id|>user<|end_header_id|>\n\nhi", "\u0f71\u0f72\u0f74 \u0f73\u0f71",
]  # fmt: skip


def further(count, seed):
    """The further lines, and made ones that decompose some of their characters."""
    source = random.Random(seed)
    made = [unicodedata.normalize(source.choice(["NFD", "NFC", "NFKD"]), line(source)) for _ in range(count - len(FURTHER))]
    return FURTHER + made


def malformed(count, seed=7):
    """Byte strings that are mostly not UTF-8."""
    source = random.Random(seed)
    fixed = [b"\xff", b"a\xffb", b"\xe2\x96", b"\xe2\x96a", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x91", b"\x80\x81"]
    made = []
    while len(fixed) + len(made) < count:
        text = line(source).encode()
        position = source.randrange(len(text) + 1)
        made.append(text[:position] + bytes(source.randrange(256) for _ in range(source.randrange(1, 5))) + text[position + 1:])
    return fixed + made


def scalar(source):
    """Any scalar value."""
    while True:
        value = source.choice([source.randrange(0x80), source.randrange(0x3000), source.randrange(0x10000), source.randrange(0x110000)])
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def line(source):
    """A line of words, scripts, runs of few letters, control characters or anything."""
    kind = source.randrange(10)
    if kind < 5:
        return "".join(source.choice(WORDS) + source.choice(GAPS) for _ in range(source.randrange(1, 20)))
    if kind < 8:
        first, last, _ = source.choice(SCRIPTS)
        letters = [c for c in (chr(source.randrange(first, last + 1)) for _ in range(40)) if unicodedata.category(c) != "Cn"]
        return "".join(c if source.random() < 0.8 else c + source.choice(GAPS) for c in letters)
    if kind == 8 and source.random() < 0.5:
        letters = source.choice(["ab", "a ", "aA ", "-=", ".!?", "a▁ ", "0 1", "ol", " \n", "哈呵", "🙂👍"])
        return "".join(source.choice(letters) * source.choice([1, 1, 2, 3, 7]) for _ in range(source.randrange(1, 40)))
    if kind == 8:
        return "".join(source.choice("abc XYZ.,;\x00\x01\x04\x0b\x0c\x1b\x1f\x7f\x80\x9f") for _ in range(source.randrange(1, 40)))
    return "".join(scalar(source) for _ in range(source.randrange(1, 40)))


def lines(count, seed):
    """The written lines and as many made ones as are missing."""
    source = random.Random(seed)
    return WRITTEN + [line(source) for _ in range(count - len(WRITTEN))]
