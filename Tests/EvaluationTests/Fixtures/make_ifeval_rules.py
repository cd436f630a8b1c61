"""Writes ifeval_rules.json: what lm_eval's checkers and CPython's re give, for the rules of IFEval.

Run with CPython 3.11 where lm_eval 0.4.13, nltk 3.9.1, langdetect 1.0.9 and punkt_tab are installed (see
Tests/IFEvalCorpus/reference.py): python make_ifeval_rules.py
"""

import json
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "IFEvalCorpus"))

import reference  # noqa: E402

AT_LEAST, LESS_THAN = "at least", "less than"


def threshold(name, count, relation, relation_name="relation"):
    return {name: count, relation_name: relation}


# For each instruction: arguments, and texts that follow it or narrowly don't.
CASES = {
    "keywords:existence": [
        ({"keywords": ["bridge", "toll"]}, [
            "The BRIDGE has a tollbooth.", "The bridge has a tol l.", "abridged, extolled", "Bridge\nTOLL", "bridge", "the brıdge and a toll",
            "the BRİDGE and a toll", "b-r-i-d-g-e toll", "first bridge\ntoll", "*br*idge toll"]),
        ({"keywords": ["skis"]}, ["ſKIſ", "\u212aiss SKIS", "S\u212aIS", "ski s", "SKİS", "skıs", "ﬆskis"]),
    ],
    "keywords:frequency": [
        (threshold("frequency", 2, AT_LEAST) | {"keyword": "ana"}, ["banana", "ana ana", "ANA, Ana.", "anana ana", "an a", "ana\nana", "a*na* ana", "ana"]),
        (threshold("frequency", 2, LESS_THAN) | {"keyword": " tea "}, ["tea tea", "Teatime", "no coffee", "steal a teapot", "TEA\ntea\nx", "tea\nx\ntea"]),
    ],
    "keywords:forbidden_words": [
        ({"forbidden_words": ["can", "it"]}, [
            "I CAN do this.", "Candles burn.", "it's", "_it_", "it\u0301", "it²", "iт", "a\u200dit\u200db", "ıt", "Sit, kitten!", "can\nOK", "-can-", "c*an*"]),
        ({"forbidden_words": ["so so"]}, ["so so", "so  so", "ſo SO.", "also so", "so sob", "xso so so"]),
    ],
    "keywords:letter_frequency": [
        (threshold("let_frequency", 3, AT_LEAST, "let_relation") | {"letter": "K"}, ["kKk", "kK", "k\u212ak", "K\nK\nk", "k * k * k"]),
        (threshold("let_frequency", 2, LESS_THAN, "let_relation") | {"letter": "i"}, ["İi", "ı ı ı", "I i", "xyz", "i\ni", "ﬁﬁ"]),
    ],
    "language:response_language": [
        ({"language": "fr"}, ["Le chat dort sur la vieille chaise.", "The cat sleeps on the old chair.", "12345 !!!", "Sure:\nLe chat dort sur la vieille chaise."]),
        ({"language": "hi"}, ["बिल्ली पुरानी कुर्सी पर सोती है।", "मांजर जुन्या खुर्चीवर झोपते आणि खेळते.", "😀"]),
        ({"language": "ko"}, ["고양이가 낡은 의자에서 잔다.", "猫は古い椅子で寝ている。", "https://example.com"]),
    ],
    "length_constraints:number_sentences": [
        (threshold("num_sentences", 2, AT_LEAST), ["One. Two.", "Dr. Who", "He said \"Stop.\" Then left.", "Is it? Yes", "A... b", "a.b.", "Hi! Go\n"]),
        (threshold("num_sentences", 3, LESS_THAN), ["One. Two. Three.", "One. Two.\nThree.", "U.S. trade. No. 5 won.", "Yes? No! (Maybe.) So."]),
    ],
    "length_constraints:number_paragraphs": [
        ({"num_paragraphs": 2}, [
            "One ***Two", "One\n***\nTwo", "***\nOne\n***\nTwo\n***", "One\n***\n***\nTwo", "One\n***\nTwo\n***\nThree", "One", "One ****** Two",
            "One **** Two", "One\n\n***\n\nTwo", "A\u2028***\u00a0B", "A***\u200b***B"]),
        ({"num_paragraphs": 1}, ["One", "***One***", "******", "***", "*** ***x"]),
    ],
    "length_constraints:number_words": [
        (threshold("num_words", 4, AT_LEAST), [
            "one two three four", "it's fine, OK", "it's fine", "नमस्ते", "a_b c d", "½ ² Ⅷ ٣", "e\u0301e\u0301e\u0301", "漢字 ไทย", "a\u200db c\u00add", "one*two*three\nfour"]),
        (threshold("num_words", 3, LESS_THAN), ["one two", "one two three", "Sure:\none two", "- — !", "well-known x", "x\ny\nz"]),
    ],
    "length_constraints:nth_paragraph_first_word": [
        ({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "President"}, [
            "Intro.\n\nPresident Ames spoke.", "Intro.\n\n\"President's\" words.", "Intro.\n\n'\"president, x", "Intro.\n\n\"'president x", "Intro.\n\nPresidents x",
            "Intro.\n\n\n\nPresident x", "Intro.\n\n president", "\n\nIntro.\n\npresident", "Intro.\n \npresident", "Intro.\n\n**President** x", "a\n\nb\n\npresident",
            "Intro.\n\npresident-elect", "Intro.\r\n\r\npresident", "Sure\nIntro.\n\npresident\n"]),
        ({"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "ΟΔΟΣ"}, ["οδος", "ΟΔΟσ.", "ΟΔΟΣ", "οδοσ!", "İ"]),
        ({"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "president"}, ["Sure:\n\n\nPresident Ames", "\n\nPresident Ames"]),
        ({"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "ΑΣ"}, ["ας", "ασ", "ΑΣ x"]),
    ],
    "detectable_content:number_placeholders": [
        ({"num_placeholders": 2}, ["[a] [b]", "[a] b]", "[[a] [b]", "[a\n] [b]", "[][]", "[a [b] c]", "[\r] [\u2028]", "[a]\n[b]\nx", "[*a*][b", "[[[[]]]]", "][ ]["]),
    ],
    "detectable_content:postscript": [
        ({"postscript_marker": "P.S."}, ["P.S. hi", "p. s.", "P.\nS.", "x\nxp.s.x", "P .S.", "P.S", "P.  S.", "P.\u00a0S.", "*P.*S.", "PS."]),
        ({"postscript_marker": "P.P.S"}, ["P.P.S hi", "P. P. s", "P.P.\nS", "P.S.", "p.p .s", "P.  P.S", "P.P.S.", "PP.S"]),
        ({"postscript_marker": "Note:"}, ["x NOTE: y", "Note :", "note:"]),
    ],
    "detectable_format:number_bullet_lists": [
        ({"num_bullets": 2}, [
            "* a\n* b", "- a\n- b", "* a\n- b", "* a\n** b", "* a\n* b\n* c", "*a\n*b", "* a\n---", "Intro\n* a\n* b\nEnd", "*\n*\n*", "*\n\n* b", "*\n\n\n* b\n*",
            "\n\n  * a\n\n\t* b", "x * a\n* b", "1. a\n2. b", "*", "* \n*", "-\n-", "\r* a\r* b", "* a\r\n* b\r\n", "\u2028* a\n\u00a0- b", "• a\n• b", "-a -b\n-c"]),
    ],
    "detectable_format:constrained_response": [
        ({}, ["My answer is yes.", "I think: My answer is no. Why?", "My answer is maybe", "my answer is yes.", "My *answer* is yes.", "My answer\nis no.", "\u00a0My answer is maybe.\n"]),
    ],
    "detectable_format:number_highlighted_sections": [
        ({"num_highlights": 2}, [
            "*a* *b*", "**a** **b**", "**a**", "***a***", "*a* b*", "*a*b*", "*a**b*", "* *\n*a*", "** **b**", "*a\n*b*", "****", "*a* and **b**", "**a* *b**",
            "*\u00a0* *x*", "**a**b**", "***a** b*", "* a\n* b", "*a\u2028b* *c\rd*"]),
    ],
    "detectable_format:multiple_sections": [
        ({"section_spliter": "SECTION", "num_sections": 2}, [
            "SECTION 1 a\nSECTION 2 b", "SECTION 1 a", "Section 1 a Section 2 b", "SECTION1SECTION2", "SECTION  1 SECTION  2", "SECTION\n1 SECTION ٢", "SECTION ² SECTION 1",
            "SECTION A\nSECTION B", "xSECTION 1x SECTION 22", "*SECTION* 1 SECTION 2 SECTION 3", "SECTION 1 2 SECTION"]),
        ({"section_spliter": " Day ", "num_sections": 1}, ["Day 1: go", "day 1", "Day one", "Today 1", "HolyDay3"]),
    ],
    "detectable_format:json_format": [
        ({}, [
            "{\"a\": [1, 2.5e-3, null]}", "```json\n{}\n```", "```JSON{}```", "```Json\n[]", "```\n[1,]\n```", "{'a': 1}", "NaN", "-Infinity", "01", "1.", "-", "\"a\tb\"",
            "\"\\ud800\"", "\"\\u00e\"", "\ufeff{}", "\u00a0{}\u2003", "{\u00a0}", "{} {}", "{\"a\":1,\"a\":2}", "```json\n```json\n{}\n```\n```", "Here:\n{\"a\": 1}", "{\"a\": \"*\"}",
            "[[], {\"b\": {}}]", "[", "]", "{\"a\" 1}", "{\"a\":}", "true", "True", "1e5", "1E+", "-0", "\"\u2028\x7f\"", "1" * 4300, "1" * 4301, "1" * 4301 + "e1", "[1 ,2 ]\n", "```"]),
    ],
    "detectable_format:title": [
        ({}, ["<<a>>", "<a>", "<<>>", "<< >>", "<<<>>>", "<<a>", "<<a\n>>", "<<a>b>>", "<<\u00a0>>x", "<<>>>>", "< <a>>", "<<<a>>> b", "<<>> <<a>>", "x\n<<y>>\nz", ">><<a", "<<*>>"]),
    ],
    "combination:two_responses": [
        ({}, [
            "a******b", "a\n******\nb\n******", "a******a", "a ****** a\n", "a******b******c", "a*****b", "a*******b", "a************b", "******a******b", "a", "a******", "a****** ******b"]),
    ],
    "combination:repeat_prompt": [
        ({"prompt_to_repeat": " Name a Straße. "}, ["name a STRASSE. Yes.", "NAME A STRAßE. Yes.", "  Name a Straße.", "Name a  Straße.", "Sure!\nName a Straße.", "Name a Straße", "*Name* a Straße.", "Name a Stra\u1e9ee."]),
        ({"prompt_to_repeat": "ΟΔΟΣ"}, ["οδος ναι", "ΟΔΟΣΑ", "ΟΔΟΣ.", "οδοσ"]),
    ],
    "startend:end_checker": [
        ({"end_phrase": "Is that all?"}, ["So. is THAT all?", "Is that all?\"", "\"Is that all?\" \n", "Is that all", "Is that all?.", "Is that all?\nBye", "Is that *all?*", "Is  that all?", "”Is that all?”", "x\" Is that all? \""]),
    ],
    "startend:quotation": [
        ({}, ["\"a\"", " \"a\"\n", "\"", "\"\"", "“a”", "\"a", "a\"", "'a'", "*\"a\"*", "Hi\n\"a\"", "\"a\"\u200b", "\"a\"\u3000", "\"a\"\nBye"]),
    ],
    "change_case:capital_word_frequency": [
        (threshold("capital_frequency", 2, AT_LEAST, "capital_relation"), ["GO NOW", "GO-NOW", "I am A man", "U.S. NASA's", "CAN'T", "\"GO\" 42", "B2B Ⅷ", "Go Now", "*GO* NOW"]),
        (threshold("capital_frequency", 2, LESS_THAN, "capital_relation"), ["GO NOW", "GO now", "I\nI\nI", "A.B.C. X", "GO/NOW"]),
    ],
    "change_case:english_capital": [
        ({}, ["THE CAT SLEEPS ON THE OLD CHAIR.", "THE CAT SLEEPS ON THE OLD CHAIr.", "LE CHAT DORT SUR LA VIEILLE CHAISE.", "1234 !!!", "THE CAT SLEEPS ON THE OLD CHAIR ª", "ǅ THE CAT", "Ⓐ", "Here:\nTHE CAT SLEEPS ON THE OLD CHAIR."]),
    ],
    "change_case:english_lowercase": [
        ({}, ["the cat sleeps on the old chair.", "the cat sleeps on the old Chair.", "le chat dort sur la vieille chaise.", "1234 !!!", "the cat sleeps on the old chair ª", "the cat ǅ", "ⓐ", "Here:\nthe cat sleeps on the old chair."]),
    ],
    "punctuation:no_comma": [
        ({}, ["a b", "a, b", "a，b", "a،b", "a\n,b", "a,\nb", " ", "", "a*,*b"]),
    ],
}


def ranges(belongs):
    """The code points for which a function holds, as pairs of the first and the last of a run."""
    found = []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF or not belongs(chr(code)):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def case_classes():
    """The sets of code points that match each other under re.IGNORECASE."""
    cased = [c for c in map(chr, range(0x110000)) if not 0xD800 <= ord(c) <= 0xDFFF and (c.lower() != c or c.upper() != c or c.casefold() != c)]
    everything = "".join(cased)
    found = {}
    for c in cased:
        matches = "".join(re.findall(re.escape(c), everything, re.IGNORECASE))
        assert c in matches
        assert all(found.get(other, matches) == matches for other in matches), "the relation is no equivalence"
        found[c] = matches
    return sorted({tuple(map(ord, matches)) for matches in found.values() if len(matches) > 1})


def main():
    utils = reference.load()
    cases = []
    for name, groups in CASES.items():
        for arguments, responses in groups:
            row = {"key": 0, "prompt": "", "instruction_id_list": [name], "kwargs": [arguments]}
            for response in responses:
                strict, loose = reference.verdicts(utils, row, response)
                cases.append({"instruction_id_list": [name], "kwargs": [arguments], "response": response, "strict": strict, "loose": loose})
    classes = {
        "word": ranges(lambda c: re.fullmatch(r"\w", c)), "digit": ranges(lambda c: re.fullmatch(r"\d", c)),
        "upper": ranges(str.isupper), "lower": ranges(str.islower),
        # A text with such a code point and a capital is not in upper case.
        "not_upper": ranges(lambda c: not ("A" + c).isupper()), "not_lower": ranges(lambda c: not ("a" + c).islower()),
        "case": case_classes(),
    }
    made_with = reference.versions() | {"unicode": unicodedata.unidata_version}
    with open(HERE / "ifeval_rules.json", "w", encoding="utf-8") as file:
        file.write("{\"made_with\":" + json.dumps(made_with) + ",\n\"cases\":[\n")
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
        file.write("\n],\n\"classes\":" + json.dumps(classes, separators=(",", ":")) + "}\n")
    print(len(cases), "cases,", sum(case["strict"][0] for case in cases), "strict,", sum(case["loose"][0] for case in cases), "loose")


if __name__ == "__main__":
    main()
