"""Writes aime_answers.json: what lm-evaluation-harness's own scorer of AIME says of made-up responses.

Needs lm_eval 0.4.13:  python make_aime_answers.py > aime_answers.json
"""

import importlib.metadata
import importlib.util
import json
import platform
import random
from pathlib import Path

SEED = 7
PIECES = [
    "204", "33", "033", "0", ".", ".5", "0.5", "1/2", "/", "-", "+", "_", " ", "  ", "\n", "$", "$$", "\\$", "\\boxed",
    "\\boxed{", "\\boxed ", "\\fbox{", "{", "}", "{}", "\\frac", "\\dfrac", "\\tfrac", "\\frac12", "\\frac{1}{2}",
    "\\frac1{72}", "\\sqrt", "\\sqrt3", "\\sqrt{3}", "\\left(", "\\right)", "^\\circ", "^{\\circ}", "\\%", "%", "\\!",
    "\\\\", "\\text{ apples}", "\\text{a}", "x=", "xyz=", "=", "k", "é", "٣", "１", "😀", "The answer is ", "10/4", "a/b",
    "4/-2", "+1/2", "1_0/2", "a", "204.", ",",
]
TARGETS = ["204", "33", "033", "0", "", "\\frac{1}{2}", "0.5", "1/2", "\\sqrt{3}", "a/b", "2 0 4", "10/4", "\\frac"]


def scorer():
    folder = Path(importlib.util.find_spec("lm_eval").origin).parent
    spec = importlib.util.spec_from_file_location("aime", folder / "tasks" / "aime" / "utils.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.process_results


def main():
    rng = random.Random(SEED)
    score = scorer()
    cases = []
    hits = 0
    while len(cases) < 900:
        response = "".join(rng.choice(PIECES) for _ in range(rng.randrange(0, 7)))
        target = rng.choice(TARGETS)
        if rng.random() < 0.3:
            response = rng.choice(["", "so $", "\\boxed{", "\n"]) + target + rng.choice(["", "$", "}", " "])
        value = score({"Answer": target}, [response])["exact_match"]
        # As many right answers as wrong ones: mostly wrong ones would test little.
        if value == 0 and hits * 2 < len(cases):
            continue
        hits += value
        cases.append([response, target, value])
    made_by = f"make_aime_answers.py, lm_eval {importlib.metadata.version('lm_eval')}, "
    made_by += f"CPython {platform.python_version()}, seed {SEED}"
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    print(f'{{"made_by": {json.dumps(made_by)}, "cases": [\n{lines}\n]}}')


main()
