"""Writes responses to the 541 prompts of IFEval with the reference's verdict on each instruction.

    python corpus.py INPUT_DATA.jsonl CORPUS.jsonl [--responses 12] [--seed 1] [--outputs FILE ...]

INPUT_DATA.jsonl is the data set's file with the keys "key", "prompt", "instruction_id_list" and "kwargs". For each prompt,
the responses are built to follow its instructions, to miss them narrowly, and to probe the edges of the rules; each file of
`--outputs` (JSON lines with "prompt" and "response", or the harness's samples) adds a model's responses. The first line of the corpus says what it was
made with, every other one holds one response. The Swift test `IFEvalCorpusTests` reads it where REPLICATE_IFEVAL_CORPUS names it.
"""

import argparse
import json
import random
import re

import reference
import texts


def sentence(rng):
    words = rng.choice(texts.LINKS) + " ".join(
        (rng.choice(texts.SUBJECTS), rng.choice(texts.VERBS), rng.choice(texts.OBJECTS)))
    if rng.random() < 0.3:
        words += rng.choice((", and ", " because ", " while ", "; ")) + " ".join(
            (rng.choice(texts.SUBJECTS), rng.choice(texts.VERBS), rng.choice(texts.OBJECTS)))
    if rng.random() < 0.8:
        words = words[:1].upper() + words[1:]
    return words + rng.choice(texts.ENDINGS)


def prose(rng, sentences):
    parts = []
    for _ in range(sentences):
        parts.append(sentence(rng))
        parts.append(rng.choice((" ", " ", " ", " ", "\n", "\n\n", "  ")))
    return "".join(parts).strip()


def insert(rng, text, piece):
    """Puts a piece between two words, or rarely anywhere."""
    places = [match.start() for match in re.finditer(r"\s", text)] or [len(text)]
    place = rng.choice(places) if rng.random() < 0.85 else rng.randrange(len(text) + 1)
    return text[:place] + piece + text[place:]


def near(rng, count, hit, at_least=True):
    """A count that keeps to a bound, narrowly as a rule, or just doesn't."""
    inside = count + rng.choice((0, 0, 1, 3)) if at_least else count - rng.choice((1, 1, 2))
    outside = count - 1 if at_least else count + rng.choice((0, 0, 1))
    return max(0, inside if hit else outside)


def exactly(rng, count, hit):
    return count if hit else max(0, count + rng.choice((-1, 1, 1, 2)))


def is_at_least(arguments, relation="relation"):
    return arguments[relation] == "at least"


# Each function gives the draft a shape that follows (hit) or misses one instruction.


def keywords(rng, draft, arguments, hit):
    chosen = list(arguments["keywords"])
    if not hit:
        missed = chosen.pop(rng.randrange(len(chosen)))
        chosen.append(missed[:-1] + "-" + missed[-1:])
    for keyword in chosen:
        piece = rng.choice((keyword, keyword, keyword.upper(), keyword.title(), "x" + keyword + "s"))
        piece = piece.replace("s", "ſ").replace("k", "K") if rng.random() < 0.1 else piece
        draft = insert(rng, draft, " " + piece + rng.choice(("", "", ",", ".")))
    return draft


def keyword_frequency(rng, draft, arguments, hit):
    for _ in range(near(rng, arguments["frequency"], hit, is_at_least(arguments))):
        word = arguments["keyword"]
        draft = insert(rng, draft, " " + rng.choice((word, word, word.upper(), word * 2 if rng.random() < 0.2 else word)))
    return draft


def forbidden_words(rng, draft, arguments, hit):
    word = rng.choice(arguments["forbidden_words"])
    allowed = (word + "s", "un" + word, word + "_", word + "²", word[:-1], "x" + word + "y", word + "१")
    banned = (word, word.upper(), word + "'s", "-" + word + "-", word + "\u0301", "(" + word + ")", word + "\u200d", word.replace("s", "ſ"))
    return insert(rng, draft, " " + rng.choice(allowed if hit else banned))


def letter_frequency(rng, draft, arguments, hit):
    letter, count = arguments["letter"], arguments["let_frequency"]
    wanted = near(rng, count, hit, is_at_least(arguments, "let_relation"))
    draft = "".join(c for c in draft if c.lower() != letter)
    for _ in range(wanted):
        draft = insert(rng, draft, rng.choice((letter, letter.upper(), " " + letter)))
    return draft


def response_language(rng, draft, arguments, hit):
    code = arguments["language"]
    other = rng.choice([c for c in texts.LANGUAGES if c != code])
    if hit:
        return rng.choice((texts.LANGUAGES[code], texts.LANGUAGES[code] * 2, texts.LANGUAGES[code].split(". ")[0]))
    return rng.choice((texts.LANGUAGES[other], texts.LANGUAGES[code][:25] + texts.LANGUAGES[other], draft, "12345 !!!", texts.LANGUAGES[code][:3]))


def number_sentences(rng, draft, arguments, hit):
    return prose(rng, near(rng, arguments["num_sentences"], hit, is_at_least(arguments)))


def number_paragraphs(rng, draft, arguments, hit):
    count = exactly(rng, arguments["num_paragraphs"], hit)
    divider = rng.choice(("\n***\n", "\n\n***\n\n", "***", " *** ", "\n***\n***\n" if not hit else "\n***\n"))
    text = divider.join(prose(rng, rng.randint(1, 2)) for _ in range(count))
    return rng.choice(("", "", "***\n", "\n***")) + text + rng.choice(("", "", "\n***", "***"))


def number_words(rng, draft, arguments, hit):
    count = near(rng, arguments["num_words"], hit, is_at_least(arguments))
    while len(re.findall(r"\w+", draft)) < count:
        draft += " " + sentence(rng)
    ends = [match.end() for match in re.finditer(r"\w+", draft)]
    return draft[: ends[count - 1]] + rng.choice(("", ".", "!\n")) if count else "!"


def paragraph_first_word(rng, draft, arguments, hit):
    count = exactly(rng, arguments["num_paragraphs"], hit or rng.random() < 0.5)
    word = arguments["first_word"]
    if hit:
        word = rng.choice((word, word.title(), "\"" + word + ",", "'" + word + "'s", word.upper() + "!"))
    else:
        word = rng.choice((word, word + "s", "\"'" + word, "*" + word, word + "-", "“" + word, "(" + word + ")"))
    paragraphs = [sentence(rng).replace("\n", " ") for _ in range(count)]
    if len(paragraphs) >= arguments["nth_paragraph"]:
        paragraphs[arguments["nth_paragraph"] - 1] = word + " " + sentence(rng)
    return rng.choice(("\n\n", "\n\n", "\n\n", "\n\n\n", "\n\n \n\n", "\n\n\n\n", "\n \n")).join(paragraphs)


def placeholders(rng, draft, arguments, hit):
    for _ in range(near(rng, arguments["num_placeholders"], hit)):
        draft = insert(rng, draft, " " + rng.choice(("[name]", "[address]", "[your city]", "[]", "[a [b]")))
    return insert(rng, draft, rng.choice(("", "[open\nclose]", "(name)", "]", "{x}")))


def postscript(rng, draft, arguments, hit):
    kind = arguments["postscript_marker"]
    right = {"P.S.": ("P.S. ", "p. s. ", "P.\nS."), "P.P.S": ("P.P.S ", "P. P. S. ", "p.p.s", "P.\u00a0P.S.")}
    wrong = {"P.S.": ("P.S ", "PS. ", "P..S.", "P.  S."), "P.P.S": ("P.S. ", "PPS ", "P.P. ", "P.P.  S")}
    return draft + rng.choice(("\n\n", "\n", " ", "")) + rng.choice((right if hit else wrong).get(kind, (kind,))) + sentence(rng)


def bullets(rng, draft, arguments, hit):
    count = exactly(rng, arguments["num_bullets"], hit)
    mark = rng.choice(("* ", "* ", "- ", "*", "  * ", "\t- "))
    lines = [mark + sentence(rng).replace("\n", " ") for _ in range(count)]
    return rng.choice(("", "Here it is:\n", "**Title**\n")) + rng.choice(("\n", "\n", "\n\n")).join(lines) + rng.choice(("", "", "\n", "\n\nDone."))


def constrained_response(rng, draft, arguments, hit):
    answer = rng.choice(("My answer is yes.", "My answer is no.", "My answer is maybe."))
    if not hit:
        answer = rng.choice((answer.lower(), answer[:-1], answer.replace(" is", "  is"), "My answer is yes!"))
    return rng.choice((answer, "  " + answer + "\n", "**" + answer + "**", draft + answer, answer.replace("is", "*is*")))


def highlights(rng, draft, arguments, hit):
    for _ in range(near(rng, arguments["num_highlights"], hit)):
        draft = insert(rng, draft, " " + rng.choice(("*lit up*", "*lit*", "**bold**", "***both***", "* spaced *")) + " ")
    return insert(rng, draft, rng.choice(("", "", "* *", "****", "\n* item\n", "*", "**", "*half\n*")))


def sections(rng, draft, arguments, hit):
    mark = arguments["section_spliter"]
    count = near(rng, arguments["num_sections"], hit)
    parts = [rng.choice((mark, mark, mark, mark + "\n", mark.strip()) if hit else (mark, mark, mark.lower(), mark + "  "))
             + rng.choice((" ", " ", "")) + str(index + 1) + rng.choice(("\n", ":\n", " ", ". ")) + sentence(rng) for index in range(count)]
    return rng.choice(("", "Intro.\n")) + "\n".join(parts)


def json_format(rng, draft, arguments, hit):
    if hit:
        value = json.dumps(rng.choice(({"answer": draft}, [draft, 1, None], draft, {"a": {"b": [1.5e3, True]}})), ensure_ascii=rng.random() < 0.5)
    else:
        value = rng.choice(texts.JSON + ("{\"answer\": \"" + draft + "\"}",))
    fence = rng.choice(("", "", "```json\n", "```\n", "```JSON", "```Json\n", "```JSOn\n", "```json ```"))
    return fence + value + rng.choice(("\n```", "```", "```\n") if fence else ("", "", "\n", "```"))


def title(rng, draft, arguments, hit):
    right = ("<<A title>>", "<<a>>", "<<<b>>>", "<< c >>", "<<d> e>>", "<<f>> g >>")
    wrong = ("<A title>", "<<>>", "<< >>", "<<x>", "<<y\n>>", "<<<>>>", "«z»")
    return rng.choice(right if hit else wrong) + rng.choice(("\n", "\n\n", " ")) + draft


def two_responses(rng, draft, arguments, hit):
    other = prose(rng, 2)
    pieces = [draft, other] if hit else rng.choice(([draft], [draft, draft], [draft, " ", other], [draft, other, other], [draft, "  " + draft + "\n"]))
    divider = rng.choice(("******", "\n******\n", "\n\n******\n\n") if hit else ("******", "\n******\n", "\n*****\n", "*******", "************"))
    return rng.choice(("", "", "******\n")) + divider.join(pieces) + rng.choice(("", "", "\n******"))


def repeat_prompt(rng, draft, arguments, hit):
    prompt = arguments["prompt_to_repeat"]
    if not hit:
        prompt = rng.choice(("Sure! " + prompt, prompt[:-1], prompt.replace(" ", "  ", 1), "\"" + prompt + "\"", prompt.replace("e", "é", 1)))
    return rng.choice((prompt, prompt.upper(), prompt.lower(), "\n " + prompt)) + rng.choice(("\n\n", " ", "")) + draft


def end_phrase(rng, draft, arguments, hit):
    phrase = arguments["end_phrase"]
    if hit:
        phrase = rng.choice((phrase, phrase.upper(), phrase + "\"", phrase + " \n", "\"" + phrase + "\"\"", phrase.replace("s", "S")))
    else:
        phrase = rng.choice((phrase[:-1], phrase + ".", phrase + "*", phrase + " \"", phrase + "\nBye", phrase.replace("s", "ſ")))
    return draft + rng.choice((" ", "\n", "\n\n", "")) + phrase


def quotation(rng, draft, arguments, hit):
    if hit:
        return rng.choice(("\"" + draft + "\"", " \"" + draft + "\"\n", "\"\"", "\"" + draft + "\" and \"" + draft + "\""))
    return rng.choice(("“" + draft + "”", "\"" + draft, draft + "\"", "\"", "'" + draft + "'", "\"" + draft + "\".", "*\"" + draft + "\"*"))


def capital_words(rng, draft, arguments, hit):
    draft = draft.lower()
    for _ in range(near(rng, arguments["capital_frequency"], hit, is_at_least(arguments, "capital_relation"))):
        draft = insert(rng, draft, " " + rng.choice(("VERY", "BIG", "I", "OK.", "A-B", "NASA's", "E-MAIL", "U.S.", "B2B", "\"QUOTE\"", "CAN'T", "Ⅷ")))
    return draft


def english_capital(rng, draft, arguments, hit):
    if hit:
        return draft.upper()
    return rng.choice((draft.upper()[:-2] + "x", texts.LANGUAGES["de"].upper(), draft, draft.upper() + "ß", draft.upper() + "ª", "ǅ " + draft.upper()))


def english_lowercase(rng, draft, arguments, hit):
    if hit:
        return draft.lower()
    return rng.choice((draft.lower()[:-2] + "X", texts.LANGUAGES["fr"].lower(), draft, draft.lower() + "Ⅷ", draft.lower() + "ǅ", "1234 !!!"))


def no_comma(rng, draft, arguments, hit):
    draft = draft.replace(",", rng.choice(("", "，", "،", ";")))
    return draft if hit else insert(rng, draft, ",")


SHAPES = {
    # In this order: what replaces the text, what goes into it, what goes around it.
    "language:response_language": response_language,
    "length_constraints:number_sentences": number_sentences,
    "length_constraints:nth_paragraph_first_word": paragraph_first_word,
    "length_constraints:number_words": number_words,
    "length_constraints:number_paragraphs": number_paragraphs,
    "detectable_format:number_bullet_lists": bullets,
    "detectable_format:multiple_sections": sections,
    "keywords:letter_frequency": letter_frequency,
    "keywords:existence": keywords,
    "keywords:frequency": keyword_frequency,
    "keywords:forbidden_words": forbidden_words,
    "detectable_content:number_placeholders": placeholders,
    "detectable_format:number_highlighted_sections": highlights,
    "detectable_format:constrained_response": constrained_response,
    "change_case:capital_word_frequency": capital_words,
    "change_case:english_capital": english_capital,
    "change_case:english_lowercase": english_lowercase,
    "detectable_format:title": title,
    "combination:two_responses": two_responses,
    "combination:repeat_prompt": repeat_prompt,
    "detectable_content:postscript": postscript,
    "startend:end_checker": end_phrase,
    "startend:quotation": quotation,
    "detectable_format:json_format": json_format,
    "punctuation:no_comma": no_comma,
}


def build(rng, row, number):
    """One response: the first follows all instructions, the second misses all, the others mix and get odd pieces."""
    order = {name: place for place, name in enumerate(SHAPES)}
    asked = sorted(zip(row["instruction_id_list"], row["kwargs"]), key=lambda pair: order[pair[0]])
    if number > 4 and rng.random() < 0.5:
        asked = [rng.choice(asked)]
    draft = prose(rng, rng.randint(1, 6))
    for name, arguments in asked:
        hit = number == 0 or (number != 1 and rng.random() < 0.6)
        draft = SHAPES[name](rng, draft, {key: value for key, value in arguments.items() if value}, hit)
    if number > 2 and rng.random() < 0.6:
        for _ in range(rng.choice((1, 1, 2, 5))):
            draft = insert(rng, draft, rng.choice(texts.EDGES if rng.random() < 0.6 else texts.ODD))
    if number > 2 and rng.random() < 0.2:
        draft = rng.choice(("Sure, here it is:\n", "**Answer**\n\n", "\n\n", "\n", "* ")) + draft
    if number > 2 and rng.random() < 0.2:
        draft += rng.choice(("\n\nHope this helps!", "\n", "\n***", "  ", "\n\n*Note*"))
    if number > 8 and rng.random() < 0.15:
        draft = rng.choice(("", " \n\t", "*", "\n", "a", "***", rng.choice(texts.EDGES), rng.choice(texts.ODD), "\n".join(rng.choices(texts.EDGES, k=30))))
    return draft


def prompt_and_response(record):
    """What a line of a model's responses holds; published ones differ from the data set by spaces around prompts."""
    if "doc" in record:
        return record["doc"]["prompt"].strip(), record["resps"][0][0]
    return record["prompt"].strip(), record["response"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("corpus")
    parser.add_argument("--responses", type=int, default=12, help="how many to build for each prompt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--outputs", nargs="*", default=[])
    options = parser.parse_args()
    utils = reference.load()
    with open(options.data, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    outputs = []
    for path in options.outputs:
        with open(path, encoding="utf-8") as file:
            outputs.append(dict(map(prompt_and_response, map(json.loads, file))))

    with open(options.corpus, "w", encoding="utf-8") as file:
        made_with = reference.versions() | {"corpus_seed": options.seed, "built": options.responses, "models": len(outputs)}
        file.write(json.dumps(made_with) + "\n")
        total = followed = 0
        for row in rows:
            responses = []
            for number in range(options.responses):
                # A generator of its own for each response, so that a change to one leaves the others alone.
                rng = random.Random(f"{options.seed} {row['key']} {number}")
                responses.append(("built", build(rng, row, number)))
            responses += [("model", model[row["prompt"].strip()]) for model in outputs if row["prompt"].strip() in model]
            for source, response in responses:
                strict, loose = reference.verdicts(utils, row, response)
                record = {"key": row["key"], "source": source, "instruction_id_list": row["instruction_id_list"],
                          "kwargs": row["kwargs"], "response": response, "strict": strict, "loose": loose}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                total += len(strict)
                followed += sum(strict)
    print(f"{total} instructions, {followed} followed in the strict reading")


if __name__ == "__main__":
    main()
